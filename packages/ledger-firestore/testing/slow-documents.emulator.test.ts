import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Connection } from '../firestore/connection.ts';
import { walletRef } from '../firestore/paths.ts';
import { mapWalletToDocument } from '../firestore/documents.ts';
import { UnknownOutcome, type StoredWallet } from '../port.ts';
import { FirestoreStore } from '../stores/firestore.ts';
import { commitOf, emptyWallet, grant } from './commands.ts';
import { freshDatabase } from './emulator.ts';
import { startSlowDocuments, type SlowDocuments } from './slow-documents.ts';

const { db, projectId, databaseId } = freshDatabase();
const emulatorHost = process.env['FIRESTORE_EMULATOR_HOST']!;
const deadlineMs = 10_000;
/** Longer than the test takes. */
const everyMs = 600_000;
let proxy: SlowDocuments;
let connection: Connection;
let store: FirestoreStore;

beforeAll(async () => {
  proxy = await startSlowDocuments(emulatorHost, { everyMs, delayMs: 1 });
  process.env['FIRESTORE_EMULATOR_HOST'] = proxy.host;
  connection = new Connection({ projectId, databaseId });
  store = new FirestoreStore(connection);
  await store.load('opens-the-channel', deadlineMs);
  process.env['FIRESTORE_EMULATOR_HOST'] = emulatorHost;
});
afterAll(async () => {
  await connection.close();
  await proxy.close();
  await db.terminate();
});

async function stored(walletId: string): Promise<StoredWallet> {
  await walletRef(db, walletId).set(mapWalletToDocument(emptyWallet(walletId)));
  return (await store.load(walletId, deadlineMs))!;
}

it('admits one commit of a wallet in its time, refuses the next as contended, and lets other wallets be', async () => {
  const first = await stored('first');
  const second = await stored('second');
  const once = commitOf(first.wallet, first.version, [grant('once', 5)], Date.now());
  const [version] = await store.commit([once], deadlineMs);
  expect(await store.load('first', deadlineMs)).toEqual({ wallet: once.wallet, version });

  const again = commitOf(once.wallet, version!, [grant('again', 5)], Date.now());
  const other = commitOf(second.wallet, second.version, [grant('other', 5)], Date.now());
  const refusal = store.commit([again], deadlineMs);
  await expect(refusal).rejects.toThrow(UnknownOutcome);
  await expect(refusal).rejects.toMatchObject({ contended: true });
  // A commit over two wallets waits for both, and a refused one takes nobody's turn.
  await expect(store.commit([again, other], deadlineMs)).rejects.toMatchObject({ contended: true });
  await store.commit([other], deadlineMs);
  expect({ admitted: proxy.admitted, refused: proxy.refused }).toEqual({ admitted: 2, refused: 2 });
  expect(
    (
      await store.find(
        'first',
        again.entries.map(({ id }) => id),
        deadlineMs,
      )
    )
      .values()
      .next().value,
  ).toBeNull();
});

it('hands on what the server itself refuses', async () => {
  const third = await stored('third');
  const stale = commitOf(third.wallet, `${Number(third.version.split('.')[0]) - 9}.0`, [grant('late', 5)], Date.now());
  await expect(store.commit([stale], deadlineMs)).rejects.toThrow(/moved past its expected version/);
});
