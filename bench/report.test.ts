import { describe, expect, it } from '@jest/globals';
import type { Bound } from './family.ts';
import { figure, judgement, short, spread, table } from './report.ts';

describe('figure', () => {
  it.each<[string, Bound | undefined, number[], { value: number; bound: number | null; ok: boolean }]>([
    ['the median at a lower bound', { least: 2 }, [1, 2, 9], { value: 2, bound: 2, ok: true }],
    ['the median below a lower bound', { least: 2 }, [1, 1.999, 9], { value: 1.999, bound: 2, ok: false }],
    ['the median at an upper bound', { most: 2 }, [1, 2, 9], { value: 2, bound: 2, ok: true }],
    ['the median above an upper bound', { most: 2 }, [1, 2.001, 9], { value: 2.001, bound: 2, ok: false }],
    ['nothing to be judged by', undefined, [3, 4], { value: 3.5, bound: null, ok: true }],
    ['a bound of zero', { most: 0 }, [0, 0, 1], { value: 0, bound: 0, ok: true }],
  ])('judges %s', (_what, bound, samples, expected) => {
    const definition = bound === undefined ? { id: 'some' } : { id: 'some', bound };
    expect(figure(definition, samples)).toEqual({ id: 'some', samples, ...expected });
  });

  it('is judged by what was measured, and told with four digits', () => {
    expect(figure({ id: 'some', bound: { most: 1.2 } }, [1.200001])).toEqual({
      id: 'some',
      value: 1.2,
      bound: 1.2,
      ok: false,
      samples: [1.2],
    });
  });

  it.each([
    ['was never sampled', undefined],
    ['has no round', []],
    ['is no number in one round', [1, Number.NaN]],
    ['is a division by nothing', [Infinity]],
  ])('is an error, and no result, when it %s', (_what, samples) => {
    expect(() => figure({ id: 'some' }, samples)).toThrow(/^some .*taken/);
  });
});

describe('judgement', () => {
  it('says of each figure what it had to be, what it was in all rounds, and whether that is enough', () => {
    const definitions = [{ id: 'fast', bound: { least: 2 } }, { id: 'late', bound: { most: 1 } }, { id: 'told' }];
    const lines = judgement(definitions.map((one) => [one, figure(one, [1, 3, 5])])).split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['figure', 'bound', 'median (least .. most)'],
      ['fast', '>= 2', '3 (1 .. 5)', 'reached'],
      ['late', '<= 1', '3 (1 .. 5)', 'NOT REACHED'],
      ['told', '3 (1 .. 5)'],
    ]);
  });
});

it.each([
  [0.012345, '0.0123'],
  [99.94, '99.9'],
  [12_345.6, '12,346'],
])('%p is shown as %s', (value, text) => {
  expect(short(value)).toBe(text);
});

it('a spread is the median between the extremes', () => {
  expect(spread([3, 1, 2])).toBe('2 (1 .. 3)');
});

it('a table pads its columns, text to the left and numbers to the right', () => {
  const rows = [
    ['name', 'n'],
    ['a', '10'],
  ];
  expect(table(rows)).toBe('name   n\na     10');
});
