/** Giving credits: administrators give bonuses. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { balance, code, credits, entryId, timeMs, walletInPath } from './fields.ts';

export const grantInput = z.strictObject({
  kind: z.literal('bonus', 'must be bonus: other kinds are granted by billing'),
  credits: z.int().min(1).max(limits.grantCreditsMax),
  /** When what is left of them expires; absent: never. */
  expiresAt: z.int().min(1).optional(),
  /** Where they come from, e.g. a campaign. */
  source: code,
  reasonCode: code,
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
      walletId: z.string(),
      grantId: entryId,
      credits,
      expiresAt: timeMs.optional(),
      /** Just after. */
      balance,
    }),
  },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'DUPLICATE_OPERATION', 'CONTENTION', 'OVERLOADED'],
});
