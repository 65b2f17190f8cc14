// Several processes on one hot wallet share it. Method: virtual time, a store at a distance that is drawn per call from a
// seed, callers who ask again as soon as they are answered; the second process comes when the first is in full swing.
//
// A commit of one process has to be read by the next one before it can follow, so at most one commit a round trip lands,
// whoever sends it, and each carries what the callers of one process ask. Hence the rate is compared with that of one process
// that has as many callers as each of several has.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { invariants } from '@reelbanana/ledger/invariants';
import type { LedgerStore } from '../port.ts';
import { sleep } from '../scheduler.ts';
import { MemoryStore } from '../stores/memory.ts';
import { commitOf, deduct, emptyWallet, grant } from '../testing/commands.ts';
import { seededRandom, VirtualTime } from '../testing/virtual-time.ts';
import { createEngine } from './engine.ts';

const w = 'hot';
const callersEach = 4;
const laterMs = 300;
/** By then they have met; what comes after is measured. */
const warmMs = 5_000;
const measuredMs = 4_000;

interface Scene {
  readonly processes: number;
  /** Of one call to the store and back, in milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly seed: number;
  /** When the last process has no more callers, by the clock of the scene. */
  readonly leavesMs?: number;
}

async function play({ processes, fromMs, toMs, seed, leavesMs = Infinity }: Scene) {
  const time = new VirtualTime();
  const memory = new MemoryStore();
  memory.add(emptyWallet(w));
  const { wallet, version } = (await memory.load(w))!;
  memory.commitNow([commitOf(wallet, version, [grant('seed', 1_000_000)], time.now())]);
  const start = time.now();
  const random = seededRandom(seed);
  const isMeasured = () => time.now() >= start + warmMs && time.now() < start + warmMs + measuredMs;
  const oneWay = () => sleep(time, Math.round((fromMs + random() * (toMs - fromMs)) / 2));
  const distant = async <T>(call: () => Promise<T>): Promise<T> => {
    await oneWay();
    try {
      return await call();
    } finally {
      await oneWay();
    }
  };
  const store: LedgerStore = {
    load: (walletId) => distant(() => memory.load(walletId)),
    find: (walletId, ids) => distant(() => memory.find(walletId, ids)),
    facts: (walletId, ids) => distant(() => memory.facts(walletId, ids)),
    commit: (lane) => distant(() => memory.commit(lane)),
  };

  const count = { ok: 0, failed: 0, reads: 0, refused: 0 };
  const latencies: number[] = [];
  const process = async (number: number) => {
    await sleep(time, number * laterMs);
    const own = { done: 0, firstMs: Infinity };
    const metrics = {
      commit: (outcome: string) => void (isMeasured() && (outcome === 'ok' ? count.ok++ : count.failed++)),
      read: () => void (isMeasured() && count.reads++),
    };
    const engine = createEngine({ store, now: time.now, random: seededRandom(seed + number), timers: time, metrics });
    const end = start + (number === processes - 1 ? Math.min(leavesMs, warmMs + measuredMs) : warmMs + measuredMs);
    let keys = 0;
    const caller = async () => {
      while (time.now() < end) {
        const askedAt = time.now();
        const outcome = await engine.execute(w, deduct(`${number}-${keys++}`, 1));
        if (outcome.kind !== 'answer') count.refused += 1;
        own.firstMs = Math.min(own.firstMs, time.now() - start - number * laterMs);
        if (!isMeasured()) continue;
        own.done += 1;
        latencies.push(time.now() - askedAt);
      }
    };
    await Promise.all(Array.from({ length: callersEach }, caller));
    return own;
  };
  const all = await time.run(Promise.all(Array.from({ length: processes }, (_, number) => process(number))));
  expect(invariants((await memory.load(w))!.wallet, memory.entries(w))).toEqual([]);
  const done = all.reduce((sum, own) => sum + own.done, 0);
  return {
    perSecond: (done * 1_000) / measuredMs,
    readsEach: count.reads / done,
    failedShare: count.failed / (count.ok + count.failed),
    refused: count.refused,
    shareMin: Math.min(...all.map((own) => own.done)) / done,
    firstMs: Math.max(...all.map((own) => own.firstMs)),
    p99Ms: latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)]!,
  };
}

const distances = [
  { fromMs: 20, toMs: 20 },
  { fromMs: 10, toMs: 40 },
  { fromMs: 5, toMs: 50 },
];

describe.each(distances)('processes on one hot wallet, $fromMs to $toMs ms away', (distance) => {
  let one: Awaited<ReturnType<typeof play>>;
  beforeAll(async () => void (one = await play({ ...distance, processes: 1, seed: 1 })));

  it.each([1, 2])('two share it fairly, at the rate of one, with hardly a failed commit (seed %i)', async (seed) => {
    const two = await play({ ...distance, processes: 2, seed });
    expect(two.shareMin).toBeGreaterThanOrEqual(0.4);
    expect(two.failedShare).toBeLessThanOrEqual(0.05);
    expect(two.perSecond).toBeGreaterThanOrEqual(0.8 * one.perSecond);
    expect(two.p99Ms).toBeLessThanOrEqual(5 * one.p99Ms);
    expect(two.refused).toBe(0);
    expect(two.firstMs).toBeLessThan(warmMs);
  });

  it('of three none starves', async () => {
    const three = await play({ ...distance, processes: 3, seed: 1 });
    expect(three.shareMin).toBeGreaterThanOrEqual(0.2);
    expect(three.refused).toBe(0);
  });

  it('one alone reads nothing, and loses no more than 3 % to those who may come', () => {
    const { readsEach, failedShare, perSecond } = one;
    expect({ readsEach, failedShare }).toEqual({ readsEach: 0, failedShare: 0 });
    const commitsPerSecond = 1_000 / ((distance.fromMs + distance.toMs) / 2 + 1); // a leg is rounded to whole milliseconds
    expect(perSecond).toBeGreaterThanOrEqual(0.97 * callersEach * commitsPerSecond);
  });

  it('one whose rival has left forgets it', async () => {
    const left = await play({ ...distance, processes: 2, seed: 1, leavesMs: warmMs - 2_000 });
    expect(left.readsEach).toBeLessThan(0.02);
    expect(left.perSecond).toBeGreaterThanOrEqual(0.95 * one.perSecond);
  });
});
