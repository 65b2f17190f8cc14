// reconcilePayment: what a payment is worth by now, as the difference to what the wallet has had of it so far.
import { emptyGrant, endOfDay } from '../buckets.ts';
import { clawbackPostings, incoming, isCountable } from '../funds.ts';
import { firstId, paymentFactId } from '../ids.ts';
import { returnedTtlMs } from '../limits.ts';
import { forbidden, uncountable, validationFailed } from '../rejection.ts';
import { replayOf } from '../replay.ts';
import { returned } from '../returns.ts';
import type { OwnFields, Step } from '../step.ts';
import { advance } from '../time.ts';
import type { Fact, Grant, PaymentFact, ReconcilePaymentCommand, Rejection, Wallet } from '../types.ts';
import type { Change } from '../wallet.ts';
import { grantRefusal, grantStep } from './grant.ts';
import type { Outcome, Situation } from './outcome.ts';

export function reconcilePayment(situation: Situation, command: ReconcilePaymentCommand, entryId: string): Outcome {
  const { wallet, found, facts, now } = situation;
  const { paymentId, granted, clawedBack, actor } = command;
  if (clawedBack > granted) {
    return { refusal: validationFailed([{ path: 'clawedBack', message: `must be at most the ${granted} granted` }]) };
  }
  if (actor.kind === 'user') return { refusal: forbidden('Only the billing account reconciles payments.') };
  const replay = replayOf(found.get(entryId), command);
  if (replay) return replay;
  const factId = paymentFactId(paymentId);
  const fact = facts.get(factId);
  if (fact === undefined) return { unread: [factId] };

  const last = fact?.kind === 'payment' ? fact : undefined;
  const toGrant = granted - (last?.granted ?? 0);
  const toTake = clawedBack - (last?.clawedBack ?? 0);
  if (toGrant < 0) {
    const message = `must be at least the ${last?.granted} that were granted: claw back instead`;
    return { refusal: validationFailed([{ path: 'granted', message }]) };
  }
  if (toGrant === 0 && toTake === 0) return { nothing: true };
  // Of two entries the own one comes last; it stands under the key, whatever its type.
  const grant =
    toGrant === 0 ? undefined : granting(wallet, command, toTake === 0 ? entryId : firstId(entryId), toGrant, now);
  if (grant !== undefined && 'refusal' in grant) return grant;
  if (grant !== undefined && toTake === 0) return { step: grant.step, facts: new Map([[factId, grant.fact]]) };

  const bought = grant?.fact ?? last;
  if (bought === undefined) return { nothing: true }; // of nothing granted, nothing can be clawed back
  const after = grant === undefined ? undefined : advance(wallet, grant.step, now);
  const move = toTake > 0 ? clawback : reinstate;
  const moved = move(after?.wallet ?? wallet, command, entryId, bought, Math.abs(toTake), now);
  if ('refusal' in moved) return moved;
  return {
    step: moved.step,
    ...(after === undefined ? {} : { after }),
    facts: new Map<string, Fact>([[factId, { ...moved.fact, granted, clawedBack }]]),
  };
}

type Refused = { readonly refusal: Rejection };

/** A payment's fact, its credits in a bucket. */
function factOf(
  { paymentId, granted, clawedBack }: Pick<PaymentFact, 'paymentId' | 'granted' | 'clawedBack'>,
  { grantId, kind, seq, expiresAt, rollover }: Grant,
): PaymentFact {
  return {
    v: 1,
    kind: 'payment',
    ...{ paymentId, granted, clawedBack },
    grantId,
    grantKind: kind,
    grantSeq: seq,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(rollover === undefined ? {} : { rollover }),
  };
}

function granting(
  wallet: Wallet,
  command: ReconcilePaymentCommand,
  entryId: string,
  credits: number,
  now: number,
): { readonly step: Step; readonly fact: PaymentFact } | Refused {
  const { paymentId } = command;
  const wanted = { ...inTime(command, now), credits, source: paymentId };
  const refusal = grantRefusal(wallet, wanted, now);
  if (refusal) return { refusal };
  const { step, bucket } = grantStep(wallet, wanted, entryId, paymentId);
  return { step, fact: factOf(command, bucket) };
}

/** What was paid is granted, however late that is known: past its own deadline it lasts a week, as what returns does. */
function inTime(command: ReconcilePaymentCommand, now: number): ReconcilePaymentCommand {
  if (command.expiresAt === undefined || command.expiresAt > now) return command;
  const { rollover: _missed, ...rest } = command;
  return { ...rest, expiresAt: endOfDay(now + returnedTtlMs) };
}

interface Moved {
  readonly step: Step;
  /** Says where the payment's credits are from now on. */
  readonly fact: PaymentFact;
}

/** Out of that payment's credits first, then paid ones, then promotional ones; the rest is owed, whatever the limit. */
function clawback(
  wallet: Wallet,
  command: ReconcilePaymentCommand,
  entryId: string,
  fact: PaymentFact,
  credits: number,
): Moved | Refused {
  if (!isCountable(wallet, credits)) return { refusal: uncountable('clawedBack') };
  return {
    step: stepOf(
      command,
      entryId,
      'clawback',
      credits,
      {},
      { postings: clawbackPostings(wallet, credits, fact.grantId) },
    ),
    fact,
  };
}

/** Back to where the payment's credits were; if that has expired since, to a bucket that lasts a week. */
function reinstate(
  wallet: Wallet,
  command: ReconcilePaymentCommand,
  entryId: string,
  fact: PaymentFact,
  credits: number,
  now: number,
): Moved | Refused {
  const { grantId, grantKind: kind, grantSeq, expiresAt, rollover } = fact;
  const home = emptyGrant(
    grantId,
    { kind, ...(expiresAt === undefined ? {} : { expiresAt }), ...(rollover === undefined ? {} : { rollover }) },
    grantSeq,
  );
  const back = returned(wallet, { entryId, now, source: 'reinstate', grantOf: () => home }, [{ grantId, credits }]);
  const { postings, holds } = incoming(wallet, back.spending);
  const change = {
    postings: [{ account: 'clawedBack', credits: 0 - credits } as const, ...postings],
    grants: back.grants,
    holds,
  };
  const own = back.grant === undefined ? {} : { grant: back.grant };
  const bucket = back.grants[0];
  return {
    step: stepOf(command, entryId, 'reinstate', credits, own, change),
    fact: bucket === undefined ? fact : factOf(fact, bucket),
  };
}

function stepOf(
  { fingerprint, actor, paymentId, reasonCode }: ReconcilePaymentCommand,
  id: string,
  type: 'clawback' | 'reinstate',
  credits: number,
  own: OwnFields,
  change: Change,
): Step {
  return { type, id, keyDigest: id, fingerprint, actor, own: { ...own, credits, paymentId, reasonCode }, change };
}
