/**
 * The proof after a load run: what the service accepted is exactly what the ledger charged, on every load wallet of the
 * run. Reads the stored wallets and entries, never the service that wrote them, and judges them by `invariants`, which
 * shares no code with the decisions that made them.
 */
import { parseEntry, type Entry, type Wallet } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import type { Tally } from './tally.ts';

/** A wallet with its whole chain, in ascending order of seq. */
export interface StoredWallet {
  readonly wallet: Wallet;
  readonly entries: readonly Entry[];
}

/** Something that must not be. */
export interface Finding {
  readonly walletId: string;
  readonly rule: string;
  readonly detail: string;
}

export interface Verdict {
  readonly wallets: number;
  readonly entries: number;
  /** What the ledger holds, in the same terms as the claim. */
  readonly stored: Tally;
  readonly findings: readonly Finding[];
}

const countedTypes = ['deduct', 'reserve', 'settle', 'release'] as const;

/** Judges a run. `accepted` is what the clients were told; the verdict has no finding only if the ledger agrees. */
export function verify(stored: readonly StoredWallet[], accepted: Tally, now: number): Verdict {
  const findings: Finding[] = [];
  const tally = { deduct: 0, reserve: 0, settle: 0, release: 0, chargedCredits: 0 };
  let entryCount = 0;
  for (const { wallet, entries } of stored) {
    const found = (rule: string, detail: string): void =>
      void findings.push({ walletId: wallet.walletId, rule, detail });
    for (const violation of invariants(wallet, entries)) found(violation.invariant, violation.detail);

    const keys = new Map<string, number>();
    for (const entry of entries) {
      entryCount += 1;
      const body = parseEntry(entry);
      const counted = countedTypes.find((type) => type === body.type);
      if (counted !== undefined) tally[counted] += 1;
      for (const { account, credits } of body.postings) if (account === 'consumed') tally.chargedCredits += credits;
      const earlier = keys.get(body.keyDigest);
      if (earlier !== undefined) found('duplicate', `entries ${earlier} and ${body.seq} have the same key`);
      keys.set(body.keyDigest, body.seq);
    }
    if (wallet.totals.available < 0) found('negative', `available is ${wallet.totals.available}`);
    for (const hold of Object.values(wallet.holds)) {
      if (hold.expiresAt < now)
        found('stuck hold', `hold ${hold.holdId} expired at ${hold.expiresAt} and is still open`);
    }
  }
  for (const term of [...countedTypes, 'chargedCredits'] as const) {
    if (tally[term] === accepted[term]) continue;
    const detail = `the service accepted ${accepted[term]}, the ledger holds ${tally[term]}`;
    findings.push({ walletId: 'all', rule: `accepted = stored: ${term}`, detail });
  }
  return { wallets: stored.length, entries: entryCount, stored: tally, findings };
}
