// The audit's own rule of buckets: credits of one kind and expiry stand together.
import type { Fold, FoldedGrant } from './fold.ts';
import type { Report } from './safely.ts';
import type { EntryBody, GrantKind } from '../types.ts';

const PROMOTIONAL: readonly string[] = ['signup', 'free', 'bonus'];
const BUCKETS = 256;

export const isPaid = (kind: GrantKind): boolean => !PROMOTIONAL.includes(kind);

/** Soonest expiry first, then promotional before paid, then oldest. */
export function inBurnDownOrder(a: FoldedGrant, b: FoldedGrant): number {
  const byExpiry = (a.expiresAt ?? Number.MAX_VALUE) - (b.expiresAt ?? Number.MAX_VALUE);
  const byPriority = Number(isPaid(a.kind)) - Number(isPaid(b.kind));
  return byExpiry || byPriority || a.seq - b.seq;
}

/** What credits are, apart from how many. */
export type Sort = Pick<FoldedGrant, 'kind' | 'expiresAt' | 'rollover'>;

/** The open grant that must take credits of a sort; undefined where they begin a grant of their own. */
export function bucketOf(open: Iterable<FoldedGrant>, { kind, expiresAt, rollover }: Sort): FoldedGrant | undefined {
  const all = [...open].sort(inBurnDownOrder);
  const takers = all.filter((grant) => grant.rollover === undefined);
  const equal = takers.find((grant) => grant.kind === kind && grant.expiresAt === expiresAt);
  if (equal && rollover === undefined) return equal;
  if (all.length < BUCKETS) return undefined;
  const later = takers.filter((grant) => (grant.expiresAt ?? Infinity) >= (expiresAt ?? Infinity));
  return later.find((grant) => isPaid(grant.kind) === isPaid(kind)) ?? later[0];
}

/** The bucket that an entry's grant names is the one that must take it. */
export function checkBucket(open: Iterable<FoldedGrant>, { grant }: EntryBody, report: Report): void {
  if (grant === undefined) return;
  const { kind, expiresAt, rollover, mergedInto } = grant;
  const expected = bucketOf(open, { kind, expiresAt, rollover })?.grantId;
  if (mergedInto !== expected)
    report('bucket', `goes to ${mergedInto ?? 'a grant of its own'}, not ${expected ?? 'one of its own'}`);
}

/** What a plan's grant may carry over, and what time makes of it. */
export function checkRollover(fold: Fold, body: EntryBody, report: Report): void {
  const ending = fold.grants.get(body.grantId ?? '');
  const { grant, postings } = body;
  if (ending?.rollover === undefined || grant === undefined) return report('rollover', 'rolls over what may not');
  const { cap, expiresAt } = ending.rollover;
  const credits = Math.min(cap, ending.remaining);
  if (grant.kind !== ending.kind || grant.credits !== credits || grant.expiresAt !== expiresAt || grant.rollover)
    report('rollover', `rolls ${grant.credits} over until ${grant.expiresAt}, not ${credits} until ${expiresAt}`);
  if (body.effectiveAt !== ending.expiresAt) report('rollover', 'rolls over after its time');
  checkBucket(fold.grants.values(), body, report);
  const moved = postings.map((p) => `${p.account} ${p.credits} ${p.grantId ?? ''}`);
  const bucketId = grant.mergedInto ?? body.keyDigest;
  const expected = [`available ${-ending.remaining} ${ending.grantId}`, `available ${credits} ${bucketId}`];
  if (ending.remaining > credits) expected.push(`expired ${ending.remaining - credits} `);
  if (moved.join() !== expected.join()) report('rollover', `moves ${moved.join()}, not ${expected.join()}`);
}
