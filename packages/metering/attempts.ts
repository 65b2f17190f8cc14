/**
 * The attempt protocol (`wire.md`, SDK attempts): one client key, any number of retries, processes and crashes, and still
 * one charge and one result.
 *
 * Attempt n reserves under a key made of (operation, client key, n), so every process walks the same attempts in the same
 * order. Work runs only on a hold that this call opened itself. A hold that somebody else opened is either settled, and
 * then its result is the answer, or it is closed for ever by the next attempt (`supersedes`), in the same commit that
 * opens the next hold: so of all attempts at most one can ever be settled.
 *
 * Before settling, the result is put under the hold's id where nobody reads it; after settling, under its owner. Whoever
 * meets a settled hold repeats that last put, so a crash between the two loses nothing.
 */
import { untilAborted } from './abort.ts';
import type { Balance, CreditsClient, Reserved, Settled } from './credits.ts';
import { CreditsError, closedState } from './errors.ts';
import { attemptKey, holdIdOf } from './ids.ts';
import { pendingName, resultName, type ResultFacts, type ResultObject, type ResultStore } from './results.ts';
import { createShared } from './shared.ts';

/** Attempts under one client key; past them the key is used up. A retrying client gets nowhere near. */
export const attemptsMax = 20;

/** The part of a hold's time that the work may take: the rest is for storing the result and settling. */
const workShare = 0.8;

/** A release is a courtesy (the hold expires anyway): it must not keep the caller waiting. */
const releaseTimeoutMs = 2_000;

/** What the work made. */
export interface Made {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** The service's own fields of the answer. JSON. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The actual cost where it is not the hold; at most twice the hold. What is charged may be less: credits says. */
  readonly credits?: number;
}

/** A hold to work on. */
export interface OpenHold {
  readonly holdId: string;
  readonly credits: number;
  /** Aborted when nobody waits for the result any more, or when the hold's time is nearly over. */
  readonly signal: AbortSignal;
}

export interface OperationInput {
  readonly uid: string;
  readonly userToken: string;
  readonly operation: string;
  readonly params: Readonly<Record<string, number | string | boolean>>;
  /** The client's Idempotency-Key. */
  readonly key: string;
  /** requestDigest() of everything that makes the result what it is. */
  readonly requestDigest: string;
  readonly ttlSeconds: number;
  /** Aborted when this caller has gone away. */
  readonly signal: AbortSignal;
  readonly work: (hold: OpenHold) => Promise<Made>;
}

export interface OperationOutcome {
  /** The hold that was charged; also the result's id. */
  readonly holdId: string;
  readonly credits: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly contentType: string;
  /** Just after the charge, or now where the result was made earlier. */
  readonly balance: Balance;
  /** True when the result is that of an earlier request, or of one running elsewhere. */
  readonly replayed: boolean;
}

/** Runs paid operations. One per process: it joins equal requests that are running here already. */
export interface Attempts {
  /**
   * Charges the user once for this key and answers with the one result. Throws CreditsError: what credits refused
   * (INSUFFICIENT_CREDITS, ...), DUPLICATE_OPERATION (the key belongs to another request), CONTENTION (another process
   * has it; retry with the same key), RESULT_NOT_FOUND (charged, but the result is no longer kept). What `work` throws
   * comes out as WorkFailed. In every failure but RESULT_NOT_FOUND nothing is charged, or a retry finds the charge.
   */
  run(input: OperationInput): Promise<OperationOutcome>;
  /** For the end of the process: stops all work and gives the holds back; what is being settled is completed. */
  drain(): Promise<void>;
}

/** The work threw, took too long, its result could not be stored, or nobody waits for it: the hold has been given back. */
export class WorkFailed extends Error {
  readonly reason: 'failed' | 'timeout' | 'cancelled';

  constructor(reason: 'failed' | 'timeout' | 'cancelled', cause: unknown) {
    super(`the work ${reason === 'failed' ? 'failed' : reason === 'timeout' ? 'took too long' : 'was cancelled'}`, {
      cause,
    });
    this.name = 'WorkFailed';
    this.reason = reason;
  }
}

/** What the protocol measures a hold's time by. Injected, so that a simulation can drive it. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  elapsedMs(): number;
  /** A signal that is aborted `ms` from now. */
  timeout(ms: number): AbortSignal;
}

