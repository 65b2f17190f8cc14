// npm run verify-statement, as a process: exit codes, and one line for whatever is not a statement.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fingerprint } from '../packages/ledger/index.ts';
import { newPlayer } from '../packages/ledger/testing/player.ts';
import { statementOf } from '../packages/ledger/testing/statement.ts';

const folder = mkdtempSync(join(tmpdir(), 'statement-'));
afterAll(() => rmSync(folder, { recursive: true }));

const player = newPlayer();
for (const key of ['a', 'b', 'c']) {
  const give = { type: 'grant', kind: 'bonus', credits: 5, source: 'test', reasonCode: 'test' } as const;
  const actor = { kind: 'admin', pseudonym: 'admin' } as const;
  player.play({ ...give, key, fingerprint: fingerprint('grant', '', { key }), actor }, 1_000);
}
const whole = JSON.stringify(statementOf(player.entries));
const [, second] = player.entries;

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'verify-statement.ts'), ...args],
    {
      encoding: 'utf8',
      cwd: folder,
    },
  );
  return { status, stdout, stderr };
}
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe('npm run verify-statement', () => {
  it('says what a sound statement stands for, and exits 0', () => {
    const { status, stdout, stderr } = run(file('whole.json', whole));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^sound: wallet \w+, entries 1 to 3, closes with 15 available, 0 held, 0 debt\n/);
    expect(run(file('later.json', JSON.stringify(statementOf(player.entries, 2)))).stdout).toMatch(
      /rests on its opening/,
    );
  });

  it('names the first bad entry, and exits 1', () => {
    const bad = file('bad.json', whole.replaceAll(second!.hash, 'f'.repeat(64)));
    const { status, stdout, stderr } = run(bad);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toBe(`broken at entry 2 (${second!.id}): the hash is not that of prevHash and body\n`);
  });

  it.each([
    ['no file', [], /usage/],
    ['two files', ['a', 'b'], /usage/],
    ['an option', ['--all'], /usage/],
    ['a file that is not there', ['nowhere.json'], /cannot be read: ENOENT/],
    ['a folder', ['.'], /cannot be read: EISDIR/],
    ['a file that was cut', [file('cut.json', whole.slice(0, -20))], /was cut/],
    ['an empty file', [file('empty.json', '')], /was cut/],
    ['CSV by its name', [file('a.csv', 'seq,time\r\n')], /CSV.*format=json/],
    ['CSV by its look', [file('a.txt', 'seq,time\r\n')], /CSV.*format=json/],
    ['other JSON', [file('other.json', '{"v":1}')], /is no statement: walletId is missing/],
    ['a prototype', [file('proto.json', `{"__proto__":${whole}}`)], /is no statement: v is missing/],
  ])('refuses %s with one line and exit code 2', (_what, args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
