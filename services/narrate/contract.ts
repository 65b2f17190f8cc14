/** The narrate API as data (`wire.md`, Narrate). */
import { limits } from '@reelbanana/catalog';
import { balance } from '@reelbanana/metering/contract';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { textFault } from './text.ts';
import { defaultVoice, voices } from './voices.ts';

const narrationId = z.string().regex(/^[0-9a-f]{32}$/, 'must be an id of 32 hex digits');

export const narrationInput = z.strictObject({
  text: z
    .string()
    .superRefine((text, context) => {
      const message = textFault(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({
      description: `What is spoken: 1 to ${limits.narrationCharactersMax} characters (Unicode code points, in NFC), not counting white space around them.`,
      examples: ['Once upon a time there was a banana.'],
    }),
  voice: z.enum(voices).default(defaultVoice).describe('The language that it is spoken in.'),
});

export const narrationView = z.strictObject({
  id: narrationId,
  characters: z.int().min(1).describe('Code points of the spoken text: what was charged for.'),
  credits: z.int().min(0),
  seconds: z.number().positive().describe('Length of the recording.'),
  contentType: z.literal('audio/wav'),
  url: z.url().describe('Where its owner gets the recording, with the same kind of token.'),
  balance: balance.describe('Just after.'),
});

export const postNarration = defineContract({
  method: 'POST',
  path: '/v1/narrations',
  summary: 'Speaks a text, for credits: once per Idempotency-Key, however often it is asked',
  principals: ['user'],
  key: true,
  body: narrationInput,
  responses: { 201: narrationView },
  errors: [
    'INSUFFICIENT_CREDITS',
    'CAP_EXCEEDED',
    'WALLET_FROZEN',
    'RESULT_NOT_FOUND',
    'DUPLICATE_OPERATION',
    'RATE_LIMITED',
    'HOLD_LIMIT',
    'OPERATION_FAILED',
    'CONTENTION',
    'OVERLOADED',
  ],
});

export const getNarration = defineContract({
  method: 'GET',
  path: '/v1/narrations/:id',
  summary: 'The recording, for its owner',
  principals: ['user'],
  // Any text: what is no narration of the caller's is not found, whatever its form.
  params: z.strictObject({ id: z.string().min(1).max(128).describe('The `id` of the answer to the narration.') }),
  responses: { 200: { binary: 'audio/wav' } },
  errors: ['RESULT_NOT_FOUND'],
});
