/** The credits API over the ledger in memory: what each route does, and what a replay answers. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endOfDay, jcs, type Json } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { ada, key, loadtest, narrate, root, startWorld, type World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  // Whatever a test did: the ledger is right.
  for (const walletId of ['wada', 'wload1', 'weve']) {
    const stored = await world.ledger.store.load(walletId);
    if (stored !== null) expect(invariants(stored.wallet, world.ledger.store.entries(walletId))).toEqual([]);
  }
  await world.close();
});

type Body = Record<string, unknown>;
const read = async (response: Response, status: number): Promise<Body> => {
  const text = await response.text();
  if (response.status !== status) throw new Error(`not ${status}: ${response.status} ${text}`);
  return JSON.parse(text) as Body;
};
const both = { ...ada, ...narrate };
const speech = (characters: number) => ({ operation: 'narration', params: { characters } });
const bonus = (credits: number, more: object = {}) => ({
  kind: 'bonus',
  credits,
  source: 'test',
  reasonCode: 'welcome',
  ...more,
});

/** A wallet of ada's with credits in it. */
async function give(credits: number, more: object = {}): Promise<void> {
  await world.call('GET', '/v1/wallets/me', ada);
  await read(
    await world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key(`give-${credits}`) }, bonus(credits, more)),
    201,
  );
}
const me = async (): Promise<Body> => read(await world.call('GET', '/v1/wallets/me', ada), 200);
const reserve = (body: unknown, k = 'r1', as: Record<string, string> = both): Promise<Response> =>
  world.call('POST', '/v1/wallets/me/holds', { ...as, ...key(k) }, body);
const end = (
  holdId: unknown,
  how: 'settle' | 'release',
  body: unknown,
  k = 'e1',
  as: Record<string, string> = narrate,
): Promise<Response> =>
  world.call('POST', `/v1/wallets/wada/holds/${String(holdId)}/${how}`, { ...as, ...key(k) }, body);

describe('GET /v1/catalog', () => {
  it('tells operations with prices, packages and plans to anybody', async () => {
    const catalog = await read(await world.call('GET', '/v1/catalog', {}), 200);
    expect(catalog).toMatchObject({
      priceVersion: 1,
      operations: {
        narration: { price: { kind: 'per', param: 'characters', unit: 100, credits: 1 }, params: { type: 'object' } },
      },
      packages: { starter: { credits: 100, amountMinor: 1_000 } },
      plans: { free: { creditsPerMonth: 50 } },
    });
  });
});

describe('GET /v1/wallets/me', () => {
  it('makes an empty wallet at the first call, and the same one at every other', async () => {
    const wallet = {
      walletId: 'wada',
      available: 0,
      held: 0,
      total: 0,
      debt: 0,
      grants: [],
      unmetered: false,
      status: 'active',
      seq: 0,
    };
    expect(await me()).toEqual(wallet);
    expect(await read(await world.call('GET', '/v1/wallets/me', both), 200)).toEqual(wallet);
    expect(world.ledger.store.entries('wada')).toEqual([]);
  });

  it('applies time without a write', async () => {
    const expiresAt = endOfDay(world.clock.now + 60_000); // rounded up, so that equal credits share a bucket
    await give(10, { expiresAt: world.clock.now + 60_000 });
    world.clock.now = expiresAt - 1;
    expect(await me()).toMatchObject({ available: 10, grants: [{ expiresAt }], seq: 1 });
    world.clock.now = expiresAt;
    expect(await me()).toMatchObject({ available: 0, grants: [], seq: 2 });
    expect(world.ledger.store.entries('wada').length).toBe(1);
  });
});

