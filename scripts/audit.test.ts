/** The command line of `npm run audit`, and what it prints. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { AuditReport } from '@reelbanana/ledger-firestore/audit';
import { readAuditCall } from './audit/call.ts';
import { reportText } from './audit/text.ts';
import { UsageError } from './lib/script.ts';

const folder = mkdtempSync(join(tmpdir(), 'audit-call-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pair = generateKeyPairSync('ed25519');
const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const privateFile = file('private.pem', privatePem);
const publicFile = file('public.pem', publicPem);

describe('the command line', () => {
  it('without flags audits the running stack, chains by themselves', () => {
    expect(readAuditCall([])).toEqual({
      project: undefined,
      database: '(default)',
      checkpoints: null,
      signingKey: null,
      publicKeys: [],
      formerEnvs: [],
      wallets: Infinity,
      resume: false,
      json: false,
    });
  });

  it('names a project, where checkpoints are, keys of now and of then', () => {
    const where = ['--project', 'p', '--database', 'ledger', '--checkpoints', 'gs://b', '--former-env', 'p/old'];
    const keys = ['--signing-key', privateFile, '--public-key', publicFile, '--public-key', publicFile];
    expect(readAuditCall([...where, ...keys, '--wallets', '50', '--resume', '--json'])).toEqual({
      project: 'p',
      database: 'ledger',
      checkpoints: 'gs://b',
      signingKey: privatePem,
      publicKeys: [publicPem, publicPem],
      formerEnvs: ['p/old'],
      wallets: 50,
      resume: true,
      json: true,
    });
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['--all'], /--all.*the flags are --project/],
    ['a word', ['now'], /now/],
    ['a database of no project', ['--database', 'd'], /goes with --project/],
    ['a key for nothing', ['--public-key', publicFile], /goes with --checkpoints/],
    ['checkpoints without a key', ['--checkpoints', 'x'], /needs --signing-key/],
    ['a key that is not there', ['--checkpoints', 'x', '--signing-key', join(folder, 'none')], /cannot be read/],
    ['a public key to sign with', ['--checkpoints', 'x', '--signing-key', publicFile], /no PRIVATE KEY/],
    ['a private key to hand out', ['--checkpoints', 'x', '--public-key', privateFile], /no PUBLIC KEY/],
    ['no wallets', ['--wallets', '0'], /whole number/],
    ['a number that is none', ['--wallets', '1e3'], /whole number/],
  ])('refuses %s in one line', (_what, args, words) => {
    expect(() => readAuditCall(args)).toThrow(UsageError);
    expect(() => readAuditCall(args)).toThrow(words);
    expect(() => readAuditCall(args)).not.toThrow(/\n/);
  });
});

describe('the text of a report', () => {
  const report: AuditReport = {
    v: 1,
    runId: 'run-1',
    env: 'p/ledger',
    startedAt: 1,
    updatedAt: 2,
    finishedAt: 2,
    wallets: 3,
    entries: 40,
    checkpointsWritten: 2,
    findings: [{ walletId: 'w1', invariant: 'chain', detail: 'prevHash is broken', seq: 7 }],
    findingsTotal: 5,
  };

  it('names each finding by wallet, entry and words, and counts those that it leaves out', () => {
    const text = reportText(report, true, 1.25);
    expect(text).toMatch(/w1.*7.*chain.*prevHash is broken/);
    expect(text).toContain('and 4 more');
    expect(text).toMatch(/checkpoints.*2 new/);
    expect(text).not.toContain('--resume');
  });

  it('says that checkpoints were not looked at, and that there is more to do', () => {
    const { finishedAt: _, ...unfinished } = report;
    const text = reportText({ ...unfinished, findings: [], findingsTotal: 0 }, false, 1);
    expect(text).toMatch(/checkpoints.*not looked at/);
    expect(text).toContain('--resume');
    expect(text).not.toContain('what is wrong');
  });
});
