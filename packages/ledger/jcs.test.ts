// RFC 8785, the subset of wire.md: vectors of the RFC and of its author's test data, and everything that is refused.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jcs } from './jcs.ts';
import type { Json } from './jcs.ts';

describe('jcs', () => {
  it('writes the vectors of RFC 8785', () => {
    // section 3.2.2: string escaping and literals
    expect(jcs({ string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/', literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    // section 3.2.3: order by UTF-16 code units
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(jcs(names)) as object).join('')).toBe('4267153');
    expect(jcs(names)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it("writes the author's test data (arrays, french, structures, unicode, weird)", () => {
    expect(jcs([56, { d: true, 10: null, 1: [] }])).toBe('[56,{"1":[],"10":null,"d":true}]');
    expect(jcs({ peach: 'This', péché: 'sorting', pêche: 'of', sin: 'French' })).toBe(
      '{"peach":"This","péché":"sorting","pêche":"of","sin":"French"}',
    );
    const structure = {
      1: { f: { f: 'hi', F: 5 }, '\n': 56 },
      10: {},
      '': 'empty',
      a: {},
      111: [{ e: 'yes', E: 'no' }],
      A: {},
    };
    expect(jcs(structure)).toBe(
      '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    );
    expect(jcs({ 'Unnormalized Unicode': 'A\u030a' })).toBe('{"Unnormalized Unicode":"A\u030a"}');
    expect(jcs({ '</script>': 'Browser Challenge', '\u0080': 'Control\u007f' })).toBe(
      '{"</script>":"Browser Challenge","\u0080":"Control\u007f"}',
    );
  });

  it('writes integers up to the greatest safe one, and zero once', () => {
    expect(jcs([0, -0, 9_007_199_254_740_991, -9_007_199_254_740_991])).toBe(
      '[0,0,9007199254740991,-9007199254740991]',
    );
  });

  it.each([
    ['a fraction', 0.5],
    ['NaN', NaN],
    ['Infinity', -Infinity],
    ['an unsafe integer', 2 ** 53],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['an absent field', { a: undefined }],
    ['a hole', new Array<Json>(1)],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['an instance', new URLSearchParams()],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
  ])('refuses %s', (_name, value) => {
    expect(() => jcs(value as Json)).toThrow(TypeError);
    expect(() => jcs([value] as Json)).toThrow(TypeError);
  });

  it('parses back to the same value, and one value has one text', () => {
    const value = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        fc.constantFrom(null, true, false),
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: 'grapheme' }), tie('json'), { maxKeys: 4 }),
      ),
    })).json;
    fc.assert(
      fc.property(value, (json) => {
        const text = jcs(json);
        expect(jcs(JSON.parse(text) as Json)).toBe(text);
        expect(jcs(reversed(json))).toBe(text);
      }),
    );
  });
});

/** The same value with the names of every object in another order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => reversed(item as Json));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, reversed(item)]),
  );
}
