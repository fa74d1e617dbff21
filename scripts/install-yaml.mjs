/**
 * Renders deploy/install.yaml from crds/ and deploy/install/: one file that `kubectl apply -f` takes. With --check it only
 * says whether the file is current (exit 1 when it is not).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'deploy/install.yaml');
const HEADER = '# Rendered from crds/ and deploy/install/ by `npm run install.yaml`. Do not edit.\n';

/** The namespace comes first, then the kinds, then who uses both. */
export function render(read = readParts) {
  const [namespace, ...others] = read('deploy/install');
  const parts = [namespace, ...read('crds'), ...others];
  return HEADER + parts.map((text) => `---\n${text.replace(/^---\n/, '').trimEnd()}\n`).join('');
}

function readParts(folder) {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => readFileSync(join(root, folder, name), 'utf8'));
}

function current() {
  try {
    return readFileSync(target, 'utf8');
  } catch {
    return '';
  }
}

const wanted = render();
if (!process.argv.includes('--check')) writeFileSync(target, wanted);
else if (current() !== wanted) {
  process.stderr.write('deploy/install.yaml is out of date. Run "npm run install.yaml" and commit the result.\n');
  process.exitCode = 1;
}
