/** A hundred operations a minute a user, counted in the wallet, and told by RateLimit headers wherever they are known. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { limits } from '@reelbanana/catalog';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { both, deduct, give, hold, onHold, read, speech } from './testing/story.ts';
import { ada, key, loadtest, narrate, root, startWorld, type World } from './testing/world.ts';

const max = limits.operationsPerMinuteMax;
let world: World;
beforeEach(async () => {
  world = await startWorld();
  await give(world, 1_000);
});
afterEach(() => world.close());

const charge = (k: string): Promise<Response> => deduct(world, speech(1), k);
const told = ({ headers }: Response) => [headers.get('ratelimit-policy'), headers.get('ratelimit')];
const policy = `"operations";q=${max};w=60`;

/** `count` operations of this minute. */
const spend = async (count: number, name = 'spend'): Promise<void> => {
  const answers = await Promise.all(Array.from({ length: count }, (_, n) => charge(`${name}-${n}`)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(count);
};

it('takes a hundred reserves and deductions a minute, refuses the next with its time to wait, and charges nothing', async () => {
  world.clock.now += 45_000;
  await spend(max - 1);
  await hold(world, 1);
  const find = jest.spyOn(world.ledger.store, 'load');
  const refused = await charge('more');
  expect(find).toHaveBeenCalled(); // a refusal is one of a fresh wallet
  expect([refused.headers.get('retry-after'), ...told(refused)]).toEqual(['15', policy, '"operations";r=0;t=15']);
  expect(await expectProblem(refused, 'RATE_LIMITED')).toMatchObject({ limit: max, retrySameKey: true });
  const held = await world.call('POST', '/v1/wallets/me/holds', { ...both, ...key('more') }, speech(1));
  await expectProblem(held, 'RATE_LIMITED');
  expect(world.ledger.store.entries('wada')).toHaveLength(1 + max);
  world.clock.now += 15_000;
  await read(await charge('more'), 201);
});

it('answers repeats and lets holds end, however many operations there were', async () => {
  const holdId = await hold(world, 1);
  await spend(max - 1);
  const again = await charge('spend-0');
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(told(again)).toEqual([null, null]);
  await read(await onHold(world, holdId, 'settle', {}), 200);
});

describe('what is left', () => {
  it('is told by a deduction, a reserve, the wallet and the history, to the user and for the user', async () => {
    world.clock.now += 30_500;
    expect(told(await charge('a'))).toEqual([policy, '"operations";r=99;t=30']);
    const held = await world.call('POST', '/v1/wallets/me/holds', { ...both, ...key('b') }, speech(1));
    expect(told(held)).toEqual([policy, '"operations";r=98;t=30']);
    for (const as of [ada, both])
      expect(told(await world.call('GET', '/v1/wallets/me', as))).toEqual([policy, '"operations";r=98;t=30']);
    expect(told(await world.call('GET', '/v1/wallets/me/entries', ada))).toEqual([policy, '"operations";r=98;t=30']);
    world.clock.now += 29_500;
    expect(told(await world.call('GET', '/v1/wallets/me', ada))).toEqual([policy, '"operations";r=100;t=60']);
  });

  it('costs a deduction no read', async () => {
    await charge('a');
    const [load, find] = [jest.spyOn(world.ledger.store, 'load'), jest.spyOn(world.ledger.store, 'find')];
    expect(told(await charge('b'))).toEqual([policy, '"operations";r=98;t=60']);
    expect([load.mock.calls, find.mock.calls]).toEqual([[], []]);
  });

  it('is told to nobody else', async () => {
    expect(told(await world.call('GET', '/v1/wallets/wada', root))).toEqual([null, null]);
    expect(told(await world.call('GET', '/v1/wallets/wada/entries', root))).toEqual([null, null]);
  });

  it("follows the wallet's own cap where it has one", async () => {
    const change = { caps: { perMinute: 500 }, reasonCode: 'partner', note: 'A studio' };
    await read(await world.call('PATCH', '/v1/admin/wallets/wada', { ...root, ...key('p') }, change), 200);
    expect(told(await charge('a'))).toEqual(['"operations";q=500;w=60', '"operations";r=499;t=60']);
  });
});

it('does not bound load wallets, whoever charges them', async () => {
  const load = { Authorization: 'Bearer load-1' };
  await world.call('GET', '/v1/wallets/me', { ...load, ...loadtest });
  const bonus = { kind: 'bonus', credits: 1_000, source: 'test', reasonCode: 'welcome' };
  await read(await world.call('POST', '/v1/wallets/wload1/grants', { ...loadtest, ...key('g') }, bonus), 201);
  const byId = (n: number): Promise<Response> =>
    world.call('POST', '/v1/wallets/wload1/deductions', { ...loadtest, ...key(`l-${n}`) }, speech(1));
  const answers = await Promise.all(Array.from({ length: max + 5 }, (_, n) => byId(n)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(max + 5);
  const asUser = await deduct(world, speech(1), 'u', { ...load, ...narrate });
  expect([asUser.status, ...told(asUser)]).toEqual([201, null, null]);
});
