// tallyOf and testsOf: what counts as killed, which survivors are known, and that every mutant has tests that judge it.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../lib/tools.ts';
import { tallyOf } from './tally.ts';
import { testsOf } from './tests.ts';

const source = 'first\n  second\n';
const result = (status: string, line = 1, replacement = '0') => ({
  status,
  replacement,
  location: { start: { line } },
});

describe('tallyOf', () => {
  it('counts a timeout as killed, no coverage as survived, and leaves out what was ignored or is no program', () => {
    const statuses = ['Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'RuntimeError'];
    const tally = tallyOf(
      'a.ts',
      source,
      statuses.map((status) => result(status)),
      [],
    );
    expect(tally).toMatchObject({ counted: 5, killed: 3, score: 0.6, unjudged: 2 });
    expect(tally.survivors).toHaveLength(2);
  });

  it('knows a survivor by file, line and replacement, and still counts it', () => {
    const known = [{ file: 'a.ts', line: 'second', replacement: '0', reason: 'why' }];
    const reasons = (file: string, results: ReturnType<typeof result>[]) =>
      tallyOf(file, source, results, known).survivors.map(({ reason }) => reason);
    expect(reasons('a.ts', [result('Survived', 2)])).toEqual(['why']);
    expect(reasons('a.ts', [result('Survived', 1)])).toEqual([undefined]);
    expect(reasons('a.ts', [result('Survived', 2, '1')])).toEqual([undefined]);
    expect(reasons('b.ts', [result('Survived', 2)])).toEqual([undefined]);
    expect(tallyOf('a.ts', source, [result('Survived', 2)], known)).toMatchObject({ score: 0, outdated: [] });
  });

  it('shows what is listed and survives no more', () => {
    const known = [{ file: 'a.ts', line: 'second', replacement: '0', reason: 'why' }];
    expect(tallyOf('a.ts', source, [result('Killed', 2)], known)).toMatchObject({ score: 1, outdated: known });
  });
});

it('testsOf names test files that are there, for every file of the ledger', () => {
  const cwd = join(repositoryRoot, 'packages/ledger');
  for (const file of globSync('**/*.ts', { cwd })) {
    for (const test of testsOf(file)) {
      expect(`${file}: ${test} ${globSync(`${test}.test.ts`, { cwd }).length > 0}`).toBe(`${file}: ${test} true`);
    }
  }
});
