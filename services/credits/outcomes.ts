/** What the commit engine said, as HTTP: an answer, or the Problem that says why there is none. */
import { limits } from '@reelbanana/catalog';
import type { Answer, Rejection } from '@reelbanana/ledger';
import {
  InvalidCursor,
  StoreUnavailable,
  UnknownOutcome,
  UserErased,
  type Outcome,
} from '@reelbanana/ledger-firestore';
import { invalid, Problem, retryAfter, type FieldError } from '@reelbanana/service-kit';
import { walletNotFound } from './principals.ts';
import { minuteMs, rateLimitHeaders } from './rate-limit.ts';

/** The client's own names of a command's fields, where they differ. */
type Names = Readonly<Record<string, string>>;

/** The answer of a command that has one; throws the Problem of anything else. */
export function answerOf(outcome: Outcome, names: Names = {}): Answer {
  switch (outcome.kind) {
    case 'answer':
      return outcome.answer;
    case 'rejected':
      throw problemOfRejection(outcome.rejection, names);
    case 'failed':
      throw problemOfFailure(outcome);
    case 'unknownWallet':
      throw walletNotFound();
    case 'done':
      throw new Error('a tick has no answer');
  }
}

/** The API counts in seconds; and all that is left to say of this field is how long a hold may last in all. */
const ofTtl: FieldError = {
  path: 'body.ttlSeconds',
  message: `a hold lasts at most ${limits.holdTtlSeconds.max} seconds in all, counted from its reserve`,
};

/** The ledger names a command's fields; the client knows them as fields of its body. */
function problemOfRejection({ code, detail, data }: Rejection, names: Names): Problem {
  if (code === 'RATE_LIMITED') return new Problem(code, detail, data, rateLimited(data));
  if (code !== 'VALIDATION_FAILED') return new Problem(code, detail, data);
  const errors = ((data['errors'] ?? []) as FieldError[]).map(({ path, message }) =>
    path === 'ttlMs' ? ofTtl : { path: `body.${names[path] ?? path}`, message },
  );
  return new Problem(code, errors.map(({ path, message }) => `${path}: ${message}`).join('; '), { ...data, errors });
}

function rateLimited(data: Rejection['data']): Record<string, string> {
  const [limit, retryAfterMs] = [Number(data['limit']), Number(data['retryAfterMs'])];
  const minute = { limit, used: limit, since: 0 };
  return { ...retryAfter(retryAfterMs), ...rateLimitHeaders(minute, minuteMs - retryAfterMs) };
}

function problemOfFailure({ code, retryAfterMs }: Extract<Outcome, { kind: 'failed' }>): Problem {
  const headers = retryAfter(retryAfterMs);
  switch (code) {
    case 'CONTENTION':
      return new Problem('CONTENTION', 'The wallet is being written by others: repeat with the same key', {}, headers);
    case 'OVERLOADED':
      return new Problem('OVERLOADED', 'Too much is waiting: repeat with the same key', {}, headers);
    case 'UNAVAILABLE':
      return new Problem('OVERLOADED', 'The ledger did not answer in time: repeat with the same key', {}, headers);
  }
}

/** Expected failures of users and of the store in reads: an outage is told as one, never as a lack of credits or a bug. */
export function problemOfStore(error: unknown): Problem | undefined {
  if (error instanceof InvalidCursor) return invalid([{ path: 'query.cursor', message: error.message }]);
  if (error instanceof UserErased) return new Problem('FORBIDDEN', 'This user was erased and has no wallet any more');
  const outage = error instanceof StoreUnavailable || error instanceof UnknownOutcome;
  return outage
    ? new Problem('OVERLOADED', 'The ledger does not answer at the moment', {}, retryAfter(1_000), error)
    : undefined;
}

/** The headers of an answer: a replay says that it is one. */
export function replayHeaders({ replayed }: Answer): Record<string, string> {
  return replayed ? { 'Idempotent-Replayed': 'true' } : {};
}

/** The same of a reserve or deduct, which also tells how its minute stands. */
export function chargeHeaders(answer: Answer, now: number): Record<string, string> {
  return { ...replayHeaders(answer), ...rateLimitHeaders(answer.perMinute, now) };
}
