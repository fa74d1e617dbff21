import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './install.mjs';
import { hashTree, stamp } from './stamp.mjs';
import { progress, runStep, StepError } from './step.mjs';

const isSource = (path) => !/\.(spec|stories)\.tsx?$/.test(path);

const vite = (config) => ['node_modules/vite/bin/vite.js', 'build', '--config', config, '--logLevel', 'warn'];

const SOURCES = {
  name: 'sources',
  sources: [
    'apps/devcluster',
    'apps/gateway',
    'apps/operator',
    'apps/cli',
    'libs',
    'tsconfig.base.json',
    'tsconfig.build.json',
    'package-lock.json',
  ],
  made: 'dist/apps/devcluster/main.js',
  args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  // tsc writes only what changed since this file was written: gone output would stay gone.
  record: 'dist/build.tsbuildinfo',
};
const KUBERNETES_CLIENT = {
  name: 'Kubernetes client',
  sources: ['libs/kube/client-node.ts', 'scripts/client-node.config.mjs', 'package-lock.json'],
  made: 'dist/libs/client-node.js',
  args: vite('scripts/client-node.config.mjs'),
};
/** Made of what those two make. */
const PROGRAMS = {
  name: 'programs',
  sources: [...SOURCES.sources, ...KUBERNETES_CLIENT.sources, 'scripts/programs.config.mjs'],
  made: 'dist/programs/gateway.js',
  args: vite('scripts/programs.config.mjs'),
};
const DASHBOARD = {
  name: 'dashboard',
  sources: ['apps/dashboard', 'libs', 'package-lock.json'],
  needs: 'apps/dashboard/vite.config.ts',
  made: 'dist/dashboard/index.html',
  args: vite('apps/dashboard/vite.config.ts'),
};

async function buildOne(root, build, force) {
  if (build.needs && !existsSync(join(root, build.needs))) return;
  const sources = hashTree(root, build.sources, isSource);
  const done = stamp(join(root, `dist/.stamp-${build.name.replaceAll(' ', '-')}`));
  const made = existsSync(join(root, build.made));
  if (!force && made && done.matches(sources)) return;
  if (build.record && !made) rmSync(join(root, build.record), { force: true });
  progress(`building the ${build.name} ...`);
  await runStep(`The build of the ${build.name}`, pinnedNode(root), build.args, {
    cwd: root,
    quiet: true,
    env: { NODE_ENV: 'production' },
  });
  done.write(sources);
}

/** Builds what changed since the last build. With `force` all of it. */
export async function build(root, force = false) {
  const together = async (...builds) => {
    const results = await Promise.allSettled(builds.map((one) => buildOne(root, one, force)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  };
  await together(SOURCES, KUBERNETES_CLIENT, DASHBOARD);
  await together(PROGRAMS);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  build(root, process.argv.includes('--force')).catch((error) => {
    process.stderr.write(`${error instanceof StepError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  });
}
