// outcomeOf against reports of the real jest: what passes, fails, is skipped or cannot run is counted as what it is.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../lib/tools.ts';
import { outcomeOf, type JestReport } from './jest-report.ts';

const files = {
  'good.test.js': "test('adds', () => expect(1 + 1).toBe(2)); test('subtracts', () => expect(2 - 1).toBe(1));",
  'bad.test.js':
    "describe('sums', () => { test('are wrong', () => expect(1).toBe(2)); test('are right', () => {}); });",
  'skipped.test.js': "test.skip('later', () => {}); test.todo('some day'); test('now', () => {});",
  'broken.test.js': "throw new Error('cannot load');",
  'empty.test.js': '',
  'hook.test.js': "beforeAll(() => { throw new Error('no ground'); }); test('stands', () => {});",
};

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'jest-report-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  writeFileSync(join(root, 'jest.config.json'), JSON.stringify({ transform: {} }));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('outcomeOf', () => {
  it('counts tests, and everything that proves nothing as failed', () => {
    const { passed, failures } = outcomeOf(run([]), { root, title: false });
    expect(passed).toBe(4);
    expect([...failures].sort()).toEqual([
      'bad.test.js: sums are wrong',
      'broken.test.js: could not run',
      'empty.test.js: could not run',
      'hook.test.js: stands',
      'skipped.test.js: later (pending)',
      'skipped.test.js: some day (todo)',
    ]);
  });

  it('does not count what a title filter leaves out', () => {
    const report = run(['--testNamePattern', 'adds', '--testPathPatterns', 'good', 'skipped']);
    expect(outcomeOf(report, { root, title: true })).toEqual({ passed: 1, failures: [] });
  });
});

function run(args: string[]): JestReport {
  const file = join(root, 'report.json');
  const jest = join(repositoryRoot, 'node_modules/jest/bin/jest.js');
  spawnSync(process.execPath, [jest, '--rootDir', root, '--json', '--outputFile', file, ...args], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: 'ignore',
  });
  return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
}
