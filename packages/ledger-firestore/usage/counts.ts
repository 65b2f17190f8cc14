// What is counted of an entry, and when: plain sums by name, so that days, shards and instances simply add up.
import { parseEntry, type Entry } from '@reelbanana/ledger';

/**
 * Sums by name:
 * `operation/<id>/charges|credits|waived` (deduct, settle and late settle; credits is what wallets really paid, less refunds),
 * `granted/<kind>/grants|credits`, `paid/<currency>` (minor units), `account/<account>` (the sum of its postings).
 */
export type Counts = ReadonlyMap<string, number>;

/** The UTC day in which something was created: `2026-06-01`. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

const charges: ReadonlySet<string> = new Set(['deduct', 'settle', 'lateSettle']);

/** The day that an entry counts in, by `createdAt` as statements do, and what it adds. */
export function usageOf(entry: Entry): { readonly day: string; readonly counts: Counts } {
  const { type, createdAt, postings, operation, grant, paid } = parseEntry(entry);
  const counts = new Map<string, number>();
  for (const { account, credits } of postings) add(counts, `account/${account}`, credits);
  const of = (account: string): number => counts.get(`account/${account}`) ?? 0;
  if (operation !== undefined && (charges.has(type) || of('consumed') !== 0)) {
    if (charges.has(type)) add(counts, `operation/${operation}/charges`, 1);
    add(counts, `operation/${operation}/credits`, of('consumed') + of('waived'));
    add(counts, `operation/${operation}/waived`, -of('waived'));
  }
  if (type === 'grant' && grant !== undefined) {
    add(counts, `granted/${grant.kind}/grants`, 1);
    add(counts, `granted/${grant.kind}/credits`, grant.credits);
    if (paid !== undefined) add(counts, `paid/${paid.currency.toLowerCase()}`, paid.amountMinor);
  }
  return { day: dayOf(createdAt), counts };
}

/** Adds `more` to `sums`. */
export function addCounts(sums: Map<string, number>, more: Counts): void {
  for (const [name, count] of more) add(sums, name, count);
}

function add(sums: Map<string, number>, name: string, count: number): void {
  if (count !== 0) sums.set(name, (sums.get(name) ?? 0) + count);
}
