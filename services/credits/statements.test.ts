/** Statements over the ledger in memory: which entries, in which bytes, and never a part that looks like the whole. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@reelbanana/ledger-firestore';
import { commitOf, deduct, grant } from '@reelbanana/ledger-firestore/testing';
import { verifyStatement } from '@reelbanana/ledger/statement';
import { statementView } from '@reelbanana/metering/contract';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { rowOf } from './statements/csv.ts';
import { ada, key, loadtest, narrate, root, startWorld, type World, type WorldOptions } from './testing/world.ts';

let world: World;
beforeEach(() => start());
afterEach(() => world.close());

const june = Date.UTC(2026, 5, 1);
const july = Date.UTC(2026, 6, 1);
const both = { ...ada, ...narrate };

async function start(options: WorldOptions = {}): Promise<void> {
  world = await startWorld(options);
}
async function again(options: WorldOptions): Promise<void> {
  await world.close();
  await start(options);
}
const get = (query = '', as: Record<string, string> = ada, wallet = 'me'): Promise<Response> =>
  world.call('GET', `/v1/wallets/${wallet}/statement${query}`, as);
async function json(query = '', as: Record<string, string> = ada, wallet = 'me') {
  const response = await get(query, as, wallet);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  const parsed: unknown = JSON.parse(text);
  expect(verifyStatement(parsed)).toMatchObject({ kind: 'sound' });
  return statementView.parse(parsed);
}
async function give(name: string, as = root, wallet = 'wada'): Promise<void> {
  const bonus = { kind: 'bonus', credits: 10, source: 'test', reasonCode: 'welcome' };
  const response = await world.call('POST', `/v1/wallets/${wallet}/grants`, { ...as, ...key(name) }, bonus);
  expect(response.status).toBe(201);
}

/** A wallet of ada's with so many entries, straight in the store. */
async function fill(count: number): Promise<void> {
  await world.call('GET', '/v1/wallets/me', ada);
  const { store } = world.ledger;
  const { wallet, version } = (await store.load('wada'))!;
  const spent = Array.from({ length: count - 1 }, (_, n) => deduct(`d${n}`, 1));
  store.commitNow([commitOf(wallet, version, [grant('g', count), ...spent], world.clock.now)]);
}

/** Entries 1, 2 in June, 3 in its last millisecond, 4 in the first of July, and a hold that ends in between. */
async function history(): Promise<void> {
  await world.call('GET', '/v1/wallets/me', ada);
  await give('a');
  const body = { operation: 'narration', params: { characters: 200 }, ttlSeconds: 60 };
  world.clock.now = july - 2;
  await world.call('POST', '/v1/wallets/me/holds', { ...both, ...key('h') }, body);
  world.clock.now = july - 1;
  await give('b');
  world.clock.now = july;
  await give('c');
  world.clock.now = july + 60_000;
  await give('d');
}

describe('a statement', () => {
  it('of a month has the entries that were created in it, in UTC, to the millisecond', async () => {
    await history();
    const first = await json('?month=2026-06');
    expect(first.period).toEqual({ month: '2026-06', fromSeq: 1, toSeq: 3 });
    expect(first.opening.balance).toEqual({ available: 0, held: 0, debt: 0 });
    expect(first.closing).toMatchObject({ count: 3, seq: 3, balance: { available: 18, held: 2, debt: 0 } });
    const second = await json('?month=2026-07');
    expect(second.period).toEqual({ month: '2026-07', fromSeq: 4, toSeq: 6 });
    expect(second.opening).toEqual({ prevHash: first.closing.headHash, balance: first.closing.balance });
    expect(second.closing.balance).toEqual({ available: 40, held: 0, debt: 0 });
    expect(await json()).toEqual(second);
  });

  it('carries the bytes as stored', async () => {
    await history();
    const stored = world.ledger.store.entries('wada');
    const { entries } = await json('?fromSeq=2&toSeq=5');
    expect(entries).toEqual(stored.slice(1, 5).map(({ id, body, prevHash, hash }) => ({ id, body, prevHash, hash })));
  });

  it('of a month without entries opens and closes alike', async () => {
    await history();
    const before = await json('?month=2026-05');
    expect(before).toMatchObject({ period: { fromSeq: 1, toSeq: 0 }, entries: [], closing: { count: 0, seq: 0 } });
    world.clock.now = Date.UTC(2026, 8, 1);
    const after = await json('?month=2026-08');
    expect(after).toMatchObject({ period: { fromSeq: 7, toSeq: 6 }, closing: { count: 0, seq: 6 } });
    expect(after.closing.headHash).toBe(after.opening.prevHash);
  });

  it('of a wallet without entries opens with its genesis', async () => {
    await world.call('GET', '/v1/wallets/me', ada);
    expect((await json()).entries).toEqual([]);
  });

  it('carries the last checkpoint, where there is one', async () => {
    await history();
    expect((await json()).checkpoint).toBeNull();
    const checkpoint = { walletId: 'wada', seq: 2, headHash: '', at: july, keyId: 'k1', signature: 'c2ln' };
    await again({
      lastCheckpoint: (walletId) =>
        Promise.resolve({ ...checkpoint, walletId, headHash: world.ledger.store.entries('wada')[1]?.hash ?? '' }),
    });
    await history();
    const { checkpoint: carried, entries } = await json('?fromSeq=1&toSeq=3');
    expect(carried).toEqual({ ...checkpoint, headHash: entries[1]?.hash });
  });

  it('is read page by page and stays one moment', async () => {
    await fill(1_030);
    let reads = 0;
    const { ledger } = world;
    const range = ledger.entries.range.bind(ledger.entries);
    ledger.entries.range = async (walletId, from, to) => {
      if (reads++ === 1) await give('meanwhile');
      return range(walletId, from, to);
    };
    const { closing } = await json();
    expect(closing).toMatchObject({ count: 1_030, seq: 1_030 });
    expect(reads).toBe(3);
  });

  it('has its name for a file, and is for one reader', async () => {
    await history();
    const response = await get('?month=2026-06');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="statement-wada-2026-06.json"');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect((await get('?fromSeq=1&toSeq=2&format=csv')).headers.get('content-disposition')).toContain('-1-2.csv');
  });
});

