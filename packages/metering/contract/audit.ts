/** The integrity audit, as administrators see it. */
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { timeMs, walletIdView } from './fields.ts';

export const auditView = z.strictObject({
  runId: z.string(),
  env: z.string().meta({ description: 'Project and database.', examples: ['my-project/ledger'] }),
  startedAt: timeMs,
  updatedAt: timeMs,
  finishedAt: timeMs.optional().describe('Absent while there is more to look at.'),
  wallets: z.int().min(0).describe('Wallets examined.'),
  entries: z.int().min(0).describe('Entries examined.'),
  checkpointsWritten: z.int().min(0).describe('Heads of chains that were signed.'),
  findings: z
    .array(
      z.strictObject({
        walletId: walletIdView,
        invariant: z.string().meta({ description: 'What is broken.', examples: ['checkpoint'] }),
        detail: z.string(),
        seq: z.int().optional().describe('The entry that shows it; absent for the wallet itself.'),
      }),
    )
    .describe('What is wrong, the first of it.'),
  findingsTotal: z.int().min(0),
});
export type AuditView = z.infer<typeof auditView>;

export const getAudit = defineContract({
  method: 'GET',
  path: '/v1/admin/audit',
  summary: 'The last integrity audit: what was examined, and what is wrong',
  principals: ['admin'],
  responses: { 200: auditView },
  errors: ['FORBIDDEN', 'RESULT_NOT_FOUND', 'OVERLOADED'],
});
