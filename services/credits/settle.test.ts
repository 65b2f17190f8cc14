/** POST settle beyond its hold: above it, after its time, and where the wallet cannot pay all of it. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { operations, type Operation } from '@reelbanana/catalog';
import { parseEntry } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { deduct, give, hold, onHold, read, speech, walletOf, type Body } from './testing/story.ts';
import { ada, key, loadtest, other, startWorld, type World } from './testing/world.ts';

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

const last = (): Body => {
  const entry = world.ledger.store.entries('wada').at(-1);
  if (entry === undefined) throw new Error('no entry');
  return parseEntry(entry) as unknown as Body;
};

describe('a settle above its hold', () => {
  it.each([
    ['by credits', { credits: 8 }],
    ['by parameters', { params: { characters: 800 } }],
  ])('charges what the work cost, up to twice the hold, %s', async (_how, body) => {
    await give(world, 20);
    const holdId = await hold(world, 500);
    const answer = await read(await onHold(world, holdId, 'settle', body), 200);
    expect(answer).toEqual({ walletId: 'wada', holdId, credits: 8, balance: { available: 12, held: 0, debt: 0 } });
    expect(last()).toMatchObject({ type: 'settle', credits: 8, creditsMax: 1_000 });
    const again = await onHold(world, holdId, 'settle', body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 200)).toEqual(answer);
  });

  it.each([
    ['by credits', { credits: 11 }, 'body.credits'],
    ['by parameters', { params: { characters: 1_001 } }, 'body.params'],
  ])('is refused beyond twice the hold, %s, and says how much it may be', async (_how, body, path) => {
    await give(world, 50);
    const holdId = await hold(world, 500);
    const problem = await expectProblem(await onHold(world, holdId, 'settle', body), 'VALIDATION_FAILED');
    expect(problem['errors']).toEqual([{ path, message: 'must be at most 10 for this hold' }]);
    expect(await walletOf(world)).toMatchObject({ held: 5, available: 45 });
  });

  it("is refused beyond the operation's maximum price", async () => {
    const path = '/v1/wallets/wload1';
    const load = { ...loadtest, Authorization: 'Bearer load-1' };
    await world.call('GET', '/v1/wallets/me', load);
    const bonus = { kind: 'bonus', credits: 200, source: 'test', reasonCode: 'welcome' };
    await read(await world.call('POST', `${path}/grants`, { ...loadtest, ...key('g') }, bonus), 201);
    const images = { operation: 'image-generation', params: { imageCount: 18 } };
    const held = await read(await world.call('POST', `${path}/holds`, { ...loadtest, ...key('h') }, images), 201);
    const settle = (credits: number): Promise<Response> =>
      world.call('POST', `${path}/holds/${String(held['holdId'])}/settle`, { ...loadtest, ...key('s') }, { credits });
    const problem = await expectProblem(await settle(61), 'VALIDATION_FAILED');
    expect(problem['errors']).toEqual([{ path: 'body.credits', message: 'must be at most 60 for this hold' }]);
    expect(await read(await settle(60), 200)).toMatchObject({ credits: 60, balance: { available: 140 } });
  });

  it('takes what the wallet has, and tells the rest as a shortfall', async () => {
    await give(world, 7);
    const holdId = await hold(world, 500);
    const answer = await read(await onHold(world, holdId, 'settle', { credits: 9 }), 200);
    expect(answer).toMatchObject({ credits: 7, shortfall: 2, balance: { available: 0, held: 0, debt: 0 } });
  });

  it('leaves the rest as debt where the operation says so', async () => {
    const book: { overrun: Operation['overrun'] } = operations.narration;
    jest.replaceProperty(book, 'overrun', 'debt');
    await give(world, 7);
    const holdId = await hold(world, 500);
    const answer = await read(await onHold(world, holdId, 'settle', { credits: 9 }), 200);
    expect(answer).toMatchObject({ credits: 9, balance: { available: 0, held: 0, debt: 2 } });
    expect(answer).not.toHaveProperty('shortfall');
  });

  it('reads the reserve only then: a settle within its hold costs no read', async () => {
    await give(world, 20);
    const [first, second] = [await hold(world, 500, 'a'), await hold(world, 500, 'b')];
    const find = jest.spyOn(world.ledger.store, 'find');
    await read(await onHold(world, first, 'settle', { credits: 5 }, 's1'), 200);
    expect(find).not.toHaveBeenCalled();
    await read(await onHold(world, second, 'settle', { credits: 6 }, 's2'), 200);
    expect(find.mock.calls.map(([walletId, ids]) => [walletId, ids])).toContainEqual(['wada', [second]]);
  });

  it("is nobody's but the hold's own account's", async () => {
    await give(world, 20);
    const holdId = await hold(world, 500);
    await expectProblem(await onHold(world, holdId, 'settle', { credits: 8 }, 's', other), 'FORBIDDEN');
    await expectProblem(await onHold(world, holdId, 'settle', { credits: 8 }, 's', ada), 'FORBIDDEN');
  });
});

describe("a settle after its hold's time", () => {
  let holdId: string;
  beforeEach(async () => {
    await give(world, 10);
    holdId = await hold(world, 500);
    world.clock.now += 900_000;
  });

  it.each([
    ['the whole hold', {}, 5],
    ['less', { credits: 2 }, 2],
    ['more, up to twice the hold', { credits: 10 }, 10],
    ['nothing', { credits: 0 }, 0],
  ])('charges what the wallet can pay: %s', async (_what, body, credits) => {
    const answer = await read(await onHold(world, holdId, 'settle', body), 200);
    expect(answer).toMatchObject({ credits, balance: { available: 10 - credits, held: 0 } });
    expect(last()).toMatchObject({ type: 'lateSettle', credits });
    const again = await onHold(world, holdId, 'settle', body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 200)).toEqual(answer);
  });

  it('charges part of it where not all can be paid, and tells the shortfall', async () => {
    await read(await deduct(world, speech(700), 'd'), 201);
    expect(await read(await onHold(world, holdId, 'settle', {}), 200)).toMatchObject({ credits: 3, shortfall: 2 });
  });

  it('is 402 HOLD_EXPIRED only where nothing can be charged, and burns no key', async () => {
    await read(await deduct(world, speech(1_000), 'd'), 201);
    await expectProblem(await onHold(world, holdId, 'settle', {}), 'HOLD_EXPIRED');
    await give(world, 4);
    expect(await read(await onHold(world, holdId, 'settle', {}), 200)).toMatchObject({ credits: 4, shortfall: 1 });
  });

  it('comes once: another settle or a release is told so', async () => {
    await read(await onHold(world, holdId, 'settle', {}), 200);
    expect(
      await expectProblem(await onHold(world, holdId, 'settle', { credits: 1 }, 'other'), 'HOLD_CLOSED'),
    ).toMatchObject({
      state: 'settled',
      credits: 5,
    });
    const release = await onHold(world, holdId, 'release', { reasonCode: 'failed' });
    expect(await expectProblem(release, 'HOLD_CLOSED')).toMatchObject({ state: 'settled' });
  });

  it('is too late for ever once a later attempt superseded the hold', async () => {
    await hold(world, 500, 'attempt-2', { supersedes: holdId });
    await expectProblem(await onHold(world, holdId, 'settle', {}), 'HOLD_CLOSED');
  });
});
