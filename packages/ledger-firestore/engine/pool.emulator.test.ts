// Shared commits on Google's emulator: two engines with lanes on the same wallets, 10 % repeated keys in flight, so that real
// preconditions fail in commits of many wallets. Exact to the credit.
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { keyId, type Entry } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { openFirestore } from '../open.ts';
import { openReader } from '../reader.ts';
import { deduct, grant } from '../testing/commands.ts';
import { freshDatabase } from '../testing/emulator.ts';
import { seededRandom } from '../testing/virtual-time.ts';
import { createEngine, type CommitEngine } from './engine.ts';
import type { Outcome } from './outcome.ts';

jest.setTimeout(120_000);

const { db, ...name } = freshDatabase();
const ledgers = [openFirestore(name), openFirestore(name)];
const shared: Record<string, number> = {};
const metrics = {
  commit: () => undefined,
  shared: (outcome: string) => void (shared[outcome] = (shared[outcome] ?? 0) + 1),
};
const limits = { laneWalletsMax: 50, quarantineMs: 20 };
const engines = ledgers.map(({ store }) =>
  createEngine({ store, now: Date.now, random: Math.random, metrics, limits }),
);
const reader = openReader(name);

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.drain()));
  await Promise.all([db.terminate(), reader.close(), ...ledgers.map((ledger) => ledger.close())]);
});

/** As a client does: the same key again until the answer is definite. */
async function definite(engine: CommitEngine, walletId: string, key: string): Promise<Outcome> {
  for (;;) {
    const outcome = await engine.execute(walletId, deduct(key, 1), { deadlineMs: 30_000 });
    if (outcome.kind !== 'failed') return outcome;
    await new Promise((resolve) => setTimeout(resolve, outcome.retryAfterMs));
  }
}

describe('two engines with lanes', () => {
  it('charge every key of sixty wallets exactly once, whatever failed beside it', async () => {
    const [walletsCount, funds, callers, each] = [60, 1_000, 64, 10];
    const wallets = await Promise.all(
      Array.from({ length: walletsCount }, (_, index) =>
        ledgers[0]!.users.ensure({ uid: `u${index}`, now: Date.now() }),
      ),
    );
    await Promise.all(wallets.map(({ walletId }) => engines[0]!.execute(walletId, grant('g', funds))));
    const random = seededRandom(11);
    const keys = new Map<string, string[]>(wallets.map(({ walletId }) => [walletId, []]));
    const answers: Outcome[] = [];
    const caller = async (number: number) => {
      // Most wallets have one engine that writes them; every tenth is written by both.
      for (let index = 0; index < each; index++) {
        const place = Math.floor(random() * walletsCount);
        const { walletId } = wallets[place]!;
        const key = `k-${number}-${index}`;
        keys.get(walletId)!.push(key);
        const engine = engines[place % 10 === 0 ? index % 2 : place % 2]!;
        const twins = random() < 0.1 ? engines : [engine];
        answers.push(...(await Promise.all(twins.map((twin) => definite(twin, walletId, key)))));
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));

    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['answer']));
    for (const [walletId, charged] of keys) {
      const entries: Entry[] = [];
      for await (const entry of reader.entries(walletId)) entries.push(entry);
      const wallet = (await reader.wallet(walletId))!;
      expect(invariants(wallet, entries)).toEqual([]);
      const ids = charged.map((key) => keyId(walletId, 'deduct', key));
      expect(
        entries
          .slice(1)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(ids.sort());
      expect(wallet.totals.available).toBe(funds - charged.length);
    }
    // They did share, and it did fail.
    expect(shared['ok']).toBeGreaterThan(10);
    expect(shared['conflict']).toBeGreaterThan(0);
  });
});
