// A settle that comes after its hold has expired: the work was done, so what the wallet can still pay is charged.
import { chargePostings, isCountable, spendable, waivedPostings } from '../funds.ts';
import { commandKeyDigest, lateId } from '../ids.ts';
import { holdExpired, uncountable } from '../rejection.ts';
import type { Hold, SettleCommand } from '../types.ts';
import { aboveBound } from './bound.ts';
import type { Outcome, Situation } from './outcome.ts';

/** What the reserve fixed. The credits themselves went back when it expired. */
export type ExpiredHold = Pick<Hold, 'credits' | 'expiresAt' | 'operation' | 'priceVersion' | 'unmetered'>;

/**
 * Charges as `late(holdId)`, up to what the wallet can pay; what it cannot is the shortfall. HOLD_EXPIRED where it can pay
 * nothing, where the command does not name the operation's maximum price, and where the reserve was not read.
 */
export function settleLate(situation: Situation, command: SettleCommand, hold: ExpiredHold | undefined): Outcome {
  const { holdId, creditsMax } = command;
  if (hold === undefined || creditsMax === undefined) return { refusal: holdExpired(hold?.expiresAt) };
  const cost = (command.credits ?? hold.credits) + 0; // -0 is 0
  const tooMuch = aboveBound(command, hold, cost);
  if (tooMuch) return { refusal: tooMuch };
  const { wallet } = situation;
  if (hold.unmetered && !isCountable(wallet, cost)) return { refusal: uncountable('credits') };
  const credits = hold.unmetered ? cost : Math.min(cost, spendable(wallet));
  if (cost > 0 && credits === 0) return { refusal: holdExpired(hold.expiresAt) };

  const postings = hold.unmetered ? waivedPostings(credits) : chargePostings(wallet, credits);
  const { operation, priceVersion } = hold;
  return {
    step: {
      type: 'lateSettle',
      id: lateId(holdId),
      keyDigest: commandKeyDigest(situation.before.walletId, command) as string,
      fingerprint: command.fingerprint,
      actor: command.actor,
      own: {
        credits,
        creditsMax: creditsMax + 0,
        holdId,
        operation,
        priceVersion,
        ...(cost > credits ? { shortfall: cost - credits } : {}),
        ...(hold.unmetered ? { unmetered: true } : {}),
      },
      change: { postings },
    },
  };
}
