// The real store on Google's emulator, with a proxy between them that does what networks do. Callers repeat their keys until
// they are answered; afterwards a reader that met no fault finds each accepted key charged once, and no refused one.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openFirestore, type Ledger } from '../open.ts';
import type { LedgerStore, WalletCommit } from '../port.ts';
import { openReader, type Reader } from '../reader.ts';
import { commitBytes } from '../size.ts';
import { freshDatabase } from '../testing/emulator.ts';
import { Load, prove } from '../testing/load.ts';
import { startTcpProxy, type TcpProxy } from '../testing/tcp-proxy.ts';
import { seededRandom } from '../testing/virtual-time.ts';
import { createEngine, type CommitEngine } from './engine.ts';
import type { EngineLimits } from './limits.ts';

jest.setTimeout(60_000);

/** Short, so that a stall outlasts them soon; still many times what the emulator needs. */
const impatient: Partial<EngineLimits> = { rpcDeadlineMs: 500, deadlineMs: 1_000 };
const callers = 12;

const emulatorHost = process.env['FIRESTORE_EMULATOR_HOST'] ?? '';
const { db, ...name } = freshDatabase();
let direct: Ledger;
let reader: Reader;
let proxy: TcpProxy;
let ledger: Ledger;
let walletId: string;
let load: Load | undefined;

beforeAll(() => {
  direct = openFirestore(name);
  reader = openReader(name);
});
let users = 0;
beforeEach(async () => {
  users += 1;
  ({ walletId } = await direct.users.ensure({ uid: `user-${users}`, now: Date.now() }));
  proxy = await startTcpProxy(emulatorHost);
  ledger = await openThrough(proxy);
});
afterEach(async () => {
  proxy.pass();
  await load?.finish();
  load = undefined;
  await ledger.close();
  await proxy.close();
});
afterAll(async () => {
  await Promise.all([db.terminate(), reader.close(), direct.close()]);
});

/** A ledger whose calls all go through the proxy. The clients read the emulator's address when they open. */
async function openThrough({ host }: TcpProxy): Promise<Ledger> {
  process.env['FIRESTORE_EMULATOR_HOST'] = host;
  try {
    const through = openFirestore(name);
    expect(await through.store.load(walletId, 10_000)).not.toBeNull();
    expect(proxy.connections).toBe(1);
    return through;
  } finally {
    process.env['FIRESTORE_EMULATOR_HOST'] = emulatorHost;
  }
}

interface Watched {
  readonly engine: CommitEngine;
  /** Commits by how they ended. */
  readonly commits: { ok: number; conflict: number; unknown: number; error: number };
  /** Runs `act` in the very moment before a commit is sent, and resolves to that commit. */
  atNextCommit(act: (commit: WalletCommit) => void): Promise<WalletCommit>;
}

function watch(store: LedgerStore, limits: Partial<EngineLimits>): Watched {
  const commits = { ok: 0, conflict: 0, unknown: 0, error: 0 };
  let next: ((commit: WalletCommit) => void) | undefined;
  const watched: LedgerStore = {
    load: (id, deadlineMs) => store.load(id, deadlineMs),
    find: (id, ids, deadlineMs) => store.find(id, ids, deadlineMs),
    facts: (id, ids, deadlineMs) => store.facts(id, ids, deadlineMs),
    commit: (lane, deadlineMs) => {
      const act = next;
      next = undefined;
      act?.(lane[0]!);
      return store.commit(lane, deadlineMs);
    },
  };
  const metrics = { commit: (outcome: keyof typeof commits) => void (commits[outcome] += 1) };
  return {
    engine: createEngine({ store: watched, now: Date.now, random: Math.random, limits, metrics }),
    commits,
    atNextCommit: (act) =>
      new Promise((resolve) => {
        next = (commit) => {
          act(commit);
          resolve(commit);
        };
      }),
  };
}

function startLoad(engines: readonly CommitEngine[], more: { deadlineMs?: number; restMsMax?: number } = {}): Load {
  load = new Load({ engines, walletId, callers, deadlineMs: 1_000, random: seededRandom(users), ...more });
  return load;
}

/** How many entries of a commit are stored, seen past the proxy. */
async function landed({ entries }: WalletCommit): Promise<number> {
  const found = await direct.store.find(
    walletId,
    entries.map(({ id }) => id),
    10_000,
  );
  return [...found.values()].filter((entry) => entry !== null).length;
}

