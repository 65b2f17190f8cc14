/**
 * The paid operations: what each is called, the bounds of its parameters and which service accounts may charge it. Its
 * price stands in prices.ts under the same id. A new paid operation is one entry here, one price and one handler.
 */
import { z } from 'zod';
import type { AccountId } from './services.ts';

export interface Operation {
  readonly title: string;
  /** Strict and bounded. The server derives the values from the work itself wherever it can. */
  readonly params: z.ZodObject;
  /** Catalog names of the accounts that may charge it. Load-test accounts charge any operation, on load wallets only. */
  readonly chargedBy: readonly AccountId[];
  /** Who bears work that cost more than the hold can take: the house (a memo and a metric) or the wallet (debt). */
  readonly overrun: 'absorb' | 'debt';
}

/** The most scenes that any plan allows (plans.ts asserts that none allows more). */
export const scenesMax = 50;
const scenes = z.int().min(1).max(scenesMax);
const noParams = z.strictObject({});

export const operations = {
  'story-generation': {
    title: 'Story generation',
    params: z.strictObject({ scenes }),
    chargedBy: [],
    overrun: 'absorb',
  },
  'image-generation': {
    title: 'Image generation',
    params: z.strictObject({ imageCount: z.int().min(1).max(20) }),
    chargedBy: [],
    overrun: 'absorb',
  },
  narration: {
    title: 'Narration',
    params: z.strictObject({ characters: z.int().min(1).max(100_000) }),
    chargedBy: ['narrate'],
    overrun: 'absorb',
  },
  'video-rendering': { title: 'Video rendering', params: z.strictObject({ scenes }), chargedBy: [], overrun: 'absorb' },
  'pro-polish': { title: 'Pro polish', params: noParams, chargedBy: [], overrun: 'absorb' },
  'music-generation': { title: 'Music generation', params: noParams, chargedBy: [], overrun: 'absorb' },
  'caption-alignment': { title: 'Caption alignment', params: noParams, chargedBy: [], overrun: 'absorb' },
  'asset-upload': { title: 'Asset upload', params: noParams, chargedBy: [], overrun: 'absorb' },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;

/** Whether `value` is an operation of the catalog. Own keys only: `constructor` and `__proto__` are none. */
export function isOperation(value: unknown): value is OperationId {
  return typeof value === 'string' && Object.hasOwn(operations, value);
}

/** The quantities of an operation at their upper bounds: since prices only grow with them, what its maximum price is for. */
export function dearestParams(id: OperationId): Readonly<Record<string, number>> {
  const { params }: Operation = operations[id];
  return Object.fromEntries(
    Object.entries(params.shape).flatMap(([name, field]) =>
      field instanceof z.ZodNumber && field.maxValue !== null ? [[name, field.maxValue]] : [],
    ),
  );
}
