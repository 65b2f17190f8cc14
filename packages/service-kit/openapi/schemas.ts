/**
 * zod schemas as JSON Schema, and the objects among them that stand in several places as components that are said once.
 */
import { z } from 'zod';
import { pascal, singular } from './names.ts';
import type { Schema } from './types.ts';

/** Marks a JSON schema with the zod object it was made of, until shareObjects takes it away. */
const mark = 'x-zod-object';

/** Writes JSON schemas, each object marked. One for a document. */
export function schemaWriter(): (schema: z.ZodType) => Schema {
  const marks = new Map<z.core.$ZodType, number>();
  return (schema) => {
    // `input`: of a request what the client sends; of an answer what handlers return, which is sent as it is.
    const { $schema: _, ...json } = z.toJSONSchema(schema, {
      io: 'input',
      target: 'draft-2020-12',
      reused: 'inline',
      cycles: 'throw',
      override: ({ zodSchema, jsonSchema }) => {
        // Examples show an optional field only where it was itself given one, not what it wraps.
        if (zodSchema._zod.def.type === 'optional' && z.globalRegistry.get(zodSchema)?.['examples'] === undefined)
          delete jsonSchema.examples;
        // What wraps an object (optional, default) has taken over its mark.
        if (zodSchema._zod.def.type !== 'object') return;
        const origin = originOf(zodSchema);
        if (!marks.has(origin)) marks.set(origin, marks.size);
        (jsonSchema as Record<string, unknown>)[mark] = marks.get(origin);
      },
    });
    if ('$defs' in json) throw new Error('Give objects no `id` of their own: components are named by where they stand');
    return json as Schema;
  };
}

/** `.describe()` and `.refine()` make copies: the object that they were called on. */
function originOf(schema: z.core.$ZodType): z.core.$ZodType {
  const { parent } = schema._zod;
  return parent === undefined ? schema : originOf(parent);
}

type Json = Readonly<Record<string, unknown>>;

interface Shared {
  readonly schema: Json;
  /** Names by the places where it stands, and how often each. */
  readonly names: Map<string, number>;
  places: number;
}

/**
 * The tree with each object that stands in two places or more replaced by a reference, and those objects by name. What a
 * place says about itself (description) stays there, beside the reference.
 */
export function shareObjects<T extends object>(tree: T): { tree: T; schemas: Record<string, Schema> } {
  const found = new Map<string, Shared>();
  count(tree, '', found);
  const repeated = new Map([...found].filter(([, { places }]) => places > 1));
  const names = nameAll(repeated);
  const schemas: Record<string, Schema> = {};
  for (const [key, { schema }] of repeated) {
    const { description: _, ...shared } = schema;
    schemas[names.get(key) ?? ''] = replace(shared, names, key) as Schema;
  }
  return { tree: replace(tree, names) as T, schemas: sorted(schemas) };
}

function identity({ description: _, ...rest }: Json): string {
  return JSON.stringify(rest);
}

/** Does not descend twice: what stands only within a repeated object is not itself repeated. */
function count(node: unknown, name: string, found: Map<string, Shared>): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const child of node) count(child, name, found);
    return;
  }
  if (mark in node) {
    const key = identity(node);
    const shared = found.get(key) ?? { schema: node, names: new Map<string, number>(), places: 0 };
    found.set(key, shared);
    shared.places += 1;
    shared.names.set(name, (shared.names.get(name) ?? 0) + 1);
    if (shared.places > 1) return;
  }
  for (const [key, child] of Object.entries(node)) {
    // The keywords in between say nothing of the place: `entries: { items: {...} }` is a list of an `entry`.
    if (key === 'items') count(child, singular(name), found);
    else count(child, keywords.has(key) ? name : key, found);
  }
}

const keywords: ReadonlySet<string> = new Set([
  'properties',
  'additionalProperties',
  'anyOf',
  'oneOf',
  'allOf',
  'schema',
  'content',
  'application/json',
]);

/** The name of most places; of several, the shortest. Two objects of one name are numbered. */
function nameAll(repeated: ReadonlyMap<string, Shared>): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const [key, shared] of repeated) {
    const [best = ['object', 0] as const] = [...shared.names].sort(
      ([a, inPlacesA], [b, inPlacesB]) => inPlacesB - inPlacesA || a.length - b.length || (a < b ? -1 : 1),
    );
    const wanted = pascal(best[0]);
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
    taken.add(name);
    names.set(key, name);
  }
  return names;
}

function replace(node: unknown, names: ReadonlyMap<string, string>, except?: string): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((child) => replace(child, names));
  if (mark in node) {
    const key = identity(node);
    const name = names.get(key);
    if (name !== undefined && key !== except) {
      const { description } = node as Json;
      return { $ref: `#/components/schemas/${name}`, ...(description === undefined ? {} : { description }) };
    }
  }
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, child]) => (key === mark ? [] : [[key, replace(child, names)]])),
  );
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
