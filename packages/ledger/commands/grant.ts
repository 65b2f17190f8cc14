// grant: credits come in. Never refused by the wallet's state: a frozen or indebted wallet takes them too.
import { beginGrant, bucketFor, priorityOf } from '../buckets.ts';
import type { Begun } from '../buckets.ts';
import { incoming, isCountable } from '../funds.ts';
import { grantsMax } from '../limits.ts';
import { uncountable, validationFailed } from '../rejection.ts';
import { replayOf } from '../replay.ts';
import type { Step } from '../step.ts';
import type { GrantCommand, Paid, Rejection, Rollover, Wallet } from '../types.ts';
import type { Outcome, Situation } from './outcome.ts';

export function grant(situation: Situation, command: GrantCommand, entryId: string): Outcome {
  const { wallet, found, now } = situation;
  const replay = replayOf(found.get(entryId), command);
  if (replay) return replay;
  const refusal = grantRefusal(wallet, command, now) ?? promotionalRefusal(wallet, command);
  return refusal === undefined ? { step: grantStep(wallet, command, entryId).step } : { refusal };
}

/** What a grant needs to know, whoever asks for it. */
export type Granting = Omit<GrantCommand, 'type' | 'key'>;

/** What no grant may be. */
export function grantRefusal(
  wallet: Wallet,
  { kind, credits, expiresAt, rollover }: Granting,
  now: number,
): Rejection | undefined {
  if (expiresAt !== undefined && expiresAt <= now) {
    return validationFailed([{ path: 'expiresAt', message: 'must lie in the future' }]);
  }
  const problem = rollover === undefined ? undefined : rolloverProblem(rollover, kind, expiresAt);
  if (problem !== undefined) return validationFailed([{ path: 'rollover', message: problem }]);
  return isCountable(wallet, credits) ? undefined : uncountable('credits');
}

function rolloverProblem(
  rollover: Rollover,
  kind: GrantCommand['kind'],
  expiresAt: number | undefined,
): string | undefined {
  if (kind !== 'plan' || expiresAt === undefined) return 'is for plans that expire';
  return rollover.expiresAt <= expiresAt ? 'must expire after the grant itself' : undefined;
}

/** Paid credits are never refused by a bound. */
function promotionalRefusal(wallet: Wallet, command: GrantCommand): Rejection | undefined {
  if (priorityOf(command.kind) === 1 || wallet.grants.length < grantsMax) return undefined;
  const bucket = bucketFor(wallet, command);
  if (bucket?.kind === command.kind && bucket.expiresAt === command.expiresAt) return undefined;
  return validationFailed([{ path: 'kind', message: `the wallet has ${grantsMax} grants already` }]);
}

/** The step that grants, and where its credits go. The caller has checked `grantRefusal`. */
export function grantStep(
  wallet: Wallet,
  granting: Granting,
  entryId: string,
  paymentId?: string,
): { readonly step: Step } & Begun {
  const { kind, expiresAt, source, reasonCode, paid, rollover, fingerprint, actor } = granting;
  const credits = granting.credits + 0; // -0 is 0
  const origin = {
    kind,
    credits,
    source,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(rollover === undefined ? {} : { rollover }),
  };
  const begun = beginGrant(wallet, entryId, origin);
  const { grantId } = begun.bucket;
  const { postings, holds } = incoming(wallet, { allocations: [{ grantId, credits }], debt: 0 });
  const step: Step = {
    type: 'grant',
    id: entryId,
    keyDigest: entryId,
    fingerprint,
    actor,
    own: {
      grant: begun.fields,
      ...(paid === undefined ? {} : { paid: paidOf(paid) }),
      ...(paymentId === undefined ? {} : { paymentId }),
      reasonCode,
    },
    change: { postings: [{ account: 'issued', credits: 0 - credits }, ...postings], grants: [begun.bucket], holds },
  };
  return { step, ...begun };
}

function paidOf({ amountMinor, currency }: Paid): Paid {
  return { amountMinor: amountMinor + 0, currency };
}
