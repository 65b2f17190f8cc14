// Whatever our documents hold survives the way into Firestore's messages, through their bytes, and back.
import { protos } from '@google-cloud/firestore-api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeFields, encodeFields, type Fields, type Plain } from './values.ts';

const { Document } = protos.google.firestore.v1;

/** As gax sends and receives: fields to bytes, bytes to plain objects with int64 as text. */
function overTheWire(fields: Fields): Fields {
  const bytes = Document.encode(Document.fromObject({ fields })).finish();
  const options = { longs: String, enums: String, defaults: true, oneofs: true };
  return Document.toObject(Document.decode(bytes), options)['fields'] as Fields;
}

const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/^__.*__$/.test(text));
const { map: document } = fc.letrec<{ plain: Plain; element: Plain; map: { readonly [field: string]: Plain } }>(
  (tie) => ({
    plain: fc.oneof({ weight: 3, arbitrary: tie('element') }, fc.array(tie('element'), { maxLength: 4 })),
    element: fc.oneof(
      fc.constantFrom(null, true, false, 0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, ''),
      fc.maxSafeInteger(),
      fc.string({ unit: 'grapheme' }),
      tie('map'),
    ),
    map: fc.dictionary(name, tie('plain'), { maxKeys: 5, noNullPrototype: true }),
  }),
);

describe('values', () => {
  it('come back as they went, over the bytes of the wire', () => {
    fc.assert(
      fc.property(document, (data) => {
        expect(decodeFields(overTheWire(encodeFields(data)))).toEqual(data);
      }),
    );
  });

  it('are what the documents of Firestore name them', () => {
    expect(encodeFields({ a: [1, 'x', null, {}], b: true, c: { d: -0 } })).toEqual({
      a: {
        arrayValue: {
          values: [
            { integerValue: 1 },
            { stringValue: 'x' },
            { nullValue: 'NULL_VALUE' },
            { mapValue: { fields: {} } },
          ],
        },
      },
      b: { booleanValue: true },
      c: { mapValue: { fields: { d: { integerValue: 0 } } } },
    });
  });

  it.each([
    ['a fraction', 0.5],
    ['an integer that is not safe', 2 ** 53],
    ['NaN', NaN],
    ['undefined', undefined],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['an array in an array', [[1]]],
    ['a reserved name', { __name__: 1 }],
  ])('refuse %s on the way in, wherever it stands', (_kind, value) => {
    for (const data of [{ a: value }, { a: { b: value } }, { a: [value] }]) {
      expect(() => encodeFields(data)).toThrow(TypeError);
    }
  });

  it.each([
    [{ doubleValue: 1.5 }, 'doubleValue'],
    [{ timestampValue: { seconds: '1', nanos: 0 } }, 'timestampValue'],
    [{ referenceValue: 'x' }, 'referenceValue'],
    [{ integerValue: '9007199254740993' }, 'safe integer'],
  ])('refuse %j on the way out, naming field and kind', (value, kind) => {
    expect(() => decodeFields({ amount: { mapValue: { fields: { credits: value as object } } } })).toThrow(
      new RegExp(`credits.*${kind}`),
    );
  });
});
