/** PATCH /v1/admin/wallets: what an administrator sets is in force, in an entry and in an audit record, together. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseEntry } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { both, deduct, give, hold, onHold, read, speech, walletOf, type Headers } from './testing/story.ts';
import { ada, key, loadtest, narrate, root, startWorld, type World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await give(world, 10);
});
afterEach(async () => {
  const stored = await world.ledger.store.load('wada');
  expect(stored && invariants(stored.wallet, world.ledger.store.entries('wada'))).toEqual([]);
  await world.close();
});

const why = { reasonCode: 'support-case', note: 'Ticket 7: asked for by phone' };
const patch = (body: unknown, as: Headers = root, k = 'p', walletId = 'wada'): Promise<Response> =>
  world.call('PATCH', `/v1/admin/wallets/${walletId}`, { ...as, ...key(k) }, body);

describe('a setting', () => {
  it('stands in an entry without the note, and in an audit record with it, in the same commit', async () => {
    const answer = await read(await patch({ unmetered: true, caps: { daily: 100 }, ...why }), 200);
    expect(answer).toEqual({
      walletId: 'wada',
      entryId: expect.stringMatching(/^[0-9a-f]{32}$/),
      changed: { unmetered: true, caps: { daily: 100 } },
      balance: { available: 10, held: 0, debt: 0 },
    });
    expect(world.ledger.store.audits.get(answer['entryId'] as string)).toEqual({
      uid: 'root',
      action: 'configure',
      ...why,
      at: world.clock.now,
    });
    const entry = world.ledger.store.entries('wada').at(-1);
    expect(entry && parseEntry(entry)).toMatchObject({ type: 'configure', reasonCode: 'support-case', postings: [] });
    expect(entry?.body).not.toContain('Ticket');
    expect(await walletOf(world)).toMatchObject({ unmetered: true });
  });

  it('is set once a key: a repeat is answered again, another change under the key is refused', async () => {
    const first = await read(await patch({ status: 'frozen', ...why }), 200);
    await read(await patch({ status: 'active', ...why }, root, 'q'), 200);
    const again = await patch({ status: 'frozen', ...why });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 200)).toEqual(first);
    expect(await walletOf(world)).toMatchObject({ status: 'active', seq: 3 });
    await expectProblem(await patch({ status: 'active', ...why }), 'DUPLICATE_OPERATION');
    expect(world.ledger.store.audits.size).toBe(3);
  });

  it('unmetered records a charge and waives it', async () => {
    await read(await patch({ unmetered: true, ...why }), 200);
    expect(await read(await deduct(world, speech(5_000), 'd'), 201)).toMatchObject({
      credits: 50,
      balance: { available: 10 },
    });
  });

  it('frozen stops reserve and deduct, and lets settle and release go on', async () => {
    const [first, second] = [await hold(world, 100, 'a'), await hold(world, 100, 'b')];
    await read(await patch({ status: 'frozen', ...why }), 200);
    await expectProblem(await deduct(world, speech(1), 'd'), 'WALLET_FROZEN');
    await expectProblem(
      await world.call('POST', '/v1/wallets/me/holds', { ...both, ...key('h') }, speech(1)),
      'WALLET_FROZEN',
    );
    await read(await onHold(world, first, 'settle', {}), 200);
    await read(await onHold(world, second, 'release', { reasonCode: 'failed' }), 200);
  });

  it('overdraftLimit lets spending leave so much debt and no more', async () => {
    await read(await patch({ overdraftLimit: 5, ...why }), 200);
    expect(await read(await deduct(world, speech(1_500), 'd'), 201)).toMatchObject({ balance: { debt: 5 } });
    await expectProblem(await deduct(world, speech(1), 'e'), 'INSUFFICIENT_CREDITS');
  });

  it('caps the operations of a minute, and says when the next one begins', async () => {
    await read(await patch({ caps: { perMinute: 1 }, ...why }), 200);
    world.clock.now += 48_000;
    await read(await deduct(world, speech(1), 'd'), 201);
    const refused = await deduct(world, speech(1), 'e');
    expect(refused.headers.get('retry-after')).toBe('12');
    await expectProblem(refused, 'RATE_LIMITED');
    world.clock.now += 12_000;
    await read(await deduct(world, speech(1), 'e'), 201);
  });

  it.each([
    ['daily', { daily: 3 }],
    ['monthly', { monthly: 3 }],
  ])('caps the credits of the wallet: %s', async (cap, caps) => {
    await read(await patch({ caps, ...why }), 200);
    await read(await deduct(world, speech(300), 'd'), 201);
    expect(await expectProblem(await deduct(world, speech(1), 'e'), 'CAP_EXCEEDED')).toMatchObject({
      cap,
      limit: 3,
      used: 3,
      required: 1,
      retrySameKey: true,
    });
    await read(await patch({ caps: {}, ...why }, root, 'lift'), 200);
    await read(await deduct(world, speech(1), 'e'), 201);
  });
});

describe('a change that is not clear', () => {
  it.each([
    ['unmetered', '"false"'],
    ['unmetered', '"true"'],
    ['unmetered', '0'],
    ['unmetered', '1'],
    ['unmetered', 'null'],
    ['status', '"closed"'],
    ['status', 'true'],
    ['overdraftLimit', '-1'],
    ['overdraftLimit', '1.5'],
    ['overdraftLimit', '"5"'],
    ['overdraftLimit', '1e999'],
    ['overdraftLimit', '9007199254740993'],
    ['caps', '5'],
    ['caps.daily', '-1'],
    ['caps.weekly', '5'],
    ['caps.daily', 'null'],
    ['admin', 'true'],
  ])('is refused: %s %s', async (path, value) => {
    const [name = '', inner] = path.split('.');
    const field = inner === undefined ? value : `{"${inner}":${value}}`;
    const problem = await expectProblem(
      await patch(`{"${name}":${field},"reasonCode":"x","note":"y"}`),
      'VALIDATION_FAILED',
    );
    expect((problem['errors'] as { path: string }[])[0]?.path).toBe(`body.${path}`);
    expect(await walletOf(world)).toMatchObject({ unmetered: false, status: 'active', seq: 1 });
  });

  it.each([
    ['without any setting', { ...why }],
    ['without a reason', { unmetered: true, note: 'x' }],
    ['without a note', { unmetered: true, reasonCode: 'x' }],
    ['with an empty note', { unmetered: true, reasonCode: 'x', note: '' }],
    ['with a note of more than 500 characters', { unmetered: true, reasonCode: 'x', note: 'x'.repeat(501) }],
    ['with a note that is no Unicode text', { unmetered: true, reasonCode: 'x', note: 'half a pair: \ud800' }],
    ['with free text as its reason', { unmetered: true, reasonCode: 'because I say so', note: 'x' }],
  ])('is refused: %s', async (_what, body) => {
    await expectProblem(await patch(body), 'VALIDATION_FAILED');
    expect(await walletOf(world)).toMatchObject({ unmetered: false, seq: 1 });
  });
});

describe('anybody but an administrator', () => {
  it.each([
    ['a user', ada],
    ['a service', narrate],
    ['a service on behalf of a user', both],
    ['a service on behalf of an administrator', { ...root, ...narrate }],
    ['the load-test account', loadtest],
  ])('is refused: %s', async (_who, as) => {
    for (const walletId of ['me', 'wada', 'nobody'])
      await expectProblem(await patch({ unmetered: true, ...why }, as, 'p', walletId), 'FORBIDDEN');
    expect(await walletOf(world)).toMatchObject({ unmetered: false, seq: 1 });
    expect(world.ledger.store.audits.size).toBe(1);
  });

  it('is refused without a token', async () => {
    await expectProblem(await patch({ unmetered: true, ...why }, {}), 'UNAUTHENTICATED');
  });
});

it('tells an administrator that a wallet is not there, and leaves no record', async () => {
  for (const walletId of ['nobody', '..%2Fusers', '__x__'])
    await expectProblem(await patch({ unmetered: true, ...why }, root, 'p', walletId), 'WALLET_NOT_FOUND');
  expect(world.ledger.store.audits.size).toBe(1);
});
