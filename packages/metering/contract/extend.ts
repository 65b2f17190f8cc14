/** More time for work on a hold. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { balance, entryId, holdInPath, timeMs, ttlSeconds, walletIdView } from './fields.ts';

export const extendInput = z.strictObject({
  ttlSeconds: ttlSeconds.meta({ description: 'How long it is held from now on.', examples: [900] }),
});
export type ExtendInput = z.infer<typeof extendInput>;

export const extendedView = z.strictObject({
  walletId: walletIdView,
  holdId: entryId,
  expiresAt: timeMs.describe('Never earlier than it was.'),
  balance: balance.describe('Just after.'),
});
export type ExtendedView = z.infer<typeof extendedView>;

export const postExtend = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/holds/:holdId/extend',
  summary: `Gives the hold more time, at most ${limits.holdTtlSeconds.max} seconds in all, counted from the reserve`,
  principals: ['service'],
  key: true,
  params: holdInPath,
  body: extendInput,
  responses: { 200: extendedView },
  errors: [
    'FORBIDDEN',
    'WALLET_FROZEN',
    'WALLET_NOT_FOUND',
    'HOLD_NOT_FOUND',
    'HOLD_CLOSED',
    'DUPLICATE_OPERATION',
    'CONTENTION',
    'OVERLOADED',
  ],
});
