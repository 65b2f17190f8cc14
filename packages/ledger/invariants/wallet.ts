// The wallet document against the fold: the entries alone must reproduce it.
import type { Fold } from './fold.ts';
import { inBurnDownOrder } from './buckets.ts';
import { canonical } from './safely.ts';
import type { Report } from './safely.ts';
import type { Wallet } from '../types.ts';

/** What a wallet has beside what its entries say. The genesis proves the first two, nothing the others. */
const UNCHAINED: readonly string[] = ['walletId', 'env', 'owner', 'readers', 'windows'];

/** Reports each part of the wallet that differs from the fold. Owner, readers and the windows of caps stand in no entry. */
export function checkWallet(wallet: Wallet, fold: Fold, seq: number, headHash: string, report: Report): void {
  const expected: Readonly<Record<string, unknown>> = {
    v: 1,
    grants: grantsOf(fold),
    holds: holdsOf(fold),
    ...fold.settings,
    debt: 0 - fold.totals.debt,
    totals: fold.totals,
    seq,
    headHash,
    at: fold.last?.createdAt ?? 0,
  };
  for (const [field, value] of Object.entries(expected)) {
    const actual = canonical(wallet[field as keyof Wallet]);
    if (actual !== canonical(value)) report('wallet', `${field} is ${actual}, the entries say ${canonical(value)}`);
  }
  for (const field of Object.keys(wallet)) {
    if (!Object.hasOwn(expected, field) && !UNCHAINED.includes(field)) report('wallet', `${field} is a foreign field`);
  }
}

function grantsOf({ grants }: Fold): readonly unknown[] {
  return [...grants.values()].sort(inBurnDownOrder).map(({ grantId, kind, expiresAt, seq, remaining, rollover }) => ({
    grantId,
    kind,
    priority: kind === 'plan' || kind === 'purchase' ? 1 : 0,
    remaining,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    seq,
    ...(rollover === undefined ? {} : { rollover }),
  }));
}

function holdsOf({ holds }: Fold): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...holds.values()].map(({ holdId, opened, expiresAt, parts, lent }) => [
      holdId,
      {
        holdId,
        credits: opened.credits,
        allocations: [...parts].map(([grantId, credits]) => ({ grantId, credits })),
        debt: lent,
        operation: opened.operation,
        priceVersion: opened.priceVersion,
        actor: opened.actor.pseudonym,
        createdAt: opened.createdAt,
        expiresAt,
        ...(opened.unmetered ? { unmetered: true } : {}),
      },
    ]),
  );
}
