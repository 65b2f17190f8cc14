// How much a settle may charge.
import { validationFailed } from '../rejection.ts';
import type { Hold, Rejection, SettleCommand } from '../types.ts';

/** Settle <= min(operation's maximum price, 2 x hold), and never less than what was held. */
export function aboveBound(
  { creditsMax }: SettleCommand,
  hold: Pick<Hold, 'credits'>,
  credits: number,
): Rejection | undefined {
  const bound = Math.max(hold.credits, Math.min(creditsMax ?? 0, 2 * hold.credits));
  if (credits <= bound) return undefined;
  const message =
    bound === hold.credits ? `must be at most the hold's ${hold.credits}` : `must be at most ${bound} for this hold`;
  return validationFailed([{ path: 'credits', message }]);
}