describe('POST grants', () => {
  it('gives a bonus by an administrator, with an audit record in the same commit, once a key', async () => {
    await world.call('GET', '/v1/wallets/me', ada);
    const ask = (): Promise<Response> =>
      world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key('g') }, bonus(50));
    const first = await ask();
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    const answer = await read(first, 201);
    expect(answer).toMatchObject({ walletId: 'wada', credits: 50, balance: { available: 50, held: 0, debt: 0 } });
    const again = await ask();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 201)).toEqual(answer);
    expect(await me()).toMatchObject({ available: 50, seq: 1 });
    expect([...world.ledger.store.audits]).toEqual([
      [answer['grantId'], { uid: 'root', action: 'grant', reasonCode: 'welcome', at: world.clock.now }],
    ]);
  });

  it('names the actor by pseudonym alone', async () => {
    await give(5);
    const [entry] = world.ledger.store.entries('wada');
    expect(entry?.body).toMatch(/"actor":\{"kind":"admin","pseudonym":"[0-9a-f]{32}"\}/);
    expect(entry?.body).not.toContain('root');
  });

  it('replays a grant whose expiry has passed since, and refuses a new one', async () => {
    const soon = { expiresAt: world.clock.now + 1_000 };
    await give(5, soon);
    world.clock.now += 1_000;
    await give(5, soon);
    const late = await world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key('late') }, bonus(5, soon));
    const problem = await expectProblem(late, 'VALIDATION_FAILED');
    expect(problem['errors']).toEqual([{ path: 'body.expiresAt', message: 'must lie in the future' }]);
  });
});

describe('POST deductions', () => {
  it('charges the price that the server finds, and answers the entry', async () => {
    await give(10);
    const response = await world.call('POST', '/v1/wallets/me/deductions', { ...both, ...key('d') }, speech(201));
    const body = await read(response, 201);
    expect(body).toMatchObject({
      walletId: 'wada',
      credits: 3,
      priceVersion: 1,
      balance: { available: 7, held: 0, debt: 0 },
    });
    expect(body['entry']).toMatchObject({
      type: 'deduct',
      operation: 'narration',
      params: { characters: 201 },
      seq: 2,
    });
    expect(world.telemetry.read('wallet_deductions_total', { outcome: 'ok' })).toBe(1);
    expect(world.telemetry.read('wallet_deduct_seconds', {})).toBe(1);
  });

  it('says what is required and what is there when it is not enough, and burns no key', async () => {
    await give(2);
    const ask = (): Promise<Response> =>
      world.call('POST', '/v1/wallets/me/deductions', { ...both, ...key('d') }, speech(300));
    expect(await expectProblem(await ask(), 'INSUFFICIENT_CREDITS')).toMatchObject({
      required: 3,
      available: 2,
      retrySameKey: true,
    });
    expect(world.telemetry.read('wallet_deductions_total', { outcome: 'insufficient' })).toBe(1);
    await give(1);
    await read(await ask(), 201);
    expect((await ask()).headers.get('idempotent-replayed')).toBe('true');
    expect(await me()).toMatchObject({ available: 0 });
    expect(world.telemetry.read('wallet_deductions_total', { outcome: 'duplicate' })).toBe(1);
  });
});

describe('POST holds', () => {
  it('sets the price aside for fifteen minutes unless told otherwise', async () => {
    await give(10);
    const hold = await read(await reserve(speech(250)), 201);
    expect(hold).toEqual({
      walletId: 'wada',
      holdId: expect.stringMatching(/^[0-9a-f]{32}$/),
      credits: 3,
      priceVersion: 1,
      expiresAt: world.clock.now + 900_000,
      state: 'open',
      balance: { available: 7, held: 3, debt: 0 },
    });
    const short = await read(await reserve({ ...speech(1), ttlSeconds: 5 }, 'r2'), 201);
    expect(short['expiresAt']).toBe(world.clock.now + 5_000);
    expect(await me()).toMatchObject({ available: 6, held: 4, total: 10 });
  });

  it('says on a replay what has become of the hold: open, settled with its charge, released, expired', async () => {
    await give(20);
    const again = async (k: string): Promise<Body> => {
      const response = await reserve(speech(300), k);
      expect(response.headers.get('idempotent-replayed')).toBe('true');
      return read(response, 201);
    };
    for (const k of ['open', 'settled', 'released', 'expired']) await read(await reserve(speech(300), k), 201);
    expect(await again('open')).toMatchObject({ state: 'open', credits: 3 });
    await read(await end((await again('settled'))['holdId'], 'settle', { credits: 2 }), 200);
    expect(await again('settled')).toMatchObject({ state: 'settled', settledCredits: 2 });
    await read(await end((await again('released'))['holdId'], 'release', { reasonCode: 'failed' }), 200);
    const released = await again('released');
    expect(released).toMatchObject({ state: 'released' });
    expect(released).not.toHaveProperty('settledCredits');
    world.clock.now += 900_000;
    expect(await again('expired')).toMatchObject({ state: 'expired' });
  });

  it('closes an earlier attempt for ever in the same commit', async () => {
    await give(10);
    const first = await read(await reserve(speech(500), 'attempt-1'), 201);
    const second = await read(await reserve({ ...speech(500), supersedes: first['holdId'] }, 'attempt-2'), 201);
    expect(second['balance']).toEqual({ available: 5, held: 5, debt: 0 });
    expect(await expectProblem(await end(first['holdId'], 'settle', {}), 'HOLD_CLOSED')).toMatchObject({
      state: 'released',
    });
    await read(await end(second['holdId'], 'settle', {}, 'e2'), 200);
    const third = await reserve({ ...speech(500), supersedes: second['holdId'] }, 'attempt-3');
    expect(await expectProblem(third, 'HOLD_CLOSED')).toMatchObject({ state: 'settled', credits: 5 });
  });
});

