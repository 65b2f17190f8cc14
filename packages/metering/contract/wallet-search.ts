/** Finding wallets, for administrators. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { credits, pageLimit, timeMs, walletIdView } from './fields.ts';

export const foundWalletView = z.strictObject({
  walletId: walletIdView,
  owner: z.strictObject({ kind: z.enum(['user', 'org']), id: z.string() }),
  email: z.string().optional(),
  createdAt: timeMs.optional().describe('When the user first came.'),
  available: credits,
  held: credits,
  debt: credits,
  unmetered: z.boolean(),
  status: z.enum(['active', 'frozen']),
  seq: z.int().min(0),
});

export const getWallets = defineContract({
  method: 'GET',
  path: '/v1/admin/wallets',
  summary: 'Wallets by user, by the beginning of an e-mail address, by status, or all',
  principals: ['admin'],
  query: z
    .strictObject({
      uid: z.string().min(1).max(128).optional(),
      email: z.string().min(1).max(320).optional().describe('How the address begins; case does not matter.'),
      status: z.enum(['active', 'frozen']).optional(),
      cursor: z.string().min(1).max(1_024).optional().describe('The `cursor` of the page before.'),
      limit: pageLimit.optional().describe(`Wallets on a page: 1 to ${limits.entriesPageMax}.`),
    })
    .refine(({ uid, email }) => uid === undefined || email === undefined, {
      path: ['email'],
      message: 'stands beside uid: send one of them',
    }),
  responses: {
    200: z.strictObject({
      wallets: z.array(foundWalletView),
      cursor: z
        .string()
        .optional()
        .describe(
          'Where the next page begins; absent at the end. A page of an address and a status may be short, and go on.',
        ),
    }),
  },
  errors: ['OVERLOADED'],
});
