import { defineConfig } from 'vitest/config';

const alias = [{ find: /^#libs\/(.*)$/, replacement: `${import.meta.dirname}/libs/$1/index.ts` }];

/** The same files on the embedded cluster (`e2e`) and on a real control plane (`e2e-real`): global-setup.ts goes by the name. */
const endToEnd = (name: string) => ({
  resolve: { alias },
  test: {
    name,
    include: ['e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/support/global-setup.ts'],
    // One cluster, one browser, two cores: files run one after the other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['apps/**/*.spec.{ts,tsx}', 'libs/**/*.spec.ts', 'scripts/**/*.spec.mjs'],
          setupFiles: ['reflect-metadata'],
          testTimeout: 20_000,
          // Machines that test are busy: what is waited for may take its time.
          expect: { poll: { timeout: 10_000, interval: 20 } },
        },
      },
      endToEnd('e2e'),
      endToEnd('e2e-real'),
      {
        resolve: { alias },
        test: {
          // The same requests to the embedded API server and to kube-apiserver.
          name: 'differential',
          include: ['e2e/differential/*.differential.ts'],
          setupFiles: ['reflect-metadata'],
          testTimeout: 60_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
