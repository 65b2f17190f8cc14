// A hot wallet on a document that takes one commit a second (what the cloud says of a single document): nobody waits long and
// nobody is told 503. Method: virtual time, and a store that answers ABORTED to what comes sooner, 30 ms away.
import { expect, it } from '@jest/globals';
import { invariants } from '@reelbanana/ledger/invariants';
import { UnknownOutcome, type LedgerStore } from '../port.ts';
import { sleep } from '../scheduler.ts';
import { MemoryStore } from '../stores/memory.ts';
import { commitOf, deduct, emptyWallet, grant } from '../testing/commands.ts';
import { seededRandom, VirtualTime } from '../testing/virtual-time.ts';
import { createEngine } from './engine.ts';

const w = 'hot';
const delayMs = 30;
const perSecond = 400;
const seconds = 20;
const tickMs = 10;

interface Scene {
  readonly processes: number;
  readonly seed: number;
  /** When the document becomes as fast as any, in milliseconds from the start. */
  readonly slowUntilMs?: number;
  /** Of so many refused commits one lands nevertheless. */
  readonly ghostEvery?: number;
}

async function play({ processes, seed, slowUntilMs = Infinity, ghostEvery = Infinity }: Scene) {
  const time = new VirtualTime();
  const memory = new MemoryStore();
  memory.add(emptyWallet(w));
  const { wallet, version } = (await memory.load(w))!;
  memory.commitNow([commitOf(wallet, version, [grant('seed', 1_000_000)], time.now())]);
  const start = time.now();
  const count = { taken: 0, refused: 0 };
  let freeAt = 0;
  const distant = async <T>(call: () => Promise<T>): Promise<T> => {
    await sleep(time, delayMs);
    return call();
  };
  const store: LedgerStore = {
    load: (walletId) => distant(() => memory.load(walletId)),
    find: (walletId, ids) => distant(() => memory.find(walletId, ids)),
    facts: (walletId, ids) => distant(() => memory.facts(walletId, ids)),
    commit: (lane) => {
      const isTaken = time.now() >= freeAt;
      count[isTaken ? 'taken' : 'refused'] += 1;
      if (isTaken) freeAt = time.now() + (time.now() - start < slowUntilMs ? 1_000 : 0);
      const lands = isTaken || count.refused % ghostEvery === 0;
      return distant(async () => {
        const versions = lands ? await memory.commit(lane) : [];
        if (!isTaken) throw new UnknownOutcome('too much contention on these documents', true);
        return versions;
      });
    },
  };
  const engines = Array.from({ length: processes }, (_, number) =>
    createEngine({ store, now: time.now, random: seededRandom(10 * seed + number), timers: time }),
  );
  const asked: Promise<{ kind: string; tookMs: number; at: number }>[] = [];
  const ask = async (number: number) => {
    const at = time.now() - start;
    const { kind } = await engines[number % processes]!.execute(w, deduct(`k${number}`, 1));
    return { kind, at, tookMs: time.now() - start - at };
  };
  const load = async () => {
    for (let passedMs = 0; passedMs < seconds * 1_000; passedMs += tickMs) {
      while (asked.length < ((passedMs + tickMs) * perSecond) / 1_000) asked.push(ask(asked.length));
      await sleep(time, tickMs);
    }
    return Promise.all(asked);
  };
  const answers = await time.run(load());
  const stored = (await memory.load(w))!.wallet;
  expect(invariants(stored, memory.entries(w))).toEqual([]);
  expect(stored.totals.consumed).toBe(answers.length);
  expect(answers.filter(({ kind }) => kind !== 'answer')).toEqual([]);
  const p99Ms = (from = 0) => {
    const took = answers.filter(({ at }) => at >= from).map(({ tookMs }) => tookMs);
    return took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)]!;
  };
  return { ...count, p99Ms };
}

it.each([1, 2, 3])(
  'one process: 99 of 100 wait at most 2.5 s, and hardly more is refused than taken (seed %i)',
  async (seed) => {
    const { p99Ms, taken, refused } = await play({ processes: 1, seed });
    expect(p99Ms()).toBeLessThanOrEqual(2_500);
    expect(refused).toBeLessThanOrEqual(1.5 * taken);
  },
);

it.each([1, 2, 3])('two processes take turns: nobody starves, and they do not stampede (seed %i)', async (seed) => {
  const { p99Ms, taken, refused } = await play({ processes: 2, seed });
  expect(p99Ms()).toBeLessThanOrEqual(6_000);
  expect(refused).toBeLessThanOrEqual(2 * 4 * taken);
});

it('of three processes none is told 503', async () => {
  const { taken, refused } = await play({ processes: 3, seed: 1 });
  expect(refused).toBeLessThanOrEqual(3 * 4 * taken);
});

it('soon forgets that the document was slow', async () => {
  const { p99Ms } = await play({ processes: 1, seed: 1, slowUntilMs: 5_000 });
  expect(p99Ms(15_000)).toBeLessThanOrEqual(3 * delayMs);
});

it('charges once what was refused and landed nevertheless', async () => {
  const { p99Ms } = await play({ processes: 1, seed: 1, ghostEvery: 3 });
  expect(p99Ms()).toBeLessThanOrEqual(2_500);
});
