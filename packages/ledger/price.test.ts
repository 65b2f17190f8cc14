// Prices: the version in force, the formula, and what is no price.
import { describe, expect, it } from '@jest/globals';
import { price } from './index.ts';
import type { PriceBook } from './index.ts';

const book: PriceBook = [
  {
    version: 1,
    effectiveFrom: 1_000,
    prices: {
      story: { kind: 'flat', credits: 2 },
      upload: { kind: 'flat', credits: 0 },
      narration: { kind: 'per', param: 'characters', unit: 100, credits: 1 },
      images: { kind: 'per', param: 'imageCount', unit: 1, credits: 3 },
    },
  },
  { version: 2, effectiveFrom: 2_000, prices: { story: { kind: 'flat', credits: 4 } } },
];

describe('price', () => {
  it('is flat, or per started unit', () => {
    expect(price(book, 'story', {}, 1_000)).toEqual({ credits: 2, priceVersion: 1 });
    expect(price(book, 'upload', {}, 1_000)).toEqual({ credits: 0, priceVersion: 1 });
    expect(price(book, 'images', { imageCount: 20 }, 1_000).credits).toBe(60);
    const narration = (characters: number) => price(book, 'narration', { characters }, 1_000).credits;
    expect([0, 1, 99, 100, 101, 200, 201, 100_000].map(narration)).toEqual([0, 1, 1, 1, 2, 2, 3, 1_000]);
  });

  it('rounds up exactly where a division would not', () => {
    const characters = Number.MAX_SAFE_INTEGER;
    expect(BigInt(price(book, 'narration', { characters }, 1_000).credits)).toBe((BigInt(characters) + 99n) / 100n);
  });

  it('comes from the version in force, to the millisecond', () => {
    expect(price(book, 'story', {}, 1_999).priceVersion).toBe(1);
    expect(price(book, 'story', {}, 2_000)).toEqual({ credits: 4, priceVersion: 2 });
  });

  it.each([
    ['before the first version', 'story', {}, 999],
    ['an operation that the version does not have', 'images', { imageCount: 1 }, 2_000],
    ['an operation that every object has', 'constructor', {}, 1_000],
    ['a quantity that is missing', 'narration', {}, 1_000],
    ['a quantity that every object has', 'narration', Object.create({ characters: 5 }), 1_000],
    ['a text', 'narration', { characters: '100' }, 1_000],
    ['an array', 'narration', { characters: ['x'.repeat(1000)] }, 1_000],
    ['NaN', 'narration', { characters: NaN }, 1_000],
    ['a fraction', 'images', { imageCount: 0.001 }, 1_000],
    ['a negative quantity', 'narration', { characters: -1 }, 1_000],
    ['more credits than can be counted', 'images', { imageCount: Number.MAX_SAFE_INTEGER }, 1_000],
    ['no moment', 'story', {}, NaN],
  ])('refuses %s', (_name, operation, params, now) => {
    expect(() => price(book, operation, params, now)).toThrow(RangeError);
  });

  it('says what it cannot price', () => {
    expect(() => price(book, 'story', {}, 999)).toThrow('no price book is in force at 999');
    expect(() => price(book, 'nothing', {}, 1_000)).toThrow('price book 1 has no operation nothing');
    expect(() => price(book, 'narration', {}, 1_000)).toThrow('characters must be a non-negative integer');
    const below = [{ version: 1, effectiveFrom: 0, prices: { story: { kind: 'flat', credits: -1 } } }] as const;
    expect(() => price(below, 'story', {}, 0)).toThrow('the price of story is no credit amount');
  });
});
