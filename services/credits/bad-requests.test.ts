/**
 * What can be wrong with a request to any route that takes a body, route by route: keys, bodies, tokens, callers. Nothing
 * is charged by any of it. Expired, unsigned and foreign tokens are service-kit's matter (auth.test.ts); values of single
 * fields stand in bad-input.test.ts and in the test of each route.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { both, give, hold, read, speech, type Headers } from './testing/story.ts';
import { ada, key, narrate, root, startWorld, type World } from './testing/world.ts';

let world: World;
let holdId: string;
let before: unknown;
const state = () => world.ledger.store.load('wada');
beforeAll(async () => {
  world = await startWorld();
  await give(world, 50);
  holdId = await hold(world, 100);
  before = await state();
});
afterAll(async () => {
  expect(await state()).toEqual(before);
  await world.close();
});

interface Case {
  readonly what: string;
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly as: Headers;
  /** Good, but for the wrong thing that a test puts in. */
  readonly body: object;
  /** Who is refused: known, but not for this route. */
  readonly strangers: readonly Headers[];
  readonly keyed: boolean;
}
const why = { reasonCode: 'test' };
const bonus = { kind: 'bonus', credits: 1, source: 'test', ...why };
const users = [ada, root];
const services = [narrate, both, { ...root, ...narrate }];
const post = { method: 'POST', keyed: true } as const;
const ofHold = { ...post, as: narrate, strangers: users };
const cases: readonly Case[] = [
  { ...post, what: 'deductions', path: '/me/deductions', as: both, body: speech(1), strangers: users },
  { ...post, what: 'holds', path: '/me/holds', as: both, body: speech(1), strangers: users },
  { ...ofHold, what: 'settle', path: '/wada/holds/HOLD/settle', body: { credits: 1 } },
  { ...ofHold, what: 'extend', path: '/wada/holds/HOLD/extend', body: { ttlSeconds: 60 } },
  { ...ofHold, what: 'release', path: '/wada/holds/HOLD/release', body: why },
  { ...post, what: 'grants', path: '/wada/grants', as: root, body: bonus, strangers: [ada, ...services] },
  {
    ...post,
    what: 'refunds',
    path: '/wada/refunds',
    as: narrate,
    body: { entryId: '0'.repeat(32), ...why },
    strangers: [ada],
  },
  {
    what: 'admin/wallets',
    method: 'PATCH',
    path: '/v1/admin/wallets/wada',
    as: root,
    body: { unmetered: true, note: 'x', ...why },
    strangers: [ada, ...services],
    keyed: true,
  },
  { ...post, what: 'quotes', path: '/v1/quotes', as: ada, body: speech(1), strangers: [], keyed: false },
  {
    ...post,
    what: 'batches',
    path: '/v1/batches',
    as: both,
    body: { commands: [{ command: 'deduct', walletId: 'me', idempotencyKey: 'k', body: speech(1) }] },
    strangers: users,
    keyed: false,
  },
];
const send = ({ method, path, keyed }: Case, as: Headers, body: unknown, more: Headers = {}): Promise<Response> => {
  const full = path.startsWith('/v1') ? path : `/v1/wallets${path.replace('HOLD', holdId)}`;
  return world.call(method, full, { ...as, ...(keyed ? key('bad') : {}), ...more }, body);
};
const pathsOf = (problem: Record<string, unknown>): string[] =>
  (problem['errors'] as { path: string }[]).map(({ path }) => path);

