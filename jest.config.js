// Three projects: unit (no process, no port), emulator (Google's Firestore emulator), system (several processes, the real engine).
// Files say what they are: *.test.ts, *.emulator.test.ts, *.system.test.ts.
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  testPathIgnorePatterns: ['/node_modules/', '/.tools/', '/.local/', '/.cache/'],
  modulePathIgnorePatterns: ['<rootDir>/.tools/', '<rootDir>/.local/'],
};

/** @type {import('jest').Config} */
export default {
  cacheDirectory: '.cache/jest',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/**/*.test.ts'],
      testPathIgnorePatterns: [...shared.testPathIgnorePatterns, '\\.(emulator|system)\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'emulator',
      testMatch: ['<rootDir>/**/*.emulator.test.ts'],
      globalSetup: '<rootDir>/tests/emulator.setup.ts',
      globalTeardown: '<rootDir>/tests/emulator.teardown.ts',
    },
    { ...shared, displayName: 'system', testMatch: ['<rootDir>/**/*.system.test.ts'] },
  ],
};
