/** Erasing a user. */
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { code, timeMs } from './fields.ts';

export const deleteUser = defineContract({
  method: 'DELETE',
  path: '/v1/admin/users/:uid',
  summary: "Erases a user: profile, link, readers and memos go; the wallet's chain stays and still verifies",
  principals: ['admin'],
  params: z.strictObject({
    uid: z
      .string()
      .max(128)
      .regex(/^(?!\.\.?$)(?!__.*__$)[^/]+$/, 'can be no uid')
      .meta({ examples: ['Xq3vT8mYkLb2'] }),
  }),
  query: z.strictObject({
    reasonCode: code.meta({ description: 'Why, for the audit record.', examples: ['user-asked'] }),
  }),
  responses: {
    200: z.strictObject({
      erasedAt: timeMs.describe(
        'Of the first erasure: done again it changes nothing. From then on a token of the user is refused.',
      ),
    }),
  },
  errors: ['OVERLOADED'],
});
