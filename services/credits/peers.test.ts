/**
 * Faults of the baseline (notes on peers, section 5), as far as this API decides them: the case is tried, the answer
 * asserted. Elsewhere: S1, S6 and S27's writes by clients (rules.emulator.test.ts of ledger-firestore); S5, which the ledger
 * decides (its peers.test.ts); S32 (refunds.test.ts). With billing, which does not exist yet, come S3, S14, S15, S16, S18, S20, S21
 * and S23.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { creditsContracts } from '@reelbanana/metering/contract';
import { StoreUnavailable } from '@reelbanana/ledger-firestore';
import { invariants } from '@reelbanana/ledger/invariants';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { both, deduct, give, hold, onHold, read, speech, walletOf } from './testing/story.ts';
import { ada, key, loadtest, narrate, root, startWorld, type World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  jest.restoreAllMocks();
  const stored = await world.ledger.store.load('wada');
  if (stored !== null) expect(invariants(stored.wallet, world.ledger.store.entries('wada'))).toEqual([]);
  await world.close();
});
const reserve = (body: object, k: string): Promise<Response> =>
  world.call('POST', '/v1/wallets/me/holds', { ...both, ...key(k) }, body);
const grant = (k: string, credits: number): Promise<Response> =>
  world.call(
    'POST',
    '/v1/wallets/wada/grants',
    { ...root, ...key(k) },
    {
      kind: 'bonus',
      credits,
      source: 'test',
      reasonCode: 'welcome',
    },
  );

describe('the baseline let', () => {
  it('S2: a user begin again with free credits: the wallet stays the same one, and no first touch gives any', async () => {
    const first = await walletOf(world);
    await Promise.all(Array.from({ length: 5 }, () => walletOf(world)));
    expect(await walletOf(world)).toEqual(first);
    expect(first).toMatchObject({ available: 0, seq: 0 });
  });

  it('S7: anybody make an administrator: every route of administrators needs the claim', async () => {
    await walletOf(world);
    const routes = creditsContracts.filter(({ path }) => path.startsWith('/v1/admin/') || path.endsWith('/grants'));
    expect(routes.length).toBeGreaterThan(1);
    for (const { method, path } of routes)
      for (const as of [ada, narrate, both, { ...root, ...narrate }]) {
        const body = path.endsWith('/grants')
          ? { kind: 'bonus', credits: 1, source: 'test', reasonCode: 'x' }
          : { unmetered: true, reasonCode: 'x', note: 'x' };
        const sent = method === 'GET' ? undefined : body;
        const response = await world.call(method, path.replaceAll(/:\w+/g, 'wada'), { ...as, ...key('k') }, sent);
        await expectProblem(response, 'FORBIDDEN');
      }
    expect(await walletOf(world)).toMatchObject({ unmetered: false, seq: 0 });
  });

  it('S8: the text "false" bypass payment: only true and false are booleans', async () => {
    await give(world, 1);
    for (const unmetered of ['false', 'true', 1, 0, null, [], {}]) {
      const body = { unmetered, reasonCode: 'x', note: 'x' };
      const response = await world.call('PATCH', '/v1/admin/wallets/wada', { ...root, ...key('k') }, body);
      await expectProblem(response, 'VALIDATION_FAILED');
    }
    await expectProblem(await deduct(world, speech(200), 'd'), 'INSUFFICIENT_CREDITS');
  });

  it('S10: the length "abc" make the balance NaN: 400 before any wallet is read', async () => {
    await give(world, 1);
    const [load, ensure] = [jest.spyOn(world.ledger.store, 'load'), jest.spyOn(world.ledger.users, 'ensure')];
    for (const characters of ['abc', null, 'NaN', '', {}, []]) {
      const body = { operation: 'narration', params: { characters } };
      await expectProblem(await deduct(world, body, 'd'), 'VALIDATION_FAILED');
      await expectProblem(await reserve(body, 'h'), 'VALIDATION_FAILED');
    }
    expect([load.mock.calls, ensure.mock.calls]).toEqual([[], []]);
    expect(await walletOf(world)).toMatchObject({ available: 1 });
  });

  it("S11: the price follow the shape of the client's input: bounded integers, own operations", async () => {
    await give(world, 100);
    for (const [operation, params] of [
      ['narration', { characters: ['x'.repeat(1_000)] }],
      ['narration', { characters: 0.003 }],
      ['video-rendering', { scenes: 100 }],
      ['image-generation', { imageCount: 0.003 }],
    ] as const)
      await expectProblem(await deduct(world, { operation, params }, 'd'), 'VALIDATION_FAILED');
    for (const operation of ['unknown', 'constructor', 'hasOwnProperty', 'toString'])
      await expectProblem(await deduct(world, { operation, params: {} }, 'd'), 'INVALID_OPERATION');
    expect(await walletOf(world)).toMatchObject({ available: 100, seq: 1 });
  });

  it('S12: a free operation cost 1: it costs 0, works on an empty wallet and is recorded', async () => {
    await world.call('GET', '/v1/wallets/me', { Authorization: 'Bearer load-1', ...loadtest });
    const upload = { operation: 'asset-upload', params: {} };
    const path = '/v1/wallets/wload1/deductions';
    const charged = await read(await world.call('POST', path, { ...loadtest, ...key('u') }, upload), 201);
    expect(charged).toMatchObject({ credits: 0, entry: { type: 'deduct', credits: 0, operation: 'asset-upload' } });
  });

  it('S19: balance and history be written apart: each commit carries the wallet and its entries', async () => {
    const commit = jest.spyOn(world.ledger.store, 'commit');
    await give(world, 5);
    await read(await deduct(world, speech(200), 'd'), 201);
    const written = commit.mock.calls.flatMap(([lane]) => lane);
    expect(written.map(({ wallet, entries }) => [wallet.seq, entries.map(({ seq }) => seq)])).toEqual([
      [1, [1]],
      [2, [2]],
    ]);
  });

  it('S24: five operations pass for one charge: a repeat gets the stored answer and charges nothing', async () => {
    await give(world, 10);
    const answers = await Promise.all(Array.from({ length: 5 }, () => deduct(world, speech(300), 'same')));
    const bodies = await Promise.all(answers.map((answer) => read(answer, 201)));
    expect(new Set(bodies.map(({ entryId }) => entryId)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(await walletOf(world)).toMatchObject({ available: 7 });
  });

  it("S25: a cheap operation's or another user's key pay for a dear one", async () => {
    await give(world, 10);
    await read(await deduct(world, speech(1), 'k'), 201);
    await expectProblem(await deduct(world, speech(900), 'k'), 'DUPLICATE_OPERATION');
    expect((await reserve(speech(900), 'k')).status).toBe(201); // another command: its own charge
    const eve = await deduct(world, speech(1), 'k', { Authorization: 'Bearer eve', ...narrate });
    await expectProblem(eve, 'INSUFFICIENT_CREDITS');
    expect(await walletOf(world)).toMatchObject({ available: 0, held: 9 });
  });

  it('S27: a client make its own record of a charge: users write nothing here, under any key', async () => {
    await give(world, 10);
    for (const route of ['deductions', 'holds', 'refunds', 'entries', '']) {
      const path = `/v1/wallets/me${route === '' ? '' : `/${route}`}`;
      const response = await world.call('POST', path, { ...ada, ...key('k') }, speech(1));
      expect([403, 404, 405]).toContain(response.status);
    }
    expect(await read(await deduct(world, speech(1), 'k'), 201)).toMatchObject({ credits: 1 });
  });

  it('S28: a key be a path: any visible ASCII is a key like any other', async () => {
    await give(world, 20);
    for (const k of ['a/b', 'a/b/c', '__x__', '.', '..', '%2F', '{}', '!~']) {
      await read(await deduct(world, speech(1), k), 201);
      expect((await deduct(world, speech(1), k)).headers.get('idempotent-replayed')).toBe('true');
    }
    expect(await walletOf(world)).toMatchObject({ available: 12, seq: 9 });
  });

  it('S30: failed work keep the money: its release gives all of it back', async () => {
    await give(world, 5);
    const holdId = await hold(world, 500);
    await read(await onHold(world, holdId, 'release', { reasonCode: 'failed' }), 200);
    expect(await walletOf(world)).toMatchObject({ available: 5, held: 0 });
  });

  it('S31: failed, then completed be accepted: an end is final, the opposite moves nothing', async () => {
    await give(world, 10);
    const [failed, done] = [await hold(world, 300, 'a'), await hold(world, 300, 'b')];
    const release = { reasonCode: 'failed' };
    await read(await onHold(world, failed, 'release', release, 'r1'), 200);
    await read(await onHold(world, done, 'settle', {}, 's1'), 200);
    await expectProblem(await onHold(world, failed, 'settle', {}, 's2'), 'HOLD_CLOSED');
    await expectProblem(await onHold(world, done, 'release', release, 'r2'), 'HOLD_CLOSED');
    expect((await onHold(world, failed, 'release', release, 'r1')).status).toBe(200);
    expect(await walletOf(world)).toMatchObject({ available: 7, held: 0, seq: 5 });
  });

  it('S34: a refused request cost: 400, 402, 403, 422 and 429 write nothing', async () => {
    await give(world, 1);
    await expectProblem(await deduct(world, speech(0), 'a'), 'VALIDATION_FAILED');
    await expectProblem(await deduct(world, speech(900), 'a'), 'INSUFFICIENT_CREDITS');
    await expectProblem(await deduct(world, { operation: 'pro-polish', params: {} }, 'a'), 'FORBIDDEN');
    const caps = { caps: { perMinute: 0 }, reasonCode: 'x', note: 'x' };
    await read(await world.call('PATCH', '/v1/admin/wallets/wada', { ...root, ...key('c') }, caps), 200);
    await expectProblem(await deduct(world, speech(1), 'a'), 'RATE_LIMITED');
    expect(await walletOf(world)).toMatchObject({ available: 1, seq: 2 });
  });

  it('S35: work that vanished be pending for ever: time gives its hold back', async () => {
    await give(world, 5);
    await hold(world, 500);
    world.clock.now += 900_000;
    expect(await walletOf(world)).toMatchObject({ available: 5, held: 0 });
  });

  it('S37: one write erase another: grants and charges at the same time all count', async () => {
    await give(world, 20);
    const writes = Array.from({ length: 10 }, (_, n) => [deduct(world, speech(100), `d-${n}`), grant(`g-${n}`, 3)]);
    const answers = await Promise.all(writes.flat());
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(await walletOf(world)).toMatchObject({ available: 40, seq: 21 });
  });

  it('S38: credits be looked at before the caller: who is nobody is told so, whatever else is wrong', async () => {
    for (const { method, path, principals } of creditsContracts) {
      if ((principals as readonly string[]).includes('any')) continue;
      const response = await world.call(method, path.replaceAll(/:\w+/g, 'x'), {}, method === 'GET' ? undefined : '{');
      await expectProblem(response, 'UNAUTHENTICATED');
    }
  });

  it('S39: an outage be a lack of credits: 503 with Retry-After, also where a refusal cannot be confirmed', async () => {
    await world.close();
    world = await startWorld({ limits: { deadlineMs: 200 } });
    await give(world, 1);
    jest.spyOn(world.ledger.store, 'find').mockRejectedValue(new StoreUnavailable('down'));
    await expectProblem(await deduct(world, speech(900), 'poor'), 'OVERLOADED');
    jest.restoreAllMocks();
    await expectProblem(await deduct(world, speech(900), 'poor'), 'INSUFFICIENT_CREDITS');
    expect(await walletOf(world)).toMatchObject({ available: 1, seq: 1 });
  });

  it('S41: an undefined field of metadata abort the charge: it is refused at the edge, by its path', async () => {
    await give(world, 1);
    const bad = await deduct(world, { ...speech(1), metadata: { job: null } }, 'd');
    expect((await expectProblem(bad, 'VALIDATION_FAILED'))['errors']).toMatchObject([{ path: 'body.metadata.job' }]);
    await read(await deduct(world, { ...speech(1), metadata: { job: undefined } }, 'd'), 201);
    expect(await walletOf(world)).toMatchObject({ available: 0, seq: 2 });
  });
});
