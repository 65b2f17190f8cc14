/**
 * Bad input, one named case each: every one gets problem+json with a code of the catalog, and nothing is charged. What
 * tokens can have wrong stands in service-kit's auth tests, what keys and bodies can, in its service tests as well.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ErrorCode } from '@reelbanana/catalog';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { ada, key, narrate, other, root, startWorld, type World } from './testing/world.ts';

const both = { ...ada, ...narrate };
const bonus = { kind: 'bonus', credits: 10, source: 'test', reasonCode: 'welcome' };
const speech = { operation: 'narration', params: { characters: 100 } };
const me = '/v1/wallets/me';
const unknownHold = '0'.repeat(32);
type Headers = Record<string, string>;

let world: World;
let holdId: string;
/** ada has 10 credits, 1 of them held by narrate. */
beforeEach(async () => {
  world = await startWorld();
  await world.call('GET', me, ada);
  await world.call('GET', me, { Authorization: 'Bearer eve' });
  await world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key('g') }, bonus);
  const hold = await world.call('POST', `${me}/holds`, { ...both, ...key('h') }, speech);
  ({ holdId } = (await hold.json()) as { holdId: string });
});
afterEach(async () => {
  const wallet: unknown = await (await world.call('GET', me, ada)).json();
  const eves = await world.ledger.store.load('weve');
  await world.close();
  expect(wallet).toMatchObject({ available: 9, held: 1, seq: 2 });
  expect(eves?.wallet.seq).toBe(0);
});

/** Each path once: a number may be wrong in two ways. */
const paths = (problem: Record<string, unknown>): string[] => [
  ...new Set((problem['errors'] as { path: string }[]).map(({ path }) => path)),
];

describe('numbers', () => {
  // As text, because JavaScript cannot write all of them.
  const numbers: [string, string][] = [
    ['negative', '-1'],
    ['zero', '0'],
    ['negative zero', '-0'],
    ['fractional', '1.5'],
    ['a fraction beyond precision', '1.00000000000000001e-1'],
    ['huge', '1e21'],
    ['beyond the safe integers', '9007199254740993'],
    ['that overflow to Infinity', '1e999'],
    ['as a string', '"100"'],
    ['as the string NaN', '"NaN"'],
    ['as an empty string', '""'],
    ['null', 'null'],
    ['boolean', 'true'],
    ['in an array', '[100]'],
    ['in an object', '{"valueOf":1}'],
  ];
  it.each(numbers)('refuses characters %s', async (_what, number) => {
    for (const route of ['holds', 'deductions']) {
      const body = `{"operation":"narration","params":{"characters":${number}}}`;
      const response = await world.call('POST', `${me}/${route}`, { ...both, ...key('n') }, body);
      expect(paths(await expectProblem(response, 'VALIDATION_FAILED'))).toEqual(['body.params.characters']);
    }
  });

  it.each(numbers)('refuses granted credits %s', async (_what, number) => {
    const body = JSON.stringify(bonus).replace('10', number);
    const response = await world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key('n') }, body);
    expect(paths(await expectProblem(response, 'VALIDATION_FAILED'))).toEqual(['body.credits']);
  });

  it.each(numbers)('refuses ttlSeconds %s', async (_what, number) => {
    const body = `{"operation":"narration","params":{"characters":1},"ttlSeconds":${number}}`;
    const response = await world.call('POST', `${me}/holds`, { ...both, ...key('n') }, body);
    expect(paths(await expectProblem(response, 'VALIDATION_FAILED'))).toEqual(['body.ttlSeconds']);
  });

  it.each(numbers.filter(([what]) => !what.includes('zero')))('refuses settled credits %s', async (_what, number) => {
    const response = await world.call(
      'POST',
      `/v1/wallets/wada/holds/${holdId}/settle`,
      { ...narrate, ...key('n') },
      `{"credits":${number}}`,
    );
    expect(paths(await expectProblem(response, 'VALIDATION_FAILED'))).toEqual(['body.credits']);
  });
});

