// Users, histories and the reader, on Google's emulator.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { keyId, type Entry } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { cursorOf, InvalidCursor } from './cursor.ts';
import { createEngine } from './engine/engine.ts';
import { openFirestore } from './open.ts';
import { openReader } from './reader.ts';
import { deduct, grant, reserve, settle } from './testing/commands.ts';
import { freshDatabase } from './testing/emulator.ts';
import { newWalletId } from './users.ts';

const { db, ...name } = freshDatabase();
const ledger = openFirestore(name);
const reader = openReader(name);
const engine = createEngine({ store: ledger.store, now: Date.now, random: Math.random });
const total = 1_200;
jest.setTimeout(60_000); // the emulator scans a collection for each query, on a shared machine
let walletId: string;

beforeAll(async () => {
  ({ walletId } = await ledger.users.ensure({ uid: 'historian', now: Date.now() }));
  await engine.execute(walletId, grant('g', 100_000));
  await engine.execute(walletId, reserve('r', 5));
  await engine.execute(walletId, settle('s', keyId(walletId, 'reserve', 'r'), 3));
  const rest = Array.from({ length: total - 3 }, (_, index) =>
    engine.execute(walletId, deduct(`d${index}`, 1, { operation: index % 10 === 0 ? 'render' : 'narration' })),
  );
  await Promise.all(rest);
}, 60_000);

afterAll(async () => {
  await engine.drain();
  await Promise.all([db.terminate(), ledger.close(), reader.close()]);
});

async function pages(query: Parameters<typeof ledger.entries.page>[1]) {
  const all: Entry[][] = [];
  for (let cursor: string | undefined; ;) {
    const page = await ledger.entries.page(walletId, cursor === undefined ? query : { ...query, cursor });
    all.push([...page.entries]);
    if (page.cursor === undefined) return all;
    cursor = page.cursor;
  }
}

describe('a history', () => {
  it.each([1, 50, 64, 100])('is complete and newest first in pages of %i', async (limit) => {
    const first = await ledger.entries.page(walletId, { limit });
    expect(first.entries.map((entry) => entry.seq)).toEqual(Array.from({ length: limit }, (_, index) => total - index));
    if (limit === 1) return;
    const all = (await pages({ limit })).flat();
    expect(all.map((entry) => entry.seq)).toEqual(Array.from({ length: total }, (_, index) => total - index));
  });

  it('in any stretch comes whole and in order from the shards that it lies in', async () => {
    const stretch = await ledger.entries.range(walletId, 100, 199);
    expect(stretch.map((entry) => entry.seq)).toEqual(Array.from({ length: 100 }, (_, index) => 199 - index));
    expect(new Set(stretch.map((entry) => entry.seqShard))).toEqual(new Set([1, 2, 3]));
  });

  it('can be filtered by type and by operation', async () => {
    expect((await pages({ limit: 100, type: 'settle' })).flat().map((entry) => entry.seq)).toEqual([3]);
    const renders = (await pages({ limit: 40, operation: 'render' })).flat();
    expect(renders).toHaveLength(Math.ceil((total - 3) / 10));
    expect(renders.every((entry) => entry.operation === 'render' && entry.type === 'deduct')).toBe(true);
    expect((await pages({ limit: 100, type: 'grant', operation: 'render' })).flat()).toEqual([]);
  });

  it('a filtered page reads at most 1,000 entries, and its cursor goes on where it stopped', async () => {
    const first = await ledger.entries.page(walletId, { limit: 10, type: 'grant' });
    expect(first.entries).toEqual([]);
    expect(first.cursor).toBe(cursorOf(total - 1_000 + 1));
    const second = await ledger.entries.page(walletId, { limit: 10, type: 'grant', cursor: first.cursor! });
    expect(second.entries.map((entry) => entry.seq)).toEqual([1]);
    expect(second.cursor).toBeUndefined();
  });

  it('stays whole while it grows: a cursor means a place, not an offset', async () => {
    const { walletId: growing } = await ledger.users.ensure({ uid: 'grower', now: Date.now() });
    await engine.execute(growing, grant('g', 50));
    for (const key of ['a', 'b', 'c']) await engine.execute(growing, deduct(key, 1));
    const first = await ledger.entries.page(growing, { limit: 2 });
    for (const key of ['d', 'e', 'f']) await engine.execute(growing, deduct(key, 1));
    const second = await ledger.entries.page(growing, { limit: 2, cursor: first.cursor! });
    expect([...first.entries, ...second.entries].map((entry) => entry.seq)).toEqual([4, 3, 2, 1]);
    expect(second.cursor).toBeUndefined();
  });

  it('finds where a time begins without reading through it', async () => {
    const { walletId: dated } = await ledger.users.ensure({ uid: 'dated', now: Date.now() });
    let now = 1_000;
    const slow = createEngine({ store: ledger.store, now: () => now, random: Math.random });
    await slow.execute(dated, grant('g', 100));
    for (let n = 2; n <= 40; n += 1) {
      now += n % 3 === 0 ? 1_000 : 0; // several entries have one time
      await slow.execute(dated, deduct(`d${n}`, 1));
    }
    const all = (await ledger.entries.range(dated, 1, 40)).toReversed();
    const range = jest.spyOn(ledger.entries, 'range');
    for (const time of [0, 999, 1_000, 1_001, 2_000, 7_500, 14_000, 14_001]) {
      range.mockClear();
      const expected = all.find((entry) => (JSON.parse(entry.body) as { createdAt: number }).createdAt >= time)?.seq;
      expect(await ledger.entries.firstSince(dated, time, 40)).toBe(expected ?? 41);
      expect(range.mock.calls.length).toBeLessThanOrEqual(6);
      expect(range.mock.calls.every(([, from, to]) => from === to)).toBe(true);
    }
    range.mockRestore();
    expect(await ledger.entries.firstSince(dated, 1_000, 0)).toBe(1);
    await slow.drain();
  });

  it.each(['', 'x', 'MTow', cursorOf(5).toUpperCase(), `${cursorOf(5)}=`, Buffer.from('2:5').toString('base64url')])(
    'refuses the cursor %p, which it never gave',
    async (cursor) => {
      await expect(ledger.entries.page(walletId, { limit: 5, cursor })).rejects.toBeInstanceOf(InvalidCursor);
    },
  );

  it.each([0, 101, 1.5, Number.NaN])('refuses a limit of %p', async (limit) => {
    await expect(ledger.entries.page(walletId, { limit })).rejects.toBeInstanceOf(RangeError);
  });

  it('of a wallet that is not there is empty, also with an id that can be none', async () => {
    expect(await ledger.entries.page('nobody', { limit: 5 })).toEqual({ entries: [] });
    expect(await ledger.entries.page('a/b/c', { limit: 5 })).toEqual({ entries: [] });
  });
});

