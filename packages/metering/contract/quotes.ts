/** What an operation would cost, fixed for a while. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { credits, operation, params, timeMs, walletIdView } from './fields.ts';

export const quoteInput = z.strictObject({ operation, params });
export type QuoteInput = z.infer<typeof quoteInput>;

export const postQuote = defineContract({
  method: 'POST',
  path: '/v1/quotes',
  summary: `Prices an operation without charging it; the price holds ${limits.quoteTtlSeconds} seconds for its token`,
  principals: ['user', 'userAndService'],
  body: quoteInput,
  responses: {
    200: z.strictObject({
      walletId: walletIdView,
      operation,
      params,
      credits,
      priceVersion: z.int(),
      expiresAt: timeMs.describe('Until then the token fixes the price.'),
      quoteToken: z.string().describe('For a hold or a deduction of this operation with these parameters.'),
    }),
  },
  errors: ['INVALID_OPERATION'],
});
