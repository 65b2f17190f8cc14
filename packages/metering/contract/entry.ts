/** An entry of a wallet's chain as the API gives it: the parsed body, with prevHash and hash (`wire.md`, Entry). */
import { z } from 'zod';
import { balance, code, credits, entryId, sha256, timeMs, walletIdView } from './fields.ts';

const account = z.enum(['issued', 'available', 'held', 'consumed', 'expired', 'clawedBack', 'waived', 'debt']);

export const entryType = z.enum([
  'grant',
  'reserve',
  'extend',
  'settle',
  'lateSettle',
  'closeHold',
  'release',
  'deduct',
  'configure',
  'refund',
  'clawback',
  'reinstate',
  'expireHold',
  'expireGrant',
  'rollover',
]);
export const grantKind = z.enum(['signup', 'free', 'bonus', 'plan', 'purchase']);

const posting = z.strictObject({
  account,
  credits: z.int(),
  grantId: entryId.optional(),
  holdId: entryId.optional(),
});

export const entry = z.strictObject({
  v: z.literal(1),
  env: z.string().meta({ description: 'Project and database.', examples: ['my-project/ledger'] }),
  walletId: walletIdView,
  chain: z.literal('main'),
  seq: z.int().min(1),
  type: entryType,
  unit: z.literal('credit'),
  postings: z.array(posting),
  balanceAfter: balance,
  keyDigest: entryId,
  fingerprint: sha256,
  operation: z.string().optional(),
  params: z.record(z.string(), z.union([z.int(), z.string(), z.boolean()])).optional(),
  priceVersion: z.int().optional(),
  actor: z.strictObject({ kind: z.enum(['user', 'admin', 'service', 'time']), pseudonym: z.string() }),
  reasonCode: code.optional(),
  createdAt: timeMs,
  effectiveAt: timeMs,
  grant: z
    .strictObject({
      kind: grantKind,
      credits,
      expiresAt: timeMs.optional(),
      source: z.string(),
      rollover: z.strictObject({ cap: credits, expiresAt: timeMs }).optional(),
      mergedInto: entryId.optional(),
    })
    .optional(),
  paymentId: z.string().optional(),
  chargeId: entryId.optional(),
  paid: z.strictObject({ amountMinor: z.int().min(0), currency: z.string() }).optional(),
  holdId: entryId.optional(),
  expiresAt: timeMs.optional(),
  supersedes: entryId.optional(),
  grantId: entryId.optional(),
  credits: credits.optional(),
  creditsMax: credits.optional(),
  shortfall: credits.optional(),
  overrun: z.literal('debt').optional(),
  unmetered: z.literal(true).optional(),
  configure: z
    .strictObject({
      unmetered: z.boolean().optional(),
      status: z.enum(['active', 'frozen']).optional(),
      overdraftLimit: credits.optional(),
      caps: z.strictObject({ perMinute: z.int(), daily: z.int(), monthly: z.int() }).partial().optional(),
    })
    .optional(),
  prevHash: sha256,
  hash: sha256.describe('SHA-256, in hex, of `prevHash` followed by the RFC 8785 bytes of all the other fields.'),
});
export type EntryView = z.infer<typeof entry>;