const hostClock: Clock = { elapsedMs: () => performance.now(), timeout: (ms) => AbortSignal.timeout(ms) };

export function createAttempts({
  credits,
  results,
  clock = hostClock,
}: {
  credits: CreditsClient;
  results: ResultStore;
  clock?: Clock;
}): Attempts {
  const shared = createShared<OperationOutcome>();

  /** n = 1, 2, ... until an attempt is ours or a settled one is met. */
  async function walk(input: OperationInput): Promise<OperationOutcome> {
    let previous: Reserved | undefined;
    for (let n = 1; n <= attemptsMax; n += 1) {
      if (input.signal.aborted) throw new WorkFailed('cancelled', input.signal.reason);
      const startedAt = clock.elapsedMs(); // before the hold's own time begins
      let hold: Reserved;
      try {
        hold = await reserve(input, attemptKey(input.operation, input.key, n), previous?.holdId);
      } catch (error) {
        // The attempt before was settled between our two looks at it.
        if (previous && closedState(error) === 'settled') return await stored(input, previous.holdId, chargedBy(error));
        throw error;
      }
      if (!hold.replayed) return await attempt(input, hold, n, startedAt);
      if (hold.state === 'settled') return await stored(input, hold.holdId, hold.settledCredits);
      previous = hold;
    }
    const detail = `This key has been tried ${attemptsMax} times: use a new one`;
    throw new CreditsError('CONTENTION', detail, { retryAfterSeconds: 60 });
  }

  /** Without the caller's signal: a reserve that nobody waits for would leave a hold that nobody releases. */
  function reserve(input: OperationInput, key: string, supersedes: string | undefined): Promise<Reserved> {
    const { operation, params, ttlSeconds, userToken } = input;
    const fields = { operation, params, ttlSeconds, ...(supersedes === undefined ? {} : { supersedes }) };
    return credits.reserve(fields, { userToken, key });
  }

  /** Work on a hold of our own, then settle it; or give it back. */
  async function attempt(
    input: OperationInput,
    hold: Reserved,
    n: number,
    startedAt: number,
  ): Promise<OperationOutcome> {
    const workMs = input.ttlSeconds * 1000 * workShare - (clock.elapsedMs() - startedAt);
    const deadline = clock.timeout(Math.max(0, Math.floor(workMs)));
    const signal = AbortSignal.any([input.signal, deadline]);
    let made: Made;
    let facts: ResultFacts;
    try {
      made = await untilAborted(signal, () => input.work({ holdId: hold.holdId, credits: hold.credits, signal }));
      const { contentType, fields, credits: charge = hold.credits } = made;
      facts = { contentType, fields, requestDigest: input.requestDigest, credits: charge };
      await untilAborted(signal, () => results.put(pendingName(hold.holdId), facts, made.bytes));
    } catch (error) {
      const reason = input.signal.aborted ? 'cancelled' : deadline.aborted ? 'timeout' : 'failed';
      await release(hold, reason);
      throw new WorkFailed(reason, error);
    }
    // From here on nobody's leaving stops us: the charge may already be on its way.
    let settled: Settled;
    try {
      settled = await credits.settle({ walletId: hold.walletId, holdId: hold.holdId, credits: facts.credits });
    } catch (error) {
      return await afterRefusal(input, hold, n, error);
    }
    const charged = { ...facts, credits: settled.credits }; // less than the cost where the wallet could not pay it all
    await publish(input.uid, hold.holdId, charged, made.bytes);
    return outcome(hold.holdId, charged, settled.balance, false);
  }

  /** Settling failed: look for a winner, or make sure of what happened. */
  async function afterRefusal(
    input: OperationInput,
    hold: Reserved,
    n: number,
    error: unknown,
  ): Promise<OperationOutcome> {
    const state = closedState(error);
    if (state === 'settled') return await stored(input, hold.holdId, chargedBy(error));
    if (state !== undefined) return await winner(input, hold, n);
    // Perhaps it was charged and only the answer was lost: the release says which.
    if ((await release(hold, 'failed')) === 'settled') return await stored(input, hold.holdId);
    throw error;
  }

  /**
   * We lost our hold (paused past its time, or a retry elsewhere superseded it): walks the later attempts once more
   * without reserving, so that a loser never opens a hold. Their ids follow from the key, so their published results
   * can be asked for.
   */
  async function winner(input: OperationInput, lost: Reserved, n: number): Promise<OperationOutcome> {
    const holdIds = Array.from({ length: attemptsMax - n }, (_, i) =>
      holdIdOf(lost.walletId, attemptKey(input.operation, input.key, n + 1 + i)),
    );
    const found = await Promise.all(holdIds.map((holdId) => find(resultName(input.uid, holdId))));
    const holdId = holdIds[found.findIndex((object) => object !== null)];
    if (holdId !== undefined) return await stored(input, holdId);
    const detail = 'Another request with this key is running: try again';
    throw new CreditsError('CONTENTION', detail, { retryAfterSeconds: 1 });
  }

  /** The result of a settled hold; repeats the last put where a crash left it out. `charged`: what credits says it was. */
  async function stored(input: OperationInput, holdId: string, charged?: number): Promise<OperationOutcome> {
    const published = await find(resultName(input.uid, holdId));
    const object = published ?? (await find(pendingName(holdId)));
    if (object === null) {
      throw new CreditsError('RESULT_NOT_FOUND', `Result ${holdId} was charged and is no longer kept`);
    }
    if (object.requestDigest !== input.requestDigest) throw anotherRequest();
    const facts: ResultFacts = published ?? { ...factsOf(object), credits: charged ?? object.credits };
    if (published === null) await publish(input.uid, holdId, facts, await object.bytes());
    return outcome(holdId, facts, await credits.balance({ userToken: input.userToken }), true);
  }

  /** Throws CreditsError when the store does not answer: that is no absence. */
  function find(name: string): Promise<ResultObject | null> {
    return results.get(name).catch((cause: unknown) => {
      throw new CreditsError('OVERLOADED', 'Results cannot be read now: try again', { cause, retryAfterSeconds: 1 });
    });
  }

  /** Throws CreditsError: it has been charged, so a retry with the same key comes back to this put. */
  async function publish(uid: string, holdId: string, facts: ResultFacts, bytes: Uint8Array): Promise<void> {
    await results.put(resultName(uid, holdId), facts, bytes).catch((cause: unknown) => {
      const detail = 'The result is made and could not be stored yet: try again with the same key';
      throw new CreditsError('OVERLOADED', detail, { cause, retryAfterSeconds: 1 });
    });
  }

  /** Best effort. Tells when it came too late because the hold is settled. */
  async function release({ walletId, holdId }: Reserved, reasonCode: string): Promise<'settled' | undefined> {
    try {
      await credits.release({ walletId, holdId, reasonCode }, { timeoutMs: releaseTimeoutMs });
      return undefined;
    } catch (error) {
      return closedState(error) === 'settled' ? 'settled' : undefined;
    }
  }

  return {
    run: async (input) => {
      if (input.signal.aborted) throw new WorkFailed('cancelled', input.signal.reason);
      const key = JSON.stringify([input.uid, input.operation, input.key]);
      const asked = { key, digest: input.requestDigest, signal: input.signal };
      const start = (signal: AbortSignal) => walk({ ...input, signal });
      const { value, joined } = await shared.run(asked, { start, onOther: anotherRequest });
      return joined ? { ...value, replayed: true } : value;
    },
    drain: () => shared.drain(new Error('the process ends')),
  };
}

function outcome(holdId: string, facts: ResultFacts, balance: Balance, replayed: boolean): OperationOutcome {
  return { holdId, credits: facts.credits, fields: facts.fields, contentType: facts.contentType, balance, replayed };
}

function anotherRequest(): CreditsError {
  return new CreditsError('DUPLICATE_OPERATION', 'This Idempotency-Key was used for another request');
}

const factsOf = ({ contentType, fields, requestDigest, credits }: ResultObject): ResultFacts => ({
  contentType,
  fields,
  requestDigest,
  credits,
});

/** What the problem of a settled hold says that it was charged. */
function chargedBy(error: unknown): number | undefined {
  const charged = error instanceof CreditsError ? error.data['credits'] : undefined;
  return typeof charged === 'number' ? charged : undefined;
}
