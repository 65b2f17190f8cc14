/** Reading a wallet and its history. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { entry, entryType, grantKind } from './entry.ts';
import { credits, entryId, operation, pageLimit, timeMs, walletIdView, walletInPath } from './fields.ts';

export const walletView = z.strictObject({
  walletId: walletIdView,
  available: credits,
  held: credits,
  total: credits.describe('`available` and `held` together.'),
  debt: credits,
  grants: z
    .array(z.strictObject({ grantId: entryId, kind: grantKind, remaining: credits, expiresAt: timeMs.optional() }))
    .describe('In the order in which they are spent.'),
  unmetered: z.boolean(),
  status: z.enum(['active', 'frozen']),
  seq: z.int().min(0).describe('The number of entries.'),
});
export type WalletView = z.infer<typeof walletView>;

export const getWallet = defineContract({
  method: 'GET',
  path: '/v1/wallets/:walletId',
  summary: 'Balance, grants and status. The first `me` of a user creates their wallet.',
  principals: ['user', 'userAndService', 'admin', 'service'],
  limited: true,
  params: walletInPath,
  responses: { 200: walletView },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'OVERLOADED'],
});

export const getEntries = defineContract({
  method: 'GET',
  path: '/v1/wallets/:walletId/entries',
  summary: 'The history, newest first',
  principals: ['user', 'admin', 'service'],
  limited: true,
  params: walletInPath,
  query: z.strictObject({
    cursor: z.string().min(1).max(256).optional().describe('The `cursor` of the page before.'),
    limit: pageLimit.optional().describe(`Entries on a page: 1 to ${limits.entriesPageMax}.`),
    type: entryType.optional(),
    operation: operation.optional(),
  }),
  responses: {
    200: z.strictObject({
      entries: z.array(entry),
      cursor: z
        .string()
        .optional()
        .describe(
          'Where the next page begins; absent at the end. A filtered page may be short, even empty, and go on.',
        ),
    }),
  },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'OVERLOADED'],
});
