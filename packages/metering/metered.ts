/**
 * metered(): makes the handler of a route a paid operation. service-kit has authenticated and validated; then credits
 * are held, the work runs, its result is stored, the hold is settled, and the balance stands in the answer. Whatever goes
 * wrong (a throw, a timeout, a caller that went away), the hold is given back: no handler can forget to.
 */
import { errors, type ErrorCode, type operations, type OperationId } from '@reelbanana/catalog';
import { Problem, type Typed } from '@reelbanana/service-kit';
import type { z } from 'zod';
import { entryId } from './contract/index.ts';
import { createAttempts, WorkFailed, type Made, type OpenHold, type OperationOutcome } from './attempts.ts';
import type { Balance, CreditsClient } from './credits.ts';
import { CreditsError } from './errors.ts';
import { requestDigest } from './ids.ts';
import { resultName, type ResultObject, type ResultStore } from './results.ts';

export interface MeteringOptions {
  readonly credits: CreditsClient;
  readonly results: ResultStore;
  /** This service's own URL, to which the results' paths are added. */
  readonly serviceUrl: string;
  /** How long credits stay held for one piece of work; the work is aborted after four fifths of it. */
  readonly holdTtlSeconds: number;
}

/** A request that costs something: from a route whose principals are end users and whose contract asks for a key. */
export type PaidRequest = Pick<Typed, 'caller' | 'key' | 'signal' | 'log'> & { readonly body: unknown };

export interface Cost<O extends OperationId, R> {
  /** The operation's parameters, from the work itself and never from a number that the client sends. */
  readonly cost: (request: R) => z.output<(typeof operations)[O]['params']>;
  /** The path of the result on this service. */
  readonly path: (id: string) => `/${string}`;
}

/** 201: the fields of the work beside what every paid operation says. */
export interface PaidReply<M extends Made> {
  readonly status: 201;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: M['fields'] & {
    readonly id: string;
    readonly credits: number;
    readonly contentType: M['contentType'];
    readonly url: string;
    readonly balance: Balance;
  };
}

export interface Metering {
  /**
   * A handler that charges `operation`, once per user and Idempotency-Key, for what `work` makes. `work` gets a hold with
   * an AbortSignal, and may throw a Problem of its own; anything else that it throws is OPERATION_FAILED, uncharged.
   * Equal requests get the same answer, marked `Idempotent-Replayed: true`.
   */
  metered<O extends OperationId, R extends PaidRequest, M extends Made>(
    operation: O,
    cost: Cost<O, R>,
    work: (request: R, hold: OpenHold) => Promise<M>,
  ): (request: R) => Promise<PaidReply<M>>;
  /** The user's own result. Throws RESULT_NOT_FOUND for any other id, existing or not, OVERLOADED while the store is away. */
  result(caller: Typed['caller'], id: string): Promise<ResultObject>;
  /** For the end of the process: stops all work and gives the holds back; what is being settled is completed. */
  drain(): Promise<void>;
}

/** One per process. */
export function createMetering({ credits, results, serviceUrl, holdTtlSeconds }: MeteringOptions): Metering {
  const attempts = createAttempts({ credits, results });
  return {
    drain: attempts.drain,
    metered:
      (operation, { cost, path }, work) =>
      async (request) => {
        const { user, tokens } = request.caller;
        if (user === undefined || tokens.user === undefined) throw new Error('a metered route is for end users');
        if (user.anonymous) throw new Problem('FORBIDDEN', 'An anonymous user has no wallet');
        const outcome = await attempts
          .run({
            uid: user.uid,
            userToken: tokens.user,
            operation,
            params: cost(request),
            key: request.key,
            requestDigest: requestDigest(operation, request.body),
            ttlSeconds: holdTtlSeconds,
            signal: request.signal,
            work: (hold) => work(request, hold),
          })
          .catch((error: unknown) => {
            throw problemOf(error, request);
          });
        return replyOf(outcome, serviceUrl + path(outcome.holdId));
      },
    result: async ({ user }, id) => {
      // What cannot be an id is no result; it must not become part of an object's name either.
      const found =
        user && entryId.safeParse(id).success ? await results.get(resultName(user.uid, id)).catch(cannotBeRead) : null;
      if (found === null) throw new Problem('RESULT_NOT_FOUND', 'You have no result with this id');
      return { ...found, bytes: () => found.bytes().catch(cannotBeRead) };
    },
  };
}

/** The store does not answer: that is no absence, and no bug of ours. */
function cannotBeRead(cause: unknown): never {
  throw new Problem('OVERLOADED', 'Results cannot be read now: try again', {}, {}, cause);
}

/** A stored result was made by the same work: its fields and content type are the work's. */
function replyOf<M extends Made>(outcome: OperationOutcome, url: string): PaidReply<M> {
  const { holdId, credits, fields, contentType, balance, replayed } = outcome;
  return {
    status: 201,
    headers: { Location: url, ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}) },
    body: {
      ...(fields as M['fields']),
      id: holdId,
      credits,
      contentType: contentType,
      url,
      balance,
    },
  };
}

/** Refusals that concern the user or tell them to wait. Any other is a mistake of ours, and leaves as INTERNAL. */
const passedOn: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'INSUFFICIENT_CREDITS',
  'CAP_EXCEEDED',
  'WALLET_FROZEN',
  'RESULT_NOT_FOUND',
  'DUPLICATE_OPERATION',
  'RATE_LIMITED',
  'HOLD_LIMIT',
  'CONTENTION',
  'OVERLOADED',
] satisfies ErrorCode[]);

function problemOf(error: unknown, { log }: Pick<PaidRequest, 'log'>): unknown {
  if (error instanceof WorkFailed) {
    if (error.cause instanceof Problem) return error.cause;
    const level = error.reason === 'cancelled' ? 'info' : 'error';
    log[level](
      { error: error.cause, reason: error.reason },
      'a paid operation ended without a result; nothing was charged',
    );
    const told = { failed: 'failed', timeout: 'took too long', cancelled: 'was cancelled' }[error.reason];
    return new Problem('OPERATION_FAILED', `The work ${told}; nothing was charged`);
  }
  if (!(error instanceof CreditsError) || !passedOn.has(error.code)) return error;
  if (errors[error.code].status >= 500) log.warn({ error }, 'a paid operation could not be completed');
  const headers: Record<string, string> =
    error.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(error.retryAfterSeconds) };
  return new Problem(error.code, error.message, error.data, headers);
}
