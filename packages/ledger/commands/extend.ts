// extend: the work takes longer than it said; its hold gets more time, a day in all.
import { endedState, standingOf } from '../holds.ts';
import { holdTtlMsMax } from '../limits.ts';
import { forbidden, holdClosed, holdNotFound, validationFailed, walletFrozen } from '../rejection.ts';
import { replayOf } from '../replay.ts';
import type { ExtendCommand } from '../types.ts';
import type { Outcome, Situation } from './outcome.ts';

export function extend(situation: Situation, command: ExtendCommand, entryId: string): Outcome {
  const { wallet, found, now } = situation;
  const { holdId, actor, ttlMs } = command;
  const replay = replayOf(found.get(entryId), command);
  if (replay && 'replay' in replay && replay.replay.body.actor.pseudonym !== actor.pseudonym)
    return { refusal: forbidden() };
  if (replay) return replay;

  const standing = standingOf(situation, holdId);
  if (standing.state === 'unknown') return { refusal: holdNotFound() };
  if (standing.actor !== undefined && standing.actor !== actor.pseudonym) return { refusal: forbidden() };
  if (standing.state === 'lapsed') return { refusal: holdClosed('expired', 0) };
  if (standing.state === 'ended') {
    return { refusal: holdClosed(endedState(standing.body), standing.body.credits ?? 0) };
  }
  if (wallet.status === 'frozen') return { refusal: walletFrozen() };

  const { hold } = standing;
  const ttlMsLeft = hold.createdAt + holdTtlMsMax - now;
  if (ttlMs > ttlMsLeft) {
    const message = `must be at most ${ttlMsLeft}: a hold lasts ${holdTtlMsMax} ms in all`;
    return { refusal: validationFailed([{ path: 'ttlMs', message }]) };
  }
  // Two extends may overtake each other: the shorter one must not end work that the longer one allowed.
  const expiresAt = Math.max(hold.expiresAt, now + ttlMs);
  return {
    step: {
      type: 'extend',
      id: entryId,
      keyDigest: entryId,
      fingerprint: command.fingerprint,
      actor,
      own: { expiresAt, holdId, operation: hold.operation },
      change: { postings: [], holds: { [holdId]: { ...hold, expiresAt } } },
    },
  };
}
