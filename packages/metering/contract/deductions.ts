/** Charging at once, for work whose cost is known and that cannot fail. */
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { entry } from './entry.ts';
import {
  balance,
  credits,
  entryId,
  metadata,
  operation,
  params,
  quoteToken,
  walletIdView,
  walletInPath,
} from './fields.ts';

export const deductionInput = z.strictObject({
  operation,
  params,
  quoteToken: quoteToken.optional(),
  metadata: metadata.optional(),
});
export type DeductionInput = z.infer<typeof deductionInput>;

export const postDeduction = defineContract({
  method: 'POST',
  path: '/v1/wallets/:walletId/deductions',
  summary: 'Charges the price of an operation at once',
  principals: ['userAndService', 'service'],
  key: true,
  limited: true,
  params: walletInPath,
  body: deductionInput,
  responses: {
    201: z.strictObject({ walletId: walletIdView, entryId, credits, priceVersion: z.int(), entry, balance }),
  },
  errors: [
    'INVALID_OPERATION',
    'QUOTE_INVALID',
    'INSUFFICIENT_CREDITS',
    'CAP_EXCEEDED',
    'FORBIDDEN',
    'WALLET_FROZEN',
    'WALLET_NOT_FOUND',
    'QUOTE_EXPIRED',
    'DUPLICATE_OPERATION',
    'RATE_LIMITED',
    'CONTENTION',
    'OVERLOADED',
  ],
});