describe('a statement as CSV', () => {
  it('is a row an entry, with what changed and what there was', async () => {
    await history();
    const response = await get('?month=2026-06&format=csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [, hold] = world.ledger.store.entries('wada');
    const lines = (await response.text()).split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe(
      'seq,time,type,operation,available_change,held_change,debt_change,available,held,debt,reason,id,hash',
    );
    expect(lines[2]).toBe(`2,2026-06-30T23:59:59.998Z,reserve,narration,-2,2,0,8,2,0,,${hold?.id},${hold?.hash}`);
    expect(lines[3]).toMatch(/^3,2026-06-30T23:59:59.999Z,grant,,10,0,0,18,2,0,welcome,/);
    expect(lines[4]).toBe('');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=a,"b"', `"'=a,""b"""`],
    ['plain-text', 'plain-text'],
  ])('holds the text %j as %j', (text, cell) => {
    expect(rowOf([text])).toBe(`${cell}\r\n`);
  });

  it('keeps the sign of its numbers', () => {
    expect(rowOf([-5, 0, 7])).toBe('-5,0,7\r\n');
  });
});

describe('a statement that fails on its way', () => {
  const paged = async (fail: (calls: number) => Promise<void>): Promise<void> => {
    let calls = 0;
    await again({
      disturb: (ledger) => ({
        ...ledger,
        entries: {
          ...ledger.entries,
          range: async (walletId, from, to) => {
            await fail(++calls);
            return ledger.entries.range(walletId, from, to);
          },
        },
      }),
    });
    await fill(1_030);
  };

  it.each(['json', 'csv'])('is cut, and cannot be taken for a whole one: %s', async (format) => {
    await paged((calls) => (calls === 2 ? Promise.reject(new StoreUnavailable('gone')) : Promise.resolve()));
    const whole = get(`?format=${format}`).then((response) => response.text());
    await expect(whole).rejects.toThrow();
    // And the next one is whole.
    expect((await get(`?format=${format}`)).status).toBe(200);
  });

  it('because an entry is missing is cut as well', async () => {
    await again({
      disturb: (ledger) => ({
        ...ledger,
        entries: {
          ...ledger.entries,
          range: async (walletId, from, to) =>
            (await ledger.entries.range(walletId, from, to)).filter(({ seq }) => seq !== 2),
        },
      }),
    });
    await history();
    await expect(get('?fromSeq=1&toSeq=3').then((response) => response.text())).rejects.toThrow();
    await expectProblem(await get('?fromSeq=3&toSeq=3'), 'INTERNAL');
  });

  it('for want of its checkpoint is an outage', async () => {
    await again({ lastCheckpoint: () => Promise.reject(new StoreUnavailable('gone')) });
    await history();
    await expectProblem(await get(), 'OVERLOADED');
  });
});

describe('a statement that cannot be', () => {
  it.each([
    ['?month=2026-6', 'query.month'],
    ['?month=2026-00', 'query.month'],
    ['?month=2026-13', 'query.month'],
    ['?month=June', 'query.month'],
    ['?month=2026-06-01', 'query.month'],
    ['?month=2026-08', 'query.month'],
    ['?month=2026-06&month=2026-07', 'query.month'],
    ['?month=2026-06&fromSeq=1&toSeq=2', 'query.month'],
    ['?fromSeq=1', 'query.toSeq'],
    ['?toSeq=1', 'query.fromSeq'],
    ['?fromSeq=0&toSeq=1', 'query.fromSeq'],
    ['?fromSeq=1.5&toSeq=2', 'query.fromSeq'],
    ['?fromSeq=-1&toSeq=2', 'query.fromSeq'],
    ['?fromSeq=1&toSeq=9999999999999999', 'query.toSeq'],
    ['?fromSeq=2&toSeq=1', 'query.toSeq'],
    ['?fromSeq=1&toSeq=7', 'query.toSeq'],
    ['?format=xml', 'query.format'],
    ['?from=1', 'query.from'],
  ])('is refused with the path: %s', async (query, path) => {
    await history();
    const problem = await expectProblem(await get(query), 'VALIDATION_FAILED');
    expect((problem['errors'] as { path: string }[]).map((error) => error.path)).toContain(path);
  });
});

describe('who may have a statement', () => {
  it.each<readonly [who: string, as: Record<string, string>, wallet: string, answer: number]>([
    ['the user', ada, 'me', 200],
    ['an administrator', root, 'wada', 200],
    ['an administrator, of no wallet', root, 'nobody', 404],
    ['a user who names a wallet', ada, 'wada', 403],
    ['another user', { Authorization: 'Bearer eve' }, 'wada', 403],
    ['a service', narrate, 'wada', 403],
    ["a service with the user's token", both, 'me', 403],
    ['a load test', loadtest, 'wada', 403],
    ['nobody', {}, 'me', 401],
  ])('%s', async (_who, as, wallet, answer) => {
    world.clock.now = june;
    await world.call('GET', '/v1/wallets/me', ada);
    expect((await get('', as, wallet)).status).toBe(answer);
  });
});
