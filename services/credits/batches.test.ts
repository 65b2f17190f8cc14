/** POST /v1/batches: every command as its own route would have it, those of one wallet in their order. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { limits } from '@reelbanana/catalog';
import { keyId } from '@reelbanana/ledger';
import { StoreUnavailable } from '@reelbanana/ledger-firestore';
import { invariants } from '@reelbanana/ledger/invariants';
import { createLog } from '@reelbanana/service-kit';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { both, deduct, give, hold, read, speech, walletOf, type Body, type Headers } from './testing/story.ts';
import { ada, key, loadtest, narrate, other, root, startWorld, type World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await give(world, 20);
});
afterEach(async () => {
  jest.restoreAllMocks();
  const stored = await world.ledger.store.load('wada');
  expect(stored && invariants(stored.wallet, world.ledger.store.entries('wada'))).toEqual([]);
  await world.close();
});

const post = (body: unknown, as: Headers = both): Promise<Response> => world.call('POST', '/v1/batches', as, body);
interface Result {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: Body;
}
const batch = async (commands: readonly object[], as: Headers = both): Promise<readonly Result[]> =>
  (await read(await post({ commands }, as), 200))['results'] as Result[];
const command = (name: string, k: string, body: object = {}, more: object = {}) => ({
  command: name,
  walletId: 'me',
  idempotencyKey: k,
  body,
  ...more,
});
const charge = (k: string, characters: number) => command('deduct', k, speech(characters));
const types = (): string[] => world.ledger.store.entries('wada').map(({ type }) => type);

it('answers each command with what its own route answers, in their order', async () => {
  const [first, second] = [await hold(world, 300, 'a'), await hold(world, 100, 'b')];
  const results = await batch([
    charge('d', 200),
    command('reserve', 'r', speech(100)),
    command('extend', 'x', { ttlSeconds: 60 }, { walletId: 'wada', holdId: first }),
    command('settle', 's', { credits: 2 }, { walletId: 'wada', holdId: first }),
    command('release', 'e', { reasonCode: 'failed' }, { holdId: second }),
  ]);
  expect(results.map(({ status }) => status)).toEqual([201, 201, 200, 200, 200]);
  expect(results.map(({ body }) => body['credits'])).toEqual([2, 1, undefined, 2, 1]);
  // Each once: a repeat by its own route is answered with the same.
  const again = await deduct(world, speech(200), 'd');
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await read(again, 201)).toEqual(results[0]?.body);
  expect(results[0]?.headers).toMatchObject({ RateLimit: expect.stringContaining('"operations"') });
  expect(await walletOf(world)).toMatchObject({ available: 15, held: 1 });
});

it('carries a whole batch again without effect, and says so of each', async () => {
  const commands = [charge('a', 100), charge('b', 200)];
  const first = await batch(commands);
  const again = await batch(commands);
  expect(again.map(({ body }) => body)).toEqual(first.map(({ body }) => body));
  expect(again.map(({ headers }) => headers?.['Idempotent-Replayed'])).toEqual(['true', 'true']);
  expect(await walletOf(world)).toMatchObject({ available: 17 });
});

describe('order', () => {
  it('is kept within a wallet, by `me` and by its id, and what goes first pays for what follows', async () => {
    const holdId = await hold(world, 2_000);
    const results = await batch([
      command('release', 'e', { reasonCode: 'failed' }, { walletId: 'wada', holdId }),
      charge('a', 500),
      charge('b', 1_500),
      charge('c', 1),
    ]);
    expect(results.map(({ status }) => status)).toEqual([200, 201, 201, 402]);
    expect(types()).toEqual(['grant', 'reserve', 'release', 'deduct', 'deduct']);
  });

  it('is kept behind a settle that has to ask twice', async () => {
    const holdId = await hold(world, 1_000);
    const results = await batch([
      command('settle', 's', { credits: 20 }, { walletId: 'wada', holdId }),
      charge('a', 100),
    ]);
    expect(results.map(({ status }) => status)).toEqual([200, 402]);
  });

  it('lets a hold be settled in the batch that reserves it', async () => {
    const holdId = keyId('wada', 'reserve', 'r');
    const results = await batch([
      command('reserve', 'r', speech(300)),
      command('settle', 's', { credits: 2 }, { walletId: 'wada', holdId }),
    ]);
    expect(results.map(({ status }) => status)).toEqual([201, 200]);
    expect(await walletOf(world)).toMatchObject({ available: 18, held: 0 });
  });

  it('of many commands of one wallet shares commits', async () => {
    const commit = jest.spyOn(world.ledger.store, 'commit');
    const commands = Array.from({ length: 20 }, (_, n) => charge(`k-${n}`, 100));
    expect((await batch(commands)).every(({ status }) => status === 201)).toBe(true);
    expect(commit.mock.calls.length).toBeLessThan(5);
    const seqs = (await batch(commands)).map(({ body }) => (body['entry'] as { seq: number }).seq);
    expect(seqs).toEqual(commands.map((_, n) => n + 2));
  });
});

describe('settles', () => {
  const settles = async (bodies: readonly object[]): Promise<object[]> => {
    const holds = await Promise.all(bodies.map((_, n) => hold(world, 100, `h-${n}`)));
    return holds.map((holdId, n) => command('settle', `s-${n}`, bodies[n], { walletId: 'wada', holdId }));
  };

  it.each([
    ['of the whole hold', {}],
    ['by credits', { credits: 1 }],
    ['above the hold', { credits: 2 }],
    ['by parameters', { params: { characters: 150 } }],
  ])('of one wallet share commits, too: %s', async (_how, body) => {
    const commands = await settles(Array.from({ length: 10 }, () => body));
    const commit = jest.spyOn(world.ledger.store, 'commit');
    expect((await batch(commands)).map(({ status }) => status)).toEqual(commands.map(() => 200));
    expect(commit.mock.calls.length).toBeLessThan(4);
  });

  it('of holds that have expired do so as well', async () => {
    const commands = await settles(Array.from({ length: 10 }, () => ({})));
    world.clock.now += 901_000;
    const commit = jest.spyOn(world.ledger.store, 'commit');
    const results = await batch(commands);
    expect(results.map(({ body }) => body['credits'])).toEqual(commands.map(() => 1));
    expect(commit.mock.calls.length).toBeLessThan(5);
  });
});

describe('a command that is refused', () => {
  it('leaves the others as they are', async () => {
    const results = await batch([
      charge('a', 100),
      charge('b', 5_000),
      command('deduct', 'c', { ...speech(1), credits: 0 }),
      command('deduct', 'd', { operation: 'nothing', params: {} }),
      command('deduct', 'e', { operation: 'pro-polish', params: {} }),
      command('deduct', 'f', speech(1), { walletId: 'weve' }),
      command('settle', 'g', {}, { walletId: 'wada', holdId: '0'.repeat(32) }),
      command('release', 'h', {}, { walletId: 'wada', holdId: '0'.repeat(32) }),
      { command: 'deduct', walletId: 'me', idempotencyKey: 'i' },
      charge('j', 100),
    ]);
    expect(results.map(({ status, body }) => [status, body['code']])).toEqual([
      [201, undefined],
      [402, 'INSUFFICIENT_CREDITS'],
      [400, 'VALIDATION_FAILED'],
      [400, 'INVALID_OPERATION'],
      [403, 'FORBIDDEN'],
      [403, 'FORBIDDEN'],
      [404, 'HOLD_NOT_FOUND'],
      [400, 'VALIDATION_FAILED'],
      [400, 'VALIDATION_FAILED'],
      [201, undefined],
    ]);
    expect(await walletOf(world)).toMatchObject({ available: 18, seq: 3 });
  });

  it('under a key that the batch uses for another request is 422: the first alone is charged', async () => {
    const results = await batch([charge('k', 100), charge('k', 900), charge('k', 100)]);
    expect(results.map(({ status, body }) => body['code'] ?? status)).toEqual([201, 'DUPLICATE_OPERATION', 201]);
    expect(results[2]?.headers).toMatchObject({ 'Idempotent-Replayed': 'true' });
    expect(await walletOf(world)).toMatchObject({ available: 19, seq: 2 });
  });

  it('by an outage or a bug is told as one, with its time to wait', async () => {
    await hold(world, 1);
    jest.spyOn(world.ledger.store, 'find').mockRejectedValue(new StoreUnavailable('10.0.0.7 refused'));
    const bySize = command('settle', 's', { params: { characters: 1 } }, { walletId: 'wada', holdId: 'a'.repeat(32) });
    const [outage] = await batch([bySize]);
    expect(outage).toMatchObject({ status: 503, headers: { 'Retry-After': '1' }, body: { code: 'OVERLOADED' } });
    jest.spyOn(world.ledger.store, 'find').mockRejectedValue(new TypeError('a bug at 10.0.0.7'));
    const [bug] = await batch([bySize]);
    expect(bug).toMatchObject({ status: 500, body: { code: 'INTERNAL', traceId: expect.any(String) } });
    expect(JSON.stringify([outage, bug])).not.toContain('10.0.0.7');
  });
});

it('logs what was behind an outage, which no answer tells', async () => {
  const lines: string[] = [];
  const log = createLog({ service: 'credits', destination: { write: (line) => void lines.push(line) } });
  const logging = await startWorld({ log });
  try {
    jest.spyOn(logging.ledger.users, 'ensure').mockRejectedValue(new StoreUnavailable('10.0.0.7 refused'));
    const answer = await logging.call('POST', '/v1/batches', both, { commands: [charge('a', 1)] });
    expect(await answer.text()).not.toContain('10.0.0.7');
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({
        severity: 'WARNING',
        error: expect.objectContaining({ message: expect.stringContaining('10.0.0.7') }),
      }),
    );
  } finally {
    await logging.close();
  }
});

describe('who may', () => {
  it('is a service, for each command as by its own route', async () => {
    const holdId = await hold(world, 100);
    const alone = await batch([charge('a', 1), command('settle', 's', {}, { walletId: 'wada', holdId })], narrate);
    expect(alone.map(({ status, body }) => body['code'] ?? status)).toEqual(['UNAUTHENTICATED', 200]);
    const foreign = await batch([charge('b', 1)], { ...ada, ...other });
    expect(foreign.map(({ body }) => body['code'])).toEqual(['FORBIDDEN']);
  });

  it('is no user and no administrator', async () => {
    for (const as of [ada, root]) await expectProblem(await post({ commands: [charge('a', 1)] }, as), 'FORBIDDEN');
    await expectProblem(await post({ commands: [charge('a', 1)] }, {}), 'UNAUTHENTICATED');
  });

  it('is the load-test account on load wallets, any number of them', async () => {
    await world.call('GET', '/v1/wallets/me', { Authorization: 'Bearer load-1', ...loadtest });
    const bonus = { kind: 'bonus', credits: 5, source: 'test', reasonCode: 'welcome' };
    await read(await world.call('POST', '/v1/wallets/wload1/grants', { ...loadtest, ...key('g') }, bonus), 201);
    const results = await batch(
      ['wload1', 'wada', 'nobody'].map((walletId) => command('deduct', 'k', speech(1), { walletId })),
      loadtest,
    );
    expect(results.map(({ status, body }) => body['code'] ?? status)).toEqual([201, 'FORBIDDEN', 'WALLET_NOT_FOUND']);
  });
});

describe('a batch that is none is refused as a whole, and nothing of it is done', () => {
  const many = (count: number, pad = ''): object => ({
    commands: Array.from({ length: count }, (_, n) => charge(`${pad}${n}`, 1)),
  });

  it.each([
    ['no commands', { commands: [] }, 'body.commands'],
    ['more than five hundred', many(limits.batchCommandsMax + 1), 'body.commands'],
    ['commands that are no list', { commands: { 0: charge('a', 1) } }, 'body.commands'],
    ['nothing', {}, 'body.commands'],
    ['more than commands', { commands: [charge('a', 1)], atomic: true }, 'body.atomic'],
    ['a command of no service', { commands: [charge('a', 1), command('grant', 'g')] }, 'body.commands.1.command'],
    ['a command by a prototype', { commands: [command('constructor', 'g')] }, 'body.commands.0.command'],
    [
      'a command without a key',
      { commands: [{ command: 'deduct', walletId: 'me' }] },
      'body.commands.0.idempotencyKey',
    ],
    ['an empty key', { commands: [charge('', 1)] }, 'body.commands.0.idempotencyKey'],
    ['an over-long key', { commands: [charge('k'.repeat(256), 1)] }, 'body.commands.0.idempotencyKey'],
    ['a key with a space', { commands: [charge('a b', 1)] }, 'body.commands.0.idempotencyKey'],
    ['a key beyond ASCII', { commands: [charge('\u00e4', 1)] }, 'body.commands.0.idempotencyKey'],
    ['a settle without a hold', { commands: [command('settle', 'k')] }, 'body.commands.0.holdId'],
    ['a deduction with a hold', { commands: [command('deduct', 'k', {}, { holdId: 'x' })] }, 'body.commands.0.holdId'],
    ['a body that is none', { commands: [{ ...charge('a', 1), body: 'x' }] }, 'body.commands.0.body'],
    ['no wallet', { commands: [{ ...charge('a', 1), walletId: '' }] }, 'body.commands.0.walletId'],
  ])('%s', async (_what, body, path) => {
    const problem = await expectProblem(await post(body), 'VALIDATION_FAILED');
    expect((problem['errors'] as { path: string }[])[0]?.path).toBe(path);
    expect(await walletOf(world)).toMatchObject({ available: 20, seq: 1 });
  });

  it('a key in the header', async () => {
    const problem = await expectProblem(
      await post({ commands: [charge('a', 1)] }, { ...both, ...key('k') }),
      'VALIDATION_FAILED',
    );
    expect(problem['errors']).toEqual([
      { path: 'header.Idempotency-Key', message: 'does not belong here: each command has its own idempotencyKey' },
    ]);
  });

  it('more than 512 KiB', async () => {
    await expectProblem(await post(JSON.stringify(many(1)).padEnd(limits.batchBytesMax + 1)), 'PAYLOAD_TOO_LARGE');
    expect(await walletOf(world)).toMatchObject({ seq: 1 });
  });

  it('while five hundred commands in 512 KiB are one', async () => {
    await world.call(
      'PATCH',
      '/v1/admin/wallets/wada',
      { ...root, ...key('p') },
      {
        caps: { perMinute: 1_000 },
        reasonCode: 'test',
        note: 'Many',
      },
    );
    const pad = 'k'.repeat(250);
    const text = JSON.stringify(many(limits.batchCommandsMax, pad)).padEnd(limits.batchBytesMax);
    const { results } = await read(await post(text), 200);
    const charged = (results as Result[]).filter(({ status }) => status === 201).length;
    expect(charged).toBe(20);
    expect(await walletOf(world)).toMatchObject({ available: 0 });
  });
});
