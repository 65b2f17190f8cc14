// Erasing a user, on Google's emulator: nothing says any more who it was, and the chain still verifies.
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { keyId, type Entry } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { createEngine } from './engine/engine.ts';
import { openFirestore } from './open.ts';
import { openReader } from './reader.ts';
import { deduct, grant, reserve, settle } from './testing/commands.ts';
import { freshDatabase } from './testing/emulator.ts';
import { linkMsMax, UserErased } from './users.ts';

jest.setTimeout(60_000);
const { db, ...name } = freshDatabase();
const ledger = openFirestore(name);
/** Another process, with its own memory. */
const elsewhere = openFirestore(name);
const reader = openReader(name);
const engineOf = ({ store }: typeof ledger) => createEngine({ store, now: Date.now, random: Math.random });
const [engine, other] = [engineOf(ledger), engineOf(elsewhere)];
afterAll(async () => {
  await Promise.all([engine.drain(), other.drain()]);
  await Promise.all([db.terminate(), ledger.close(), elsewhere.close(), reader.close()]);
});

const audit = { uid: 'root', reasonCode: 'user-asked', at: 7_000 };
const erase = (uid: string, by = ledger) => by.users.erase({ uid, audit });

/** A user with a history, memos and an address, known to both processes. */
async function user(uid: string): Promise<string> {
  const person = { uid, email: `${uid}@example.com`, now: 1 };
  const { walletId } = await ledger.users.ensure(person);
  await elsewhere.users.ensure(person);
  await engine.execute(walletId, grant('g', 1_000));
  await engine.execute(walletId, reserve('r', 10));
  await other.execute(walletId, settle('s', keyId(walletId, 'reserve', 'r'), 7));
  const memos = db.collection('wallets').doc(walletId).collection('memos');
  const batch = db.batch();
  for (let n = 0; n < 250; n += 1) batch.set(memos.doc(`memo-${n}`), { text: `for ${uid}` });
  await batch.commit();
  return walletId;
}

async function chainOf(walletId: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of reader.entries(walletId)) entries.push(entry);
  return entries;
}
/** Everything that is stored, as text. */
async function everything(): Promise<string> {
  const found: string[] = [];
  const walk = async (collections: FirebaseFirestore.CollectionReference[]): Promise<void> => {
    for (const collection of collections) {
      for (const ref of await collection.listDocuments()) {
        const document = await ref.get();
        if (document.exists) found.push(`${ref.path} ${JSON.stringify(document.data())}`);
        await walk(await ref.listCollections());
      }
    }
  };
  await walk(await db.listCollections());
  return found.join('\n');
}

