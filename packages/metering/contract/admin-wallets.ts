/** What an administrator may change of a wallet. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { balance, code, entryId, walletIdView, walletInPath } from './fields.ts';

const amount = z.int().min(0).max(limits.grantCreditsMax);

/** A cap that is set to 0 stops that spending; one that is not named is lifted. */
const caps = z
  .strictObject({
    perMinute: amount.optional().describe('Reserves and deductions a minute, in place of the general limit.'),
    daily: amount.optional().describe('Credits a UTC day.'),
    monthly: amount.optional().describe('Credits a UTC calendar month.'),
  })
  .describe('All caps at once: one that is not named is lifted.');

const settings = {
  unmetered: z.boolean().optional().describe('Charges are recorded and waived.'),
  status: z
    .enum(['active', 'frozen'])
    .optional()
    .meta({ description: 'frozen: nothing is reserved or charged any more.', examples: ['active'] }),
  overdraftLimit: amount.optional().describe('How much debt spending may leave.'),
  caps: caps.optional(),
};

export const walletChange = z
  .strictObject({
    ...settings,
    reasonCode: code.meta({ description: 'Why, for the record.', examples: ['support-case'] }),
    note: z
      .string()
      .min(1)
      .max(limits.noteLengthMax)
      .meta({ description: "For the administrators' own record, never in the entry.", examples: ['Asked by phone'] }),
  })
  .refine(
    ({ unmetered, status, overdraftLimit, caps: all }) =>
      [unmetered, status, overdraftLimit, all].some((field) => field !== undefined),
    { message: 'must set unmetered, status, overdraftLimit or caps' },
  );
export type WalletChange = z.infer<typeof walletChange>;

export const patchAdminWallet = defineContract({
  method: 'PATCH',
  path: '/v1/admin/wallets/:walletId',
  summary: 'Changes what a wallet may do, with an audit record',
  principals: ['admin'],
  key: true,
  params: walletInPath,
  body: walletChange,
  responses: {
    200: z.strictObject({
      walletId: walletIdView,
      entryId,
      changed: z.strictObject(settings).describe('What was set.'),
      balance: balance.describe('Just after.'),
    }),
  },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'DUPLICATE_OPERATION', 'CONTENTION', 'OVERLOADED'],
});
