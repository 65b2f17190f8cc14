/** Expected failures as RFC 9457 problem+json, with codes of the catalog's closed table. */
import { errors, type ErrorCode } from '@reelbanana/catalog';

export interface ProblemBody {
  /** A stable reference, relative to the service: one page an error code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retrySameKey: boolean;
  readonly [data: string]: unknown;
}

/** One thing that is wrong with a request, and where: `body.params.characters`, `header.Idempotency-Key`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Seconds that a client should wait where we know no better. */
const retryAfterSecondsDefault = 1;

/**
 * Thrown by handlers for an expected failure; the app factory sends it. `data` joins the body but can replace none of
 * its standard members. 429 and 503 always carry Retry-After. `cause` is logged and never sent.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    detail: string,
    data: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
    cause?: unknown,
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
    const { status } = errors[code];
    this.headers =
      (status === 429 || status === 503) && headers['Retry-After'] === undefined
        ? { ...headers, 'Retry-After': String(retryAfterSecondsDefault) }
        : headers;
  }

  get status(): number {
    return errors[this.code].status;
  }
}

/** More than any honest request has; a body of thousands of wrong fields must not cost an answer many times its size. */
const fieldsMax = 50;

/** 400 with every field that is wrong, at once: the first 50 of them, and how many more there are. */
export function invalid(fields: readonly FieldError[]): Problem {
  const told = fields.slice(0, fieldsMax);
  const more = fields.length > fieldsMax ? `; and ${fields.length - fieldsMax} more` : '';
  const detail = told.map(({ path, message }) => `${path}: ${message}`).join('; ') + more;
  return new Problem('VALIDATION_FAILED', detail, { errors: told });
}

/** The milliseconds after which a retry makes sense, as a Retry-After header (whole seconds, at least 1). */
export function retryAfter(ms: number): Record<string, string> {
  return { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1000))) };
}

export function problemBody(problem: Problem): ProblemBody {
  const { status, title, retryable, retrySameKey } = errors[problem.code];
  return {
    ...problem.data,
    type: problemType(problem.code),
    title,
    status,
    detail: problem.message,
    code: problem.code,
    retryable,
    retrySameKey,
  };
}

/** `INSUFFICIENT_CREDITS` -> `/problems/insufficient-credits`. */
export function problemType(code: ErrorCode): string {
  return `/problems/${code.toLowerCase().replaceAll('_', '-')}`;
}
