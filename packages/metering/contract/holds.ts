/** Holding credits while work runs: reserve, then settle at the actual cost, or release. */
import { limits } from '@reelbanana/catalog';
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
  quoteToken,
  timeMs,
  ttlSeconds,
  walletIdView,
  walletInPath,
} from './fields.ts';

export const holdInput = z.strictObject({
  operation,
  params,
  ttlSeconds: ttlSeconds
    .optional()
    .describe(`After how long the credits go back by themselves. Without it: ${limits.holdTtlSeconds.default}.`),
  quoteToken: quoteToken.optional(),
  supersedes: entryId
    .optional()
    .describe('The hold of an earlier attempt: released in the same commit if it is open, and closed for ever.'),
});
export type HoldInput = z.infer<typeof holdInput>;

export const holdView = z.strictObject({
  walletId: walletIdView,
  holdId: entryId,
  credits,
  priceVersion: z.int(),
  expiresAt: timeMs,
  state: holdState.describe('Now: a replay tells what has become of the hold.'),
  settledCredits: credits.optional().describe('What was charged, where `state` is `settled`.'),
  balance: balance.describe('Just after the reserve.'),
});
export type HoldView = z.infer<typeof holdView>;

export const postHold = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/holds',
  summary: 'Sets the price of an operation aside',
  principals: ['userAndService', 'service'],
  key: true,
  limited: true,
  params: walletInPath,
  body: holdInput,
  responses: { 201: holdView },
  errors: [
    'INVALID_OPERATION',
    'QUOTE_INVALID',
    'INSUFFICIENT_CREDITS',
    'CAP_EXCEEDED',
    'FORBIDDEN',
    'WALLET_FROZEN',
    'WALLET_NOT_FOUND',
    'HOLD_NOT_FOUND',
    'HOLD_CLOSED',
    'QUOTE_EXPIRED',
    'DUPLICATE_OPERATION',
    'RATE_LIMITED',
    'HOLD_LIMIT',
    'CONTENTION',
    'OVERLOADED',
  ],
});

/** The actual cost in credits, or the parameters to price it by; neither: the whole hold. */
export const settleInput = z
  .strictObject({
    credits: credits.optional().meta({ description: 'What to charge; instead of `params`.', examples: [3] }),
    params: params.optional().describe('What to price the actual cost by; instead of `credits`.'),
  })
  .refine((input) => input.credits === undefined || input.params === undefined, {
    path: ['credits'],
    message: 'stands beside params: send one of them',
  });
export type SettleInput = z.infer<typeof settleInput>;

export const settledView = z.strictObject({
  walletId: walletIdView,
  holdId: entryId,
  credits: credits.describe('What was charged.'),
  shortfall: credits.optional().describe('What the work cost beyond that, and the wallet could not pay.'),
  balance: balance.describe('Just after.'),
});
export type SettledView = z.infer<typeof settledView>;

export const postSettle = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/holds/:holdId/settle',
  summary: 'Charges the actual cost, at most twice the hold and what the operation can cost, and returns the rest',
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

export const releaseInput = z.strictObject({
  reasonCode: code.meta({ description: 'Why, for the record.', examples: ['failed'] }),
});
export type ReleaseInput = z.infer<typeof releaseInput>;

export const releasedView = z.strictObject({
  walletId: walletIdView,
  holdId: entryId,
  credits: credits.describe('What was given back.'),
  balance: balance.describe('Just after.'),
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
