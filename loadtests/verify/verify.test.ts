/** The verifier passes an honest run and names each kind of dishonesty. */
import { describe, expect, it } from '@jest/globals';
import { createWallet, decide, fingerprint, type Command, type Entry, type Wallet } from '@reelbanana/ledger';
import { readTally, type Tally } from './tally.ts';
import { verify, type StoredWallet } from './verify.ts';

const actor = { kind: 'service', pseudonym: 'a'.repeat(32) } as const;
const startedAt = Date.UTC(2026, 5, 1);
const keyed = (key: string) => ({ key, fingerprint: fingerprint('test', 'test', { key }), actor });

/** A wallet after 100 granted credits, two deductions of 1, one hold of 5 settled at 3 and one released. */
function honestRun(): StoredWallet {
  let wallet: Wallet = createWallet({
    walletId: 'w1',
    env: 'local/(default)',
    owner: { kind: 'user', id: 'load-1' },
    readers: ['load-1'],
  });
  const entries: Entry[] = [];
  const run = (command: Command): string => {
    const decision = decide(wallet, new Map(), command, startedAt + entries.length);
    if (decision.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(decision)}`);
    wallet = decision.wallet;
    entries.push(...decision.entries);
    return decision.answer!.entry.id;
  };
  const narration = { operation: 'narration', params: { characters: 100 }, priceVersion: 1 } as const;
  run({ type: 'grant', kind: 'bonus', credits: 100, source: 'test', reasonCode: 'test', ...keyed('g') });
  run({ type: 'deduct', ...narration, credits: 1, ...keyed('d1') });
  run({ type: 'deduct', ...narration, credits: 1, ...keyed('d2') });
  const settled = run({ type: 'reserve', ...narration, credits: 5, ttlMs: 60_000, ...keyed('r1') });
  run({ type: 'settle', holdId: settled, credits: 3, ...keyed('s1') });
  const released = run({ type: 'reserve', ...narration, credits: 5, ttlMs: 60_000, ...keyed('r2') });
  run({ type: 'release', holdId: released, reasonCode: 'test', ...keyed('x1') });
  return { wallet, entries };
}

const claim: Tally = { deduct: 2, reserve: 2, settle: 1, release: 1, chargedCredits: 5 };
const rules = (stored: StoredWallet, accepted: Tally, now = startedAt): string[] =>
  verify([stored], accepted, now).findings.map(({ rule }) => rule);

describe('verify', () => {
  it('finds nothing in an honest run', () => {
    const verdict = verify([honestRun()], claim, startedAt);
    expect(verdict).toEqual({ wallets: 1, entries: 7, stored: claim, findings: [] });
  });

  it.each(['deduct', 'reserve', 'settle', 'release', 'chargedCredits'] as const)(
    'finds a %s that was accepted and is not in the ledger, and the reverse',
    (term) => {
      expect(rules(honestRun(), { ...claim, [term]: claim[term] + 1 })).toEqual([`accepted = stored: ${term}`]);
      expect(rules(honestRun(), { ...claim, [term]: claim[term] - 1 })).toEqual([`accepted = stored: ${term}`]);
    },
  );

  it('finds an entry that was deleted, changed or added twice', () => {
    const { wallet, entries } = honestRun();
    const changed = { ...entries[1]!, body: entries[1]!.body.replace('"characters":100', '"characters":101') };
    expect(rules({ wallet, entries: entries.toSpliced(1, 1) }, claim)).not.toEqual([]);
    expect(rules({ wallet, entries: entries.with(1, changed) }, claim)).not.toEqual([]);
    expect(rules({ wallet, entries: [...entries, entries[1]!] }, claim)).toContain('duplicate');
  });

  it('finds a wallet that was edited, a negative balance and a hold that outlived its time', () => {
    const { wallet, entries } = honestRun();
    const totals = { ...wallet.totals, available: -1 };
    expect(rules({ wallet: { ...wallet, totals }, entries }, claim)).toContain('negative');
    const hold = {
      holdId: 'h',
      credits: 0,
      allocations: [],
      debt: 0,
      operation: 'narration',
      priceVersion: 1,
      actor: actor.pseudonym,
      createdAt: startedAt,
      expiresAt: startedAt,
    };
    const stuck = { wallet: { ...wallet, holds: { h: hold } }, entries };
    expect(rules(stuck, claim, startedAt + 1)).toContain('stuck hold');
  });
});

describe('readTally', () => {
  it('reads k6 counters and takes one that never counted as zero', () => {
    const metrics = { accepted_deduct: { type: 'counter', values: { count: 7, rate: 1 } } };
    expect(readTally({ metrics })).toEqual({ deduct: 7, reserve: 0, settle: 0, release: 0, chargedCredits: 0 });
  });

  it('refuses a file that is no summary', () => {
    expect(() => readTally({ results: [] })).toThrow();
  });
});
