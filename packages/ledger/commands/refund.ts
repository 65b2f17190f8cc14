// refund: what was charged goes back to the grants that paid it, the last ones first, and never more than was charged.
import { grantBegunBy } from '../buckets.ts';
import { chargeIn, lastOf, partsOf } from '../charges.ts';
import type { ChargePart } from '../charges.ts';
import { incoming } from '../funds.ts';
import { chargeFactId } from '../ids.ts';
import { refundMsMax } from '../limits.ts';
import { forbidden, refundExceedsCharge, validationFailed } from '../rejection.ts';
import { replayOf } from '../replay.ts';
import { returned } from '../returns.ts';
import type { OwnFields } from '../step.ts';
import type { ChargeFact, EntryBody, Fact, Grant, RefundCommand, Rejection, Wallet } from '../types.ts';
import type { Change } from '../wallet.ts';
import type { Outcome, Situation } from './outcome.ts';

const FOREIGN = 'Only the account that charged, or an administrator, may refund a charge.';

export function refund(situation: Situation, command: RefundCommand, entryId: string): Outcome {
  const { found, facts } = situation;
  const { actor, entryId: chargeId, reasonCode } = command;
  const replay = replayOf(found.get(entryId), command);
  if (replay && 'replay' in replay && replay.replay.body.actor.pseudonym !== actor.pseudonym)
    return { refusal: forbidden(FOREIGN) };
  if (replay) return replay;

  const charge = chargeIn(found.get(chargeId));
  if (charge === undefined) {
    return { refusal: validationFailed([{ path: 'entryId', message: 'must name a charge of this wallet' }]) };
  }
  if (actor.kind !== 'admin' && charge.actor.pseudonym !== actor.pseudonym) return { refusal: forbidden(FOREIGN) };
  const factId = chargeFactId(chargeId);
  const fact = facts.get(factId);
  if (fact === undefined) return { unread: [factId] };

  const before = asCharge(fact, chargeId);
  const credits = (command.credits ?? (charge.credits ?? 0) - before.refunded) + 0; // -0 is 0
  const refusal = exceeds(situation, command, charge, before, credits);
  if (refusal) return { refusal };
  const back = charge.unmetered ? waivedBack(credits) : paidBack(situation, entryId, partsOf(charge), before, credits);
  if ('refusal' in back) return back;
  return {
    step: {
      type: 'refund',
      id: entryId,
      keyDigest: entryId,
      fingerprint: command.fingerprint,
      actor,
      own: {
        ...back.own,
        chargeId,
        credits,
        ...(charge.operation === undefined ? {} : { operation: charge.operation }),
        reasonCode,
        ...(charge.unmetered ? { unmetered: true } : {}),
      },
      change: back.change,
    },
    facts: new Map<string, Fact>([[factId, { ...before, refunded: before.refunded + credits, ...back.returnedUntil }]]),
  };
}

function asCharge(fact: Fact | null, entryId: string): ChargeFact {
  return fact?.kind === 'charge' ? fact : { v: 1, kind: 'charge', entryId, refunded: 0 };
}

function exceeds(
  { now }: Situation,
  { actor }: RefundCommand,
  { credits: charged = 0, createdAt }: EntryBody,
  { refunded }: ChargeFact,
  credits: number,
): Rejection | undefined {
  const until = createdAt + refundMsMax;
  if (actor.kind !== 'admin' && now > until) return refundExceedsCharge(charged, refunded, credits, until);
  return credits > charged - refunded || credits === 0 ? refundExceedsCharge(charged, refunded, credits) : undefined;
}

type Back = {
  readonly own: OwnFields;
  readonly change: Change;
  readonly returnedUntil: Pick<ChargeFact, 'returnedUntil'>;
};

/** What was waived was never paid: there is nothing to return. */
function waivedBack(credits: number): Back {
  const postings = [
    { account: 'consumed', credits: 0 - credits },
    { account: 'waived', credits },
  ] as const;
  return { own: {}, change: { postings }, returnedUntil: {} };
}

function paidBack(
  { wallet, found, now }: Situation,
  entryId: string,
  parts: readonly ChargePart[],
  before: ChargeFact,
  credits: number,
): Back | { readonly refusal: Rejection } {
  const { refunded, returnedUntil } = before;
  const last = lastOf(parts, refunded, credits);
  const origins = new Map(last.map(({ grantId }) => [grantId, grantBegunBy(found.get(grantId ?? ''))]));
  if (last.some(({ grantId }) => grantId !== undefined && !isKnown(wallet, grantId) && !origins.get(grantId))) {
    return { refusal: validationFailed([{ path: 'entryId', message: 'the grants that paid it were not found' }]) };
  }
  const grantOf = (grantId: string): Grant => origins.get(grantId) as Grant;
  const back = returned(wallet, { entryId, now, source: 'refund', returnedUntil, grantOf }, last);
  const { postings, holds } = incoming(wallet, back.spending);
  return {
    own: back.grant === undefined ? {} : { grant: back.grant },
    change: { postings: [{ account: 'consumed', credits: 0 - credits }, ...postings], grants: back.grants, holds },
    returnedUntil: back.grant?.expiresAt === undefined ? {} : { returnedUntil: back.grant.expiresAt },
  };
}

function isKnown({ grants }: Wallet, grantId: string): boolean {
  return grants.some((grant) => grant.grantId === grantId);
}
