// The rules that an entry must keep against the state in front of it.
import { checkBucket, checkRollover, inBurnDownOrder } from './buckets.ts';
import type { Fold, FoldedHold } from './fold.ts';
import { checkPayment, clawedFrom, reinstatedParts } from './payments.ts';
import { checkRefund, refundedParts } from './returns.ts';
import { idOf, sha256Of } from './safely.ts';
import type { Report } from './safely.ts';
import { checkSettings } from './settings.ts';
import type { Account, EntryBody, EntryType, Posting } from '../types.ts';

/** wire.md, Ids: a document's id says what it is, so its existence is the proof of "once". */
export function checkUniqueness(fold: Fold, entryId: string, body: EntryBody, report: Report): void {
  if (fold.ids.has(entryId)) report('uniqueness', `entry ${entryId} exists twice`);
  fold.ids.add(entryId);
  const expected = idFor(body);
  if (entryId !== expected) report('uniqueness', `a ${body.type} stands under ${entryId}, not ${expected}`);
  const isTimes = TIMES.includes(body.type);
  if (isTimes !== (body.actor.kind === 'time')) report('uniqueness', `a ${body.type} by ${body.actor.kind}`);
  if (!isTimes) return;
  const target = body.type === 'expireHold' ? body.holdId : body.grantId;
  if (body.keyDigest !== entryId) report('uniqueness', 'what time did carries a foreign key');
  if (body.fingerprint !== sha256Of([1, 'time', target, {}])) report('uniqueness', 'the fingerprint is wrong');
}

const TIMES: readonly EntryType[] = ['expireHold', 'expireGrant', 'rollover'];

function idFor(body: EntryBody): string {
  switch (body.type) {
    case 'grant':
    case 'reserve':
    case 'extend':
    case 'deduct':
    case 'configure':
    case 'refund':
    case 'clawback':
    case 'reinstate':
      return body.keyDigest;
    case 'settle':
    case 'release':
    case 'expireHold':
      return idOf('end', body.holdId ?? '');
    case 'lateSettle':
    case 'closeHold':
      return idOf('late', body.holdId ?? '');
    case 'expireGrant':
    case 'rollover':
      return idOf('time', body.walletId, body.seq);
  }
}

/** Time in a wallet: forwards only; what was due comes first, each at its deadline, in the order of deadlines. */
export function checkDeadlines(fold: Fold, body: EntryBody, report: Report): void {
  const { createdAt, effectiveAt } = body;
  if (fold.last && createdAt < fold.last.createdAt) report('time', 'createdAt runs backwards');
  if (fold.last && effectiveAt < fold.last.effectiveAt) report('time', 'effectiveAt runs backwards');
  if (effectiveAt > createdAt) report('time', 'takes effect after it was written');
  const due = earliestDue(fold);
  const deadline = deadlineOf(fold, body);
  if (deadline === undefined) {
    if (effectiveAt !== createdAt) report('time', 'a command takes effect at another time than its own');
    if (due && due.at <= createdAt) report('time', `${due.what} was due at ${due.at}`);
    return;
  }
  if (effectiveAt !== Math.max(deadline, fold.last?.effectiveAt ?? 0)) {
    report('time', `takes effect at ${effectiveAt}, its deadline is ${deadline}`);
  }
  if (due && (due.at < deadline || (due.at === deadline && due.isHold && body.type !== 'expireHold'))) {
    report('time', `${due.what} was due before it, at ${due.at}`);
  }
}

interface Due {
  readonly at: number;
  readonly what: string;
  readonly isHold: boolean;
}

function earliestDue(fold: Fold): Due | undefined {
  let due: Due | undefined;
  for (const { holdId, expiresAt: at } of fold.holds.values()) {
    if (due === undefined || at < due.at) due = { at, what: `hold ${holdId}`, isHold: true };
  }
  for (const { grantId, expiresAt, remaining } of fold.grants.values()) {
    if (expiresAt === undefined || remaining === 0) continue;
    if (due === undefined || expiresAt < due.at) due = { at: expiresAt, what: `grant ${grantId}`, isHold: false };
  }
  return due;
}

