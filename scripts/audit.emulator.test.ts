/** `npm run audit` as a process: its exit codes, what it prints, what it leaves behind. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEngine, openFirestore } from '@reelbanana/ledger-firestore';
import { openAudit, type AuditReport } from '@reelbanana/ledger-firestore/audit';
import { deduct, freshDatabase, grant } from '@reelbanana/ledger-firestore/testing';
import { runNode } from './test/command.ts';

const { db, ...name } = freshDatabase();
const ledger = openFirestore(name);
const audits = openAudit(name);
const folder = mkdtempSync(join(tmpdir(), 'audit-script-'));
const keyFile = join(folder, 'key.pem');
const signed = ['--checkpoints', join(folder, 'checkpoints'), '--signing-key', keyFile];
let walletId: string;

beforeAll(async () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(keyFile, pem);
  const engine = createEngine({ store: ledger.store, now: Date.now, random: Math.random });
  ({ walletId } = await ledger.users.ensure({ uid: 'ada', now: Date.now() }));
  await engine.execute(walletId, grant('g', 10));
  await engine.execute(walletId, deduct('d', 3));
  await engine.drain();
});
afterAll(async () => {
  await Promise.all([ledger.close(), audits.close(), db.terminate()]);
  rmSync(folder, { recursive: true });
});

const audit = (...args: string[]) =>
  runNode(['scripts/audit.ts', '--project', name.projectId, ...args], {
    env: { METADATA_SERVER_DETECTION: 'none' },
  });

it('ends with 0 when nothing is wrong, and leaves the report and signed heads behind', async () => {
  const { code, output } = await audit(...signed);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/checkpoints.*1 new/) });
  const report = (await audits.reports.latest())!;
  expect(report).toMatchObject({ env: audits.env, wallets: 1, entries: 2, checkpointsWritten: 1, findings: [] });
  expect(report.finishedAt).toBeGreaterThanOrEqual(report.startedAt);
});

it('ends with 1 for a finding, and names it', async () => {
  const entries = db.collection(`wallets/${walletId}/entries`);
  const tail = (await entries.get()).docs.find((doc) => doc.get('seq') === 2)!;
  const lost = tail.data();
  await tail.ref.delete();
  const { code, output } = await audit(...signed);
  expect(code).toBe(1);
  expect(output).toMatch(new RegExp(`${walletId}.*2.*checkpoint.*no entry is there`));
  await tail.ref.set(lost);
});

it('ends a bounded run early, and goes on with --resume', async () => {
  const first = await audit(...signed, '--wallets', '1');
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining('--resume') });
  const { runId } = (await audits.reports.latest())!;
  expect(await audit(...signed, '--resume')).toMatchObject({ code: 0 });
  expect(await audits.reports.latest()).toMatchObject({ runId, wallets: 1, finishedAt: expect.any(Number) });
});

it('prints the report alone with --json', async () => {
  const { code, output } = await audit(...signed, '--json');
  const report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as AuditReport;
  expect(code).toBe(0);
  expect(report).toEqual(await audits.reports.latest());
});

it('ends with 2 and one line for a wrong call', async () => {
  const { code, output } = await audit('--checkpoints', folder);
  expect({ code, output }).toEqual({
    code: 2,
    output: 'audit: --checkpoints needs --signing-key FILE, or --public-key FILE to verify only\n',
  });
});