describe('parameters', () => {
  it.each([
    ['over the bound', 'narration', { characters: 100_001 }, 'body.params.characters'],
    ['over the bound', 'image-generation', { imageCount: 21 }, 'body.params.imageCount'],
    ['missing', 'narration', {}, 'body.params.characters'],
    ['of another operation', 'narration', { imageCount: 1 }, 'body.params.characters'],
    ['beside the known ones', 'narration', { characters: 1, credits: 0 }, 'body.params.credits'],
    ['where there are none', 'pro-polish', { anything: 1 }, 'body.params.anything'],
  ])('refuses parameters %s (%s)', async (_what, operation, params, path) => {
    const response = await world.call('POST', `${me}/deductions`, { ...both, ...key('p') }, { operation, params });
    expect(paths(await expectProblem(response, 'VALIDATION_FAILED'))).toContain(path);
  });

  it.each([
    ['a text', '"characters"'],
    ['an array', '[1]'],
    ['null', 'null'],
    ['absent', undefined],
  ])('refuses params that are %s', async (_what, params) => {
    const body = `{"operation":"narration"${params === undefined ? '' : `,"params":${params}`}}`;
    await expectProblem(await world.call('POST', `${me}/holds`, { ...both, ...key('p') }, body), 'VALIDATION_FAILED');
  });

  it.each(['nothing', 'constructor', 'toString', 'Narration', 'narration '])(
    'knows no operation %p',
    async (operation) => {
      for (const route of ['holds', 'deductions']) {
        const response = await world.call(
          'POST',
          `${me}/${route}`,
          { ...both, ...key('o') },
          { operation, params: {} },
        );
        await expectProblem(response, 'INVALID_OPERATION');
      }
    },
  );

  it.each([[7], [['narration']], [null]])('refuses an operation that is no text: %p', async (operation) => {
    await expectProblem(
      await world.call('POST', `${me}/holds`, { ...both, ...key('o') }, { operation, params: {} }),
      'VALIDATION_FAILED',
    );
  });
});

describe('fields', () => {
  it.each([
    ['holds', { ...speech, quoteToken: 7 }, 'body.quoteToken'],
    ['holds', { ...speech, metadata: {} }, 'body.metadata'],
    ['holds', { ...speech, credits: 0 }, 'body.credits'],
    ['holds', { ...speech, priceVersion: 1 }, 'body.priceVersion'],
    ['holds', { ...speech, supersedes: 'x' }, 'body.supersedes'],
    ['deductions', { ...speech, ttlSeconds: 5 }, 'body.ttlSeconds'],
    ['deductions', { ...speech, walletId: 'weve' }, 'body.walletId'],
  ])('refuses in %s %p', async (route, body, path) => {
    const response = await world.call('POST', `${me}/${route}`, { ...both, ...key('f') }, body);
    expect(paths(await expectProblem(response, 'VALIDATION_FAILED'))).toEqual([path]);
  });

  it.each([
    ['another kind', { kind: 'purchase' }, 'body.kind'],
    ['free text as a reason', { reasonCode: 'Ada Lovelace asked nicely' }, 'body.reasonCode'],
    ['an expiry that is no time', { expiresAt: '2026-01-01' }, 'body.expiresAt'],
    ['an expiry in the past', { expiresAt: 1 }, 'body.expiresAt'],
    ['more than one grant may give', { credits: 1_000_000_001 }, 'body.credits'],
    ['paid', { paid: { amountMinor: 1 } }, 'body.paid'],
  ])('refuses a grant with %s', async (_what, change, path) => {
    const response = await world.call(
      'POST',
      '/v1/wallets/wada/grants',
      { ...root, ...key('f') },
      { ...bonus, ...change },
    );
    expect(paths(await expectProblem(response, 'VALIDATION_FAILED'))).toEqual([path]);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=1.5',
    'limit=-1',
    'limit=x',
    'cursor=%00',
    'type=refunds',
    'more=1',
    'limit=1&limit=2',
  ])('refuses a page by %s', async (query) => {
    await expectProblem(await world.call('GET', `${me}/entries?${query}`, ada), 'VALIDATION_FAILED');
  });

  it.each([
    ['__proto__', '{"__proto__":{"admin":true},"operation":"narration","params":{"characters":1}}'],
    ['__proto__ in params', '{"operation":"narration","params":{"characters":1,"__proto__":{"x":1}}}'],
    ['constructor', '{"operation":"narration","params":{"characters":1},"constructor":{"prototype":{}}}'],
  ])('refuses %s', async (_what, body) => {
    await expectProblem(await world.call('POST', `${me}/holds`, { ...both, ...key('f') }, body), 'VALIDATION_FAILED');
  });

  it.each([
    ['broken JSON', '{', 'application/json', 'VALIDATION_FAILED'],
    ['another content type', 'operation=narration', 'text/plain', 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a body of more than 64 KiB',
      JSON.stringify({ ...speech, pad: 'x'.repeat(70_000) }),
      'application/json',
      'PAYLOAD_TOO_LARGE',
    ],
  ] as [string, string, string, ErrorCode][])('refuses %s', async (_what, body, type, code) => {
    const headers = { ...both, ...key('f'), 'Content-Type': type };
    await expectProblem(await fetch(`${world.url}${me}/holds`, { method: 'POST', headers, body }), code);
  });
});

