/** POST extend: a hold gets more time, by its own account, a day in all. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { give, hold, onHold, read, walletOf } from './testing/story.ts';
import { key, other, root, startWorld, type World } from './testing/world.ts';

let world: World;
let holdId: string;
let heldAt: number;
beforeEach(async () => {
  world = await startWorld();
  await give(world, 10);
  holdId = await hold(world, 500);
  heldAt = world.clock.now;
});
afterEach(() => world.close());

const extend = (ttlSeconds: unknown, k = 'x'): Promise<Response> => onHold(world, holdId, 'extend', { ttlSeconds }, k);

describe('an open hold', () => {
  it('lasts longer, from now on, and its credits stay held', async () => {
    world.clock.now += 600_000;
    const answer = await read(await extend(900), 200);
    expect(answer).toEqual({
      walletId: 'wada',
      holdId,
      expiresAt: heldAt + 1_500_000,
      balance: { available: 5, held: 5, debt: 0 },
    });
    world.clock.now = heldAt + 900_000;
    expect(await walletOf(world)).toMatchObject({ held: 5 });
    world.clock.now = heldAt + 1_500_000;
    expect(await walletOf(world)).toMatchObject({ held: 0, available: 10 });
  });

  it('is never shortened', async () => {
    expect(await read(await extend(1), 200)).toMatchObject({ expiresAt: heldAt + 900_000 });
  });

  it('answers a repeat with what was stored, and another body under the key with 422', async () => {
    const first = await read(await extend(1_000), 200);
    world.clock.now += 60_000;
    const again = await extend(1_000);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 200)).toEqual(first);
    await expectProblem(await extend(2_000), 'DUPLICATE_OPERATION');
  });

  it('lasts a day in all, extends included', async () => {
    world.clock.now += 800_000;
    expect(await read(await extend(85_600, 'all'), 200)).toMatchObject({ expiresAt: heldAt + 86_400_000 });
    const problem = await expectProblem(await extend(85_601, 'more'), 'VALIDATION_FAILED');
    expect(problem['errors']).toEqual([
      { path: 'body.ttlSeconds', message: 'a hold lasts at most 86400 seconds in all, counted from its reserve' },
    ]);
  });
});

it('is refused to another account, whether or not the hold is there', async () => {
  await expectProblem(await onHold(world, holdId, 'extend', { ttlSeconds: 5 }, 'x', other), 'FORBIDDEN');
  await expectProblem(await onHold(world, '0'.repeat(32), 'extend', { ttlSeconds: 5 }, 'x', other), 'HOLD_NOT_FOUND');
});

it.each([
  ['settled', 5],
  ['released', 0],
  ['expired', 0],
] as const)('does not bring a hold back that is %s', async (state, credits) => {
  if (state === 'settled') await read(await onHold(world, holdId, 'settle', {}), 200);
  if (state === 'released') await read(await onHold(world, holdId, 'release', { reasonCode: 'failed' }), 200);
  if (state === 'expired') world.clock.now += 900_000;
  expect(await expectProblem(await extend(900), 'HOLD_CLOSED')).toMatchObject({ state, credits });
});

it('is refused while the wallet is frozen', async () => {
  const freeze = { status: 'frozen', reasonCode: 'fraud', note: 'Under review' };
  await read(await world.call('PATCH', '/v1/admin/wallets/wada', { ...root, ...key('f') }, freeze), 200);
  await expectProblem(await extend(900), 'WALLET_FROZEN');
});
