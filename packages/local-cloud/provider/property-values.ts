// Property values of Pulumi's wire protocol as types: secrets, unknowns and assets are wrapped at the edge, so that no
// code behind it can mistake one for a plain value or lose the wrapping on the way back.
import structPb from 'google-protobuf/google/protobuf/struct_pb.js';
import type { JavaScriptValue, Struct } from 'google-protobuf/google/protobuf/struct_pb.js';

/** The key under which a special value says what it is, and the kinds that this provider meets (pulumi sdk, resource/sig). */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const OUTPUT = 'd0e6a833031e9bbcd3f4e8bde6ca49a4';
const ASSET = 'c44067f5952c0a294b673a41bacd8c17';
const ARCHIVE = '0def7320c3a5731c473e5ecbc1d5d7a2';
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** A value that is not known yet: previews carry it wherever a value comes from something that is still to be made. */
export const Unknown: unique symbol = Symbol('unknown');
export type Unknown = typeof Unknown;

/** A value that must stay encrypted in state and hidden in output. */
export class Secret {
  readonly value: PropertyValue;
  constructor(value: PropertyValue) {
    this.value = value;
  }
}

/** A file or an archive; equal when the hashes are, wherever the bytes lie. */
export class Asset {
  readonly archive: boolean;
  readonly hash: string | undefined;
  /** What the engine sent besides signature and hash: `path`, `text`, `uri` or `assets`. */
  readonly content: Properties;
  constructor(archive: boolean, hash: string | undefined, content: Properties) {
    this.archive = archive;
    this.hash = hash;
    this.content = content;
  }
}

export type PropertyValue =
  null | boolean | number | string | Unknown | Secret | Asset | readonly PropertyValue[] | Properties;
export interface Properties {
  readonly [name: string]: PropertyValue | undefined;
}

/** Decodes the properties of a request; an absent struct is an empty one. */
export function fromStruct(struct: Struct | undefined): Properties {
  return struct ? (decode(struct.toJavaScript()) as Properties) : {};
}

/** Encodes properties for a response. Undefined properties are left out. */
export function toStruct(properties: Properties): Struct {
  return structPb.Struct.fromJavaScript(encodeMap(properties) as Record<string, JavaScriptValue>);
}

export function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** True for a map of properties: no list, no wrapped value. */
export function isProperties(value: PropertyValue | undefined): value is Properties {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Asset)
  );
}

/** The value without its secret wrappings, at every depth; unknowns and assets stay. Never log what this returns. */
export function reveal(value: PropertyValue | undefined): PropertyValue | undefined {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map((item) => reveal(item) ?? null);
  if (isProperties(value)) return mapValues(value, (item) => reveal(item));
  return value;
}

/** True when some part of the value is not known yet. */
export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value === Unknown) return true;
  if (value instanceof Secret) return hasUnknown(value.value);
  if (isList(value)) return value.some(hasUnknown);
  return isProperties(value) && Object.values(value).some(hasUnknown);
}

/**
 * A text made of property values: unknown if one of them is, secret if one of them is.
 * Every output that follows from inputs is written with it, so that previews know whatever can be known.
 */
export function derive(parts: TemplateStringsArray, ...values: (PropertyValue | undefined)[]): PropertyValue {
  const plain = values.map((value) => reveal(value));
  if (plain.some(hasUnknown)) return Unknown;
  const text = parts.reduce((all, part, index) => `${all}${scalar(plain[index - 1])}${part}`);
  return values.some((value) => value instanceof Secret) ? new Secret(text) : text;
}

function scalar(value: PropertyValue | undefined): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error('a text is made of texts and numbers only');
}

function decode(value: unknown): PropertyValue {
  if (value === UNKNOWN) return Unknown;
  if (value === null || typeof value !== 'object') return value as null | boolean | number | string;
  if (Array.isArray(value)) return value.map(decode);
  const { [SIGNATURE]: signature, ...fields } = value as Record<string, unknown>;
  if (signature === SECRET) return new Secret(decode(fields['value']));
  if (signature === OUTPUT) {
    const inner = 'value' in fields ? decode(fields['value']) : Unknown;
    return fields['secret'] === true ? new Secret(inner) : inner;
  }
  if (signature === ASSET || signature === ARCHIVE) {
    const { hash, ...content } = fields;
    const text = typeof hash === 'string' ? hash : undefined;
    return new Asset(signature === ARCHIVE, text, mapValues(content, decode));
  }
  return mapValues(value as Record<string, unknown>, decode);
}

function encode(value: PropertyValue): unknown {
  if (value === Unknown) return UNKNOWN;
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: encode(value.value) };
  if (value instanceof Asset) {
    const hash = value.hash === undefined ? {} : { hash: value.hash };
    return { [SIGNATURE]: value.archive ? ARCHIVE : ASSET, ...hash, ...encodeMap(value.content) };
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(encode);
  return encodeMap(value as Properties);
}

function encodeMap(properties: Properties): Record<string, unknown> {
  return mapValues(properties, (item) => (item === undefined ? undefined : encode(item)));
}

/** Entries whose value becomes undefined are left out; own `__proto__` keys stay ordinary keys. */
function mapValues<A, B>(map: { readonly [name: string]: A }, change: (value: A) => B | undefined): Record<string, B> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, value]): [string, B][] => {
      const changed = change(value);
      return changed === undefined ? [] : [[name, changed]];
    }),
  );
}
