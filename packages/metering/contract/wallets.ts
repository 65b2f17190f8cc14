/** Reading a wallet and its history. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { entry, entryType, grantKind } from './entry.ts';
import { credits, entryId, operation, timeMs, walletInPath } from './fields.ts';

export const walletView = z.strictObject({
  walletId: z.string(),
  available: credits,
  held: credits,
  /** available + held. */
  total: credits,
  debt: credits,
  /** In the order in which they are spent. */
  grants: z.array(
    z.strictObject({ grantId: entryId, kind: grantKind, remaining: credits, expiresAt: timeMs.optional() }),
  ),
  unmetered: z.boolean(),
  status: z.enum(['active', 'frozen']),
  /** The number of entries. */
  seq: z.int().min(0),
});
export type WalletView = z.infer<typeof walletView>;

export const getWallet = defineContract({
  method: 'GET',
  path: '/v1/wallets/:walletId',
  summary: 'Balance, grants and status. The first `me` of a user creates their wallet.',
  principals: ['user', 'userAndService', 'admin', 'service'],
  params: walletInPath,
  responses: { 200: walletView },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'OVERLOADED'],
});

const limitText = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, `must be an integer from 1 to ${limits.entriesPageMax}`)
  .transform(Number)
  .pipe(z.int().max(limits.entriesPageMax));

export const getEntries = defineContract({
  method: 'GET',
  path: '/v1/wallets/:walletId/entries',
  summary: 'The history, newest first',
  principals: ['user', 'admin', 'service'],
  params: walletInPath,
  query: z.strictObject({
    /** From the page before. */
    cursor: z.string().min(1).max(256).optional(),
    limit: limitText.optional(),
    type: entryType.optional(),
    operation: operation.optional(),
  }),
  responses: {
    200: z.strictObject({
      entries: z.array(entry),
      /** Where the next page begins; absent at the end. A filtered page may be short, even empty, and go on. */
      cursor: z.string().optional(),
    }),
  },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'OVERLOADED'],
});
