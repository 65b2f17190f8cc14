// Expected refusals, one constructor a code: what the caller learns, and the facts that join the problem document.
import type { HoldState, Rejection, Wallet } from './types.ts';
import { spendable } from './funds.ts';

/** One thing that is wrong with a command's fields. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

export function validationFailed(errors: readonly Problem[]): Rejection {
  return {
    code: 'VALIDATION_FAILED',
    detail: errors.map((e) => `${e.path}: ${e.message}`).join('; '),
    data: { errors },
  };
}

/** The totals of a wallet stay safe integers. */
export function uncountable(path: string): Rejection {
  return validationFailed([{ path, message: 'the wallet cannot count that many credits' }]);
}

export function duplicateOperation(): Rejection {
  return {
    code: 'DUPLICATE_OPERATION',
    detail: 'This Idempotency-Key was used for another request of the same kind.',
    data: {},
  };
}

export function insufficientCredits(wallet: Wallet, required: number): Rejection {
  const available = spendable(wallet);
  return {
    code: 'INSUFFICIENT_CREDITS',
    detail: `The operation needs ${required} credits and the wallet has ${available}.`,
    data: { required, available },
  };
}

export function walletFrozen(): Rejection {
  return { code: 'WALLET_FROZEN', detail: 'The wallet is frozen: nothing can be reserved or charged.', data: {} };
}

export function forbidden(
  detail = 'Only the account that reserved a hold may extend, end or supersede it.',
): Rejection {
  return { code: 'FORBIDDEN', detail, data: {} };
}

export function holdNotFound(): Rejection {
  return { code: 'HOLD_NOT_FOUND', detail: 'The wallet has no such hold.', data: {} };
}

/** @param credits what the hold was charged */
export function holdClosed(state: HoldState, credits: number): Rejection {
  return { code: 'HOLD_CLOSED', detail: `The hold is ${state}.`, data: { state, credits } };
}

export function holdExpired(expiresAt: number | undefined): Rejection {
  return {
    code: 'HOLD_EXPIRED',
    detail: 'The hold expired before it was settled; its credits were returned.',
    data: expiresAt === undefined ? {} : { expiresAt },
  };
}

/** @param retryAfterMs until the next minute begins */
export function rateLimited(limit: number, retryAfterMs: number): Rejection {
  const detail = `The wallet takes ${limit} operations a minute.`;
  return { code: 'RATE_LIMITED', detail, data: { limit, retryAfterMs } };
}

/** @param resetsAt when the day or month ends, Unix ms */
export function capExceeded(
  cap: 'daily' | 'monthly',
  limit: number,
  used: number,
  required: number,
  resetsAt: number,
): Rejection {
  const detail = `The operation needs ${required} credits; ${used} of the ${cap} cap of ${limit} are used.`;
  return { code: 'CAP_EXCEEDED', detail, data: { cap, limit, used, required, resetsAt } };
}

/** @param until where time is what refuses it: when the charge could be refunded last, Unix ms */
export function refundExceedsCharge(charged: number, refunded: number, required: number, until?: number): Rejection {
  const refundable = until === undefined ? charged - refunded : 0;
  const detail =
    until === undefined
      ? `Of the charge of ${charged}, ${refunded} have been refunded: ${required} cannot be.`
      : 'The charge is too old: services refund within 30 days, an administrator may later.';
  const data = { charged, refunded, refundable, required, ...(until === undefined ? {} : { refundableUntil: until }) };
  return { code: 'REFUND_EXCEEDS_CHARGE', detail, data };
}

export function holdLimit(bound: 'openHolds' | 'allocations', limit: number): Rejection {
  const detail =
    bound === 'openHolds'
      ? `The wallet has ${limit} open holds, the most that it may have.`
      : `A hold may draw on at most ${limit} grants.`;
  return { code: 'HOLD_LIMIT', detail, data: { bound, limit } };
}
