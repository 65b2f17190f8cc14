/**
 * The price book: every version ever published, oldest first. To change a price add a version with a later
 * `effectiveFrom`, deploy it before that moment, and never edit a published one: replays and refunds use stored prices,
 * and two revisions of a service may run side by side.
 */
import type { PriceBook } from '@reelbanana/ledger';

export const priceBook = [
  {
    version: 1,
    effectiveFrom: Date.UTC(2026, 0, 1),
    prices: {
      'story-generation': { kind: 'flat', credits: 2 },
      'image-generation': { kind: 'per', param: 'imageCount', unit: 1, credits: 3 },
      narration: { kind: 'per', param: 'characters', unit: 100, credits: 1 },
      'video-rendering': { kind: 'flat', credits: 5 },
      'pro-polish': { kind: 'flat', credits: 10 },
      'music-generation': { kind: 'flat', credits: 2 },
      'caption-alignment': { kind: 'flat', credits: 1 },
      'asset-upload': { kind: 'flat', credits: 0 },
    },
  },
] as const satisfies PriceBook;
