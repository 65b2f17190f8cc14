// grant: credits come in. Never refused by the wallet's state: a frozen or indebted wallet takes them too.
import { incoming, isCountable } from '../funds.ts';
import { grantsMax } from '../limits.ts';
import { uncountable, validationFailed } from '../rejection.ts';
import type { Grant, GrantCommand, GrantKind } from '../types.ts';
import { replayOf } from '../replay.ts';
import type { Outcome, Situation } from './outcome.ts';

/** Promotional credits are spent before paid ones of the same expiry. */
const PRIORITY: Readonly<Record<GrantKind, number>> = { signup: 0, free: 0, bonus: 0, plan: 1, purchase: 1 };

export function grant(situation: Situation, command: GrantCommand, entryId: string): Outcome {
  const { wallet, found, now } = situation;
  const replay = replayOf(found.get(entryId), command);
  if (replay) return replay;

  const { kind, expiresAt, source, reasonCode, paid } = command;
  const credits = command.credits + 0; // -0 is 0
  if (expiresAt !== undefined && expiresAt <= now) {
    return { refusal: validationFailed([{ path: 'expiresAt', message: 'must lie in the future' }]) };
  }
  if (!isCountable(wallet, credits)) {
    return { refusal: uncountable('credits') };
  }

  if (PRIORITY[kind] === 0 && wallet.grants.length >= grantsMax) {
    return { refusal: validationFailed([{ path: 'kind', message: `the wallet has ${grantsMax} grants already` }]) };
  }

  const { postings, holds } = incoming(wallet, { allocations: [{ grantId: entryId, credits }], debt: 0 });
  const begun: Grant = {
    grantId: entryId,
    kind,
    priority: PRIORITY[kind],
    remaining: 0, // the postings fill it
    ...(expiresAt === undefined ? {} : { expiresAt }),
    seq: wallet.seq + 1,
  };
  return {
    step: {
      type: 'grant',
      id: entryId,
      keyDigest: entryId,
      fingerprint: command.fingerprint,
      actor: command.actor,
      own: {
        grant: { credits, ...(expiresAt === undefined ? {} : { expiresAt }), kind, source },
        ...(paid === undefined ? {} : { paid: { amountMinor: paid.amountMinor + 0, currency: paid.currency } }),
        reasonCode,
      },
      change: { postings: [{ account: 'issued', credits: 0 - credits }, ...postings], grant: begun, holds },
    },
  };
}
