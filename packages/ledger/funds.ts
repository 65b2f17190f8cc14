// Which credits pay and where credits return: burn-down, and `in(x)` of the design (whatever comes in repays debt first).
import { holdAllocationsMax } from './limits.ts';
import type { Allocation, Grant, Hold, Posting, Wallet } from './types.ts';
import type { Change } from './wallet.ts';

/** How an amount is paid: from grants, in burn-down order, and the rest as debt. */
export interface Spending {
  readonly allocations: readonly Allocation[];
  readonly debt: number;
}

/** Everything that one operation may still spend: what is available and what the overdraft limit leaves. */
export function spendable(wallet: Wallet): number {
  return wallet.totals.available + Math.max(0, wallet.overdraftLimit - wallet.debt);
}

/**
 * Takes `credits` in burn-down order: soonest expiry (none last), then priority, then age; the wallet keeps its grants
 * in that order. The caller has checked `credits <= spendable(wallet)` and has applied time.
 */
export function spend(wallet: Wallet, credits: number): Spending {
  const allocations: Allocation[] = [];
  let rest = credits;
  for (const { grantId, remaining } of wallet.grants) {
    if (rest === 0) break;
    if (remaining === 0) continue; // an open hold still has the others
    const taken = Math.min(remaining, rest);
    allocations.push({ grantId, credits: taken });
    rest -= taken;
  }
  return { allocations, debt: rest };
}

/** The postings that take a spending out of `available` and, beyond it, out of the overdraft. */
export function spendingPostings({ allocations, debt }: Spending): Posting[] {
  const postings: Posting[] = allocations.map(({ grantId, credits }) => ({
    account: 'available',
    credits: 0 - credits,
    grantId,
  }));
  if (debt > 0) postings.push({ account: 'debt', credits: 0 - debt });
  return postings;
}

/**
 * What a clawback takes: that payment's credits first, then paid ones, then promotional ones, each in burn-down order. What
 * is spent or held by now is owed.
 */
export function clawbackPostings(wallet: Wallet, credits: number, grantId: string): Posting[] {
  const rank = (grant: Grant): number => (grant.grantId === grantId ? 0 : 2 - grant.priority);
  const grants = wallet.grants.toSorted((a, b) => rank(a) - rank(b));
  return [{ account: 'clawedBack', credits }, ...spendingPostings(spend({ ...wallet, grants }, credits))];
}

/** The postings that open a hold. */
export function holdPostings(holdId: string, spending: Spending): Posting[] {
  return [...heldPostings(holdId, spending, 1), ...spendingPostings(spending)];
}

/**
 * What ends a hold after consuming the first `consumed` of its credits. What is left is incoming: the part that an
 * overdraft lent goes back to the debt, then the first of the rest repays other debt, then the grants get theirs.
 */
export function endChange(wallet: Wallet, hold: Hold, consumed: number): Change {
  const left = leftAfter(hold, consumed);
  const back = incoming(wallet, left, hold);
  const postings = heldPostings(hold.holdId, hold, -1);
  if (consumed > 0) postings.push({ account: 'consumed', credits: consumed });
  const holds = { ...back.holds, [hold.holdId]: null };
  return { postings: [...postings, ...back.postings], holds, heldAt: hold.createdAt };
}

/**
 * What ends a hold that is consumed whole, and charges `above` more: out of what is available, then out of the overdraft.
 * The caller has checked what the wallet can pay.
 */
export function overrunChange(wallet: Wallet, hold: Hold, above: number): Change {
  const postings = heldPostings(hold.holdId, hold, -1);
  postings.push({ account: 'consumed', credits: hold.credits + above });
  const paid = spendingPostings(spend(wallet, above));
  return { postings: [...postings, ...paid], holds: { [hold.holdId]: null }, heldAt: hold.createdAt };
}

/** What a charge without a hold moves. The caller has checked `credits <= spendable(wallet)`. */
export function chargePostings(wallet: Wallet, credits: number): Posting[] {
  return credits === 0 ? [] : [{ account: 'consumed', credits }, ...spendingPostings(spend(wallet, credits))];
}

/** What an unmetered charge moves: it is consumed, and waived. */
export function waivedPostings(credits: number): Posting[] {
  if (credits === 0) return [];
  return [
    { account: 'consumed', credits },
    { account: 'waived', credits: 0 - credits },
  ];
}

/** Whether every total stays a safe integer when `more` credits come in or are owed. */
export function isCountable(
  { totals, debt, overdraftLimit }: Pick<Wallet, 'totals' | 'debt' | 'overdraftLimit'>,
  more: number,
): boolean {
  return Number.isSafeInteger(more - totals.issued - totals.waived + Math.max(debt, overdraftLimit));
}

