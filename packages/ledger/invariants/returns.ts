// Refunds by the audit's own rules: of a charge, by who charged, in time, never more, back to where it came from.
import { bucketOf, checkBucket, isPaid } from './buckets.ts';
import type { Fold, FoldedCharge, FoldedGrant } from './fold.ts';
import type { Report } from './safely.ts';
import type { EntryBody, GrantKind } from '../types.ts';

const REFUND_MS = 30 * 86_400_000;
const WEEK_MS = 7 * 86_400_000;
const DAY_MS = 86_400_000;

/** Credits of a grant, or (null) of an overdraft. */
type Part = readonly [grantId: string | null, credits: number];

export function checkRefund(fold: Fold, body: EntryBody, report: Report): void {
  const charge = fold.charges.get(body.chargeId ?? '');
  const { credits = 0, actor } = body;
  if (charge === undefined) return report('refund', `refunds ${body.chargeId}, which is no charge`);
  const { opened, refunded } = charge;
  if (credits < 1) report('refund', 'refunds nothing');
  if (refunded + credits > (opened.credits ?? 0))
    report('refund', `refunds ${refunded + credits} of ${opened.credits}`);
  if (opened.operation !== body.operation) report('refund', 'is refunded under another operation');
  if (opened.unmetered !== body.unmetered) report('settings', 'is refunded otherwise than charged');
  if (actor.kind !== 'admin') {
    if (opened.actor.pseudonym !== actor.pseudonym) report('refund', 'is refunded by another account');
    if (body.createdAt > opened.createdAt + REFUND_MS) report('refund', 'is refunded after 30 days');
  }
}

/** What a refund returns, the last paid first: which grants get how much, and how much of an overdraft is undone. */
export function refundedParts(fold: Fold, body: EntryBody, report: Report): Landing {
  const charge = fold.charges.get(body.chargeId ?? '');
  const parts = charge === undefined ? [] : lastParts(charge, body.credits ?? 0);
  return landing(fold, parts, charge?.returnedUntil, body, report);
}

/** The credits of a charge one by one would be too many: cut the last `credits` off, behind those that went before. */
function lastParts({ opened, refunded }: FoldedCharge, credits: number): Part[] {
  const all = paidBy(opened);
  const end = all.reduce((sum, [, part]) => sum + part, 0) - refunded;
  let from = 0;
  const cut: Part[] = [];
  for (const [grantId, part] of all) {
    const taken = Math.min(from + part, end) - Math.max(from, end - credits);
    if (taken > 0) cut.unshift([grantId, taken]);
    from += part;
  }
  return cut;
}

/** Whose credits a charge consumed: those of its own hold first, in their order, then what it spent beyond. */
function paidBy({ postings, holdId, credits = 0 }: EntryBody): Part[] {
  const outgoing: Part[] = [];
  for (const account of ['held', 'available', 'debt'] as const) {
    for (const posting of postings) {
      const isIts = account === 'held' ? posting.holdId === holdId : posting.credits < 0;
      if (posting.account === account && isIts) outgoing.push([posting.grantId ?? null, -posting.credits]);
    }
  }
  let from = 0;
  return outgoing.flatMap(([grantId, part]): Part[] => {
    const taken = Math.min(part, credits - from);
    from += part;
    return taken > 0 ? [[grantId, taken]] : [];
  });
}

/** Where returned credits land. */
export interface Landing {
  readonly parts: readonly (readonly [string, number])[];
  /** Straight to the debt. */
  readonly owed: number;
}

/**
 * Each part in its own grant while that has not expired (in an equal one, if its own was used up and another stands there);
 * the others together in a bucket that the entry names, which lasts a week.
 */
export function landing(
  fold: Fold,
  parts: readonly Part[],
  until: number | undefined,
  body: EntryBody,
  report: Report,
): Landing {
  const open = new Map(fold.grants);
  const sums = new Map<string, number>();
  const stray: { kind: GrantKind; credits: number; isOwn: boolean }[] = [];
  let owed = 0;
  const add = (grantId: string, credits: number): void => void sums.set(grantId, (sums.get(grantId) ?? 0) + credits);
  for (const [grantId, credits] of parts) {
    if (grantId === null) {
      let lent = 0;
      for (const hold of fold.holds.values()) lent += hold.lent;
      const toDebt = Math.min(credits, -fold.totals.debt - lent - owed);
      owed += toDebt;
      if (credits > toDebt) stray.push({ kind: 'purchase', credits: credits - toDebt, isOwn: true });
      continue;
    }
    const origin = fold.origins.get(grantId);
    if (origin === undefined) {
      report('refund', `grant ${grantId} is unknown`);
      continue;
    }
    if ((origin.expiresAt ?? Infinity) <= body.createdAt) {
      stray.push({ kind: origin.kind, credits, isOwn: false });
      continue;
    }
    const home: FoldedGrant = open.get(grantId) ??
      bucketOf(open.values(), origin) ?? { ...origin, remaining: 0, held: 0 };
    open.set(home.grantId, home);
    add(home.grantId, credits);
  }
  checkStray(stray, until, body, report);
  if (stray.length > 0 && body.grant) {
    checkBucket(open.values(), body, report);
    add(body.grant.mergedInto ?? body.keyDigest, body.grant.credits);
  }
  return { parts: [...sums], owed };
}

function checkStray(
  stray: readonly { kind: GrantKind; credits: number; isOwn: boolean }[],
  until: number | undefined,
  { grant, createdAt }: EntryBody,
  report: Report,
): void {
  if (grant === undefined) {
    if (stray.length > 0) report('refund', 'leaves credits without a grant');
    return;
  }
  const credits = stray.reduce((sum, part) => sum + part.credits, 0);
  const kind = (stray.find((part) => isPaid(part.kind)) ?? stray[0])?.kind;
  const week = Math.ceil((createdAt + WEEK_MS) / DAY_MS) * DAY_MS;
  const expiresAt = stray.some((part) => part.isOwn) ? undefined : (until ?? week);
  if (grant.credits !== credits || grant.kind !== kind || grant.expiresAt !== expiresAt || grant.rollover) {
    report(
      'refund',
      `gives ${grant.credits} ${grant.kind} until ${grant.expiresAt}, not ${credits} ${kind} until ${expiresAt}`,
    );
  }
}
