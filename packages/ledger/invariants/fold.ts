// The audit's own state machine: what the entries say, folded posting by posting.
import { foldPayment } from './payments.ts';
import { checkDeadlines, checkMoves, checkUniqueness } from './rules.ts';
import type { Report } from './safely.ts';
import type { Account, EntryBody, GrantKind, Posting, Rollover, Settings } from '../types.ts';

export interface FoldedGrant {
  readonly grantId: string;
  readonly kind: GrantKind;
  readonly expiresAt: number | undefined;
  readonly seq: number;
  /** Gone once it has been applied. */
  rollover: Rollover | undefined;
  remaining: number;
  /** What open holds have of it. */
  held: number;
}

export interface FoldedHold {
  readonly holdId: string;
  readonly opened: EntryBody;
  /** The reserve's deadline, or the last extend's. */
  expiresAt: number;
  /** Credits a grant, in the order of the postings. */
  readonly parts: Map<string, number>;
  /** Credits of no grant: lent by an overdraft. */
  lent: number;
}

/** A grant as it began: what a refund needs to know of one that was used up. */
export type Origin = Readonly<Pick<FoldedGrant, 'grantId' | 'kind' | 'expiresAt' | 'seq' | 'rollover'>>;

/** A charge, and what has been given back of it. */
export interface FoldedCharge {
  readonly opened: EntryBody;
  refunded: number;
  /** When the bucket of what belonged to expired grants expires. */
  returnedUntil: number | undefined;
}

export interface FoldedPayment {
  readonly granted: number;
  readonly clawedBack: number;
  /** The grant that has its credits. */
  readonly homeId: string;
}

/** How a hold ended. */
export interface FoldedEnd {
  readonly type: EntryBody['type'];
  readonly opened: EntryBody;
  /** An expired hold is settled late, closed by who supersedes it, or neither; never both. */
  late: 'lateSettle' | 'closeHold' | undefined;
  superseded: boolean;
}

export interface Fold {
  settings: Settings;
  readonly totals: Record<Account, number>;
  readonly grants: Map<string, FoldedGrant>;
  readonly holds: Map<string, FoldedHold>;
  readonly ended: Map<string, FoldedEnd>;
  readonly origins: Map<string, Origin>;
  readonly charges: Map<string, FoldedCharge>;
  readonly payments: Map<string, FoldedPayment>;
  readonly ids: Set<string>;
  last: EntryBody | undefined;
}

export function emptyFold(settings: Settings): Fold {
  return {
    settings,
    totals: { issued: 0, available: 0, held: 0, consumed: 0, expired: 0, clawedBack: 0, waived: 0, debt: 0 },
    grants: new Map(),
    holds: new Map(),
    ended: new Map(),
    origins: new Map(),
    charges: new Map(),
    payments: new Map(),
    ids: new Set(),
    last: undefined,
  };
}

/** Checks an entry against what came before it, then takes it in. */
export function foldEntry(fold: Fold, entryId: string, body: EntryBody, report: Report): void {
  checkUniqueness(fold, entryId, body, report);
  checkDeadlines(fold, body, report);
  checkMoves(fold, body, report);
  foldPayment(fold, body);
  begin(fold, entryId, body);
  for (const posting of body.postings) post(fold, posting, report);
  charge(fold, entryId, body);
  end(fold, body, report);
  checkAfter(fold, body, report);
  fold.last = body;
}

function begin(fold: Fold, entryId: string, body: EntryBody): void {
  if (body.grant && body.grant.mergedInto === undefined) {
    const { kind, expiresAt, rollover } = body.grant;
    const origin = { grantId: entryId, kind, expiresAt, rollover, seq: body.seq };
    fold.origins.set(entryId, origin);
    fold.grants.set(entryId, { ...origin, remaining: 0, held: 0 });
  }
  if (body.type === 'refund' || body.type === 'reinstate') beginAgain(fold, body);
  if (body.type === 'reserve') {
    const expiresAt = body.expiresAt ?? 0;
    fold.holds.set(entryId, { holdId: entryId, opened: body, expiresAt, parts: new Map(), lent: 0 });
  }
}

/** Credits that come back to a grant that was used up begin it again, unless it has expired. */
function beginAgain({ grants, origins }: Fold, { postings, createdAt }: EntryBody): void {
  for (const { grantId } of postings) {
    const origin = grantId === undefined || grants.has(grantId) ? undefined : origins.get(grantId);
    if (origin && (origin.expiresAt ?? Infinity) > createdAt)
      grants.set(origin.grantId, { ...origin, remaining: 0, held: 0 });
  }
}

const CHARGES: readonly string[] = ['deduct', 'settle', 'lateSettle'];

function charge({ charges }: Fold, entryId: string, body: EntryBody): void {
  if (CHARGES.includes(body.type)) charges.set(entryId, { opened: body, refunded: 0, returnedUntil: undefined });
  const refunded = body.type === 'refund' ? charges.get(body.chargeId ?? '') : undefined;
  if (refunded === undefined) return;
  refunded.refunded += body.credits ?? 0;
  refunded.returnedUntil ??= body.grant?.expiresAt;
}