describe('a user', () => {
  it('gets one wallet, however many calls race for it in several processes', async () => {
    const others = Array.from({ length: 5 }, () => openFirestore(name));
    const calls = others.flatMap((other) =>
      [1, 2, 3].map(() => other.users.ensure({ uid: 'racer', email: 'r@example.com', now: 7 })),
    );
    const ids = new Set((await Promise.all(calls)).map((made) => made.walletId));
    expect(ids.size).toBe(1);
    const [id] = ids;
    expect((await db.collection('users').doc('racer').get()).data()).toEqual({
      uid: 'racer',
      walletId: id,
      email: 'r@example.com',
      createdAt: 7,
    });
    const wallet = (await reader.wallet(id!))!;
    expect(wallet).toMatchObject({
      seq: 0,
      owner: { kind: 'user', id: 'racer' },
      readers: ['racer'],
      env: `${name.projectId}/(default)`,
    });
    expect(invariants(wallet, [])).toEqual([]);
    const mine = (await db.collection('wallets').get()).docs.filter((doc) => doc.get('owner.id') === 'racer');
    expect(mine).toHaveLength(1);
    await Promise.all(others.map((other) => other.close()));
  });

  it('has no wallet before the first ensure', async () => {
    expect(await ledger.users.walletOf('stranger')).toBeNull();
    const { walletId: made } = await ledger.users.ensure({ uid: 'stranger', now: 1 });
    expect(await ledger.users.walletOf('stranger')).toBe(made);
  });

  it.each(['', 'a/b', '.', '..', '__x__', 'x'.repeat(129)])('cannot have the uid %p', async (uid) => {
    await expect(ledger.users.ensure({ uid, now: 1 })).rejects.toBeInstanceOf(RangeError);
  });

  it('gets a wallet id of 128 random bits in lower case base32', () => {
    const ids = Array.from({ length: 1_000 }, newWalletId);
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) expect(id).toMatch(/^[a-z2-7]{26}$/);
    const letters = new Set(ids.map((id) => id.at(0)));
    expect(letters.size).toBe(32);
  });
});

describe('the reader', () => {
  it('gives the whole chain, ascending, and it proves the wallet', async () => {
    const entries: Entry[] = [];
    for await (const entry of reader.entries(walletId)) entries.push(entry);
    expect(entries).toHaveLength(total);
    expect(invariants((await reader.wallet(walletId))!, entries)).toEqual([]);
  });

  it('gives all wallets, or those of users whose uid has a prefix', async () => {
    for (const uid of ['load-a', 'load-b', 'loaded']) await ledger.users.ensure({ uid, now: 1 });
    const owners = async (filter?: { ownerPrefix: string }) => {
      const ids: string[] = [];
      for await (const wallet of reader.wallets(filter)) ids.push(wallet.owner.id);
      return ids.sort();
    };
    expect(await owners({ ownerPrefix: 'load-' })).toEqual(['load-a', 'load-b']);
    expect(await owners()).toEqual(expect.arrayContaining(['historian', 'load-a', 'load-b', 'loaded']));
    expect(await reader.wallet('a/b')).toBeNull();
  });
});
