/** The fields that several routes of the credits API share. Times are integer Unix milliseconds, amounts integer credits. */
import { limits, operations, type OperationId } from '@reelbanana/catalog';
import { z } from 'zod';

/** An amount of credits in an answer. */
export const credits = z.int().min(0);
export const timeMs = z
  .int()
  .min(0)
  .meta({ examples: [Date.UTC(2026, 5, 1)] });

/** Any text is taken: what is no wallet of the caller's is refused by rule, not by shape. */
export const walletId = z.string().min(1).max(128).describe("`me`: the end user's own wallet; or a wallet's id.");
/** The wallet's own id, also where the request said `me`. */
export const walletIdView = z.string().meta({ examples: ['k3vq7d2mzx5ahw6tfb4ynrp2ei'] });
export const holdIdInPath = z.string().min(1).max(128).describe('The `holdId` of the answer to the reserve.');
/** Ids of entries, holds and grants: 32 hex (`wire.md`, Ids). */
export const entryId = z.string().regex(/^[0-9a-f]{32}$/, 'must be an id of 32 hex digits');

/** How many on a page, in a query. */
export const pageLimit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, `must be an integer from 1 to ${limits.entriesPageMax}`)
  .transform(Number)
  .pipe(z.int().max(limits.entriesPageMax));

/** In hex. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A short code for machines, never free text: entries hold only what their owner may read, and for ever. */
export const code = z
  .string()
  .regex(/^[A-Za-z0-9][\w.:-]{0,63}$/, 'must be a code of 1 to 64 letters, digits and . _ : -');

/** Any text: an id that is none of the catalog's is answered INVALID_OPERATION, not VALIDATION_FAILED. */
export const operation = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: "The id of one of the catalog's operations.", examples: ['narration' satisfies OperationId] });
export const operationId = z.enum(Object.keys(operations) as [OperationId, ...OperationId[]]);

/** Checked strictly by the operation's own schema, once the operation is known. */
export const params = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).meta({
  description: 'What the operation is priced by: its own parameters, as `GET /v1/catalog` describes them.',
  examples: [{ characters: 250 }],
});

/** Checked by its signature: any other text is QUOTE_INVALID. */
export const quoteToken = z
  .string()
  .min(1)
  .max(limits.quoteTokenLengthMax)
  .describe('The token of a quote, whose price then holds. It is no part of what a repeat must repeat.');

/** A caller's own marks. Codes alone, because they are logged and logs hold no free text. */
export const metadata = z
  .record(z.string().regex(/^[A-Za-z][\w.-]{0,31}$/, 'must be a name of 1 to 32 letters, digits and _ . -'), code)
  .refine((marks) => Object.keys(marks).length <= limits.metadataFieldsMax, {
    message: `must have at most ${limits.metadataFieldsMax} fields`,
  })
  .meta({
    description: `Marks of your own, at most ${limits.metadataFieldsMax}: they stand in the log beside the entry's id, not in the entry, and are no part of what a repeat must repeat.`,
    examples: [{ job: 'render-7' }],
  });

const { min, max } = limits.holdTtlSeconds;
export const ttlSeconds = z.int().min(min).max(max);

export const balance = z.strictObject({ available: credits, held: credits, debt: credits });
export type Balance = z.infer<typeof balance>;

export const holdState = z.enum(['open', 'settled', 'released', 'expired']);

export const walletInPath = z.strictObject({ walletId });
export const holdInPath = z.strictObject({ walletId, holdId: holdIdInPath });
