// The emulator serves every query; Firestore in the cloud only those with an index. So queries and indexes are compared here.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { collections } from './firestore/paths.ts';
import { queryShapes, type QueryShape } from './firestore/queries.ts';

const here = import.meta.dirname;
const root = join(here, '..', '..');

interface Field {
  readonly fieldPath: string;
  readonly order: 'ASCENDING' | 'DESCENDING';
}
interface Indexes {
  readonly indexes: readonly { collectionGroup: string; queryScope: string; fields: readonly Field[] }[];
  readonly fieldOverrides: readonly { collectionGroup: string; fieldPath: string; indexes: readonly unknown[] }[];
}
const declared = JSON.parse(readFileSync(join(root, 'firestore.indexes.json'), 'utf8')) as Indexes;

/** Fields whose values only grow: an index on one alone caps its collection at 500 writes a second. */
const growing = { seq: 'seqShard', dueAt: 'dueShard', createdAt: null } as const;

/** The index that a query needs: equality fields, then the field it is ordered by. By document id alone: none. */
function indexOf(shape: QueryShape): readonly Field[] {
  const equal = shape.equal.map((fieldPath) => ({ fieldPath, order: 'ASCENDING' as const }));
  if (shape.order === null) return equal;
  return [
    ...equal,
    { fieldPath: shape.order.field, order: shape.order.direction === 'asc' ? 'ASCENDING' : 'DESCENDING' },
  ];
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((file) => {
    if (file.name === 'node_modules') return [];
    if (file.isDirectory()) return sources(join(folder, file.name));
    return file.name.endsWith('.ts') && !file.name.endsWith('.test.ts') ? [join(folder, file.name)] : [];
  });
}

describe('firestore.indexes.json', () => {
  it.each(Object.entries<QueryShape>(queryShapes))('has the index that %s needs', (_name, shape) => {
    const needed = indexOf(shape);
    const [only, ...more] = needed;
    if (only === undefined) return;
    // An index on one field is what remains of the automatic ones.
    if (more.length === 0)
      return expect(declared.fieldOverrides).toContainEqual({
        collectionGroup: shape.collection,
        fieldPath: only.fieldPath,
        indexes: [{ order: only.order, queryScope: 'COLLECTION' }],
      });
    const fields = declared.indexes
      .filter((index) => index.collectionGroup === shape.collection)
      .map((index) => index.fields);
    expect(fields).toContainEqual(needed);
  });

  it('is the whole truth: no file but queries.ts filters or orders', () => {
    const others = sources(here).filter((file) => !file.endsWith(join('firestore', 'queries.ts')));
    expect(others.length).toBeGreaterThan(20);
    const querying = others.filter((file) =>
      /\.(where|orderBy|collectionGroup|aggregate)\(/.test(readFileSync(file, 'utf8')),
    );
    expect(querying).toEqual([]);
  });

  it('indexes a growing field only behind its shard', () => {
    const grown = declared.indexes.flatMap(({ fields }) =>
      fields.flatMap(({ fieldPath }, place) =>
        fieldPath in growing ? [{ fieldPath, behind: fields[place - 1]?.fieldPath ?? null }] : [],
      ),
    );
    expect(grown).toEqual([
      { fieldPath: 'seq', behind: growing.seq },
      { fieldPath: 'dueAt', behind: growing.dueAt },
    ]);
    expect(declared.fieldOverrides.filter(({ fieldPath }) => fieldPath in growing)).toEqual([]);
  });

  it('switches the automatic indexes of every collection off, but for those that a query needs', () => {
    const off = declared.fieldOverrides.filter(({ fieldPath }) => fieldPath === '*');
    expect(off).toEqual(
      Object.values(collections).map((collectionGroup) => ({ collectionGroup, fieldPath: '*', indexes: [] })),
    );
    const single = Object.values<QueryShape>(queryShapes).filter((shape) => indexOf(shape).length === 1);
    expect(declared.fieldOverrides).toHaveLength(off.length + single.length);
    expect(declared.indexes.every(({ queryScope }) => queryScope === 'COLLECTION')).toBe(true);
  });
});
