// The Firestore files as the program reads them: nothing in them is overlooked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFirestoreFiles } from './firestore-files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firestore-files-'));
  writeFileSync(join(folder, 'firestore.rules'), 'rules');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = (indexes: object) => {
  writeFileSync(join(folder, 'firestore.indexes.json'), JSON.stringify(indexes));
  return readFirestoreFiles(folder);
};
const index = { collectionGroup: 'entries', fields: [{ fieldPath: 'seq', order: 'DESCENDING' }] };

describe('the Firestore files', () => {
  it('of the repository are legal', () => {
    const { rules, indexes, fields } = readFirestoreFiles();
    expect(rules).toContain('service cloud.firestore');
    expect(indexes.length).toBeGreaterThan(0);
    expect(fields.length).toBeGreaterThan(0);
  });

  it('give rules, composite indexes and the indexes that remain on a field', () => {
    const exemption = { collectionGroup: 'entries', fieldPath: '*', indexes: [] };
    expect(read({ indexes: [index], fieldOverrides: [exemption] })).toEqual({
      rules: 'rules',
      indexes: [{ ...index, queryScope: 'COLLECTION' }],
      fields: [exemption],
    });
  });

  it.each([
    ['a misspelt key', { indexes: [{ ...index, queryscope: 'COLLECTION' }], fieldOverrides: [] }, 'indexes[0]'],
    [
      'an unknown order',
      { indexes: [{ ...index, fields: [{ fieldPath: 'seq', order: 'UP' }] }], fieldOverrides: [] },
      'indexes[0]',
    ],
    [
      'what the program does not deploy',
      { indexes: [], fieldOverrides: [{ collectionGroup: 'a', fieldPath: 'b', indexes: [], ttl: true }] },
      'fieldOverrides[0]',
    ],
    ['a missing list', { indexes: [] }, 'fieldOverrides'],
  ])('are refused with %s, and where it is', (_, indexes, path) => {
    expect(() => read(indexes)).toThrow(path);
  });
});
