/** Many commands in one request: each as its own route takes it, each on its own. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { holdIdInPath, walletId } from './fields.ts';

/** By the names that the ledger gives them. The last three are about a hold. */
export const batchCommandName = z.enum(['deduct', 'reserve', 'extend', 'settle', 'release']);
export type BatchCommandName = z.infer<typeof batchCommandName>;
const onHold: ReadonlySet<BatchCommandName> = new Set(['extend', 'settle', 'release']);

const command = z
  .strictObject({
    command: batchCommandName,
    walletId: walletId.meta({ examples: ['me'] }),
    holdId: holdIdInPath.optional().describe('For extend, settle and release.'),
    idempotencyKey: z
      .string()
      .min(1)
      .max(limits.idempotencyKeyLengthMax)
      .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces')
      .meta({ description: "The command's own Idempotency-Key.", examples: ['0b3e5a1c-1'] }),
    body: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        description: "The body of the command's own route.",
        examples: [{ operation: 'narration', params: { characters: 250 } }],
      }),
  })
  .refine(({ command: name, holdId }) => onHold.has(name) === (holdId !== undefined), {
    path: ['holdId'],
    message: 'stands in extend, settle and release, and nowhere else',
  });
export type BatchCommand = z.infer<typeof command>;

export const batchInput = z.strictObject({ commands: z.array(command).min(1).max(limits.batchCommandsMax) });
export type BatchInput = z.infer<typeof batchInput>;

export const postBatch = defineContract({
  method: 'POST',
  path: '/v1/batches',
  summary: 'Carries out many commands, each by itself, those of one wallet in their order',
  principals: ['userAndService', 'service'],
  key: 'in-body',
  bodyBytesMax: limits.batchBytesMax,
  body: batchInput,
  responses: {
    200: z.strictObject({
      results: z
        .array(
          z.strictObject({
            status: z.int(),
            headers: z.record(z.string(), z.string()).optional().describe('What the route would have sent as headers.'),
            body: z.looseObject({}).describe("The answer of the command's own route, or its problem."),
          }),
        )
        .describe('One for each command, in the order of the commands.'),
    }),
  },
  errors: [],
});
