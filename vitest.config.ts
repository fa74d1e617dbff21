import { defineConfig } from 'vitest/config';

const resolve = {
  alias: [
    { find: /^#libs\/(.*)$/, replacement: `${import.meta.dirname}/libs/$1/index.ts` },
    { find: '#client-node', replacement: `${import.meta.dirname}/libs/kube/client-node.ts` },
  ],
};

/** Specs beside the code. */
const specs = (name: string, include: string[], rest: { exclude?: string[]; isolate?: boolean } = {}) => ({
  resolve,
  test: {
    name,
    include,
    ...rest,
    setupFiles: ['reflect-metadata'],
    testTimeout: 20_000,
    // A machine that runs tests is busy: what a test waits for may take a while.
    expect: { poll: { timeout: 10_000, interval: 20 } },
  },
});

/** What a user does, on a cluster that e2e/support/global-setup.ts starts: the project's name says which one. */
const endToEnd = (name: string, include: string[]) => ({
  resolve,
  test: {
    name,
    include,
    globalSetup: ['e2e/support/global-setup.ts'],
    // One cluster, one browser, two cores: files run one after the other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

/** scripts/test.mjs says which of these `npm test`, `npm run test:cluster` and `npm run test:real` run. */
export default defineConfig({
  resolve,
  test: {
    // What ends a run also checks its logs. Vitest would leave it after 10 s, and say that all is well.
    teardownTimeout: 120_000,
    projects: [
      // No spec of these mocks a module, so files share them: to load them anew for each file takes as long as the tests.
      specs('unit', ['{apps,bench,libs}/**/*.spec.{ts,tsx}', 'e2e/support/**/*.spec.ts', 'scripts/**/*.spec.mjs'], {
        exclude: ['apps/devcluster/**'],
        isolate: false,
      }),
      endToEnd('e2e', ['e2e/*.e2e.ts', 'e2e/guest/*.e2e.ts']),
      endToEnd('e2e-dashboard', ['e2e/dashboard/*.e2e.ts']),
      endToEnd('e2e-real', ['e2e/**/*.e2e.ts']),
      specs('cluster', ['apps/devcluster/**/*.spec.ts']),
      endToEnd('cluster-e2e', ['e2e/{attacks,cluster,faults}/*.e2e.ts']),
      {
        resolve,
        test: {
          // The same requests to the embedded API server and to kube-apiserver.
          name: 'differential',
          include: ['e2e/cluster/differential/*.differential.ts'],
          setupFiles: ['reflect-metadata'],
          testTimeout: 60_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