describe('keys', () => {
  const writes: [string, string, Headers, object][] = [
    ['a deduction', `${me}/deductions`, both, speech],
    ['a reserve', `${me}/holds`, both, speech],
    ['a settle', `/v1/wallets/wada/holds/${unknownHold}/settle`, narrate, {}],
    ['a release', `/v1/wallets/wada/holds/${unknownHold}/release`, narrate, { reasonCode: 'x' }],
    ['a grant', '/v1/wallets/wada/grants', root, bonus],
  ];
  it.each(writes)('are required for %s, of 1 to 255 visible ASCII characters', async (_what, path, as, body) => {
    for (const headers of [{}, key(''), key('k'.repeat(256)), key('a b'), key('\u00e4')]) {
      const problem = await expectProblem(
        await world.call('POST', path, { ...as, ...headers }, body),
        'VALIDATION_FAILED',
      );
      expect(paths(problem)).toEqual(['header.Idempotency-Key']);
    }
  });

  it('used for one reserve are refused for another', async () => {
    for (const body of [
      { ...speech, params: { characters: 1 } },
      { ...speech, ttlSeconds: 900 },
    ]) {
      await expectProblem(
        await world.call('POST', `${me}/holds`, { ...both, ...key('h') }, body),
        'DUPLICATE_OPERATION',
      );
    }
    expect(world.telemetry.read('wallet_deductions_total', { outcome: 'duplicate' })).toBe(2);
  });

  it('used for one grant are refused for another', async () => {
    const more = await world.call(
      'POST',
      '/v1/wallets/wada/grants',
      { ...root, ...key('g') },
      { ...bonus, credits: 11 },
    );
    await expectProblem(more, 'DUPLICATE_OPERATION');
  });

  it('of another user or another command are others', async () => {
    const eves = await world.call(
      'POST',
      `${me}/holds`,
      { Authorization: 'Bearer eve', ...narrate, ...key('h') },
      speech,
    );
    await expectProblem(eves, 'INSUFFICIENT_CREDITS');
  });
});

describe('wallets of others', () => {
  const reads = ['', '/entries'];

  it('are refused to a user, as any id is, whether it exists or not', async () => {
    for (const id of ['weve', 'wada', 'nobody', '..%2Fusers', '%20', '__x__']) {
      for (const read of reads) {
        await expectProblem(await world.call('GET', `/v1/wallets/${id}${read}`, ada), 'FORBIDDEN');
      }
    }
  });

  it('are refused to a service, beside a user and alone', async () => {
    for (const as of [both, narrate]) {
      for (const id of ['weve', 'wada', 'nobody']) {
        await expectProblem(await world.call('GET', `/v1/wallets/${id}`, as), 'FORBIDDEN');
        await expectProblem(
          await world.call('POST', `/v1/wallets/${id}/holds`, { ...as, ...key('w') }, speech),
          'FORBIDDEN',
        );
        await expectProblem(
          await world.call('POST', `/v1/wallets/${id}/deductions`, { ...as, ...key('w') }, speech),
          'FORBIDDEN',
        );
      }
    }
  });

  it('keep their history from a service, whose business is the balance', async () => {
    expect((await world.call('GET', me, both)).status).toBe(200);
    for (const as of [both, narrate]) await expectProblem(await world.call('GET', `${me}/entries`, as), 'FORBIDDEN');
  });

  it('that do not exist are 404 to an administrator', async () => {
    for (const id of ['nobody', '..%2Fusers', '%00', '__x__']) {
      for (const read of reads)
        await expectProblem(await world.call('GET', `/v1/wallets/${id}${read}`, root), 'WALLET_NOT_FOUND');
      await expectProblem(
        await world.call('POST', `/v1/wallets/${id}/grants`, { ...root, ...key('w') }, bonus),
        'WALLET_NOT_FOUND',
      );
    }
  });

  it('are not made for anonymous users', async () => {
    await expectProblem(await world.call('GET', me, { Authorization: 'Bearer guest' }), 'FORBIDDEN');
  });
});

