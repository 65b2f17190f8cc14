/** A wallet's statement: what a creator keeps, and can verify alone (`npm run verify-statement`). */
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { balance, entryId, sha256, timeMs, walletIdView, walletInPath } from './fields.ts';

const seqText = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be an integer from 1')
  .transform(Number);

/** A calendar month of UTC. */
const month = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month, YYYY-MM')
  .meta({ examples: ['2026-06'] });

const statementQuery = z
  .strictObject({
    month: month
      .optional()
      .describe('Entries that were created in this month of UTC. Without it, and without a range: this month so far.'),
    fromSeq: seqText.optional().describe('With `toSeq`, instead of `month`: entries by their number.'),
    toSeq: seqText.optional(),
    format: z
      .enum(['json', 'csv'])
      .optional()
      .describe('`json` can be verified, `csv` is for people. Without it: json.'),
  })
  .superRefine(({ month, fromSeq, toSeq }, context) => {
    const wrong = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (month !== undefined && (fromSeq ?? toSeq) !== undefined)
      wrong('month', 'stands beside fromSeq or toSeq: send a month or a range');
    if (fromSeq === undefined && toSeq !== undefined) wrong('fromSeq', 'is required with toSeq');
    if (fromSeq !== undefined && toSeq === undefined) wrong('toSeq', 'is required with fromSeq');
    if (fromSeq !== undefined && toSeq !== undefined && fromSeq > toSeq) wrong('toSeq', 'lies before fromSeq');
  });

export const checkpointView = z.strictObject({
  walletId: walletIdView,
  seq: z.int().min(0),
  headHash: sha256,
  at: timeMs,
  keyId: z.string(),
  signature: z.string(),
});

export const statementView = z.strictObject({
  v: z.literal(1),
  walletId: walletIdView,
  env: z.string().meta({ description: 'Project and database.', examples: ['my-project/ledger'] }),
  chain: z.literal('main'),
  unit: z.literal('credit'),
  period: z
    .strictObject({ month: month.optional(), fromSeq: z.int().min(1), toSeq: z.int().min(0) })
    .describe('The first and the last entry; of none, `toSeq` is the one before `fromSeq`.'),
  opening: z.strictObject({
    prevHash: sha256.describe('Of the entry in front of the first; of a whole history, the genesis.'),
    balance,
  }),
  checkpoint: checkpointView.nullable().describe("The wallet's last signed checkpoint, if there is one."),
  entries: z
    .array(
      z.strictObject({
        id: entryId,
        body: z.string().describe('The stored bytes: `hash` is SHA-256 of `prevHash` followed by them.'),
        prevHash: sha256,
        hash: sha256,
      }),
    )
    .describe('Oldest first.'),
  closing: z
    .strictObject({ count: z.int().min(0), seq: z.int().min(0), headHash: sha256, balance })
    .describe('Comes last: a statement without it was cut.'),
});

export const getStatement = defineContract({
  method: 'GET',
  path: '/v1/wallets/:walletId/statement',
  summary: 'Every entry of a month or a range, as stored, between opening and closing balance',
  principals: ['user', 'admin'],
  params: walletInPath,
  query: statementQuery,
  responses: { 200: { streamed: { 'application/json': statementView, 'text/csv; charset=utf-8': null } } },
  errors: ['FORBIDDEN', 'WALLET_NOT_FOUND', 'OVERLOADED'],
});
