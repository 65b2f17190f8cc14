/** Giving a charge back, whole or in part. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { balance, code, credits, entryId, walletIdView, walletInPath } from './fields.ts';

export const refundInput = z.strictObject({
  entryId: entryId.describe('The entry of the charge: of a deduction or of a settle.'),
  credits: z
    .int()
    .min(1)
    .max(limits.grantCreditsMax)
    .optional()
    .describe('How many of them. Without it: all that have not been given back yet.'),
  reasonCode: code.meta({ description: 'Why, for the record.', examples: ['goodwill'] }),
});
export type RefundInput = z.infer<typeof refundInput>;

export const postRefund = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/refunds',
  summary: 'Gives a charge back: the account that charged within 30 days, an administrator at any time',
  principals: ['admin', 'service'],
  key: true,
  params: walletInPath,
  body: refundInput,
  responses: {
    201: z.strictObject({
      walletId: walletIdView,
      entryId: entryId.describe("The refund's own."),
      chargeId: entryId.describe('What was given back.'),
      credits: credits.describe('How many of it.'),
      balance: balance.describe('Just after.'),
    }),
  },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'REFUND_EXCEEDS_CHARGE', 'DUPLICATE_OPERATION', 'CONTENTION', 'OVERLOADED'],
});
