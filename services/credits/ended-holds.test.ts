/** A hold has one end: what comes after it is a replay of that end, or told which end it was. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { ada, key, narrate, root, startWorld, type World } from './testing/world.ts';

let world: World;
let holdId: string;
beforeEach(async () => {
  world = await startWorld();
  await world.call('GET', '/v1/wallets/me', ada);
  const bonus = { kind: 'bonus', credits: 10, source: 'test', reasonCode: 'welcome' };
  await world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key('g') }, bonus);
  const speech = { operation: 'narration', params: { characters: 500 } };
  const hold = await world.call('POST', '/v1/wallets/me/holds', { ...ada, ...narrate, ...key('h') }, speech);
  ({ holdId } = (await hold.json()) as { holdId: string });
});
afterEach(() => world.close());

const end = (how: 'settle' | 'release', body: object, k: string): Promise<Response> =>
  world.call('POST', `/v1/wallets/wada/holds/${holdId}/${how}`, { ...narrate, ...key(k) }, body);
const balance = async (): Promise<unknown> => (await world.call('GET', '/v1/wallets/me', ada)).json();

describe('a settled hold', () => {
  beforeEach(async () => {
    expect((await end('settle', { credits: 4 }, 'e')).status).toBe(200);
  });
  afterEach(async () => {
    expect(await balance()).toMatchObject({ available: 6, held: 0, seq: 3 });
  });

  it('is not released', async () => {
    expect(await expectProblem(await end('release', { reasonCode: 'late' }, 'r'), 'HOLD_CLOSED')).toMatchObject({
      state: 'settled',
      credits: 4,
    });
  });

  it('is not settled by another amount: 422 under the same key, 409 under another', async () => {
    await expectProblem(await end('settle', { credits: 3 }, 'e'), 'DUPLICATE_OPERATION');
    await expectProblem(await end('settle', { credits: 3 }, 'e2'), 'HOLD_CLOSED');
  });

  it('answers an equal settle with what was stored', async () => {
    const again = await end('settle', { credits: 4 }, 'e');
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  });
});

describe('a released hold', () => {
  beforeEach(async () => {
    expect((await end('release', { reasonCode: 'failed' }, 'e')).status).toBe(200);
  });
  afterEach(async () => {
    expect(await balance()).toMatchObject({ available: 10, held: 0, seq: 3 });
  });

  it('is not settled', async () => {
    expect(await expectProblem(await end('settle', {}, 's'), 'HOLD_CLOSED')).toMatchObject({ state: 'released' });
  });

  it('is not released for another reason under the same key', async () => {
    await expectProblem(await end('release', { reasonCode: 'other' }, 'e'), 'DUPLICATE_OPERATION');
  });
});

describe('an expired hold', () => {
  beforeEach(() => {
    world.clock.now += 900_000;
  });

  it('is not released', async () => {
    expect(await expectProblem(await end('release', { reasonCode: 'late' }, 'r'), 'HOLD_CLOSED')).toMatchObject({
      state: 'expired',
    });
    expect(await balance()).toMatchObject({ available: 10, held: 0 });
  });
});
