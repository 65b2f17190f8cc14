/** How the instance that answers is. Whether one answers at all, its front end's metrics know. */
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';

export const getHealth = defineContract({
  method: 'GET',
  path: '/v1/admin/health',
  summary: 'The instance that answers: its store, its revision, its queues',
  principals: ['admin'],
  responses: {
    200: z.strictObject({
      status: z.enum(['ok', 'degraded']).describe('`degraded`: a dependency does not answer.'),
      service: z.string(),
      revision: z.string().nullable().describe('The deployed revision; null outside Cloud Run.'),
      uptimeSeconds: z.int().min(0),
      firestore: z.strictObject({ status: z.enum(['ok', 'unavailable']), latencyMs: z.int().min(0) }),
      engine: z
        .strictObject({
          wallets: z.int().min(0).describe('Wallets remembered.'),
          entries: z.int().min(0).describe('Entries remembered.'),
          pending: z.int().min(0).describe('Commands that wait for their answer.'),
        })
        .describe('The commit engine.'),
    }),
  },
  errors: [],
});