describe('a network between engine and store that', () => {
  it('cuts commits in two charges nothing twice, and goes on by itself', async () => {
    const { engine, commits, atNextCommit } = watch(ledger.store, impatient);
    const running = startLoad([engine]);
    await running.accepts(50);
    const parts = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1];
    for (const part of parts) {
      let cut: Promise<void> | undefined;
      await atNextCommit((commit) => {
        cut = proxy.cutAfter(Math.floor(part * commitBytes([commit])));
      });
      await cut;
      await running.accepts(50);
    }
    const sent = await running.finish();
    expect(proxy.connections).toBe(1 + parts.length);
    expect(commits.unknown).toBeGreaterThan(0);
    expect(commits.error).toBe(0);
    expect(running.counts.rejected).toBeGreaterThan(0);
    await prove(reader, walletId, sent);
  });

  it('loses the answers to commits that have landed replays them, and refuses none of them', async () => {
    const { engine, commits, atNextCommit } = watch(ledger.store, impatient);
    const running = startLoad([engine]);
    await running.accepts(50);
    const lost: WalletCommit[] = [];
    for (let round = 1; round <= 5; round++) {
      const commit = await atNextCommit(() => void proxy.dropAnswers());
      const { lostBytes } = proxy;
      while ((await landed(commit)) < commit.entries.length || proxy.lostBytes === lostBytes);
      lost.push(commit);
      proxy.pass(); // by cutting what has lost its answers
      await running.accepts(50);
      expect(commits.unknown).toBeGreaterThanOrEqual(round);
    }
    const sent = await running.finish();
    const told = sent.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome));
    for (const entry of lost.flatMap(({ entries }) => entries)) {
      const answers = told.flatMap((one) =>
        one.kind === 'answer' && one.answer.entry.id === entry.id ? one.answer : [],
      );
      expect(answers.length).toBeGreaterThan(0);
      for (const answer of answers) expect(answer).toMatchObject({ replayed: true, entry });
    }
    await prove(reader, walletId, sent);
  });

  it('stalls past every deadline is told as an outage and never as a refusal, and is over when it is over', async () => {
    const { engine, commits } = watch(ledger.store, impatient);
    const running = startLoad([engine]);
    await running.accepts(100);
    proxy.stall();
    const stalledAt = performance.now();
    // Every caller has given up twice; the second time it had begun in the stall.
    await running.until(() => failuresSince(running, stalledAt) >= callers);
    const during = running.attemptsSince(stalledAt).map(({ outcome }) => outcome);
    expect(during.filter(({ kind }) => kind !== 'failed')).toEqual([]);
    expect(during.some((outcome) => outcome.kind === 'failed' && outcome.code === 'UNAVAILABLE')).toBe(true);
    expect(proxy.heldBytes).toBeGreaterThan(0); // what was given up is still on its way
    proxy.pass();
    await running.accepts(200);
    expect(commits.unknown).toBeGreaterThan(0);
    await prove(reader, walletId, await running.finish());
  });

  it('answers after the deadline has charged what it was late with once, when the callers ask again', async () => {
    const { engine, commits } = watch(ledger.store, { rpcDeadlineMs: 250, deadlineMs: 1_000 });
    const running = startLoad([engine]);
    await running.accepts(100);
    const { wallet } = (await direct.store.load(walletId, 10_000))!;
    proxy.delay(200); // there and back takes longer than a call may; there alone does not
    const slowAt = performance.now();
    await running.until(() => failuresSince(running, slowAt) >= callers);
    expect((await direct.store.load(walletId, 10_000))!.wallet.seq).toBeGreaterThan(wallet.seq);
    const during = running.attemptsSince(slowAt).map(({ outcome }) => outcome);
    expect(during.filter(({ kind }) => kind === 'rejected')).toEqual([]);
    proxy.pass();
    await running.accepts(200);
    expect(commits.unknown).toBeGreaterThan(0);
    await prove(reader, walletId, await running.finish());
  });

  it('is merely slow makes nobody fail: what waits shares the next commit', async () => {
    const { engine, commits } = watch(ledger.store, {});
    const running = startLoad([engine], { deadlineMs: 30_000 });
    await running.accepts(100);
    proxy.delay(50);
    const before = { ...commits, accepted: running.counts.accepted };
    await running.accepts(50);
    // An entry for nearly every caller, where one after the other would have needed a commit for each.
    expect(running.counts.accepted - before.accepted).toBeGreaterThan(3 * (commits.ok - before.ok));
    proxy.pass();
    const sent = await running.finish();
    expect(running.counts.failed).toBe(0);
    expect(commits).toMatchObject({ unknown: 0, conflict: expect.any(Number), error: 0 });
    await prove(reader, walletId, sent);
  });

  it('does all of it to one of two engines leaves both exact', async () => {
    const troubled = watch(ledger.store, impatient);
    const fair = watch(direct.store, impatient);
    const running = startLoad([troubled.engine, fair.engine], { restMsMax: 150 });
    const random = seededRandom(11);
    for (let round = 0; round < 8; round++) {
      const faults = [proxy.cut, proxy.stall, proxy.dropAnswers, () => void proxy.delay(100)];
      await troubled.atNextCommit(() => faults[round % faults.length]!());
      await running.accepts(5 + Math.floor(random() * 20));
      proxy.pass();
      const { ok } = troubled.commits;
      await running.until(() => troubled.commits.ok > ok);
    }
    const sent = await running.finish();
    expect(troubled.commits.unknown).toBeGreaterThan(0);
    expect(fair.commits.conflict + troubled.commits.conflict).toBeGreaterThan(0);
    await prove(reader, walletId, sent);
  });
});

function failuresSince(running: Load, from: number): number {
  return running.attemptsSince(from).filter(({ outcome }) => outcome.kind === 'failed').length;
}
