// Three projects: unit (no process, no port), emulator (Google's Firestore emulator), system (several processes, the real
// engine). Files say what they are: *.test.ts, *.emulator.test.ts, *.system.test.ts.
//
// swc strips the types and leaves ES modules, which jest runs under --experimental-vm-modules; types are tsc's matter.
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testPathIgnorePatterns: ['/node_modules/', '/.tools/', '/.local/', '/.cache/'],
  modulePathIgnorePatterns: ['<rootDir>/.tools/', '<rootDir>/.local/', '<rootDir>/.cache/'],
};

/** @type {import('jest').Config} */
export default {
  cacheDirectory: '.cache/jest',
  // Module registries of vm contexts are freed late; a worker that has grown is replaced between two files.
  workerIdleMemoryLimit: '1GB',
  // A limit against hanging, not a claim about speed: machines are shared. It counts only here, not in a project.
  testTimeout: 120_000,
  // A replacement that is still starting when the run ends is not hung.
  workerGracefulExitTimeout: 5_000,
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