describe('erasing a user', () => {
  it('takes profile, link, readers, owner and memos, and the chain still verifies', async () => {
    const walletId = await user('ada-lovelace');
    const before = await chainOf(walletId);
    await erase('ada-lovelace');

    expect((await db.collection('users').doc('ada-lovelace').get()).data()).toEqual({ erasedAt: 7_000 });
    const wallet = (await reader.wallet(walletId))!;
    expect(wallet.readers).toEqual([]);
    expect(wallet.owner).toEqual({ kind: 'user', id: expect.stringMatching(/^erased-[0-9a-f]{32}$/) });
    expect(await chainOf(walletId)).toEqual(before);
    expect(invariants(wallet, before)).toEqual([]);
    // The uid (with a hyphen, which no digest has) stands in the name of the mark and nowhere else; the address nowhere.
    const lines = (await everything()).split('\n').filter((line) => line.includes('ada-lovelace'));
    expect(lines).toEqual(['users/ada-lovelace {"erasedAt":7000}']);
  });

  it('is recorded, by the wallet and never by the user', async () => {
    const records = (await db.collection('adminAudit').get()).docs.map((doc) => doc.data());
    expect(records).toEqual([{ ...audit, action: 'erase', walletId: expect.stringMatching(/^[a-z2-7]{26}$/) }]);
  });

  it('lets nobody begin anew under the uid, in any process once its memory of the link is over', async () => {
    await expect(ledger.users.ensure({ uid: 'ada-lovelace', now: 2 })).rejects.toBeInstanceOf(UserErased);
    await expect(ledger.users.walletOf('ada-lovelace')).rejects.toBeInstanceOf(UserErased);
    const later = { uid: 'ada-lovelace', now: 1 + linkMsMax };
    await expect(elsewhere.users.ensure(later)).rejects.toBeInstanceOf(UserErased);
    const wallets = await db.collection('wallets').get();
    expect(wallets.size).toBe(1);
  });

  it('done again changes nothing', async () => {
    const stored = await everything();
    expect(await ledger.users.erase({ uid: 'ada-lovelace', audit: { ...audit, at: 9_000 } })).toEqual({
      erasedAt: 7_000,
    });
    expect(await everything()).toBe(stored);
  });

  it('at the same time in several processes is one erasure', async () => {
    const walletId = await user('bob');
    const all = await Promise.all([erase('bob'), erase('bob', elsewhere), erase('bob'), erase('bob', elsewhere)]);
    expect(all).toEqual(all.map(() => ({ erasedAt: 7_000 })));
    const records = (await db.collection('adminAudit').get()).docs.filter((doc) => doc.get('walletId') === walletId);
    expect(records).toHaveLength(1);
  });

  it('is not undone by engines that commit meanwhile, or that remember the wallet from before', async () => {
    const walletId = await user('eve');
    const burst = (by: typeof engine, from: string) =>
      Promise.all(Array.from({ length: 100 }, (_, n) => by.execute(walletId, deduct(`${from}${n}`, 1))));
    const [here, there] = await Promise.all([burst(engine, 'a'), burst(other, 'b'), erase('eve')]);
    const after = [...(await burst(engine, 'c')), ...(await burst(other, 'd'))];
    expect([...here, ...there, ...after].every(({ kind }) => kind === 'answer')).toBe(true);

    const wallet = (await reader.wallet(walletId))!;
    expect(wallet.readers).toEqual([]);
    expect(wallet.owner.id).toMatch(/^erased-/);
    expect(wallet.totals.available).toBe(1_000 - 7 - 400);
    expect(invariants(wallet, await chainOf(walletId))).toEqual([]);
  });

  it('goes on where it was cut off', async () => {
    const walletId = await user('dan');
    const memos = db.collection('wallets').doc(walletId).collection('memos');
    // As its first commit leaves it.
    await db.collection('users').doc('dan').set({ erasedAt: 5_000, walletId });
    expect(await erase('dan')).toEqual({ erasedAt: 5_000 });
    expect((await memos.get()).size).toBe(0);
    expect((await db.collection('users').doc('dan').get()).data()).toEqual({ erasedAt: 5_000 });
  });

  it('who never came leaves the mark, so that a token which is still good begins nothing', async () => {
    expect(await erase('ghost')).toEqual({ erasedAt: 7_000 });
    await expect(ledger.users.ensure({ uid: 'ghost', now: 1 })).rejects.toBeInstanceOf(UserErased);
  });

  it('races a first visit to one end: the mark, and no wallet that has a reader', async () => {
    const visit = elsewhere.users.ensure({ uid: 'racer', email: 'racer@example.com', now: 1 }).catch(() => null);
    await Promise.all([visit, erase('racer')]);
    await erase('racer');
    expect((await db.collection('users').doc('racer').get()).data()).toEqual({ erasedAt: 7_000 });
    const left = (await db.collection('wallets').get()).docs.filter((doc) => doc.get('owner.id') === 'racer');
    expect(left).toEqual([]);
  });

  it('of a load test leaves a load wallet', async () => {
    const walletId = await user('load-7');
    await erase('load-7');
    expect((await reader.wallet(walletId))?.owner.id).toMatch(/^load-erased-/);
    const wallets: string[] = [];
    for await (const wallet of reader.wallets({ ownerPrefix: 'load-' })) wallets.push(wallet.walletId);
    expect(wallets).toEqual([]); // by links, and this one's is gone
  });

  it.each(['', 'a/b', '..', '__x__'])('cannot be of the uid %p', async (uid) => {
    await expect(erase(uid)).rejects.toBeInstanceOf(RangeError);
  });
});
