/** What may be bought and what operations cost. */
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { credits, operationId, timeMs } from './fields.ts';

const money = { amountMinor: z.int().min(0), currency: z.literal('usd') };

const price = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('flat'), credits }),
  z
    .strictObject({ kind: z.literal('per'), param: z.string(), unit: z.int().min(1), credits })
    .describe('`credits` for each started `unit` of the parameter `param`.'),
]);

export const catalogView = z.strictObject({
  priceVersion: z.int().min(1).describe('The version of the price book in force.'),
  effectiveFrom: timeMs.describe('Since when it is.'),
  operations: z.partialRecord(
    operationId,
    z.strictObject({
      title: z.string(),
      price,
      params: z.record(z.string(), z.unknown()).describe("JSON Schema of the operation's parameters."),
    }),
  ),
  packages: z.record(z.string(), z.strictObject({ title: z.string(), credits, ...money })),
  plans: z.record(
    z.string(),
    z.strictObject({
      title: z.string(),
      creditsPerMonth: credits,
      ...money,
      scenesMax: z.int().min(1),
      resolutionMax: z.int().min(1),
      watermark: z.boolean(),
    }),
  ),
});

export const getCatalog = defineContract({
  method: 'GET',
  path: '/v1/catalog',
  summary: 'Operations with their prices, packages and plans',
  principals: ['any'],
  responses: { 200: catalogView },
  errors: [],
});
