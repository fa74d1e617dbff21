/**
 * `npm run test:mutation`: changes libs/policy and libs/token in one place at a time, and counts the changes that no
 * test notices. Each run is a full one: an incremental one would keep old results of what runs when a module is loaded.
 */
const results = 'test-results/mutation';

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutation/vitest.config.mjs' },
  mutate: ['libs/{policy,token}/**/*.ts', '!libs/**/*.spec.ts', '!libs/**/testing/**'],
  ignorePatterns: ['dist', '.cache', '.local', 'docs', 'e2e', 'test-results'],
  tempDirName: `${results}/tmp`,
  reporters: ['progress-append-only', 'clear-text', 'html'],
  htmlReporter: { fileName: `${results}/index.html` },
  clearTextReporter: { allowColor: false, logTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 10_000,
  thresholds: { high: 95, low: 90, break: 90 },
};
