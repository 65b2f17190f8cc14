/**
 * Calls with a deadline, and retries with the same Idempotency-Key: whatever came of the first try, its effect happens
 * once and its answer is replayed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { errors, type ErrorCode } from '@reelbanana/catalog';
import type { CallOptions } from './credits.ts';
import { CreditsError } from './errors.ts';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly key?: string;
  readonly userToken?: string;
  readonly body?: unknown;
}

export interface Answered {
  readonly json: unknown;
  /** `Idempotent-Replayed: true`: this key was used before, by whomever. */
  readonly replayed: boolean;
}

export interface RetryOptions {
  /** A call in all, unless it says otherwise. */
  readonly timeoutMs: number;
  /** One try: shorter, so that a lost answer is asked for again in time. */
  readonly tryTimeoutMs: number;
  readonly triesMax: number;
  /** 0 <= x < 1. */
  readonly random: () => number;
}

const defaults: RetryOptions = { timeoutMs: 10_000, tryTimeoutMs: 4_000, triesMax: 5, random: Math.random };

/** The ceiling of the first wait; doubles with every try. */
const backoffMsFirst = 100;
const backoffMsMax = 2_000;

/** Answers that a moment may change. 502 and 504 come from front ends whose backend restarts. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

type Send = (call: Call, signal: AbortSignal) => Promise<Response>;

/** Throws CreditsError; the caller's own abort comes out as its reason. */
export function createRetries(
  options: Partial<RetryOptions> & { readonly send: Send },
): (call: Call, o?: CallOptions) => Promise<Answered> {
  const { timeoutMs: timeoutMsDefault, tryTimeoutMs, triesMax, random } = { ...defaults, ...options };

  return async (call, { signal, timeoutMs = timeoutMsDefault } = {}) => {
    const endsAt = performance.now() + timeoutMs;
    for (let n = 1; ; n += 1) {
      const leftMs = endsAt - performance.now();
      const outcome = await once(options.send, call, Math.min(tryTimeoutMs, leftMs), signal);
      if (!(outcome instanceof CreditsError)) return outcome;
      const waitMs = Math.max(
        random() * Math.min(backoffMsFirst * 2 ** (n - 1), backoffMsMax), // full jitter: callers must not return in step
        (outcome.retryAfterSeconds ?? 0) * 1000 * (0.8 + 0.4 * random()),
      );
      if (n >= triesMax || waitMs >= endsAt - performance.now()) throw outcome;
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  };
}

/** The answer, or a failure that a retry may cure. Throws every other failure. */
async function once(send: Send, call: Call, timeoutMs: number, signal?: AbortSignal): Promise<Answered | CreditsError> {
  const timeout = AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs)));
  let response: Response;
  let text: string;
  try {
    response = await send(call, signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    return new CreditsError('OVERLOADED', 'Credits cannot be reached', { cause });
  }
  if (response.ok) return { json: parsed(text), replayed: response.headers.get('Idempotent-Replayed') === 'true' };
  const error = refusal(response, parsed(text));
  if (passing.has(response.status)) return error;
  throw error;
}

/** What every problem says, and the error table knows anyway. */
const standardMembers: ReadonlySet<string> = new Set(['type', 'title', 'status', 'retryable', 'retrySameKey']);

/** The problem that credits answered; of any other answer what its status says. */
function refusal(response: Response, body: unknown): CreditsError {
  const { code, detail, ...members } = (body ?? {}) as Record<string, unknown>;
  const data = Object.fromEntries(Object.entries(members).filter(([name]) => !standardMembers.has(name)));
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
  if (isErrorCode(code)) return new CreditsError(code, String(detail), { data, retryAfterSeconds });
  const known = passing.has(response.status) ? 'OVERLOADED' : 'INTERNAL';
  return new CreditsError(known, `Credits answered ${response.status} without a problem`, { retryAfterSeconds });
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errors, code);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
