// Two engines, as two processes would have them, on one wallet of Google's emulator: 10 % repeated keys in flight, more asked
// for than there is. Exact to the credit.
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { chargeFactId, type Entry, type Fact } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { openFirestore } from '../open.ts';
import { openReader } from '../reader.ts';
import { deduct, grant, refund } from '../testing/commands.ts';
import { freshDatabase } from '../testing/emulator.ts';
import { seededRandom } from '../testing/virtual-time.ts';
import { createEngine, type CommitEngine } from './engine.ts';
import type { Outcome } from './outcome.ts';

jest.setTimeout(120_000);

const { db, ...name } = freshDatabase();
const ledgers = [openFirestore(name), openFirestore(name)];
const engines = ledgers.map(({ store }) => createEngine({ store, now: Date.now, random: Math.random }));
const reader = openReader(name);

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.drain()));
  await Promise.all([db.terminate(), reader.close(), ...ledgers.map((ledger) => ledger.close())]);
});

/** As a client does: the same key again until the answer is definite. */
async function definite(engine: CommitEngine, walletId: string, key: string, credits: number): Promise<Outcome> {
  for (;;) {
    const outcome = await engine.execute(walletId, deduct(key, credits), { deadlineMs: 30_000 });
    if (outcome.kind !== 'failed') return outcome;
    await new Promise((resolve) => setTimeout(resolve, outcome.retryAfterMs));
  }
}

async function chain(walletId: string) {
  const entries: Entry[] = [];
  for await (const entry of reader.entries(walletId)) entries.push(entry);
  return { wallet: (await reader.wallet(walletId))!, entries };
}

describe('two engines on one wallet', () => {
  it('accept exactly what the funds allow, each key once, whichever engine it came to', async () => {
    const { walletId } = await ledgers[0]!.users.ensure({ uid: 'shared', now: Date.now() });
    const funds = 1_500;
    await engines[0]!.execute(walletId, grant('g', funds));
    const random = seededRandom(7);
    const callers = 32;
    const each = 40;
    const outcomes = new Map<string, Outcome[]>();
    const caller = async (number: number) => {
      for (let index = 0; index < each; index++) {
        const key = `k-${number}-${index}`;
        const credits = 1 + Math.floor(random() * 3);
        const engine = engines[(number + index) % 2]!;
        const twins = random() < 0.1 ? [engine, engines[(number + index + 1) % 2]!] : [engine];
        outcomes.set(key, await Promise.all(twins.map((twin) => definite(twin, walletId, key, credits))));
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));

    const { wallet, entries } = await chain(walletId);
    expect(invariants(wallet, entries)).toEqual([]);
    const answers = [...outcomes.values()].map((same) =>
      same.flatMap((outcome) => (outcome.kind === 'answer' ? [outcome.answer] : [])),
    );
    const accepted = answers.filter((same) => same.length > 0);
    // Each accepted key is one entry, and every answer to it is that entry.
    expect(accepted).toHaveLength(entries.length - 1);
    for (const same of accepted) expect(new Set(same.map((answer) => answer.entry.hash)).size).toBe(1);
    // The pressure was real: what was left would not have paid for what was refused.
    const charged = accepted.reduce((sum, same) => sum + same[0]!.body.credits!, 0);
    expect(wallet.totals).toMatchObject({ available: funds - charged, consumed: charged });
    expect(accepted.length).toBeLessThan(callers * each);
    expect(wallet.totals.available).toBeLessThan(3);
    const refused = [...outcomes.values()].flat().filter((outcome) => outcome.kind === 'rejected');
    expect(refused.length).toBeGreaterThan(100);
    for (const outcome of refused) expect(outcome).toMatchObject({ rejection: { code: 'INSUFFICIENT_CREDITS' } });
  });

  it('give back no more of one charge than it was, and say so to the credit', async () => {
    const { walletId } = await ledgers[0]!.users.ensure({ uid: 'refunds', now: Date.now() });
    await engines[0]!.execute(walletId, grant('g', 100));
    const charge = await engines[0]!.execute(walletId, deduct('d', 50));
    const chargeId = (charge as { answer: { entry: Entry } }).answer.entry.id;
    const asked = Array.from({ length: 20 }, (_, index) =>
      engines[index % 2]!.execute(walletId, refund(`r${index}`, chargeId, 4), { deadlineMs: 30_000 }),
    );
    const outcomes = await Promise.all(asked);
    expect(outcomes.filter((outcome) => outcome.kind === 'answer')).toHaveLength(12);
    const refused = outcomes.filter((outcome) => outcome.kind !== 'answer');
    for (const outcome of refused)
      expect(outcome).toMatchObject({ rejection: { code: 'REFUND_EXCEEDS_CHARGE', data: { refunded: 48 } } });
    const { wallet, entries } = await chain(walletId);
    const facts = await ledgers[1]!.store.facts(walletId, [chargeFactId(chargeId)], 10_000);
    expect(facts.get(chargeFactId(chargeId))).toMatchObject({ refunded: 48 });
    expect(invariants(wallet, entries, facts as ReadonlyMap<string, Fact>)).toEqual([]);
    expect(wallet.totals).toMatchObject({ available: 98, consumed: 2 });
  });

  it('the second engine replays what the first has charged, and refuses another body under its key', async () => {
    const { walletId } = await ledgers[0]!.users.ensure({ uid: 'replay', now: Date.now() });
    await engines[0]!.execute(walletId, grant('g', 10));
    await engines[1]!.execute(walletId, deduct('warm', 1));
    const first = await engines[0]!.execute(walletId, deduct('k', 5));
    const again = await engines[1]!.execute(walletId, deduct('k', 5));
    expect(first).toMatchObject({ kind: 'answer', answer: { replayed: false } });
    expect(again).toMatchObject({
      kind: 'answer',
      answer: { replayed: true, entry: (first as { answer: { entry: Entry } }).answer.entry },
    });
    expect(await engines[1]!.execute(walletId, deduct('k', 4))).toMatchObject({
      rejection: { code: 'DUPLICATE_OPERATION' },
    });
    expect((await engines[0]!.wallet(walletId))!.totals.available).toBe(4);
  });
});