/** What comes into a wallet: its postings, and the open holds whose overdraft it repays. */
export interface Incoming {
  readonly postings: readonly Posting[];
  readonly holds: Readonly<Record<string, Hold>>;
}

/**
 * in(x): r = min(x, debt) repays debt, what an overdraft lent before all, then the first of the allocations; the rest is
 * available in its grants.
 *
 * @param ending the hold that returns it, which no longer counts among the open ones
 */
export function incoming(wallet: Wallet, { allocations, debt }: Spending, ending?: Hold): Incoming {
  let owed = wallet.debt - debt;
  const repaying: Allocation[] = [];
  const available: Posting[] = [];
  for (const { grantId, credits } of allocations) {
    const repays = Math.min(credits, owed);
    owed -= repays;
    if (repays > 0) repaying.push({ grantId, credits: repays });
    if (credits > repays) available.push({ account: 'available', credits: credits - repays, grantId });
  }
  const repaid = wallet.debt - owed;
  if (repaid === 0) return { postings: available, holds: NO_HOLDS };
  const lent = Object.values(wallet.holds).filter((hold) => hold.debt > 0 && hold !== ending);
  const { postings, holds } = refinanced(lent, owed, repaying);
  return { postings: [{ account: 'debt', credits: repaid }, ...available, ...postings], holds };
}

const NO_HOLDS: Readonly<Record<string, Hold>> = {};

/**
 * Whoever repays debt also repays what open holds were lent: as far as the debt that stays no longer covers them, their
 * overdraft becomes an allocation of the grants that repaid it. So a hold's credits always know where they return to,
 * and the overdrafts of open holds never exceed the wallet's debt.
 */
function refinanced(lent: readonly Hold[], debtLeft: number, repaying: readonly Allocation[]): Incoming {
  const postings: Posting[] = [];
  const holds: Record<string, Hold> = {};
  const sources = repaying.map(({ grantId, credits }) => ({ grantId, credits }));
  let excess = lent.reduce((sum, hold) => sum + hold.debt, 0) - debtLeft;
  for (let hold of lent.toSorted(byAge)) {
    for (const source of sources) {
      const credits = Math.min(hold.debt, source.credits, excess);
      if (credits <= 0) continue;
      source.credits -= credits;
      excess -= credits;
      const { holdId } = hold;
      const grantId = homeIn(hold.allocations, source.grantId);
      postings.push({ account: 'held', credits: 0 - credits, holdId }, { account: 'held', credits, grantId, holdId });
      hold = { ...hold, allocations: joined(hold.allocations, grantId, credits), debt: hold.debt - credits };
      holds[holdId] = hold;
    }
  }
  return { postings, holds };
}

/** A hold draws on so many grants and no more: past that, what comes to it belongs to the last of them. */
function homeIn(allocations: readonly Allocation[], grantId: string): string {
  if (allocations.length < holdAllocationsMax || allocations.some((part) => part.grantId === grantId)) return grantId;
  return allocations.at(-1)?.grantId ?? grantId;
}

function joined(allocations: readonly Allocation[], grantId: string, credits: number): readonly Allocation[] {
  if (!allocations.some((part) => part.grantId === grantId)) return [...allocations, { grantId, credits }];
  return allocations.map((part) => (part.grantId === grantId ? { grantId, credits: part.credits + credits } : part));
}

function byAge(a: Hold, b: Hold): number {
  return a.createdAt - b.createdAt || (a.holdId < b.holdId ? -1 : 1);
}

function heldPostings(holdId: string, { allocations, debt }: Spending, sign: 1 | -1): Posting[] {
  const postings: Posting[] = allocations.map(({ grantId, credits }) => ({
    account: 'held',
    credits: sign * credits,
    grantId,
    holdId,
  }));
  if (debt > 0) postings.push({ account: 'held', credits: sign * debt, holdId });
  return postings;
}

/** A hold's credits stand in burn-down order, the overdraft last: the first are consumed first. */
function leftAfter(hold: Hold, consumed: number): Spending {
  const allocations: Allocation[] = [];
  let toConsume = consumed;
  for (const { grantId, credits } of hold.allocations) {
    const taken = Math.min(credits, toConsume);
    toConsume -= taken;
    if (credits > taken) allocations.push({ grantId, credits: credits - taken });
  }
  return { allocations, debt: hold.debt - toConsume };
}
