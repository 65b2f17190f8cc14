// The Firestore store on Google's emulator is a LedgerStore like any other.
import { FieldValue } from '@google-cloud/firestore';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { describeLedgerStore } from '../conformance.ts';
import { Connection } from '../firestore/connection.ts';
import { mapEntryToDocument, mapWalletToDocument } from '../firestore/documents.ts';
import { entriesOf, entryName, walletName, walletRef } from '../firestore/paths.ts';
import { commitOf, deduct, emptyWallet, grant, release, reserve } from '../testing/commands.ts';
import { freshDatabase } from '../testing/emulator.ts';
import { fairWeather, faulty } from './faulty.ts';
import { FirestoreStore } from './firestore.ts';
import { jcs, keyId, type Json, type Wallet } from '@reelbanana/ledger';

function underTest() {
  const { db, ...name } = freshDatabase();
  const connection = new Connection(name);
  const add = async (wallet: Wallet) => {
    await walletRef(db, wallet.walletId).create(mapWalletToDocument(wallet));
  };
  const close = async () => {
    await Promise.all([connection.close(), db.terminate()]);
  };
  return { db, connection, store: new FirestoreStore(connection), add, close };
}

jest.setTimeout(60_000); // the emulator's first answers are slow, on a shared machine

describeLedgerStore('FirestoreStore', underTest);

describeLedgerStore('faulty(FirestoreStore) in fair weather', () => {
  const bare = underTest();
  return { ...bare, store: faulty(bare.store, fairWeather) };
});

describe('FirestoreStore on documents:', () => {
  const { db, connection, store, add, close } = underTest();
  afterAll(close);
  const deadlineMs = 10_000;
  const now = 1_800_000_000_000;

  it('a wallet with a deadline is in the index of `expire`, rounded up to 5 minutes, and leaves it with its last hold', async () => {
    const empty = emptyWallet('due');
    await add(empty);
    const document = async () => (await walletRef(db, 'due').get()).data()!;
    expect(await document()).not.toHaveProperty('dueAt');
    const { version } = (await store.load('due', deadlineMs))!;
    const held = commitOf(empty, version, [grant('g', 10), reserve('r', 1, { ttlMs: 1_000 })], now);
    const [second] = await store.commit([held], deadlineMs);
    expect(await document()).toMatchObject({ dueAt: now + 300_000 });
    expect((await document())['dueShard']).toBeLessThan(16);
    const ended = commitOf(held.wallet, second!, [release('x', keyId('due', 'reserve', 'r'))], now);
    await store.commit([ended], deadlineMs);
    expect(await document()).not.toHaveProperty('dueAt');
    expect(Object.keys(await document())).toEqual(expect.arrayContaining(['readers', 'dueShard', 'holds']));
  });

  it('an entry is stored as its bytes, its hashes and what is looked up by, and nothing else', async () => {
    const empty = emptyWallet('bytes');
    await add(empty);
    const { version } = (await store.load('bytes', deadlineMs))!;
    const commit = commitOf(empty, version, [grant('g', 10)], now);
    await store.commit([commit], deadlineMs);
    const { id, ...stored } = commit.entries[0]!;
    expect((await walletRef(db, 'bytes').collection('entries').doc(id).get()).data()).toEqual(stored);
    expect(Object.keys(stored).sort()).toEqual(['body', 'hash', 'prevHash', 'seq', 'seqShard', 'type']);
  });

  it('an administrator’s act is stored with the entry, under its id, or not at all', async () => {
    const empty = emptyWallet('audited');
    await add(empty);
    const { version } = (await store.load('audited', deadlineMs))!;
    const commit = commitOf(empty, version, [grant('g', 10)], now);
    const id = commit.entries[0]!.id;
    const record = { uid: 'root', action: 'grant', reasonCode: 'test', at: now };
    const audited = { ...commit, audits: new Map([[id, record]]) };
    await expect(store.commit([{ ...audited, expected: '1.0' }], deadlineMs)).rejects.toThrow();
    expect((await db.collection('adminAudit').doc(id).get()).exists).toBe(false);
    await store.commit([audited], deadlineMs);
    expect((await db.collection('adminAudit').doc(id).get()).data()).toEqual({ ...record, walletId: 'audited' });
  });

  it('what it writes is byte for byte what the high-level client writes', async () => {
    // Two wallets of one content, taken the same way: by our own messages, and by the client's WriteBatch.
    const ours = emptyWallet('ours');
    const theirs = emptyWallet('theirs');
    await Promise.all([add(ours), add(theirs)]);
    const held = [grant('g', 10, { expiresAt: now + 86_400_000 }), reserve('r', 3, { ttlMs: 1_000 }), deduct('d', 1)];
    for (const commands of [held, [release('x', keyId('ours', 'reserve', 'r'))]]) {
      const { wallet, version } = (await store.load('ours', deadlineMs))!;
      const commit = commitOf(wallet, version, commands, now);
      await store.commit([commit], deadlineMs);
      const document = mapWalletToDocument(commit.wallet);
      const batch = db.batch();
      batch.update(
        walletRef(db, 'theirs'),
        'dueAt' in document ? document : { ...document, dueAt: FieldValue.delete() },
      );
      for (const entry of commit.entries) {
        batch.create(entriesOf(db, 'theirs').doc(entry.id), mapEntryToDocument(entry));
      }
      await batch.commit();
      const stored = async (walletId: string) => {
        const { database } = connection;
        const names = commit.entries.map((entry) => entryName(database, walletId, entry.id));
        const all = await connection.batchGet([walletName(database, walletId), ...names], deadlineMs);
        expect(all).toHaveLength(1 + commit.entries.length);
        return all
          .map(({ name, fields }) => jcs([name.split('/').at(-1)!, fields as Json]).replace('theirs', 'ours'))
          .sort();
      };
      expect(await stored('theirs')).toEqual(await stored('ours'));
    }
  });
});
