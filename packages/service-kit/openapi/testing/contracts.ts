/** Contracts with one of everything that a document can say. */
import { z } from 'zod';
import { defineContract } from '../../http/contract.ts';

const tune = z.strictObject({
  tuneId: z.string().regex(/^[0-9a-f]{32}$/),
  seconds: z.number().positive(),
});

export const listTunes = defineContract({
  method: 'GET',
  path: '/v1/tunes',
  summary: 'All tunes',
  principals: ['any'],
  query: z.strictObject({ cursor: z.string().optional().describe('From the page before, `<b>` & all.') }),
  responses: { 200: z.strictObject({ tunes: z.array(tune) }) },
  errors: [],
});

export const postTune = defineContract({
  method: 'POST',
  path: '/v1/tunes',
  summary: 'Makes a tune',
  principals: ['user', 'userAndService'],
  key: true,
  body: z.strictObject({
    mood: z.enum(['gay', 'sad']),
    words: z.string().meta({ examples: ["it's <bananas>"] }),
    bars: z.int().min(1).max(64).default(8),
    from: tune.optional(),
  }),
  responses: { 201: z.strictObject({ tune: tune.describe('As it was made.'), balance: z.int() }) },
  errors: ['INSUFFICIENT_CREDITS', 'WALLET_FROZEN', 'DUPLICATE_OPERATION', 'HOLD_LIMIT'],
});

export const patchTune = defineContract({
  method: 'PATCH',
  path: '/v1/tunes/:tuneId',
  summary: 'Renames a tune',
  principals: ['admin', 'service'],
  params: z.strictObject({ tuneId: z.string().max(64) }),
  body: z.strictObject({ name: z.string().optional() }),
  responses: { 200: tune },
  errors: ['RESULT_NOT_FOUND'],
});

export const getSound = defineContract({
  method: 'GET',
  path: '/v1/tunes/:tuneId/sound',
  summary: 'How it sounds',
  principals: ['user'],
  params: z.strictObject({ tuneId: z.string() }),
  responses: { 200: { binary: 'audio/wav' } },
  errors: ['RESULT_NOT_FOUND'],
});

export const tunes = [listTunes, postTune, patchTune, getSound] as const;
