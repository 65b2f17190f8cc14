// The Firestore store on Google's emulator is a LedgerStore like any other.
import { DocumentReference, WriteBatch } from '@google-cloud/firestore';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { describeLedgerStore } from '../conformance.ts';
import { mapWalletToDocument } from '../firestore/documents.ts';
import { walletRef } from '../firestore/paths.ts';
import { StoreUnavailable, UnknownOutcome } from '../port.ts';
import { commitOf, emptyWallet, grant, release, reserve } from '../testing/commands.ts';
import { freshDatabase } from '../testing/emulator.ts';
import { fairWeather, faulty } from './faulty.ts';
import { FirestoreStore } from './firestore.ts';
import { keyId, type Wallet } from '@reelbanana/ledger';

function underTest() {
  const { db } = freshDatabase();
  const add = async (wallet: Wallet) => {
    await walletRef(db, wallet.walletId).create(mapWalletToDocument(wallet));
  };
  return { db, store: new FirestoreStore(db), add, close: () => db.terminate() };
}

jest.setTimeout(60_000); // the emulator's first answers are slow, on a shared machine

describeLedgerStore('FirestoreStore', underTest);

describeLedgerStore('faulty(FirestoreStore) in fair weather', () => {
  const bare = underTest();
  return { ...bare, store: faulty(bare.store, fairWeather) };
});

describe('FirestoreStore on documents:', () => {
  const { db, store, add, close } = underTest();
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

  it('keeps its deadline when nobody answers: a read is unavailable, a commit unknown', async () => {
    const silence = new Promise<never>(() => undefined);
    const calls = [
      jest.spyOn(DocumentReference.prototype, 'get').mockReturnValue(silence),
      jest.spyOn(db, 'getAll').mockReturnValue(silence),
      jest.spyOn(WriteBatch.prototype, 'commit').mockReturnValue(silence),
    ];
    const commit = commitOf(emptyWallet('silent'), '1.0', [grant('g', 1)], now);
    await expect(store.load('silent', 50)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.find('silent', ['0'.repeat(32)], 50)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.commit([commit], 50)).rejects.toBeInstanceOf(UnknownOutcome);
    for (const call of calls) {
      expect(call).toHaveBeenCalledTimes(1);
      call.mockRestore();
    }
  });
});