describe('POST settle', () => {
  let holdId: unknown;
  beforeEach(async () => {
    await give(10);
    ({ holdId } = await read(await reserve(speech(500)), 201));
  });

  it('charges the whole hold, by an empty body or by none', async () => {
    expect(await read(await end(holdId, 'settle', {}), 200)).toEqual({
      walletId: 'wada',
      holdId,
      credits: 5,
      balance: { available: 5, held: 0, debt: 0 },
    });
    const bare = await read(await reserve(speech(100), 'r2'), 201);
    expect(await read(await end(bare['holdId'], 'settle', undefined, 'e2'), 200)).toMatchObject({ credits: 1 });
  });

  it('charges the actual cost and returns the rest, by credits or by parameters', async () => {
    expect(await read(await end(holdId, 'settle', { credits: 0 }), 200)).toMatchObject({
      credits: 0,
      balance: { available: 10 },
    });
    const second = await read(await reserve(speech(500), 'r2'), 201);
    const answer = await read(await end(second['holdId'], 'settle', { params: { characters: 101 } }, 'e2'), 200);
    expect(answer).toMatchObject({ credits: 2, balance: { available: 8 } });
  });

  it('replays an equal repeat, whatever the wallet does meanwhile', async () => {
    const first = await read(await end(holdId, 'settle', { credits: 2 }), 200);
    await read(await reserve(speech(100), 'r2'), 201);
    const again = await end(holdId, 'settle', { credits: 2 });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 200)).toEqual(first);
  });

  it('takes credits or parameters, not both', async () => {
    await expectProblem(await end(holdId, 'settle', { credits: 1, params: { characters: 1 } }), 'VALIDATION_FAILED');
    expect(await me()).toMatchObject({ held: 5 });
  });
});

describe('POST release', () => {
  it('gives everything back, once', async () => {
    await give(10);
    const { holdId } = await read(await reserve(speech(500)), 201);
    const answer = { walletId: 'wada', holdId, credits: 5, balance: { available: 10, held: 0, debt: 0 } };
    expect(await read(await end(holdId, 'release', { reasonCode: 'failed' }), 200)).toEqual(answer);
    const again = await end(holdId, 'release', { reasonCode: 'failed' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 200)).toEqual(answer);
  });
});

