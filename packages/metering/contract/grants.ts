/** Giving credits: administrators give bonuses. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { balance, code, credits, entryId, timeMs, walletIdView, walletInPath } from './fields.ts';

export const grantInput = z.strictObject({
  kind: z.literal('bonus', 'must be bonus: other kinds are granted by billing'),
  credits: z.int().min(1).max(limits.grantCreditsMax),
  expiresAt: z
    .int()
    .min(1)
    .optional()
    .describe('When what is left of them expires, rounded up to the end of the UTC day. Without it: never.'),
  source: code.meta({ description: 'Where they come from.', examples: ['campaign:spring-26'] }),
  reasonCode: code.meta({ description: 'Why, for the record.', examples: ['goodwill'] }),
});
export type GrantInput = z.infer<typeof grantInput>;

export const postGrant = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/grants',
  summary: 'Gives credits; an administrator does, with an audit record',
  principals: ['admin', 'service'],
  key: true,
  params: walletInPath,
  body: grantInput,
  responses: {
    201: z.strictObject({
      walletId: walletIdView,
      grantId: entryId,
      credits,
      expiresAt: timeMs.optional(),
      balance: balance.describe('Just after.'),
    }),
  },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'DUPLICATE_OPERATION', 'CONTENTION', 'OVERLOADED'],
});
