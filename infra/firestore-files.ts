/** The repository's Firestore files (rules and indexes), read strictly: a misspelt key is a mistake, not a missing index. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const queryScope = z.enum(['COLLECTION', 'COLLECTION_GROUP']);
const order = z.enum(['ASCENDING', 'DESCENDING']);
const arrayConfig = z.literal('CONTAINS');

const compositeIndex = z.strictObject({
  collectionGroup: z.string(),
  queryScope: queryScope.default('COLLECTION'),
  fields: z.array(
    z.union([z.strictObject({ fieldPath: z.string(), order }), z.strictObject({ fieldPath: z.string(), arrayConfig })]),
  ),
});

const fieldExemption = z.strictObject({
  collectionGroup: z.string(),
  fieldPath: z.string(),
  indexes: z.array(z.union([z.strictObject({ queryScope, order }), z.strictObject({ queryScope, arrayConfig })])),
});

const indexFile = z.strictObject({ indexes: z.array(compositeIndex), fieldOverrides: z.array(fieldExemption) });

export interface CompositeIndex {
  readonly collectionGroup: string;
  readonly queryScope: 'COLLECTION' | 'COLLECTION_GROUP';
  readonly fields: readonly { readonly fieldPath: string; readonly order?: string; readonly arrayConfig?: string }[];
}

/** The single-field indexes that remain on a field (`*`: on all others of the collection); none switches them off. */
export interface FieldExemption {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  readonly indexes: readonly { readonly queryScope: string; readonly order?: string; readonly arrayConfig?: string }[];
}

export interface FirestoreFiles {
  readonly rules: string;
  readonly indexes: readonly CompositeIndex[];
  readonly fields: readonly FieldExemption[];
}

/** `firestore.rules` and `firestore.indexes.json`. Throws with the path of every mistake in the latter. */
export function readFirestoreFiles(folder: string = root): FirestoreFiles {
  const rules = readFileSync(join(folder, 'firestore.rules'), 'utf8');
  const parsed = indexFile.safeParse(JSON.parse(readFileSync(join(folder, 'firestore.indexes.json'), 'utf8')));
  if (!parsed.success) throw new Error(`firestore.indexes.json:\n${z.prettifyError(parsed.error)}`);
  return {
    rules,
    indexes: parsed.data.indexes,
    fields: parsed.data.fieldOverrides,
  };
}
