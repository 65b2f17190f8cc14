// settle: charges what the work really cost, at most the hold, and returns the rest. Exactly one end of a hold wins.
import { endChange } from '../funds.ts';
import { endedState, standingOf } from '../holds.ts';
import { commandKeyDigest } from '../ids.ts';
import { forbidden, holdClosed, holdExpired, holdNotFound, validationFailed } from '../rejection.ts';
import { parseEntry } from '../chain.ts';
import { repeatOf } from './end.ts';
import type { SettleCommand } from '../types.ts';
import type { Outcome, Situation } from './outcome.ts';

export function settle(situation: Situation, command: SettleCommand, entryId: string): Outcome {
  const { holdId, actor } = command;
  const standing = standingOf(situation, holdId);
  if (standing.state === 'unknown') return { refusal: holdNotFound() };
  if (standing.actor !== undefined && standing.actor !== actor.pseudonym) return { refusal: forbidden() };
  if (standing.state === 'lapsed') return { refusal: holdExpired(standing.hold.expiresAt) };
  if (standing.state === 'ended') {
    const repeat = repeatOf(situation.before.walletId, standing, command);
    if (repeat) return repeat;
    const state = endedState(standing.body);
    if (state !== 'expired') return { refusal: holdClosed(state, standing.body.credits ?? 0) };
    const reserve = situation.found.get(holdId);
    return { refusal: holdExpired(reserve ? parseEntry(reserve).expiresAt : undefined) };
  }

  const { hold } = standing;
  const credits = (command.credits ?? hold.credits) + 0; // -0 is 0
  if (credits > hold.credits) {
    return { refusal: validationFailed([{ path: 'credits', message: `must be at most the hold's ${hold.credits}` }]) };
  }
  const keyDigest = commandKeyDigest(situation.before.walletId, command) as string;
  return {
    step: {
      type: 'settle',
      id: entryId,
      keyDigest,
      fingerprint: command.fingerprint,
      actor,
      own: { credits, holdId, operation: hold.operation, priceVersion: hold.priceVersion },
      change: endChange(situation.wallet, hold, credits),
    },
  };
}
