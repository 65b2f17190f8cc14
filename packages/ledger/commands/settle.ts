// settle: charges what the work really cost, and returns the rest. Exactly one end of a hold wins. With the operation's
// maximum price it may charge above the hold, and a hold that has expired is settled late.
import { parseEntry } from '../chain.ts';
import { endChange, isCountable, overrunChange, spendable, waivedPostings } from '../funds.ts';
import { endedState, standingOf } from '../holds.ts';
import type { HoldStanding } from '../holds.ts';
import { commandKeyDigest } from '../ids.ts';
import { forbidden, holdClosed, holdNotFound, uncountable } from '../rejection.ts';
import type { OwnFields } from '../step.ts';
import type { Hold, Rejection, SettleCommand } from '../types.ts';
import { openHold } from '../wallet.ts';
import type { Change } from '../wallet.ts';
import { aboveBound } from './bound.ts';
import { repeatOf } from './end.ts';
import { settleLate } from './late.ts';
import type { ExpiredHold } from './late.ts';
import type { Outcome, Situation } from './outcome.ts';

export function settle(situation: Situation, command: SettleCommand, entryId: string): Outcome {
  const { holdId, actor } = command;
  const standing = standingOf(situation, holdId);
  if (standing.state === 'unknown') return { refusal: holdNotFound() };
  if (standing.actor !== undefined && standing.actor !== actor.pseudonym) return { refusal: forbidden() };
  if (standing.state === 'lapsed') return settleLate(situation, command, standing.hold);
  if (standing.state === 'ended') {
    const repeat = repeatOf(situation.before.walletId, standing, command);
    if (repeat) return repeat;
    if (standing.body.type !== 'expireHold') {
      return { refusal: holdClosed(endedState(standing.body), standing.body.credits ?? 0) };
    }
    // A wallet older than that end still holds the credits: decided as it is, its commit fails, the next try knows.
    const open = openHold(situation.wallet, holdId);
    if (open === undefined || command.creditsMax === undefined) {
      return settleLate(situation, command, expiredHold(situation, standing, holdId));
    }
    return settleOpen(situation, command, entryId, open);
  }
  return settleOpen(situation, command, entryId, standing.hold);
}

function settleOpen(situation: Situation, command: SettleCommand, entryId: string, hold: Hold): Outcome {
  const credits = (command.credits ?? hold.credits) + 0; // -0 is 0
  const tooMuch = aboveBound(command, hold, credits);
  if (tooMuch) return { refusal: tooMuch };
  const cost = costOf(situation, command, hold, credits);
  if ('refusal' in cost) return cost;
  const { own, change } = cost;
  const { holdId, operation, priceVersion } = hold;
  return {
    step: {
      type: 'settle',
      id: entryId,
      keyDigest: commandKeyDigest(situation.before.walletId, command) as string,
      fingerprint: command.fingerprint,
      actor: command.actor,
      own: { ...own, holdId, operation, priceVersion },
      change,
    },
  };
}

type Refusal = { readonly refusal: Rejection };

function costOf(situation: Situation, command: SettleCommand, hold: Hold, credits: number): Cost | Refusal {
  if (hold.unmetered) return waived(situation, command, hold, credits);
  return credits <= hold.credits ? within(situation, hold, credits) : above(situation, command, hold, credits);
}

type Cost = { readonly own: OwnFields; readonly change: Change };

function within({ wallet }: Situation, hold: Hold, credits: number): Cost {
  return { own: { credits }, change: endChange(wallet, hold, credits) };
}

/** What was unmetered at the reserve is, whatever the wallet is now. */
function waived({ wallet }: Situation, { creditsMax }: SettleCommand, hold: Hold, credits: number): Cost | Refusal {
  if (!isCountable(wallet, credits)) return { refusal: uncountable('credits') };
  const max = credits > hold.credits && creditsMax !== undefined ? { creditsMax } : {};
  return {
    own: { credits, ...max, unmetered: true },
    change: { postings: waivedPostings(credits), holds: { [hold.holdId]: null } },
  };
}

/** The part above the hold is charged as far as the wallet can pay it; the rest is let go, or owed. */
function above(
  { wallet }: Situation,
  { creditsMax, overrun }: SettleCommand,
  hold: Hold,
  credits: number,
): Cost | Refusal {
  const over = credits - hold.credits;
  const charged = overrun === 'debt' ? over : Math.min(over, spendable(wallet));
  if (!isCountable(wallet, charged)) return { refusal: uncountable('credits') };
  return {
    own: {
      credits: hold.credits + charged,
      ...(creditsMax === undefined ? {} : { creditsMax }),
      ...(overrun === 'debt' ? { overrun } : {}),
      ...(over > charged ? { shortfall: over - charged } : {}),
    },
    change: overrunChange(wallet, hold, charged),
  };
}

/** What the reserve said of a hold that the wallet has forgotten; undefined where it was not read. */
function expiredHold(
  { found }: Situation,
  { body }: Extract<HoldStanding, { state: 'ended' }>,
  holdId: string,
): ExpiredHold | undefined {
  const reserve = found.get(holdId);
  if (!reserve) return undefined;
  const { credits = 0, operation = '', priceVersion = 0, unmetered } = parseEntry(reserve);
  const waives = unmetered === undefined ? {} : { unmetered };
  return { credits, expiresAt: body.effectiveAt, operation, priceVersion, ...waives }; // an extend may have moved the reserve's deadline
}
