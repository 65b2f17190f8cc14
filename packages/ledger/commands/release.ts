// release: the work failed or was given up; everything that was held goes back.
import { endChange } from '../funds.ts';
import { endedState, standingOf } from '../holds.ts';
import { commandKeyDigest } from '../ids.ts';
import { forbidden, holdClosed, holdNotFound } from '../rejection.ts';
import type { ReleaseCommand } from '../types.ts';
import { repeatOf } from './end.ts';
import type { Outcome, Situation } from './outcome.ts';

export function release(situation: Situation, command: ReleaseCommand, entryId: string): Outcome {
  const { holdId, actor, reasonCode } = command;
  const standing = standingOf(situation, holdId);
  if (standing.state === 'unknown') return { refusal: holdNotFound() };
  if (standing.actor !== undefined && standing.actor !== actor.pseudonym) return { refusal: forbidden() };
  if (standing.state === 'lapsed') return { refusal: holdClosed('expired', 0) };
  if (standing.state === 'ended') {
    const repeat = repeatOf(situation.before.walletId, standing, command);
    return repeat ?? { refusal: holdClosed(endedState(standing.body), standing.body.credits ?? 0) };
  }

  const { hold } = standing;
  const keyDigest = commandKeyDigest(situation.before.walletId, command) as string;
  return {
    step: {
      type: 'release',
      id: entryId,
      keyDigest,
      fingerprint: command.fingerprint,
      actor,
      own: { holdId, operation: hold.operation, reasonCode },
      change: endChange(situation.wallet, hold, 0),
    },
  };
}
