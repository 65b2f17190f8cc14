// Plain data as Firestore's Value messages and back: only what our documents hold. Everything else is refused, in both
// directions, so that no wallet is ever read or written with a field that lost its meaning on the way.

/** What a document may hold. Numbers are safe integers. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [field: string]: Plain };

/** google.firestore.v1.Value, as far as we use it. An int64 is a number on the way there, a text on the way back. */
export interface Value {
  readonly nullValue?: 'NULL_VALUE' | null;
  readonly booleanValue?: boolean | null;
  readonly integerValue?: number | string | null;
  readonly stringValue?: string | null;
  readonly arrayValue?: { readonly values?: readonly Value[] | null } | null;
  readonly mapValue?: { readonly fields?: Fields | null } | null;
}

export type Fields = Readonly<Record<string, Value>>;

/** The fields of a document, or of a map in it. @throws TypeError on anything that is not `Plain` */
export function encodeFields(document: object): Fields {
  const fields: Record<string, Value> = {};
  for (const name of Object.keys(document)) {
    // `__proto__` would set the prototype instead of a field; Firestore keeps names of this form to itself.
    if (/^__.*__$/.test(name)) throw new TypeError(`Firestore reserves the field name ${name}`);
    fields[name] = encodeValue((document as Record<string, unknown>)[name], name);
  }
  return fields;
}

function encodeValue(value: unknown, path: string): Value {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'number':
      if (!Number.isSafeInteger(value)) throw new TypeError(`${path} is ${value}, not a safe integer`);
      return { integerValue: value === 0 ? 0 : value };
    case 'boolean':
      return { booleanValue: value };
    case 'object':
      if (value === null) return { nullValue: 'NULL_VALUE' };
      if (Array.isArray(value)) return { arrayValue: { values: value.map((item) => encodeElement(item, path)) } };
      return { mapValue: { fields: encodeFields(value) } };
    default:
      throw new TypeError(`${path} is of type ${typeof value}, which no document holds`);
  }
}

function encodeElement(item: unknown, path: string): Value {
  if (Array.isArray(item)) throw new TypeError(`${path} holds an array in an array, which Firestore cannot`);
  return encodeValue(item, path);
}

/** What `encodeFields` encoded. @throws Error on a kind of value that our documents do not hold */
export function decodeFields(fields: Fields | null | undefined): Record<string, Plain> {
  const document: Record<string, Plain> = {};
  for (const name of Object.keys(fields ?? {})) document[name] = decodeValue(fields?.[name] ?? {}, name);
  return document;
}

function decodeValue(value: Value, path: string): Plain {
  if (value.stringValue != null) return value.stringValue;
  if (value.integerValue != null) return decodeInteger(value.integerValue, path);
  if (value.mapValue != null) return decodeFields(value.mapValue.fields);
  if (value.arrayValue != null) return (value.arrayValue.values ?? []).map((item) => decodeValue(item, path));
  if (value.booleanValue != null) return value.booleanValue;
  if (value.nullValue != null) return null;
  throw new Error(`field ${path} is stored as ${Object.keys(value).join(' ')}, which our documents do not hold`);
}

function decodeInteger(text: number | string, path: string): number {
  const integer = Number(text);
  if (!Number.isSafeInteger(integer)) throw new Error(`field ${path} is stored as ${text}, above every safe integer`);
  return integer;
}
