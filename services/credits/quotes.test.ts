/** Quotes: a price that holds for its wallet, operation and parameters until it runs out, and for nothing else. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { priceBook as published } from '@reelbanana/catalog';
import type { PriceBook } from '@reelbanana/ledger';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { both, deduct, give, hold, onHold, read, speech, type Body, type Headers } from './testing/story.ts';
import { ada, key, loadtest, narrate, startWorld, type World, type WorldOptions } from './testing/world.ts';

const minute = 60_000;
const start = Date.UTC(2026, 5, 1);
const keyA = 'first key of quotes, which is long enough';
const keyB = 'second key of quotes, which is long enough';
/** Five minutes into a test narration costs ten times as much. */
const dearer: PriceBook = [
  ...published,
  {
    version: 2,
    effectiveFrom: start + 5 * minute,
    prices: { ...published[0].prices, narration: { kind: 'per', param: 'characters', unit: 100, credits: 10 } },
  },
];

let world: World;
const worlds: World[] = [];
const open = async (options: WorldOptions = {}): Promise<World> => {
  const one = await startWorld({ priceBook: dearer, quoteKeys: [keyA], ...options });
  worlds.push(one);
  await give(one, 100);
  return one;
};
beforeEach(async () => {
  world = await open();
});
afterEach(async () => {
  for (const one of worlds.splice(0)) await one.close();
});

const quote = async (body: unknown = speech(250), as: Headers = ada, at = world): Promise<Body> =>
  read(await at.call('POST', '/v1/quotes', as, body), 200);
const tokenOf = async (body?: unknown, as?: Headers, at?: World): Promise<string> =>
  (await quote(body, as, at))['quoteToken'] as string;
const reserve = (body: object, k: string, at = world): Promise<Response> =>
  at.call('POST', '/v1/wallets/me/holds', { ...both, ...key(k) }, body);

describe('a quote', () => {
  it('tells the price of now, to the user and to a service on their behalf, and has no effect', async () => {
    for (const as of [ada, both]) {
      expect(await quote(speech(250), as)).toEqual({
        walletId: 'wada',
        ...speech(250),
        credits: 3,
        priceVersion: 1,
        expiresAt: start + 15 * minute,
        quoteToken: expect.stringMatching(/^[\w-]+\.[\w-]{43}$/),
      });
    }
    expect(world.ledger.store.entries('wada')).toHaveLength(1);
  });

  it('prices any operation of the catalog, whoever may charge it, and refuses what is none', async () => {
    expect(await quote({ operation: 'pro-polish', params: {} })).toMatchObject({ credits: 10 });
    expect(await quote({ operation: 'asset-upload', params: {} })).toMatchObject({ credits: 0 });
    const post = (body: unknown, as: Headers = ada): Promise<Response> => world.call('POST', '/v1/quotes', as, body);
    await expectProblem(await post({ operation: 'constructor', params: {} }), 'INVALID_OPERATION');
    await expectProblem(await post({ operation: 'narration', params: { characters: 0 } }), 'VALIDATION_FAILED');
    await expectProblem(await post({ ...speech(1), credits: 0 }), 'VALIDATION_FAILED');
    await expectProblem(await post(speech(1), {}), 'UNAUTHENTICATED');
    await expectProblem(await post(speech(1), narrate), 'UNAUTHENTICATED');
    await expectProblem(await post(speech(1), { Authorization: 'Bearer guest' }), 'FORBIDDEN');
    await expectProblem(await post(speech(1), { ...ada, ...loadtest }), 'FORBIDDEN');
  });

  it('holds for a deduction and for a hold until it runs out, though the price has changed', async () => {
    const quoteToken = await tokenOf();
    world.clock.now = start + 15 * minute - 1;
    expect(await read(await deduct(world, speech(250), 'now'), 201)).toMatchObject({ credits: 30, priceVersion: 2 });
    expect(await read(await deduct(world, { ...speech(250), quoteToken }, 'd'), 201)).toMatchObject({
      credits: 3,
      priceVersion: 1,
    });
    const held = await read(await reserve({ ...speech(250), quoteToken }, 'h'), 201);
    expect(held).toMatchObject({ credits: 3, priceVersion: 1 });
    // The hold keeps that version: 500 characters come to 5 by it.
    const settled = await onHold(world, String(held['holdId']), 'settle', { params: { characters: 500 } });
    expect(await read(settled, 200)).toMatchObject({ credits: 5 });
  });

  it('is 409 QUOTE_EXPIRED from then on, and charges nothing', async () => {
    const quoteToken = await tokenOf();
    world.clock.now = start + 15 * minute;
    for (const answer of [
      await deduct(world, { ...speech(250), quoteToken }, 'd'),
      await reserve({ ...speech(250), quoteToken }, 'h'),
    ])
      expect(await expectProblem(answer, 'QUOTE_EXPIRED')).toMatchObject({ expiresAt: start + 15 * minute });
    expect(world.ledger.store.entries('wada')).toHaveLength(1);
  });

  it('that runs out while its charge is on the way says to keep the key, by which a new quote charges nothing more', async () => {
    const quoteToken = await tokenOf();
    const { store } = world.ledger;
    const landing = Promise.withResolvers<null>();
    const underWay = Promise.withResolvers<null>();
    const commit = store.commit.bind(store);
    jest.spyOn(store, 'commit').mockImplementationOnce(async (...lane) => {
      underWay.resolve(null);
      await landing.promise;
      return commit(...lane);
    });
    const first = deduct(world, { ...speech(250), quoteToken }, 'd');
    await underWay.promise;
    world.clock.now = start + 15 * minute;
    const told = await expectProblem(await deduct(world, { ...speech(250), quoteToken }, 'd'), 'QUOTE_EXPIRED');
    expect(told).toMatchObject({ retryable: false, retrySameKey: true });
    landing.resolve(null);
    const answer = await read(await first, 201);
    const renewed = { ...speech(250), quoteToken: await tokenOf() };
    expect(await read(await deduct(world, renewed, 'd'), 201)).toEqual(answer);
    expect(store.entries('wada')).toHaveLength(2);
  });

  it('is no part of what a repeat must repeat: expired, renewed or left away, the stored answer comes', async () => {
    const quoteToken = await tokenOf();
    const first = await read(await deduct(world, { ...speech(250), quoteToken }, 'd'), 201);
    const held = await read(await reserve({ ...speech(250), quoteToken }, 'h'), 201);
    world.clock.now = start + 16 * minute;
    for (const more of [{ quoteToken }, { quoteToken: await tokenOf() }, {}]) {
      const again = await deduct(world, { ...speech(250), ...more }, 'd');
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(await read(again, 201)).toEqual(first);
      expect(await read(await reserve({ ...speech(250), ...more }, 'h'), 201)).toMatchObject({
        holdId: held['holdId'],
        credits: 3,
      });
    }
    await expectProblem(await deduct(world, speech(251), 'd'), 'DUPLICATE_OPERATION');
  });
});