function deadlineOf(fold: Fold, body: EntryBody): number | undefined {
  if (body.type === 'expireHold') return fold.holds.get(body.holdId ?? '')?.expiresAt ?? Infinity;
  if (body.type === 'expireGrant' || body.type === 'rollover')
    return fold.grants.get(body.grantId ?? '')?.expiresAt ?? Infinity;
  return undefined;
}

/** The design's table of postings: which accounts a type moves, and in which direction. */
const MOVES: Readonly<Record<EntryType, Partial<Record<Account, 1 | -1>>>> = {
  grant: { issued: -1, available: 1, debt: 1 },
  reserve: { held: 1, available: -1, debt: -1 },
  extend: {},
  settle: { held: -1, consumed: 1, available: 1, debt: 1 },
  lateSettle: { consumed: 1, available: -1, debt: -1 },
  closeHold: {},
  configure: {},
  release: { held: -1, available: 1, debt: 1 },
  deduct: { consumed: 1, available: -1, debt: -1 },
  expireHold: { held: -1, available: 1, debt: 1 },
  expireGrant: { available: -1, expired: 1 },
  refund: { consumed: -1, available: 1, debt: 1 },
  clawback: { clawedBack: 1, available: -1, debt: -1 },
  reinstate: { clawedBack: -1, available: 1, debt: 1 },
  rollover: {}, // `checkRollover` says all of it
};

const WAIVED_BACK: Partial<Record<Account, 1 | -1>> = { consumed: -1, waived: 1 };

/** An unmetered charge touches no credits of the wallet; nor does the hold that precedes it. */
const UNMETERED: Partial<Record<Account, 1 | -1>> = { consumed: 1, waived: -1 };

/** A settle above its hold returns nothing: it spends. */
const OVERRUN: Partial<Record<Account, 1 | -1>> = { held: -1, consumed: 1, available: -1, debt: -1 };

export function checkMoves(fold: Fold, body: EntryBody, report: Report): void {
  const moves = movesOf(fold, body);
  let sum = 0;
  for (const posting of body.postings) {
    const { account, credits, grantId, holdId } = posting;
    sum += credits;
    const isRefinancing = account === 'held' && holdId !== body.holdId;
    if (credits === 0) report('postings', `a posting of nothing on ${account}`);
    if (!isRefinancing && body.type !== 'rollover' && Math.sign(credits) !== moves[account]) {
      report('amount', `a ${body.type} moves ${credits} on ${account}`);
    }
    if (account === 'available' && grantId === undefined) report('postings', 'available without its grant');
    if (account === 'held' && holdId === undefined) report('postings', 'held without its hold');
    if (account !== 'held' && holdId !== undefined) report('postings', `${account} names a hold`);
    if (!['available', 'held'].includes(account) && grantId !== undefined)
      report('postings', `${account} names a grant`);
  }
  if (sum !== 0) report('postings', `the postings sum to ${sum}`);
  checkRefinancing(body, report);
  checkSettings(fold, body, report);
  checkType(fold, body, report);
}

function movesOf(fold: Fold, body: EntryBody): Partial<Record<Account, 1 | -1>> {
  if (body.unmetered) return body.type === 'refund' ? WAIVED_BACK : UNMETERED;
  return isOverrun(fold, body) ? OVERRUN : MOVES[body.type];
}

function isOverrun(fold: Fold, { type, holdId, credits, unmetered }: EntryBody): boolean {
  return (
    type === 'settle' && unmetered === undefined && (credits ?? 0) > (fold.holds.get(holdId ?? '')?.opened.credits ?? 0)
  );
}

/** What repays debt turns the overdraft of other holds into credits of a grant: as much as leaves comes in. */
function checkRefinancing({ postings, holdId, type }: EntryBody, report: Report): void {
  const others = new Map<string, number>();
  for (const posting of postings) {
    if (posting.account !== 'held' || posting.holdId === undefined || posting.holdId === holdId) continue;
    others.set(posting.holdId, (others.get(posting.holdId) ?? 0) + posting.credits);
    const isLent = posting.grantId === undefined;
    if (isLent === posting.credits > 0) report('hold', `moves ${posting.credits} in another hold`);
  }
  if ([...others.values()].some((credits) => credits !== 0)) report('hold', 'fills or empties another hold');
  if (others.size > 0 && totalOf(postings, 'debt') <= 0) report('hold', `a ${type} refinances without repaying`);
}

