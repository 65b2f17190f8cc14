/** Counters as reports: what each name stands for (packages/ledger-firestore/usage/counts.ts) in words of the API. */
import { addCounts, type Counts } from '@reelbanana/ledger-firestore';

export interface OperationUsage {
  readonly charges: number;
  readonly credits: number;
  readonly waived: number;
}

/** By operation. */
export function operationsOf(counts: Counts): Record<string, OperationUsage> {
  return Object.fromEntries(
    namesUnder(counts, 'operation').map((id) => [
      id,
      {
        charges: of(counts, `operation/${id}/charges`),
        credits: of(counts, `operation/${id}/credits`),
        waived: of(counts, `operation/${id}/waived`),
      },
    ]),
  );
}

/** By kind of grant. */
export function grantedOf(counts: Counts): Record<string, { readonly grants: number; readonly credits: number }> {
  return Object.fromEntries(
    namesUnder(counts, 'granted').map((kind) => [
      kind,
      { grants: of(counts, `granted/${kind}/grants`), credits: of(counts, `granted/${kind}/credits`) },
    ]),
  );
}

/** By currency, in minor units. */
export function paidOf(counts: Counts): Record<string, number> {
  return Object.fromEntries(namesUnder(counts, 'paid').map((currency) => [currency, of(counts, `paid/${currency}`)]));
}

/** What the postings of an account sum to. */
export function accountOf(counts: Counts, account: string): number {
  return of(counts, `account/${account}`);
}

export function sumOf(all: Iterable<Counts>): Counts {
  const sums = new Map<string, number>();
  for (const counts of all) addCounts(sums, counts);
  return sums;
}

const of = (counts: Counts, name: string): number => counts.get(name) ?? 0;

function namesUnder(counts: Counts, subject: string): string[] {
  const found = [...counts.keys()].map((name) => name.split('/')).filter(([first]) => first === subject);
  return [...new Set(found.map(([, second = '']) => second))].sort();
}
