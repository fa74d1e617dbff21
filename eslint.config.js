import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules', 'dist', '.local', '.cache', 'test-results'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { disallowTypeAnnotations: false, fixStyle: 'inline-type-imports', prefer: 'type-imports' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Nest reads the types of constructor parameters at run time: a type-only import there would inject nothing.
    files: ['apps/gateway/**/*.ts', 'apps/operator/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['{apps/{dashboard,gateway,operator},libs}/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: { 'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }] },
  },
  {
    // Both act for a signed-in user: whatever they ask the cluster, they ask with that user's rights.
    files: ['apps/gateway/{access,rest,sign-in}/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '#libs/kube',
              importNames: ['OwnClient', 'KubeClient'],
              message: "Only a UserClient belongs here: the gateway's own rights must not answer a user.",
            },
          ],
        },
      ],
    },
  },
  {
    // Tests set the time, and parts that agree on it read one clock.
    files: ['apps/{gateway,operator}/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Inject the Clock of #libs/ops and call now().' },
        { object: 'performance', property: 'now', message: 'Inject the Clock of #libs/ops and call monotonic().' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Inject the Clock of #libs/ops: new Date(clock.now()).',
        },
      ],
    },
  },
  { files: ['apps/dashboard/**/*.{ts,tsx}'], ...reactHooks.configs.flat['recommended-latest'] },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } },
  },
);
