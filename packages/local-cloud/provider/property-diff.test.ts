// The diff of inputs: each changed leaf by its path, and no change where there is none.
import { describe, expect, it } from '@jest/globals';
import { diffProperties, liesWithin, topLevel } from './property-diff.ts';
import { Asset, Secret, Unknown } from './property-values.ts';

describe('diffProperties', () => {
  it('names each changed leaf by its path and kind', () => {
    const olds = { name: 'a', template: { containers: [{ image: 'x', args: ['1', '2'] }] }, gone: 1, labels: {} };
    const news = { name: 'a', template: { containers: [{ image: 'y', args: ['1'] }] }, labels: { 'a.b': 'c' } };
    expect(diffProperties(olds, news)).toStrictEqual([
      { path: 'template.containers[0].image', kind: 'UPDATE' },
      { path: 'template.containers[0].args[1]', kind: 'DELETE' },
      { path: 'gone', kind: 'DELETE' },
      { path: 'labels["a.b"]', kind: 'ADD' },
    ]);
  });

  it('sees no change between a secret and its own plain text, null and absent, assets of one hash', () => {
    const olds = {
      a: new Secret('x'),
      b: null,
      c: new Asset(false, 'h1', { path: '/old' }),
      d: [new Secret({ e: 1 })],
    };
    const news = { a: 'x', c: new Asset(false, 'h1', { path: '/new' }), d: [{ e: 1 }] };
    expect(diffProperties(olds, news)).toStrictEqual([]);
  });

  it('sees a change in an asset of another hash, in another kind and in one without a hash', () => {
    const asset = new Asset(false, 'h1', {});
    for (const other of [new Asset(false, 'h2', {}), new Asset(true, 'h1', {}), new Asset(false, undefined, {})]) {
      expect(diffProperties({ a: asset }, { a: other })).toStrictEqual([{ path: 'a', kind: 'UPDATE' }]);
    }
  });

  it('takes a value that is not known yet for a change', () => {
    expect(diffProperties({ a: 'x' }, { a: Unknown })).toStrictEqual([{ path: 'a', kind: 'UPDATE' }]);
  });

  it('replaces a whole value whose kind changed', () => {
    expect(diffProperties({ a: ['x'] }, { a: { b: 'x' } })).toStrictEqual([{ path: 'a', kind: 'UPDATE' }]);
  });
});

describe('paths', () => {
  it('lie within their prefixes, not within names that merely begin alike', () => {
    expect(liesWithin('template.name', 'template')).toBe(true);
    expect(liesWithin('fields[0]', 'fields')).toBe(true);
    expect(liesWithin('names', 'name')).toBe(false);
    expect(topLevel('a["b.c"].d')).toBe('a');
  });
});
