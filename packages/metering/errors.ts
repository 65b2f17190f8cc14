/** What can go wrong between a metered service and credits, as one type: a row of the catalog's error table plus facts. */
import { errors, type ErrorCode } from '@reelbanana/catalog';

/**
 * A refusal or failure with its row of the error table. Thrown by the client for every problem that credits answers, for
 * an outage (OVERLOADED: an outage is never reported as a lack of credits), and by the attempt protocol.
 */
export class CreditsError extends Error {
  readonly code: ErrorCode;
  /** The problem's own members, for example `required` and `available`, or `state` and `credits` of a closed hold. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    o: { data?: Readonly<Record<string, unknown>>; retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(detail, o.cause === undefined ? undefined : { cause: o.cause });
    this.name = 'CreditsError';
    this.code = code;
    this.data = o.data ?? {};
    this.retryAfterSeconds = o.retryAfterSeconds;
  }

  get status(): number {
    return errors[this.code].status;
  }
}

/** The state in which credits says a hold has ended; undefined when `error` says no such thing. */
export function closedState(error: unknown): 'settled' | 'released' | 'expired' | undefined {
  if (!(error instanceof CreditsError)) return undefined;
  if (error.code === 'HOLD_EXPIRED') return 'expired';
  if (error.code !== 'HOLD_CLOSED') return undefined;
  const { state } = error.data;
  return state === 'settled' || state === 'expired' ? state : 'released';
}