describe('a token is QUOTE_INVALID', () => {
  const refused = async (quoteToken: string, body: object = speech(250), at = world): Promise<string> => {
    const answers = [await deduct(at, { ...body, quoteToken }, 'q'), await reserve({ ...body, quoteToken }, 'q', at)];
    const [first, second] = await Promise.all(answers.map((answer) => expectProblem(answer, 'QUOTE_INVALID')));
    expect(second?.detail).toBe(first?.detail);
    expect(at.ledger.store.entries('wada')).toHaveLength(1);
    return first?.detail ?? '';
  };

  it('when any character of it was altered', async () => {
    const token = await tokenOf();
    for (let index = 0; index < token.length; index += 7) {
      const other = token[index] === 'A' ? 'B' : 'A';
      await refused(token.slice(0, index) + other + token.slice(index + 1));
    }
    // Another text of the same bytes: base64 leaves the last two bits of 32 bytes unused.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const same = token.slice(0, -1) + (alphabet[alphabet.indexOf(token.at(-1) ?? '') ^ 1] ?? '');
    expect(Buffer.from(same, 'base64url')).toEqual(Buffer.from(token, 'base64url'));
    expect(await refused(same)).toMatch(/altered/);
  });

  /** JSON that no conversion makes a text of. */
  const stubborn = `${Buffer.from('{"keyId":{"toString":null,"valueOf":null}}').toString('base64url')}.x`;
  it.each(['x', '.', 'a.b', 'bnVsbA.x', 'e30.e30', '\u00e4.\u00e4', 'W10.W10', '__proto__', 'a.b.c', stubborn])(
    'when it is no token: %j',
    async (token) => {
      expect(await refused(token)).toMatch(/none of ours/);
    },
  );

  it('when its price was altered and signed by another key', async () => {
    const [payload = ''] = (await tokenOf()).split('.');
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...said, credits: 0 })).toString('base64url');
    const mac = createHmac('sha256', 'a key that is not theirs but long enough').update(forged).digest('base64url');
    expect(await refused(`${forged}.${mac}`)).toMatch(/altered/);
  });

  it.each([
    ['more work', speech(251), /other parameters/],
    ['less work', speech(249), /other parameters/],
  ])('for %s than was quoted', async (_what, body, why) => {
    expect(await refused(await tokenOf(), body)).toMatch(why);
  });

  it('for another operation', async () => {
    const upload = await tokenOf({ operation: 'asset-upload', params: {} });
    expect(await refused(upload)).toMatch(/asset-upload/);
  });

  it("for another user's wallet", async () => {
    expect(await refused(await tokenOf(speech(250), { Authorization: 'Bearer eve' }))).toMatch(/another wallet/);
  });

  it('in another environment with the same key', async () => {
    const elsewhere = await open({ env: 'other/(default)' });
    expect(await refused(await tokenOf(speech(250), ada, elsewhere))).toMatch(/another environment/);
  });
});

describe('signing keys', () => {
  it('rotate: the new one signs, the old one is still taken, and one that was left away is not', async () => {
    const rotating = await open({ quoteKeys: [keyB, keyA] });
    const rotated = await open({ quoteKeys: [keyB] });
    const old = await tokenOf(speech(250), ada, world);
    const recent = await tokenOf(speech(250), ada, rotating);
    const charged = async (at: World, quoteToken: string, k: string): Promise<number> =>
      (await deduct(at, { ...speech(250), quoteToken }, k)).status;
    expect([await charged(rotating, old, 'a'), await charged(rotating, recent, 'b')]).toEqual([201, 201]);
    expect([await charged(rotated, old, 'a'), await charged(rotated, recent, 'b')]).toEqual([400, 201]);
    expect(await charged(world, recent, 'a')).toBe(400);
  });
});

it('a quote token is refused where it is no text of a bounded length', async () => {
  for (const quoteToken of ['', 'x'.repeat(4_097), 7, null, {}])
    await expectProblem(await deduct(world, { ...speech(1), quoteToken }, 'd'), 'VALIDATION_FAILED');
  await hold(world, 1);
});