describe.each(cases)('$method $what', (route) => {
  const { as, body, strangers, keyed } = route;
  const text = JSON.stringify(body);

  it('needs a legal key where it takes one', async () => {
    if (!keyed) return expect(route.what).toMatch(/quotes|batches/);
    const full = (headers: Headers): Promise<Response> => send({ ...route, keyed: false }, as, body, headers);
    for (const headers of [{}, key(''), key('k'.repeat(256)), key('a b'), key('\u00e4')])
      expect(pathsOf(await expectProblem(await full(headers), 'VALIDATION_FAILED'))).toEqual([
        'header.Idempotency-Key',
      ]);
  });

  it.each(['{', '[]', 'null', '7', '"x"', '{"a":1}{', 'NaN'])('refuses the body %s', async (bad) => {
    await expectProblem(await send(route, as, bad), 'VALIDATION_FAILED');
  });

  it('refuses a field that it does not know, by its path', async () => {
    expect(pathsOf(await expectProblem(await send(route, as, { ...body, price: 0 }), 'VALIDATION_FAILED'))).toEqual([
      'body.price',
    ]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the field %s', async (name) => {
    const bad = text.replace('{', `{"${name}":{"admin":true},`);
    expect(pathsOf(await expectProblem(await send(route, as, bad), 'VALIDATION_FAILED'))).toEqual([`body.${name}`]);
  });

  it('refuses another content type, another charset, a compressed body', async () => {
    for (const more of [
      { 'Content-Type': 'text/plain' },
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      { 'Content-Type': 'application/json; charset=latin1' },
      { 'Content-Encoding': 'gzip' },
    ]) {
      const full = route.path.startsWith('/v1') ? route.path : `/v1/wallets${route.path.replace('HOLD', holdId)}`;
      const headers = { 'Content-Type': 'application/json', ...as, ...(keyed ? key('bad') : {}), ...more };
      const response = await fetch(world.url + full, { method: route.method, headers, body: text });
      await expectProblem(response, 'UNSUPPORTED_MEDIA_TYPE');
    }
  });

  it('refuses a body over its limit', async () => {
    const most = route.what === 'batches' ? 512 * 1024 : 64 * 1024;
    await expectProblem(await send(route, as, text.padEnd(most + 1)), 'PAYLOAD_TOO_LARGE');
  });

  it('asks to sign in without a token, with an unknown one, and with one in the place of the other', async () => {
    for (const stranger of [
      {},
      { Authorization: 'Bearer nobody' },
      { 'Service-Authorization': 'Bearer nobody' },
      { ...as, Authorization: 'Bearer narrate' },
      { ...as, 'Service-Authorization': 'Bearer ada' },
      { ...as, Authorization: 'Basic YWRhOmFkYQ==' },
    ])
      await expectProblem(await send(route, stranger, body), 'UNAUTHENTICATED');
  });

  it('refuses who is known and may not', async () => {
    for (const stranger of strangers) await expectProblem(await send(route, stranger, body), 'FORBIDDEN');
    expect(route.what === 'quotes' || strangers.length > 0).toBe(true);
  });
});

describe("a hold of one wallet by another wallet's path", () => {
  it.each(['settle', 'extend', 'release'])('is none: %s', async (how) => {
    await read(await world.call('GET', '/v1/wallets/me', { Authorization: 'Bearer eve' }), 200);
    const bodies: Record<string, object> = { settle: {}, extend: { ttlSeconds: 5 }, release: why };
    const path = `/v1/wallets/weve/holds/${holdId}/${how}`;
    await expectProblem(await world.call('POST', path, { ...narrate, ...key('w') }, bodies[how]), 'HOLD_NOT_FOUND');
    const nobody = path.replace('weve', 'nobody');
    await expectProblem(await world.call('POST', nobody, { ...narrate, ...key('w') }, bodies[how]), 'WALLET_NOT_FOUND');
  });
});

describe('numbers', () => {
  const numbers = [
    '-1',
    '0',
    '-0',
    '1.5',
    '1e21',
    '9007199254740993',
    '1e999',
    '"100"',
    '"NaN"',
    '""',
    'null',
    '[100]',
  ];
  it.each(numbers)('extend refuses ttlSeconds %s', async (number) => {
    const path = `/v1/wallets/wada/holds/${holdId}/extend`;
    const problem = await expectProblem(
      await world.call('POST', path, { ...narrate, ...key('n') }, `{"ttlSeconds":${number}}`),
      'VALIDATION_FAILED',
    );
    expect([...new Set(pathsOf(problem))]).toEqual(['body.ttlSeconds']);
  });

  it.each(numbers)('a quote and a command of a batch refuse characters %s', async (number) => {
    const body = `{"operation":"narration","params":{"characters":${number}}}`;
    const quoted = await expectProblem(await world.call('POST', '/v1/quotes', ada, body), 'VALIDATION_FAILED');
    expect([...new Set(pathsOf(quoted))]).toEqual(['body.params.characters']);
    const batch = `{"commands":[{"command":"deduct","walletId":"me","idempotencyKey":"k","body":${body}}]}`;
    const { results } = await read(await world.call('POST', '/v1/batches', both, batch), 200);
    const [result] = results as { status: number; body: Record<string, unknown> }[];
    expect([result?.status, [...new Set(pathsOf(result?.body ?? {}))]]).toEqual([400, ['body.params.characters']]);
  });
});
