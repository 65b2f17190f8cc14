/** Holding credits while work runs: reserve, then settle at the actual cost, or release. */
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import {
  balance,
  code,
  credits,
  entryId,
  holdInPath,
  holdState,
  operation,
  params,
  timeMs,
  ttlSeconds,
  walletInPath,
} from './fields.ts';

export const holdInput = z.strictObject({
  operation,
  params,
  ttlSeconds: ttlSeconds.optional(),
  /** The hold of an earlier attempt: released in the same commit if open, and closed for ever. */
  supersedes: entryId.optional(),
});
export type HoldInput = z.infer<typeof holdInput>;

export const holdView = z.strictObject({
  walletId: z.string(),
  holdId: entryId,
  credits,
  priceVersion: z.int(),
  expiresAt: timeMs,
  /** Now: a replay tells what has become of the hold. */
  state: holdState,
  /** What was charged, where state is settled. */
  settledCredits: credits.optional(),
  /** Just after the reserve. */
  balance,
});
export type HoldView = z.infer<typeof holdView>;

export const postHold = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/holds',
  summary: 'Sets the price of an operation aside',
  principals: ['userAndService', 'service'],
  key: true,
  params: walletInPath,
  body: holdInput,
  responses: { 201: holdView },
  errors: [
    'INVALID_OPERATION',
    'INSUFFICIENT_CREDITS',
    'FORBIDDEN',
    'WALLET_FROZEN',
    'WALLET_NOT_FOUND',
    'HOLD_NOT_FOUND',
    'HOLD_CLOSED',
    'DUPLICATE_OPERATION',
    'HOLD_LIMIT',
    'CONTENTION',
    'OVERLOADED',
  ],
});

/** The actual cost in credits, or the parameters to price it by; neither: the whole hold. */
export const settleInput = z
  .strictObject({ credits: credits.optional(), params: params.optional() })
  .refine((input) => input.credits === undefined || input.params === undefined, {
    path: ['credits'],
    message: 'stands beside params: send one of them',
  });
export type SettleInput = z.infer<typeof settleInput>;

export const settledView = z.strictObject({
  walletId: z.string(),
  holdId: entryId,
  /** What was charged. */
  credits,
  /** Just after. */
  balance,
});
export type SettledView = z.infer<typeof settledView>;

export const postSettle = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/holds/:holdId/settle',
  summary: 'Charges the hold, at most what it holds, and returns the rest',
  principals: ['service'],
  key: true,
  params: holdInPath,
  body: settleInput,
  responses: { 200: settledView },
  errors: [
    'FORBIDDEN',
    'WALLET_NOT_FOUND',
    'HOLD_NOT_FOUND',
    'HOLD_EXPIRED',
    'HOLD_CLOSED',
    'DUPLICATE_OPERATION',
    'CONTENTION',
    'OVERLOADED',
  ],
});

export const releaseInput = z.strictObject({ reasonCode: code });
export type ReleaseInput = z.infer<typeof releaseInput>;

export const releasedView = z.strictObject({
  walletId: z.string(),
  holdId: entryId,
  /** What was given back. */
  credits,
  /** Just after. */
  balance,
});
export type ReleasedView = z.infer<typeof releasedView>;

export const postRelease = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/holds/:holdId/release',
  summary: 'Gives the hold back',
  principals: ['service'],
  key: true,
  params: holdInPath,
  body: releaseInput,
  responses: { 200: releasedView },
  errors: [
    'FORBIDDEN',
    'WALLET_NOT_FOUND',
    'HOLD_NOT_FOUND',
    'HOLD_CLOSED',
    'DUPLICATE_OPERATION',
    'CONTENTION',
    'OVERLOADED',
  ],
});
