// Canonical JSON: RFC 8785 over integers, strings, booleans, null, arrays and objects only (wire.md, Ids).

/** What `jcs` can write. Numbers must be safe integers, strings well-formed Unicode. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The RFC 8785 text of `value`. Its UTF-8 bytes are what is hashed and stored.
 *
 * @throws TypeError on anything outside the subset: floats, NaN, unsafe integers, undefined, bigint, functions,
 *   class instances (a Date, a Map), lone surrogates.
 */
export function jcs(value: Json): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw new TypeError(`not a safe integer: ${value}`);
      return value === 0 ? '0' : String(value); // RFC 8785 writes -0 as 0
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value) : writeObject(value as { readonly [key: string]: Json });
    default:
      throw new TypeError(`not JSON: ${typeof value}`);
  }
}

function writeArray(items: readonly Json[]): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += jcs(items[i] as Json); // a hole is undefined and is refused
  }
  return text + ']';
}

function writeObject(object: { readonly [key: string]: Json }): string {
  if (!isPlain(object)) throw new TypeError('not a plain object');
  const keys = Object.keys(object);
  if (!isSorted(keys)) keys.sort(); // default sort compares UTF-16 code units, as RFC 8785 section 3.2.3 asks
  let text = '{';
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (i > 0) text += ',';
    text += quote(key) + ':' + jcs(object[key] as Json);
  }
  return text + '}';
}

/** Plain objects of any realm (jest and vm have their own Object.prototype): nothing stands above their prototype. */
export function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null;
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Bodies are built with sorted keys, so the check saves the sort on the hot path. */
function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return false;
  return true;
}

const PLAIN = /^[ !#-[\]-~]*$/; // printable ASCII without the quote and the backslash: nothing to escape

function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('lone surrogate'); // RFC 8785 section 3.2.2.2
  return JSON.stringify(text); // ECMAScript's own escaping is the one that RFC 8785 prescribes
}
