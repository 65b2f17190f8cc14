// Typing mistakes find the name that was meant; other words find none.
import { describe, expect, it } from '@jest/globals';
import { editDistance, nearest } from './nearest.ts';

describe('nearest', () => {
  it.each([
    ['comands', 'commands'],
    ['Labels', 'labels'],
    ['scalign', 'scaling'],
    ['annotation', 'annotations'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearest(typed, ['commands', 'labels', 'scaling', 'annotations', 'name'])).toBe(meant);
  });

  it('offers nothing for a word that is like none', () => {
    expect(nearest('bogus', ['commands', 'labels', 'name'])).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });

  it('counts a swap of neighbours as one mistake', () => {
    expect(editDistance('abcd', 'abdc')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