function checkType(fold: Fold, body: EntryBody, report: Report): void {
  const paid = body.unmetered ? 0 : (body.credits ?? 0); // what the wallet's credits pay
  if (body.unmetered && body.type !== 'reserve' && body.type !== 'refund')
    expectTotal(body, 'waived', -(body.credits ?? 0), report);
  switch (body.type) {
    case 'grant':
      expectTotal(body, 'issued', -(body.grant?.credits ?? 0), report);
      if ((body.grant?.credits ?? 0) < 1) report('amount', 'grants nothing');
      if ((body.grant?.expiresAt ?? Infinity) <= body.createdAt) report('time', 'the grant begins expired');
      if (body.grant?.rollover) checkCarry(body.grant, report);
      if (body.paymentId !== undefined) checkPayment(fold, body, report);
      checkBucket(fold.grants.values(), body, report);
      return checkIncoming(fold, [[bucketIn(body), body.grant?.credits ?? 0]], 0, body, report);
    case 'refund': {
      checkRefund(fold, body, report);
      expectTotal(body, 'consumed', -(body.credits ?? 0), report);
      if (body.unmetered) return;
      const { parts, owed } = refundedParts(fold, body, report);
      return checkIncoming(fold, parts, owed, body, report);
    }
    case 'clawback': {
      checkPayment(fold, body, report);
      expectTotal(body, 'clawedBack', body.credits ?? 0, report);
      const taken = body.postings.filter((p) => p.account === 'available').map((p) => `${p.grantId} ${-p.credits}`);
      const expected = clawedFrom(fold, body);
      if (taken.join() !== expected) report('burnDown', `claws ${taken.join()} back, not ${expected}`);
      return;
    }
    case 'reinstate': {
      checkPayment(fold, body, report);
      expectTotal(body, 'clawedBack', -(body.credits ?? 0), report);
      const { parts, owed } = reinstatedParts(fold, body, report);
      return checkIncoming(fold, parts, owed, body, report);
    }
    case 'rollover':
      return checkRollover(fold, body, report);
    case 'reserve':
      expectTotal(body, 'held', paid, report);
      if (body.unmetered) expectTotal(body, 'consumed', 0, report);
      checkOpening(fold, body, report);
      return checkBurnDown(fold, body, paid, report);
    case 'extend':
      return checkExtension(fold, body, report);
    case 'deduct':
      expectTotal(body, 'consumed', body.credits ?? 0, report);
      return checkBurnDown(fold, body, paid, report);
    case 'lateSettle':
      expectTotal(body, 'consumed', body.credits ?? 0, report);
      checkLate(fold, body, report);
      return checkBurnDown(fold, body, paid, report);
    case 'closeHold':
      return checkLate(fold, body, report);
    case 'configure':
      return;
    case 'settle':
      expectTotal(body, 'consumed', body.credits ?? 0, report);
      return checkEnding(fold, body, body.credits ?? 0, report);
    case 'release':
    case 'expireHold':
      return checkEnding(fold, body, 0, report);
    case 'expireGrant': {
      const grant = fold.grants.get(body.grantId ?? '');
      if (body.postings.some((p) => p.account === 'available' && p.grantId !== body.grantId)) {
        report('amount', 'another grant expires');
      }
      return expectTotal(body, 'expired', grant?.remaining ?? 0, report);
    }
  }
}

/** The grant that takes what an entry grants. */
function bucketIn({ grant, keyDigest }: EntryBody): string {
  return grant?.mergedInto ?? keyDigest;
}

