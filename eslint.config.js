// eslint: typescript-eslint's strict rules with types, jest's rules for tests, and the parts of the dependency rule that
// speak of names rather than files (.dependency-cruiser.cjs has the rest). Form is prettier's matter, not eslint's.
import jest from 'eslint-plugin-jest';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const TESTS = [
  '**/*.test.ts',
  '**/testing/**/*.ts',
  '**/simulation/**/*.ts',
  '**/conformance*.ts',
  '**/conformance/**/*.ts',
  'tests/**/*.ts',
];

export default tseslint.config(
  { ignores: ['**/node_modules/', '.tools/', '.local/', '.cache/', '**/*.generated.*'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-param-reassign': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // An async function without await is how a synchronous implementation meets an asynchronous interface.
      '@typescript-eslint/require-await': 'off',
      // Limits are asserted against each other at load, and types of literals know the outcome.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `[...text]` is how one counts code points.
      '@typescript-eslint/no-misused-spread': 'off',
      // Matters of taste in this code base: closures as methods, dictionaries, arrows that return nothing.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // tsc's noUnusedLocals and noUnusedParameters say the same.
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
  {
    files: ['packages/**/*.ts', 'services/**/*.ts', 'functions/**/*.ts', 'infra/**/*.ts', 'dashboards/**/*.ts'],
    ignores: TESTS,
    // Services log structured lines by service-kit; packages return values or throw.
    rules: { 'no-console': 'error' },
  },
  {
    files: ['packages/ledger/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'node:crypto', allowImportNames: ['hash'], message: 'The ledger is deterministic.' }],
        },
      ],
      'no-restricted-globals': [
        'error',
        'process',
        'performance',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'fetch',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is an argument in the ledger.' },
        { object: 'Math', property: 'random', message: 'The ledger is deterministic.' },
      ],
    },
  },
  {
    // Programs over their own data, which end with the error when they are wrong.
    files: ['scripts/**/*.ts', 'bench/**/*.ts', 'loadtests/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // The types of k6 describe plain option objects as abstract classes.
    files: ['loadtests/lib/*.ts', 'loadtests/scenarios/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  {
    files: ['loadtests/**/*.ts'],
    ignores: TESTS,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@reelbanana/ledger',
              allowImportNames: ['parseEntry', 'price'],
              allowTypeImports: true,
              message: 'What proves the ledger shares no code with what decides.',
            },
          ],
        },
      ],
    },
  },
  {
    files: TESTS,
    extends: [jest.configs['flat/recommended']],
    settings: { jest: { version: 30 } },
    rules: {
      'jest/no-focused-tests': 'error',
      'jest/no-disabled-tests': 'error',
      'jest/no-commented-out-tests': 'error',
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'assert*', 'assert.*'] },
      ],
      // Tests go over data (every operation, every error) and expect by kind; expect-expect still finds empty ones.
      'jest/no-conditional-expect': 'off',
      // Hooks and helpers of a test file may expect as well.
      'jest/no-standalone-expect': 'off',
      // Mocks and partial objects: what a test may do with types is wider.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Parsed answers are `any` until something is expected of them.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.base],
    languageOptions: { globals: globals.node },
    rules: {
      eqeqeq: 'error',
      'no-undef': 'error',
      'no-unused-vars': 'error',
      'no-unreachable': 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
    },
  },
);
