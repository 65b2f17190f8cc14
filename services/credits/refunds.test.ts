/** POST refunds: what was charged goes back, never more than that, by those who may. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseEntry } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { both, deduct, give, hold, onHold, read, speech, walletOf, type Headers } from './testing/story.ts';
import { ada, key, loadtest, narrate, other, root, startWorld, type World } from './testing/world.ts';

const day = 86_400_000;
let world: World;
let charge: string;
beforeEach(async () => {
  world = await startWorld();
  await give(world, 20);
  charge = (await read(await deduct(world, speech(500), 'd'), 201))['entryId'] as string;
});
afterEach(async () => {
  const stored = await world.ledger.store.load('wada');
  expect(stored && invariants(stored.wallet, world.ledger.store.entries('wada'))).toEqual([]);
  await world.close();
});

const refund = (body: object = {}, k = 'r', as: Headers = narrate, walletId = 'wada'): Promise<Response> =>
  world.call(
    'POST',
    `/v1/wallets/${walletId}/refunds`,
    { ...as, ...key(k) },
    { entryId: charge, reasonCode: 'failed', ...body },
  );

describe('the account that charged', () => {
  it('gives all of it back, once a key', async () => {
    const answer = await read(await refund(), 201);
    expect(answer).toEqual({
      walletId: 'wada',
      entryId: expect.stringMatching(/^[0-9a-f]{32}$/),
      chargeId: charge,
      credits: 5,
      balance: { available: 20, held: 0, debt: 0 },
    });
    const again = await refund();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 201)).toEqual(answer);
    expect(world.ledger.store.audits.size).toBe(1); // the grant's
  });

  it('gives a part of it back, and the rest later, on behalf of the user or alone', async () => {
    expect(await read(await refund({ credits: 2 }, 'a', both, 'me'), 201)).toMatchObject({ credits: 2 });
    expect(await read(await refund({}, 'b'), 201)).toMatchObject({ credits: 3, balance: { available: 20 } });
  });

  it('gives a settled hold back', async () => {
    const holdId = await hold(world, 300);
    await read(await onHold(world, holdId, 'settle', { credits: 2 }), 200);
    const settle = world.ledger.store.entries('wada').at(-1);
    expect(await read(await refund({ entryId: settle?.id }), 201)).toMatchObject({ credits: 2 });
    expect(await walletOf(world)).toMatchObject({ available: 15 });
  });

  it('never gives back more than was charged, at once or in parts', async () => {
    expect(await expectProblem(await refund({ credits: 6 }), 'REFUND_EXCEEDS_CHARGE')).toMatchObject({
      charged: 5,
      refunded: 0,
      refundable: 5,
      required: 6,
    });
    await read(await refund({ credits: 4 }, 'a'), 201);
    await expectProblem(await refund({ credits: 2 }, 'b'), 'REFUND_EXCEEDS_CHARGE');
    await read(await refund({}, 'c'), 201);
    await expectProblem(await refund({}, 'd'), 'REFUND_EXCEEDS_CHARGE'); // twice
    expect(await walletOf(world)).toMatchObject({ available: 20 });
  });

  it('S32: gives back once what is asked for many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => refund({ credits: 5 }, `r-${n}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await walletOf(world)).toMatchObject({ available: 20 });
  });

  it('may for thirty days; an administrator may later', async () => {
    world.clock.now += 30 * day;
    await read(await refund({ credits: 1 }, 'a'), 201);
    world.clock.now += 1;
    await expectProblem(await refund({ credits: 1 }, 'b'), 'REFUND_EXCEEDS_CHARGE');
    await read(await refund({ credits: 1 }, 'c', root), 201);
  });
});

it('by an administrator has an audit record in the same commit, and the entry names nobody', async () => {
  const { entryId } = await read(await refund({}, 'r', root), 201);
  expect(world.ledger.store.audits.get(entryId as string)).toEqual({
    uid: 'root',
    action: 'refund',
    reasonCode: 'failed',
    at: world.clock.now,
  });
  const entry = world.ledger.store.entries('wada').at(-1);
  expect(entry && parseEntry(entry)).toMatchObject({ type: 'refund', actor: { kind: 'admin' }, chargeId: charge });
});

describe('is refused', () => {
  it('to every other account, and to users', async () => {
    for (const as of [other, { ...ada, ...other }, ada, loadtest])
      await expectProblem(await refund({}, 'r', as), 'FORBIDDEN');
    await expectProblem(await refund({}, 'r', {}), 'UNAUTHENTICATED');
    expect(await walletOf(world)).toMatchObject({ available: 15, seq: 2 });
  });

  it('of what is no charge of this wallet: a grant, a refund, a hold, nothing, another wallet', async () => {
    const { entryId } = await read(await refund({ credits: 1 }, 'a'), 201);
    const holdId = await hold(world, 100);
    const [grant] = world.ledger.store.entries('wada');
    for (const named of [grant?.id, entryId, holdId, '0'.repeat(32)]) {
      const problem = await expectProblem(await refund({ entryId: named }, 'r', root), 'VALIDATION_FAILED');
      expect(problem['errors']).toEqual([{ path: 'body.entryId', message: 'must name a charge of this wallet' }]);
    }
    await walletOf(world, { Authorization: 'Bearer eve' });
    await expectProblem(await refund({}, 'r', root, 'weve'), 'VALIDATION_FAILED');
    await expectProblem(await refund({}, 'r', root, 'nobody'), 'WALLET_NOT_FOUND');
  });

  it.each([
    ['entryId', 'x'],
    ['entryId', null],
    ['entryId', '__proto__'],
    ['credits', 0],
    ['credits', -1],
    ['credits', 1.5],
    ['credits', '1'],
    ['credits', null],
    ['credits', 1e21],
    ['reasonCode', 'free text'],
    ['note', 'x'],
  ])('for %s %j', async (name, value) => {
    const problem = await expectProblem(await refund({ [name]: value }), 'VALIDATION_FAILED');
    expect((problem['errors'] as { path: string }[])[0]?.path).toBe(`body.${name}`);
  });

  it('under a key that was used for another refund', async () => {
    await read(await refund({ credits: 1 }), 201);
    await expectProblem(await refund({ credits: 2 }), 'DUPLICATE_OPERATION');
  });
});
