// A database of its own for each test file: the emulator makes one for every project id that it hears of.
import { randomBytes } from 'node:crypto';
import type { Firestore } from '@google-cloud/firestore';
import { openDatabase } from '../firestore/client.ts';

/** A fresh, empty database on the emulator that FIRESTORE_EMULATOR_HOST names. */
export function freshDatabase(): { db: Firestore; projectId: string; databaseId: string } {
  if (!process.env['FIRESTORE_EMULATOR_HOST']) throw new Error('FIRESTORE_EMULATOR_HOST is not set: no emulator');
  const projectId = `test-${randomBytes(6).toString('hex')}`;
  const databaseId = '(default)';
  return { db: openDatabase({ projectId, databaseId }), projectId, databaseId };
}