function checkCarry({ kind, rollover, expiresAt, mergedInto }: NonNullable<EntryBody['grant']>, report: Report): void {
  if (kind !== 'plan' || mergedInto !== undefined) report('rollover', 'is no plan that may roll over');
  if ((rollover?.cap ?? 0) < 1) report('rollover', `rolls over ${rollover?.cap}`);
  if ((rollover?.expiresAt ?? 0) <= (expiresAt ?? Infinity)) report('rollover', 'expires before the grant itself');
}

function totalOf(postings: readonly Posting[], account: Account): number {
  return postings.reduce((sum, posting) => sum + (posting.account === account ? posting.credits : 0), 0);
}

function expectTotal({ postings, type }: EntryBody, account: Account, expected: number, report: Report): void {
  const total = totalOf(postings, account);
  if (total !== expected) report('amount', `the ${type} moves ${total} on ${account}, not ${expected}`);
}

const OPEN_HOLDS = 100;
const ALLOCATIONS = 16;
const HOLD_MS = 86_400_000;

function checkOpening(fold: Fold, body: EntryBody, report: Report): void {
  if (body.holdId !== body.keyDigest) report('hold', 'the reserve names another hold than its own');
  if (fold.holds.size >= OPEN_HOLDS) report('hold', `more than ${OPEN_HOLDS} holds are open`);
  const held = body.postings.filter(({ account }) => account === 'held');
  if (held.filter(({ grantId }) => grantId !== undefined).length > ALLOCATIONS) report('hold', 'too many allocations');
  if ((body.expiresAt ?? 0) <= body.createdAt) report('hold', 'the hold begins expired');
  if ((body.expiresAt ?? 0) > body.createdAt + HOLD_MS) report('hold', 'the hold lasts longer than a day');
  if (body.supersedes === undefined) return;
  const earlier = fold.ended.get(body.supersedes);
  if (earlier === undefined || earlier.type === 'settle' || earlier.late === 'lateSettle')
    report('hold', 'supersedes a hold that is open or settled');
  else if (earlier.opened.actor.pseudonym !== body.actor.pseudonym)
    report('hold', 'supersedes the hold of another account');
}

/** What comes behind an expiry: one late settle, or the end of every chance of one; by the hold's account. */
function checkLate(fold: Fold, body: EntryBody, report: Report): void {
  const ended = fold.ended.get(body.holdId ?? '');
  if (ended?.type !== 'expireHold') return report('hold', `hold ${body.holdId} has not expired`);
  const { opened, late, superseded } = ended;
  if (late !== undefined || superseded) report('hold', 'comes late to a hold that is closed');
  if (body.operation !== opened.operation) report('hold', 'comes late under another operation');
  if (body.actor.pseudonym !== opened.actor.pseudonym) report('hold', 'comes late from another account');
  if (body.type === 'closeHold') return;
  if (body.priceVersion !== opened.priceVersion) report('hold', 'has another price');
  checkBound(body, opened.credits ?? 0, report);
}

/** A settle charges at most min(operation's maximum price, 2 x hold), a shortfall included; what was held is always due. */
function checkBound({ credits, creditsMax, shortfall }: EntryBody, held: number, report: Report): void {
  const cost = (credits ?? 0) + (shortfall ?? 0);
  if (shortfall !== undefined && shortfall < 1) report('amount', `a shortfall of ${shortfall}`);
  if (cost > Math.max(held, Math.min(creditsMax ?? 0, 2 * held)))
    report('amount', `charges ${cost}, ${held} were held`);
}

/** An extend moves nothing but the deadline, forwards, to a day after the reserve at most. */
function checkExtension(fold: Fold, body: EntryBody, report: Report): void {
  const hold = fold.holds.get(body.holdId ?? '');
  if (hold === undefined) return report('hold', `hold ${body.holdId} is not open`);
  const { opened, expiresAt } = hold;
  if (body.operation !== opened.operation) report('hold', 'is extended under another operation');
  if (body.actor.pseudonym !== opened.actor.pseudonym) report('hold', 'is extended by another account');
  if ((body.expiresAt ?? 0) < expiresAt) report('hold', 'an extend takes time away');
  if ((body.expiresAt ?? 0) > opened.createdAt + HOLD_MS) report('hold', 'the hold lasts longer than a day');
}

