import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { progress, runStep, StepError } from './step.mjs';
import { hashFile, stamp } from './stamp.mjs';

/** The Node that package.json pins; npm has put it into node_modules. */
export const pinnedNode = (root) =>
  join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

/** True if npm's record of what it installed contains everything in the lock file; optional packages of other platforms may be absent. */
export function upToDate(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === '') return true;
    const found = installed[path];
    return found ? found.version === version : Boolean(optional || devOptional);
  });
}

/** Installs the packages of package-lock.json unless they are installed already. */
export async function install(root) {
  const lock = hashFile(join(root, 'package-lock.json'));
  if (lock === undefined) throw new StepError('package-lock.json is missing. Check that this is a complete clone.');
  const done = stamp(join(root, 'node_modules/.kube-gateway-lock'));
  if (done.matches(lock) && existsSync(pinnedNode(root))) return;
  if (upToDate(root) && existsSync(pinnedNode(root))) return done.write(lock);
  progress('installing packages (npm ci); the first time takes a minute or two ...');
  await runStep('npm ci', 'npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error', '--progress=true'], {
    cwd: root,
  });
  if (!existsSync(pinnedNode(root))) {
    // If npm is configured to skip install scripts: the pinned Node's own is the only one that is needed.
    await runStep('The setup of the pinned Node', 'npm', ['rebuild', 'node', '--ignore-scripts=false'], { cwd: root });
  }
  if (!existsSync(pinnedNode(root))) {
    throw new StepError('npm did not install the Node binary (package "node"). Remove node_modules and try again.');
  }
  done.write(lock);
}
