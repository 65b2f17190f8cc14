// Finding wallets, on Google's emulator.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidCursor } from './cursor.ts';
import { createEngine } from './engine/engine.ts';
import { openFirestore } from './open.ts';
import { freshDatabase } from './testing/emulator.ts';
import type { WalletQuery } from './wallets.ts';

const { db, ...name } = freshDatabase();
const ledger = openFirestore(name);
const engine = createEngine({ store: ledger.store, now: Date.now, random: Math.random });
const uids = ['ann', 'anna', 'bob', 'carl', 'nobody'] as const;
const emails: Partial<Record<string, string>> = {
  ann: 'ann@example.com',
  anna: 'anna@example.com',
  bob: 'bob@other.example',
  carl: 'ann@example.com', // an address may stand twice for a while
};

beforeAll(async () => {
  for (const [index, uid] of uids.entries()) {
    const email = emails[uid];
    const { walletId } = await ledger.users.ensure({ uid, now: index, ...(email === undefined ? {} : { email }) });
    const freeze = { type: 'configure', key: 'f', fingerprint: 'f'.repeat(64), reasonCode: 'test' } as const;
    const admin = { kind: 'admin', pseudonym: 'a'.repeat(32) } as const;
    if (uid === 'bob' || uid === 'ann') await engine.execute(walletId, { ...freeze, status: 'frozen', actor: admin });
  }
});
afterAll(async () => {
  await engine.drain();
  await Promise.all([db.terminate(), ledger.close()]);
});

async function owners(query: Omit<WalletQuery, 'limit'>, limit = 2): Promise<string[]> {
  const all: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await ledger.wallets.find({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.wallets.length).toBeLessThanOrEqual(limit);
    all.push(...page.wallets.map(({ wallet }) => wallet.owner.id));
    if (page.cursor === undefined) return all;
    cursor = page.cursor;
  }
}

describe('finding wallets', () => {
  it('by a uid finds that one, with what is known of the user', async () => {
    const { wallets, cursor } = await ledger.wallets.find({ uid: 'anna', limit: 10 });
    expect(cursor).toBeUndefined();
    expect(wallets).toEqual([
      { wallet: expect.objectContaining({ owner: { kind: 'user', id: 'anna' } }), email: emails['anna'], createdAt: 1 },
    ]);
    expect(await owners({ uid: 'ghost' })).toEqual([]);
    expect(await owners({ uid: 'a/b' })).toEqual([]);
  });

  it.each([
    ['ann', ['ann', 'carl', 'anna']],
    ['ann@', ['ann', 'carl']],
    ['bob@other.example', ['bob']],
    ['x', []],
  ])('by the beginning of an address, %s, finds each once, over pages', async (emailPrefix, found) => {
    expect(await owners({ emailPrefix })).toEqual(found);
    expect(await owners({ emailPrefix }, 1)).toEqual(found);
  });

  it('by status, alone or with an address', async () => {
    expect((await owners({ status: 'frozen' })).sort()).toEqual(['ann', 'bob']);
    expect((await owners({ status: 'active' })).sort()).toEqual(['anna', 'carl', 'nobody']);
    expect(await owners({ status: 'frozen', emailPrefix: 'ann' })).toEqual(['ann']);
    expect(await owners({ status: 'active', uid: 'ann' })).toEqual([]);
  });

  it('by nothing finds all, each once', async () => {
    expect((await owners({})).sort()).toEqual([...uids]);
    expect((await owners({}, 100)).sort()).toEqual([...uids]);
  });

  it.each<readonly [cursor: string, query: object]>([
    ['', {}],
    ['x', {}],
    [Buffer.from('["a","b"]').toString('base64url'), {}],
    [Buffer.from('["a/b"]').toString('base64url'), {}],
    [Buffer.from('[ "a"]').toString('base64url'), {}],
    [Buffer.from('[1]').toString('base64url'), {}],
    [Buffer.from('["a"]').toString('base64url'), { emailPrefix: 'a' }],
    [Buffer.from('["a@b.example",".."]').toString('base64url'), { emailPrefix: 'a' }],
    [Buffer.from('["a@b.example","__x__"]').toString('base64url'), { emailPrefix: 'a' }],
  ])('refuses the cursor %j, which it never gave', async (cursor, query) => {
    await expect(ledger.wallets.find({ ...query, cursor, limit: 5 })).rejects.toBeInstanceOf(InvalidCursor);
  });
});