describe('principals', () => {
  it('without a token are asked to sign in, on every route but the catalog', async () => {
    for (const [method, path] of [
      ['GET', me],
      ['GET', `${me}/entries`],
      ['POST', `${me}/deductions`],
      ['POST', `${me}/holds`],
      ['POST', `/v1/wallets/wada/holds/${holdId}/settle`],
      ['POST', `/v1/wallets/wada/holds/${holdId}/release`],
      ['POST', '/v1/wallets/wada/grants'],
    ] as const) {
      await expectProblem(await world.call(method, path, {}, method === 'GET' ? undefined : speech), 'UNAUTHENTICATED');
    }
  });

  it.each([
    ['deductions', `${me}/deductions`, speech],
    ['holds', `${me}/holds`, speech],
    ['settle', `/v1/wallets/me/holds/${unknownHold}/settle`, {}],
    ['release', `/v1/wallets/me/holds/${unknownHold}/release`, { reasonCode: 'x' }],
  ])('that are users alone are refused on the service route %s, administrators too', async (_what, path, body) => {
    for (const as of [ada, root])
      await expectProblem(await world.call('POST', path, { ...as, ...key('u') }, body), 'FORBIDDEN');
  });

  it('that are services alone need the user on me', async () => {
    await expectProblem(await world.call('GET', me, narrate), 'UNAUTHENTICATED');
    await expectProblem(
      await world.call('POST', `${me}/holds`, { ...narrate, ...key('u') }, speech),
      'UNAUTHENTICATED',
    );
  });

  it('that are no administrators give no credits', async () => {
    await expectProblem(await world.call('POST', `${me}/grants`, { ...ada, ...key('u') }, bonus), 'FORBIDDEN');
    for (const as of [narrate, both, { ...root, ...narrate }]) {
      await expectProblem(await world.call('POST', `${me}/grants`, { ...as, ...key('u') }, bonus), 'FORBIDDEN');
    }
  });

  it('that are accounts charge their own operations only', async () => {
    const polish = { operation: 'pro-polish', params: {} };
    for (const route of ['holds', 'deductions']) {
      await expectProblem(await world.call('POST', `${me}/${route}`, { ...both, ...key('c') }, polish), 'FORBIDDEN');
      await expectProblem(
        await world.call('POST', `${me}/${route}`, { ...ada, ...other, ...key('c') }, speech),
        'FORBIDDEN',
      );
    }
  });
});

describe('holds', () => {
  const end = (id: string, how: string, body: object, as: Headers = narrate, k = 'e'): Promise<Response> =>
    world.call('POST', `/v1/wallets/wada/holds/${id}/${how}`, { ...as, ...key(k) }, body);

  it('of another account are neither settled nor released', async () => {
    await expectProblem(await end(holdId, 'settle', {}, other), 'FORBIDDEN');
    await expectProblem(await end(holdId, 'release', { reasonCode: 'x' }, other), 'FORBIDDEN');
  });

  it.each([unknownHold, 'x', '..%2Fx', '__proto__', 'constructor'])('%p is none', async (id) => {
    await expectProblem(await end(id, 'settle', {}), 'HOLD_NOT_FOUND');
    await expectProblem(await end(id, 'settle', { params: { characters: 1 } }), 'HOLD_NOT_FOUND');
    await expectProblem(await end(id, 'release', { reasonCode: 'x' }), 'HOLD_NOT_FOUND');
  });

  it('named by what cannot be an id never get into a path of the database', async () => {
    const find = jest.spyOn(world.ledger.store, 'find');
    for (const id of ['a%2Fb', 'a%2Fb%2Fc', '__x__', 'A'.repeat(32)]) {
      await expectProblem(await end(id, 'settle', {}), 'HOLD_NOT_FOUND');
      await expectProblem(await end(id, 'settle', { params: { characters: 1 } }), 'HOLD_NOT_FOUND');
      await expectProblem(await end(id, 'release', { reasonCode: 'x' }), 'HOLD_NOT_FOUND');
    }
    expect(find.mock.calls).toEqual([]);
  });

  it.each([{}, { credits: 1 }, { params: { characters: 1 } }])(
    'in a wallet that does not exist are not found with it: %j',
    async (body) => {
      const path = `/v1/wallets/nobody/holds/${holdId}/settle`;
      await expectProblem(await world.call('POST', path, { ...narrate, ...key('e') }, body), 'WALLET_NOT_FOUND');
    },
  );
});
