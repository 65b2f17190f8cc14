// Property values survive the wire unchanged, and nothing secret or unknown is lost on the way.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Asset, derive, fromStruct, hasUnknown, reveal, Secret, toStruct, Unknown } from './property-values.ts';
import type { Properties, PropertyValue } from './property-values.ts';

const names = fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__');
const { value: anyValue } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.string(),
    fc.constant(Unknown),
    tie('value').map((value) => new Secret(value)),
    fc.tuple(fc.boolean(), fc.string({ minLength: 1 }), fc.string()).map(([archive, hash, path]) => {
      return new Asset(archive, hash, { path });
    }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const anyProperties = fc.dictionary(names, anyValue, { maxKeys: 6, noNullPrototype: true });

describe('property values on the wire', () => {
  it('come back as they went, secrets, unknowns and assets included', () => {
    fc.assert(
      fc.property(anyProperties, (properties) => {
        expect(fromStruct(toStruct(properties))).toStrictEqual(properties);
      }),
    );
  });

  it('are unknown after the wire exactly where they were before', () => {
    fc.assert(
      fc.property(anyProperties, (properties) => {
        expect(hasUnknown(fromStruct(toStruct(properties)))).toBe(hasUnknown(properties));
      }),
    );
  });

  it('decodes the form of output values: known, unknown and secret', () => {
    const signature = '4dabf18193072939515e22adb298388d';
    const output = 'd0e6a833031e9bbcd3f4e8bde6ca49a4';
    const encoded = toStruct({
      known: { [signature]: output, value: 1 },
      unknown: { [signature]: output },
      secret: { [signature]: output, value: 'x', secret: true },
    });
    expect(fromStruct(encoded)).toStrictEqual({ known: 1, unknown: Unknown, secret: new Secret('x') });
  });

  it('leaves out undefined properties and keeps nulls', () => {
    expect(fromStruct(toStruct({ a: undefined, b: null }))).toStrictEqual({ b: null });
  });
});

describe('derived texts', () => {
  it('are plain, unknown or secret as their parts are', () => {
    expect(derive`a-${'b'}-c`).toBe('a-b-c');
    expect(derive`a-${Unknown}`).toBe(Unknown);
    expect(derive`a-${new Secret('b')}`).toStrictEqual(new Secret('a-b'));
    expect(derive`${new Secret(Unknown)}`).toBe(Unknown);
  });

  it('reveal takes every secret wrapping away and leaves unknowns', () => {
    const wrapped: Properties = { a: new Secret([new Secret('x'), Unknown]), b: { c: new Secret(1) } };
    expect(reveal(wrapped)).toStrictEqual({ a: ['x', Unknown], b: { c: 1 } });
  });
});