function post(fold: Fold, { account, credits, grantId, holdId }: Posting, report: Report): void {
  if (!Object.hasOwn(fold.totals, account)) return report('postings', `account ${account} is unknown`);
  fold.totals[account] += credits;
  const grant = grantId === undefined ? undefined : fold.grants.get(grantId);
  if (grantId !== undefined && grant === undefined) report('postings', `grant ${grantId} is unknown or used up`);
  if (account === 'available' && grant) grant.remaining += credits;
  if (account !== 'held') return;
  const hold = fold.holds.get(holdId ?? '');
  if (hold === undefined) return report('hold', `hold ${holdId} is not open`);
  if (grantId === undefined) hold.lent += credits;
  else hold.parts.set(grantId, (hold.parts.get(grantId) ?? 0) + credits);
  if (grant) grant.held += credits;
}

const ENDS: readonly string[] = ['settle', 'release', 'expireHold'];

function end(fold: Fold, body: EntryBody, report: Report): void {
  const prolonged = body.type === 'extend' ? fold.holds.get(body.holdId ?? '') : undefined;
  if (prolonged) prolonged.expiresAt = body.expiresAt ?? 0;
  if (ENDS.includes(body.type)) {
    const hold = fold.holds.get(body.holdId ?? '');
    if (hold && (hold.lent !== 0 || [...hold.parts.values()].some((credits) => credits !== 0))) {
      report('hold', `hold ${hold.holdId} ends with credits in it`);
    }
    if (hold) {
      const ended = { type: body.type, opened: hold.opened, late: undefined, superseded: false };
      fold.ended.set(hold.holdId, ended);
    }
    fold.holds.delete(body.holdId ?? '');
  }
  if (body.type === 'configure') fold.settings = { ...fold.settings, ...body.configure };
  if (body.type === 'lateSettle' || body.type === 'closeHold') {
    const ended = fold.ended.get(body.holdId ?? '');
    if (ended) ended.late = body.type;
  }
  if (body.type === 'rollover') {
    const ended = fold.grants.get(body.grantId ?? '');
    if (ended) ended.rollover = undefined;
  }
  const superseded = fold.ended.get(body.supersedes ?? '');
  if (superseded) superseded.superseded = true;
  for (const grant of touched(fold, body)) {
    if (grant.remaining < 0) report('negative', `grant ${grant.grantId} has ${grant.remaining} credits`);
    if (grant.held < 0) report('negative', `holds have ${grant.held} credits of grant ${grant.grantId}`);
    if (grant.remaining === 0 && grant.held === 0) fold.grants.delete(grant.grantId);
  }
}

function touched(fold: Fold, body: EntryBody): readonly FoldedGrant[] {
  const ids = new Set(body.postings.map(({ grantId }) => grantId ?? ''));
  if (body.grant) ids.add(body.keyDigest);
  return [...ids].map((grantId) => fold.grants.get(grantId)).filter((grant) => grant !== undefined);
}

/** Grants that one hold may draw on, whatever repays what it was lent. */
const ALLOCATIONS = 16;

function checkAfter({ settings, totals, grants, holds }: Fold, body: EntryBody, report: Report): void {
  const debt = -totals.debt;
  if (!Object.values(totals).every(Number.isSafeInteger)) report('postings', 'a total is no safe integer');
  if (debt < 0) report('debt', `debt is ${debt}`);
  if (totals.available > 0 && debt > 0) report('debt', `${totals.available} are available beside a debt of ${debt}`);
  const isSpending =
    body.type !== 'clawback' &&
    body.overrun !== 'debt' &&
    body.postings.some((p) => p.account === 'debt' && p.credits < 0);
  if (isSpending && debt > settings.overdraftLimit) {
    report('debt', `spending leaves a debt of ${debt}`);
  }
  if (body.shortfall !== undefined && (totals.available > 0 || debt < settings.overdraftLimit)) {
    report('amount', 'lets go what the wallet could have paid');
  }
  let remaining = 0;
  let held = 0;
  let lent = 0;
  for (const grant of grants.values()) remaining += grant.remaining;
  for (const hold of holds.values()) {
    lent += hold.lent;
    for (const credits of hold.parts.values()) held += credits;
    if (hold.parts.size > ALLOCATIONS) report('hold', `hold ${hold.holdId} draws on ${hold.parts.size} grants`);
  }
  held += lent;
  if (lent > debt) report('debt', `open holds were lent ${lent}, the debt is ${debt}`);
  if (totals.available !== remaining) report('balance', `available is ${totals.available}, grants have ${remaining}`);
  if (totals.held !== held) report('balance', `held is ${totals.held}, holds have ${held}`);
  const after = body.balanceAfter;
  if (after.available !== totals.available || after.held !== totals.held || after.debt !== debt) {
    report('balance', `balanceAfter differs from ${totals.available} available, ${totals.held} held, ${debt} debt`);
  }
}
