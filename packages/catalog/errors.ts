/**
 * The closed table of error answers (RFC 9457 problem+json). Every error that a service sends has its row here; the
 * clients, the API reference and the dashboards read the same rows.
 *
 * `retryable`: the same request may succeed later. `retrySameKey`: a retry should keep its Idempotency-Key (it has not
 * been used up, and if the first attempt did take effect its answer is replayed).
 */

export interface ErrorDefinition {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  readonly retrySameKey: boolean;
}

const no = { retryable: false, retrySameKey: false } as const;
/** The caller must change something outside the request first (buy credits, wait); the key stays good. */
const later = { retryable: true, retrySameKey: true } as const;

export const errors = {
  VALIDATION_FAILED: { status: 400, title: 'The request is not valid', ...no },
  INVALID_OPERATION: { status: 400, title: 'No such operation', ...no },
  QUOTE_INVALID: { status: 400, title: 'The quote is not valid here', ...no },
  UNAUTHENTICATED: { status: 401, title: 'Sign in first', ...no },
  INSUFFICIENT_CREDITS: { status: 402, title: 'Not enough credits', ...later },
  HOLD_EXPIRED: { status: 402, title: 'The hold has expired', ...no },
  CAP_EXCEEDED: { status: 402, title: 'A spending cap is reached', ...later },
  PAYMENT_FAILED: { status: 402, title: 'The payment failed', ...no },
  FORBIDDEN: { status: 403, title: 'Not allowed', ...no },
  WALLET_FROZEN: { status: 403, title: 'The wallet is frozen', ...later },
  ROUTE_NOT_FOUND: { status: 404, title: 'No such route', ...no },
  WALLET_NOT_FOUND: { status: 404, title: 'No such wallet', ...no },
  HOLD_NOT_FOUND: { status: 404, title: 'No such hold', ...no },
  RESULT_NOT_FOUND: { status: 404, title: 'No such result', ...no },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This route does not take that method', ...no },
  HOLD_CLOSED: { status: 409, title: 'The hold has already ended', ...no },
  REFUND_EXCEEDS_CHARGE: { status: 409, title: 'More than was charged', ...no },
  // With a new quote, and with the key: a first attempt may still be on its way.
  QUOTE_EXPIRED: { status: 409, title: 'The quote has expired', retryable: false, retrySameKey: true },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large', ...no },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Send application/json', ...no },
  DUPLICATE_OPERATION: { status: 422, title: 'This key was used for another request', ...no },
  RATE_LIMITED: { status: 429, title: 'Too many requests', ...later },
  HOLD_LIMIT: { status: 429, title: 'Too many open holds', ...later },
  INTERNAL: { status: 500, title: 'Our fault', ...later },
  OPERATION_FAILED: { status: 502, title: 'The work failed; nothing was charged', ...later },
  CONTENTION: { status: 503, title: 'Busy: try again', ...later },
  OVERLOADED: { status: 503, title: 'Overloaded: try again', ...later },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errors;

/** What a problem of a code tells beside the members that all have, each with an example. */
export const errorData: Readonly<Partial<Record<ErrorCode, Readonly<Record<string, unknown>>>>> = {
  /** Every field that is wrong. */
  VALIDATION_FAILED: { errors: [{ path: 'header.Idempotency-Key', message: 'is required' }] },
  /** Those that there are. */
  INVALID_OPERATION: { operations: ['story-generation', 'narration'] },
  INSUFFICIENT_CREDITS: { required: 5, available: 2 },
  HOLD_EXPIRED: { expiresAt: 1_780_272_000_000 },
  CAP_EXCEEDED: { cap: 'daily', limit: 100, used: 98, required: 5, resetsAt: 1_780_358_400_000 },
  /** Of the charge; and, where that has passed, until when the account that charged might refund it. */
  REFUND_EXCEEDS_CHARGE: { charged: 5, refunded: 3, refundable: 2, required: 4, refundableUntil: 1_780_272_000_000 },
  QUOTE_EXPIRED: { expiresAt: 1_780_272_000_000 },
  /** How the hold ended, and what was charged. */
  HOLD_CLOSED: { state: 'settled', credits: 3 },
  /** Operations a minute; until the next minute begins. */
  RATE_LIMITED: { limit: 100, retryAfterMs: 12_000 },
  /** Which bound, and how much it allows. */
  HOLD_LIMIT: { bound: 'openHolds', limit: 100 },
  INTERNAL: { traceId: '0af7651916cd43dd8448eb211c80319c' },
};
