// The emulator killed and started again on its port, with commands in flight. Its data are gone with it, so what is proved
// is the conduct of the engine: an outage is told as one, and is over by itself, in the same engine and on the same
// connection, as soon as there is a server again.
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { startFirestoreEmulator } from '@reelbanana/local-cloud/emulators';
import { foundTools } from '../../../scripts/lib/tools.ts';
import { openFirestore, type Ledger } from '../open.ts';
import { openReader } from '../reader.ts';
import { deduct, grant } from '../testing/commands.ts';
import { Load, prove } from '../testing/load.ts';
import { seededRandom } from '../testing/virtual-time.ts';
import { createEngine, type CommitEngine } from './engine.ts';

jest.setTimeout(90_000);

const environment = { ...process.env };
const { java, firestoreEmulatorJar: jar } = foundTools();
const name = { projectId: 'restart', databaseId: '(default)' };
const deadlineMs = 1_000;
let emulator: Awaited<ReturnType<typeof startFirestoreEmulator>>;
let ledger: Ledger;
let engine: CommitEngine;

beforeAll(async () => {
  emulator = await startFirestoreEmulator({ java, jar });
  process.env['FIRESTORE_EMULATOR_HOST'] = emulator.host;
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  ledger = openFirestore(name);
  engine = createEngine({ store: ledger.store, now: Date.now, random: Math.random, limits: { rpcDeadlineMs: 500 } });
});
afterAll(async () => {
  await engine.drain();
  await ledger.close();
  await emulator.stop();
  process.env = environment;
});

async function newWallet(uid: string): Promise<string> {
  const { walletId } = await ledger.users.ensure({ uid, now: Date.now() });
  return walletId;
}

const loadOn = (walletId: string, seed: number) =>
  new Load({ engines: [engine], walletId, callers: 12, deadlineMs, random: seededRandom(seed) });

it('an emulator that is killed under load is an outage, and over by itself when it is back', async () => {
  const first = await newWallet('first');
  const running = loadOn(first, 1);
  await running.accepts(100);

  process.kill(emulator.pid, 'SIGKILL');
  await emulator.exited;
  const killedAt = performance.now();
  const failures = () => running.attemptsSince(killedAt).filter(({ outcome }) => outcome.kind === 'failed');
  await running.until(() => failures().length >= 12);
  const during = running.attemptsSince(killedAt).map(({ outcome }) => outcome);
  expect(during.every(({ kind }) => kind === 'failed')).toBe(true);
  expect(during.some((outcome) => outcome.kind === 'failed' && outcome.code === 'UNAVAILABLE')).toBe(true);
  await expect(engine.wallet(first)).rejects.toThrow(/unavailable/);

  emulator = await startFirestoreEmulator({ java, jar, port: Number(emulator.host.split(':')[1]) });
  // Nothing of the callers' wallet is left: the same engine now says so, which no outage ever says.
  await running.until(() => running.attemptsSince(killedAt).some(({ outcome }) => outcome.kind === 'unknownWallet'));
  await running.finish();
  const told = new Set(running.attemptsSince(killedAt).map(({ outcome }) => outcome.kind));
  expect(told).toEqual(new Set(['failed', 'unknownWallet']));

  const second = await newWallet('second');
  const again = loadOn(second, 2);
  await again.accepts(200);
  const sent = await again.finish();
  expect(again.counts.failed).toBe(0);
  const reader = openReader(name);
  await prove(reader, second, sent);
  await reader.close();
});

it('a command that waits when the server goes is answered when it is back, without being repeated', async () => {
  const walletId = await newWallet('third');
  // By default it would be given up after so many rounds, with time left: right for callers, too soon for this machine.
  const patient = createEngine({
    store: ledger.store,
    now: Date.now,
    random: Math.random,
    limits: { attemptsMax: 1_000 },
  });
  expect(await patient.execute(walletId, grant('g', 10))).toMatchObject({ kind: 'answer' });
  process.kill(emulator.pid, 'SIGKILL');
  await emulator.exited;
  const waiting = patient.execute(walletId, deduct('d', 1), { deadlineMs: 60_000 });
  emulator = await startFirestoreEmulator({ java, jar, port: Number(emulator.host.split(':')[1]) });
  expect(await waiting).toEqual({ kind: 'unknownWallet' });
});