describe('GET entries', () => {
  beforeEach(async () => {
    await give(10);
    for (const k of ['a', 'b', 'c']) await read(await reserve(speech(100), k), 201);
    await read(await world.call('POST', '/v1/wallets/me/deductions', { ...both, ...key('d') }, speech(1)), 201);
  });
  const page = async (
    query: string,
    as: Record<string, string> = ada,
    named = 'me',
  ): Promise<{ entries: Body[]; cursor?: string }> =>
    (await read(await world.call('GET', `/v1/wallets/${named}/entries${query}`, as), 200)) as {
      entries: Body[];
      cursor?: string;
    };

  it('tells the history newest first, page by page', async () => {
    const first = await page('?limit=2');
    const second = await page(`?limit=2&cursor=${first.cursor}`);
    const third = await page(`?limit=2&cursor=${second.cursor}`);
    expect([first, second, third].flatMap(({ entries }) => entries.map(({ seq }) => seq))).toEqual([5, 4, 3, 2, 1]);
    expect(third).not.toHaveProperty('cursor');
  });

  it('filters by type and operation', async () => {
    expect((await page('?type=reserve&operation=narration')).entries.length).toBe(3);
    expect((await page('?type=grant')).entries.map(({ type }) => type)).toEqual(['grant']);
    expect((await page('?operation=pro-polish')).entries).toEqual([]);
  });

  it('gives each entry so that anybody can check the chain', async () => {
    const { entries } = await page('', root, 'wada');
    let next: string | undefined;
    for (const { prevHash, hash, ...body } of entries) {
      expect(
        createHash('sha256')
          .update(`${String(prevHash)}${jcs(body as Json)}`)
          .digest('hex'),
      ).toBe(hash);
      if (next !== undefined) expect(hash).toBe(next);
      next = prevHash as string;
    }
  });
});

describe('load wallets', () => {
  const loadUser = { Authorization: 'Bearer load-1', ...loadtest };

  it('are made, filled and charged by the load-test account, by id', async () => {
    const { walletId } = await read(await world.call('GET', '/v1/wallets/me', loadUser), 200);
    const path = `/v1/wallets/${String(walletId)}`;
    await read(await world.call('POST', `${path}/grants`, { ...loadtest, ...key('g') }, bonus(100)), 201);
    await read(
      await world.call(
        'POST',
        `${path}/deductions`,
        { ...loadtest, ...key('d') },
        { operation: 'pro-polish', params: {} },
      ),
      201,
    );
    const { holdId } = await read(
      await world.call('POST', `${path}/holds`, { ...loadtest, ...key('h') }, speech(1)),
      201,
    );
    await read(
      await world.call('POST', `${path}/holds/${String(holdId)}/settle`, { ...loadtest, ...key('s') }, {}),
      200,
    );
    expect(await read(await world.call('GET', path, loadtest), 200)).toMatchObject({ available: 89, seq: 4 });
    expect((await read(await world.call('GET', `${path}/entries`, loadtest), 200))['entries']).toHaveLength(4);
    // An administrator's grants are audited; a load test's are not an administrator's.
    expect(world.ledger.store.audits.size).toBe(0);
  });

  it('are the only ones it reaches', async () => {
    await give(10);
    for (const [method, path, body] of [
      ['GET', '/v1/wallets/wada', undefined],
      ['GET', '/v1/wallets/wada/entries', undefined],
      ['POST', '/v1/wallets/wada/grants', bonus(1)],
      ['POST', '/v1/wallets/wada/deductions', speech(1)],
      ['POST', '/v1/wallets/wada/holds', speech(1)],
      ['POST', `/v1/wallets/wada/holds/${'0'.repeat(32)}/release`, { reasonCode: 'x' }],
    ] as const) {
      await expectProblem(await world.call(method, path, { ...loadtest, ...key('k') }, body), 'FORBIDDEN');
    }
    await expectProblem(
      await world.call('POST', '/v1/wallets/me/holds', { ...ada, ...loadtest, ...key('k') }, speech(1)),
      'FORBIDDEN',
    );
    await expectProblem(await world.call('GET', '/v1/wallets/nobody', loadtest), 'WALLET_NOT_FOUND');
    expect(await me()).toMatchObject({ available: 10, seq: 1 });
  });

  it("are nobody's where the stack runs no load tests", async () => {
    const strict = await startWorld({ loadTests: false });
    try {
      await expectProblem(await strict.call('GET', '/v1/wallets/me', loadUser), 'FORBIDDEN');
      await expectProblem(
        await strict.call('POST', '/v1/wallets/x/grants', { ...loadtest, ...key('g') }, bonus(1)),
        'FORBIDDEN',
      );
      await expectProblem(
        await strict.call('POST', '/v1/wallets/x/deductions', { ...loadtest, ...key('g') }, speech(1)),
        'FORBIDDEN',
      );
    } finally {
      await strict.close();
    }
  });
});
