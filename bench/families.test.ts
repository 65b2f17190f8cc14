import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { choose, families } from './families.ts';
import type { Family } from './family.ts';

const family = (...ids: string[]): Family => ({
  figures: ids.map((id) => ({ id })),
  measure: () => Promise.reject(new Error('not here')),
});
const some = [family('a', 'b'), family('c')];
const chosen = (ids?: string[]) => choose(some, ids).map(({ family, wanted }) => [some.indexOf(family), [...wanted]]);

describe('choose', () => {
  it.each([
    [
      'all without a choice',
      undefined,
      [
        [0, ['a', 'b']],
        [1, ['c']],
      ],
    ],
    ['only the families that are needed', ['c'], [[1, ['c']]]],
    [
      'only the figures that were named, in their own order',
      ['c', 'b'],
      [
        [0, ['b']],
        [1, ['c']],
      ],
    ],
    ['a figure once, however often it was named', ['a', 'a'], [[0, ['a']]]],
  ])('takes %s', (_what, ids, expected) => {
    expect(chosen(ids)).toEqual(expected);
  });

  it('names every unknown figure, and those that there are', () => {
    expect(() => chosen(['a', 'x', ''])).toThrow(new RangeError('no figure is called "x", ""; they are a, b, c'));
  });
});

const ids = families.flatMap(({ figures }) => figures.map(({ id }) => id));

it('no two figures have one id', () => {
  expect(new Set(ids).size).toBe(ids.length);
});

it('README.md says of every figure what it means, with its bound, and of no other', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([\w-]+)` +\| (.*?) +\|/gm)].map(([, id, bound]) => [id, bound]);
  const figures = families.flatMap((one) => one.figures);
  expect(rows).toEqual(
    figures.map(({ id, bound }) => {
      if (bound === undefined) return [id, 'reported'];
      return [id, 'least' in bound ? `>= ${bound.least}` : `<= ${bound.most}`];
    }),
  );
});
