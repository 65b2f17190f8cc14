// What was charged, read from its entry: how much, and which grants paid.
import { parseEntry } from './chain.ts';
import type { Entry, EntryBody } from './types.ts';

/** A part of a charge. Without a grant: what an overdraft paid. */
export interface ChargePart {
  readonly grantId?: string;
  readonly credits: number;
}

/** The entry types that charge. */
const CHARGES: readonly EntryBody['type'][] = ['deduct', 'settle', 'lateSettle'];

/** The body of an entry that charged; undefined for any other, and for one that is not there. */
export function chargeIn(entry: Entry | null | undefined): EntryBody | undefined {
  if (!entry) return undefined;
  const body = parseEntry(entry);
  return CHARGES.includes(body.type) ? body : undefined;
}

/**
 * What paid a charge, in the order of its allocations: the credits of its hold in their order, then what was available,
 * then debt; the first `credits` of them.
 */
export function partsOf({ postings, holdId, credits: charged = 0 }: EntryBody): readonly ChargePart[] {
  const held = postings.filter((posting) => posting.account === 'held' && posting.holdId === holdId);
  const paid = postings.filter(({ account, credits }) => account === 'available' && credits < 0);
  const owed = postings.filter(({ account, credits }) => account === 'debt' && credits < 0);
  const parts: ChargePart[] = [];
  let rest = charged;
  for (const { grantId, credits } of [...held, ...paid, ...owed]) {
    const taken = Math.min(rest, 0 - credits);
    if (taken <= 0) break;
    rest -= taken;
    parts.push({ credits: taken, ...(grantId === undefined ? {} : { grantId }) });
  }
  return parts;
}

/** The grants that paid a charge; none where the entry is none. */
export function grantIdsOf(entry: Entry | null | undefined): readonly string[] {
  const body = chargeIn(entry);
  return body === undefined ? [] : [...new Set(partsOf(body).flatMap(({ grantId }) => grantId ?? []))];
}

/** The last `credits` of the parts before the last `skipped` ones, last first: the order of refunds. */
export function lastOf(parts: readonly ChargePart[], skipped: number, credits: number): readonly ChargePart[] {
  const last: ChargePart[] = [];
  let toSkip = skipped;
  let rest = credits;
  for (const part of parts.toReversed()) {
    const left = Math.max(0, part.credits - toSkip);
    toSkip -= part.credits - left;
    const taken = Math.min(left, rest);
    if (taken === 0) continue;
    rest -= taken;
    last.push({ ...part, credits: taken });
  }
  return last;
}
