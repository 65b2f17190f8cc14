/** An example of a JSON schema, always the same: what its author gave as one, else the simplest value that fits. */
import type { Schema } from './types.ts';

/** Takes schemas without references. Throws for one that needs an example of its author's. */
export function exampleOf(schema: Schema): unknown {
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  const [branch] = schema.anyOf ?? schema.oneOf ?? [];
  if (branch !== undefined) return exampleOf(branch);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  switch (type) {
    case 'object':
      return objectExample(schema);
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items)];
    case 'integer':
    case 'number':
      return numberExample(schema);
    case 'boolean':
      return false;
    case 'string':
      return stringExample(schema);
    case 'null':
      return null;
    default:
      // Any value.
      return {};
  }
}

/** What is required, and what of the rest has an example or a default: those are worth showing. */
function objectExample({
  properties = {},
  required = [],
  propertyNames,
  additionalProperties,
}: Schema): Record<string, unknown> {
  // A dictionary is shown with one entry, unless its values may be anything.
  if (typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0)
    return { [(propertyNames?.enum?.[0] as string | undefined) ?? 'name']: exampleOf(additionalProperties) };
  const shown = Object.entries(properties).filter(
    ([name, schema]) => required.includes(name) || schema.examples !== undefined || schema.default !== undefined,
  );
  return Object.fromEntries(shown.map(([name, schema]) => [name, exampleOf(schema)]));
}

function numberExample({ minimum, exclusiveMinimum }: Schema): number {
  if (minimum !== undefined) return Math.max(minimum, 1);
  return exclusiveMinimum === undefined ? 1 : exclusiveMinimum + 1;
}

/** Of most patterns, one of these is an instance: ids in hex, digests in hex, codes, numbers. */
const texts = ['0123456789abcdef'.repeat(2), '0123456789abcdef'.repeat(4), '1', 'text'];

function stringExample({ pattern, format, minLength = 0, maxLength = Infinity }: Schema): string {
  if (format === 'uri') return 'https://service.example/path';
  if (pattern === undefined) return 'text'.slice(0, maxLength).padEnd(minLength, 'x');
  const found = texts.find((text) => new RegExp(pattern).test(text) && text.length <= maxLength);
  if (found === undefined)
    throw new Error(`give the field with the pattern ${pattern} an example: .meta({ examples })`);
  return found;
}