/** Credits leave the grants that stand first; an overdraft begins where they end. */
function checkBurnDown(fold: Fold, body: EntryBody, credits: number, report: Report): void {
  const order = [...fold.grants.values()].filter((grant) => grant.remaining > 0).sort(inBurnDownOrder);
  let rest = credits;
  const expected: string[] = [];
  for (const { grantId, remaining } of order) {
    if (rest === 0) break;
    const taken = Math.min(rest, remaining);
    expected.push(`${grantId} ${taken}`);
    rest -= taken;
  }
  const actual = body.postings.filter((p) => p.account === 'available').map((p) => `${p.grantId} ${-p.credits}`);
  if (actual.join() !== expected.join()) report('burnDown', `spends ${actual.join()}, not ${expected.join()}`);
  if (body.type !== 'reserve') return;
  const held = body.postings.filter((p) => p.account === 'held' && p.grantId !== undefined);
  if (held.map((p) => `${p.grantId} ${p.credits}`).join() !== expected.join())
    report('burnDown', 'holds other credits');
}

/** An end takes its whole hold, consumes the first credits of it, and returns the others to where they came from. */
function checkEnding(fold: Fold, body: EntryBody, consumed: number, report: Report): void {
  const hold = fold.holds.get(body.holdId ?? '');
  if (hold === undefined) return report('hold', `hold ${body.holdId} is not open`);
  if (body.operation !== hold.opened.operation) report('hold', 'ends under another operation');
  if (body.type !== 'expireHold' && body.actor.pseudonym !== hold.opened.actor.pseudonym) {
    report('hold', 'is ended by another account');
  }
  if (body.type === 'settle' && body.priceVersion !== hold.opened.priceVersion) report('hold', 'has another price');
  const held = hold.opened.credits ?? 0;
  checkBound(body, held, report);
  if (body.overrun !== undefined && body.overrun !== 'debt') report('form', 'the overrun is unknown');
  if (body.overrun === 'debt' && body.shortfall !== undefined) report('amount', 'lets go what it should owe');
  const isMarked = body.creditsMax ?? body.shortfall ?? body.overrun;
  if (isMarked !== undefined && consumed + (body.shortfall ?? 0) <= held)
    report('amount', 'names an overrun that is none');
  if (body.shortfall !== undefined && consumed < held) report('amount', 'lets go what was held');
  if (body.unmetered) return; // nothing was held, nothing returns
  if (isOverrun(fold, body)) return checkBurnDown(fold, body, consumed - held, report);
  const { parts, lent } = leftIn(hold, consumed);
  checkIncoming(fold, parts, lent, body, report);
}

function leftIn({ parts, lent }: FoldedHold, consumed: number): { parts: [string, number][]; lent: number } {
  let toConsume = consumed;
  const left: [string, number][] = [];
  for (const [grantId, credits] of parts) {
    const taken = Math.min(credits, toConsume);
    toConsume -= taken;
    left.push([grantId, credits - taken]);
  }
  return { parts: left, lent: lent - toConsume };
}

/** in(x): debt first, out of the first parts; what an overdraft lent can go nowhere else. */
function checkIncoming(
  fold: Fold,
  parts: readonly (readonly [string, number])[],
  lent: number,
  { postings }: EntryBody,
  report: Report,
): void {
  const debt = -fold.totals.debt;
  const incoming = parts.reduce((sum, [, credits]) => sum + credits, lent);
  const repays = Math.min(incoming, debt);
  if (totalOf(postings, 'debt') !== repays) report('debt', `repays ${totalOf(postings, 'debt')}, not ${repays}`);
  let fromParts = repays - lent;
  const expected: string[] = [];
  for (const [grantId, credits] of parts) {
    const taken = Math.min(credits, Math.max(0, fromParts));
    fromParts -= taken;
    if (credits > taken) expected.push(`${grantId} ${credits - taken}`);
  }
  const actual = postings.filter((p) => p.account === 'available').map((p) => `${p.grantId} ${p.credits}`);
  if (actual.join() !== expected.join()) report('burnDown', `returns ${actual.join()}, not ${expected.join()}`);
}
