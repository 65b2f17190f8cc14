// One run of Stryker over one file of the ledger, on a copy under .local.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { repositoryRoot } from '../lib/tools.ts';
import { testsOf } from './tests.ts';

const FOLDER = '.local/mutants';

/** What Stryker says of a mutant; a position counts lines and columns from 0. */
export type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** Golden files decide while they load: a mutant there is an error, not a failed test. */
const WITHOUT = ['golden', 'peers'];

const jest = (tests: readonly string[]) => ({
  rootDir: '.',
  testMatch: tests.map((test) => `<rootDir>/packages/ledger/${test}.test.ts`),
  testPathIgnorePatterns: WITHOUT,
  setupFiles: ['<rootDir>/scripts/mutants/seed.mjs'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testTimeout: 120_000,
});

/**
 * Mutates a file (a path from packages/ledger) and gives every mutant with what became of it. Leaves a report as JSON and HTML.
 *
 * @param properties whether all tests judge, the properties among them, instead of the file's own: several seconds a mutant
 */
export async function mutantsOf(file: string, properties: boolean): Promise<readonly Mutant[]> {
  process.env['FC_RUNS'] = '20';
  const report = `${FOLDER}/${file.replaceAll('/', '-')}`;
  // As a plain object: Stryker's type asks for an ambient enum, which types that are only stripped cannot name.
  const options: object = {
    mutate: [`packages/ledger/${file}`],
    testRunner: 'jest',
    testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    plugins: ['@stryker-mutator/jest-runner'],
    coverageAnalysis: 'perTest',
    // What runs while modules load cannot be told from test to test: each such mutant would run everything.
    ignoreStatic: true,
    concurrency: 1,
    ignorePatterns: [
      '/**',
      '!/package.json',
      '!/packages',
      '!/packages/ledger/**',
      '!/scripts',
      '!/scripts/mutants/**',
    ],
    tempDirName: `${FOLDER}/copy`,
    reporters: ['html', 'json'],
    htmlReporter: { fileName: `${report}.html` },
    jsonReporter: { fileName: `${report}.json` },
    timeoutMS: 10_000,
    logLevel: 'error',
    jest: { projectType: 'custom', enableFindRelatedTests: false, config: jest(properties ? ['**/*'] : testsOf(file)) },
  };
  try {
    return await new Stryker(options).runMutationTest();
  } finally {
    rmSync(join(repositoryRoot, FOLDER, 'copy'), { recursive: true, force: true });
  }
}
