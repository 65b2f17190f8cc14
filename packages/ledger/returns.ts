// Where credits return to that were spent or clawed back: their grant, begun again if it was used up; and if it has expired
// since, a bucket of the same kind that lasts a week.
import { beginGrant, bucketFor, endOfDay, priorityOf } from './buckets.ts';
import type { Begun } from './buckets.ts';
import type { ChargePart } from './charges.ts';
import type { Spending } from './funds.ts';
import { returnedTtlMs } from './limits.ts';
import type { Allocation, Grant, GrantFields, GrantKind, Wallet } from './types.ts';
import { withGrant } from './wallet.ts';

/** The entry that returns credits. */
export interface Returning {
  readonly entryId: string;
  readonly now: number;
  /** A grant that the wallet has forgotten, as it was when it began. */
  readonly grantOf: (grantId: string) => Grant;
  readonly source: string;
  /** The deadline of what belonged to expired grants, where an earlier return has fixed it. */
  readonly returnedUntil?: number | undefined;
}

export interface Returned {
  /** What comes in; `debt` is what goes straight to the debt that it once became. */
  readonly spending: Spending;
  /** The grants that it goes to. */
  readonly grants: readonly Grant[];
  /** What belongs to no grant that still lives. */
  readonly grant?: GrantFields;
}

/** Finds the grants for what comes back, in its order. */
export function returned(wallet: Wallet, returning: Returning, parts: readonly ChargePart[]): Returned {
  const allocations = new Map<string, number>();
  const grants: Grant[] = [];
  const homeless: { readonly kind: GrantKind; readonly credits: number; readonly isForEver: boolean }[] = [];
  let debt = 0;
  let current: Pick<Wallet, 'grants' | 'seq'> = wallet;
  for (const { grantId, credits } of parts) {
    if (grantId === undefined) {
      // What an overdraft paid goes back to the debt, as far as that is not what open holds were lent.
      // A charge may name two overdrafts: its hold's, and that of what it charged above the hold.
      const undone = Math.min(credits, wallet.debt - lentIn(wallet) - debt);
      debt += undone;
      // The debt has been repaid by whatever came in since: from then on it was the customer's own money.
      if (credits > undone) homeless.push({ kind: 'purchase', credits: credits - undone, isForEver: true });
      continue;
    }
    const known = current.grants.find((grant) => grant.grantId === grantId);
    const origin = known ?? returning.grantOf(grantId);
    if ((origin.expiresAt ?? Infinity) <= returning.now) {
      homeless.push({ kind: origin.kind, credits, isForEver: false });
      continue;
    }
    const home = known ?? bucketFor(current, origin) ?? origin;
    current = { ...current, grants: withGrant(current.grants, home) };
    grants.push(home);
    allocations.set(home.grantId, (allocations.get(home.grantId) ?? 0) + credits);
  }
  const grant = sheltered(current, returning, homeless);
  if (grant !== undefined) {
    grants.push(grant.bucket);
    const { grantId } = grant.bucket;
    allocations.set(grantId, (allocations.get(grantId) ?? 0) + grant.fields.credits);
  }
  const list: Allocation[] = [...allocations].map(([grantId, credits]) => ({ grantId, credits }));
  return { spending: { allocations: list, debt }, grants, ...(grant === undefined ? {} : { grant: grant.fields }) };
}

/** One bucket for all of it, of a paid kind if any of it was paid. */
function sheltered(
  wallet: Pick<Wallet, 'grants' | 'seq'>,
  { entryId, now, source, returnedUntil = endOfDay(now + returnedTtlMs) }: Returning,
  homeless: readonly { readonly kind: GrantKind; readonly credits: number; readonly isForEver: boolean }[],
): Begun | undefined {
  const first = homeless.find((part) => priorityOf(part.kind) === 1) ?? homeless[0];
  if (first === undefined) return undefined;
  const { kind } = first;
  const credits = homeless.reduce((sum, part) => sum + part.credits, 0);
  const isForEver = homeless.some((part) => part.isForEver);
  return beginGrant(wallet, entryId, { kind, credits, source, ...(isForEver ? {} : { expiresAt: returnedUntil }) });
}

function lentIn({ holds }: Wallet): number {
  let lent = 0;
  for (const holdId in holds) lent += holds[holdId]?.debt ?? 0;
  return lent;
}
