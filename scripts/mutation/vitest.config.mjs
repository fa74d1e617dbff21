import { defineConfig } from 'vitest/config';
import all from '../../vitest.config.ts';

/** The unit specs of two libs, without projects: one that starts a cluster would start it for every mutant. */
export default defineConfig({
  resolve: all.resolve,
  test: {
    include: ['libs/{policy,token}/**/*.spec.ts'],
    // Random tests notice other mutants each time, and take most of the time.
    exclude: ['**/*.property.spec.ts'],
    setupFiles: ['reflect-metadata'],
    testTimeout: 20_000,
    isolate: false,
  },
});
