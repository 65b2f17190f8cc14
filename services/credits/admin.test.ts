/** What administrators read: finding wallets, usage, revenue, health; and that nobody else does. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@reelbanana/ledger-firestore';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { ada, key, loadtest, narrate, root, startWorld, type World, type WorldOptions } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

async function again(options: WorldOptions): Promise<void> {
  await world.close();
  world = await startWorld(options);
}
const eve = { Authorization: 'Bearer eve' };
const load = { Authorization: 'Bearer load-1' };
const both = { ...ada, ...narrate };
type Body = Record<string, unknown>;
async function get(path: string, as: Record<string, string> = root): Promise<Body> {
  const response = await world.call('GET', path, as);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as Body;
}
async function post(path: string, as: Record<string, string>, name: string, body: object): Promise<Body> {
  const response = await world.call('POST', path, { ...as, ...key(name) }, body);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}
const give = (wallet: string, credits: number, more: object = {}, as: Record<string, string> = root) =>
  post(`/v1/wallets/${wallet}/grants`, as, `g${credits}`, {
    kind: 'bonus',
    credits,
    source: 'test',
    reasonCode: 'x',
    ...more,
  });
const speak = (as: Record<string, string>, name: string, characters: number) =>
  post('/v1/wallets/me/deductions', as, name, { operation: 'narration', params: { characters } });

const june = '?from=2026-06-01&to=2026-06-30';

describe.each([['/v1/admin/wallets'], [`/v1/admin/usage${june}`], [`/v1/admin/revenue${june}`], ['/v1/admin/health']])(
  'GET %s',
  (path) => {
    it.each<readonly [who: string, as: Record<string, string>, code: 'FORBIDDEN' | 'UNAUTHENTICATED']>([
      ['a user', ada, 'FORBIDDEN'],
      ['a service', narrate, 'FORBIDDEN'],
      ["a service with a user's token", both, 'FORBIDDEN'],
      ["a service with an administrator's token", { ...root, ...narrate }, 'FORBIDDEN'],
      ['a load test', loadtest, 'FORBIDDEN'],
      ['nobody', {}, 'UNAUTHENTICATED'],
      ['a stranger', { Authorization: 'Bearer nobody' }, 'UNAUTHENTICATED'],
    ])('is not for %s', async (_who, as, code) => {
      await expectProblem(await world.call('GET', path, as), code);
    });

    it('is for administrators', async () => {
      expect(await get(path)).toEqual(expect.any(Object));
    });
  },
);

describe('finding wallets', () => {
  beforeEach(async () => {
    for (const who of [ada, eve, load]) await get('/v1/wallets/me', who);
    await give('wada', 10, { expiresAt: world.clock.now + 1_000 });
  });

  it('tells balance, status and user of each', async () => {
    expect(await get('/v1/admin/wallets?uid=ada')).toEqual({
      wallets: [
        {
          walletId: 'wada',
          owner: { kind: 'user', id: 'ada' },
          email: 'ada@example.com',
          createdAt: world.clock.now,
          available: 10,
          held: 0,
          debt: 0,
          unmetered: false,
          status: 'active',
          seq: 1,
        },
      ],
    });
  });

  it('applies time, as GET wallet does', async () => {
    world.clock.now += 86_400_000; // they expire with their UTC day
    expect(await get('/v1/admin/wallets?uid=ada')).toMatchObject({ wallets: [{ available: 0, seq: 2 }] });
  });

  it.each([
    ['?email=ADA@', ['ada']],
    ['?email=ada%40example.com', ['ada']],
    ['?email=x', []],
    ['?status=frozen', []],
    ['?status=active&limit=100', ['ada', 'eve', 'load-1']],
    ['', ['ada', 'eve', 'load-1']],
  ])('finds by %s', async (query, ids) => {
    const { wallets } = await get(`/v1/admin/wallets${query}`);
    expect((wallets as { owner: { id: string } }[]).map(({ owner }) => owner.id)).toEqual(ids);
  });

  it('goes on where its cursor says', async () => {
    const first = await get('/v1/admin/wallets?limit=2');
    const second = await get(`/v1/admin/wallets?limit=2&cursor=${String(first['cursor'])}`);
    expect([first['wallets'], second['wallets']]).toMatchObject([[{}, {}], [{ owner: { id: 'load-1' } }]]);
    expect(second).not.toHaveProperty('cursor');
  });

  it.each([
    ['?uid=a&email=b', 'query.email'],
    ['?status=closed', 'query.status'],
    ['?limit=101', 'query.limit'],
    ['?uid=', 'query.uid'],
    ['?name=ada', 'query.name'],
  ])('refuses %s with the path', async (query, path) => {
    const problem = await expectProblem(
      await world.call('GET', `/v1/admin/wallets${query}`, root),
      'VALIDATION_FAILED',
    );
    expect(problem['errors']).toMatchObject([{ path }]);
  });
});

describe('reports', () => {
  beforeEach(async () => {
    for (const who of [ada, load]) await get('/v1/wallets/me', who);
    await give('wada', 100, { expiresAt: Date.UTC(2026, 5, 20) });
    await give('wada', 7);
    await speak(both, 'd1', 300);
    world.clock.now = Date.UTC(2026, 5, 2, 12);
    await speak(both, 'd2', 200);
    await speak(both, 'd2', 200); // a replay
    await give('wload1', 50, {}, loadtest);
    await speak({ ...load, ...loadtest }, 'd1', 500);
    world.clock.now = Date.UTC(2026, 6, 1);
    await give('wada', 3);
    await world.usage.flush();
  });

  it('of usage tell charges and credits by day and operation, without load wallets', async () => {
    expect(await get(`/v1/admin/usage${june}`)).toEqual({
      from: '2026-06-01',
      to: '2026-06-30',
      days: [
        { day: '2026-06-01', operations: { narration: { charges: 1, credits: 3, waived: 0 } } },
        { day: '2026-06-02', operations: { narration: { charges: 1, credits: 2, waived: 0 } } },
      ],
      operations: { narration: { charges: 2, credits: 5, waived: 0 } },
    });
    expect(await get('/v1/admin/usage?from=2026-06-02&to=2026-06-02')).toMatchObject({
      operations: { narration: { charges: 1 } },
    });
    expect(await get('/v1/admin/usage?from=2025-01-01&to=2025-12-31')).toMatchObject({ days: [], operations: {} });
  });

  it('of revenue tell what was granted, consumed, expired, and what is owed now, without load wallets', async () => {
    expect(await get(`/v1/admin/revenue${june}`)).toEqual({
      from: '2026-06-01',
      to: '2026-06-30',
      granted: { bonus: { grants: 2, credits: 107 } },
      paid: {},
      consumed: 5,
      waived: 0,
      expired: 0,
      clawedBack: 0,
      liability: { credits: 10, debt: 0, asOf: world.clock.now },
    });
    const { available, held } = await get('/v1/wallets/me', ada);
    expect(Number(available) + Number(held)).toBe(10);
    // Time was applied with the first command of July: what expired counts in the day of its entry.
    expect(await get('/v1/admin/revenue?from=2026-07-01&to=2026-07-01')).toMatchObject({
      expired: 95,
      granted: { bonus: { credits: 3 } },
    });
  });

  it.each(['usage', 'revenue'])('of %s refuse days that are none, with the path', async (report) => {
    const bad: readonly (readonly [query: string, path: string])[] = [
      ['', 'query.from'],
      ['?from=2026-06-01', 'query.to'],
      ['?from=2026-06-31&to=2026-07-01', 'query.from'],
      ['?from=2026-6-1&to=2026-07-01', 'query.from'],
      ['?from=2026-06-01T00:00:00Z&to=2026-07-01', 'query.from'],
      ['?from=2026-06-02&to=2026-06-01', 'query.to'],
      ['?from=2025-01-01&to=2026-01-02', 'query.to'],
      ['?from=2026-06-01&to=2026-06-02&by=hour', 'query.by'],
    ];
    for (const [query, path] of bad) {
      const response = await world.call('GET', `/v1/admin/${report}${query}`, root);
      const problem = await expectProblem(response, 'VALIDATION_FAILED');
      expect((problem['errors'] as { path: string }[]).map((error) => error.path)).toContain(path);
    }
    await get(`/v1/admin/${report}?from=2025-01-01&to=2026-01-01`);
  });
});

describe('health', () => {
  it('tells revision, uptime, store and queues', async () => {
    await get('/v1/wallets/me', ada);
    await give('wada', 1);
    expect(await get('/v1/admin/health')).toEqual({
      status: 'ok',
      service: 'credits',
      revision: 'credits-00001',
      uptimeSeconds: expect.any(Number),
      firestore: { status: 'ok', latencyMs: expect.any(Number) },
      engine: { wallets: 1, entries: 1, pending: 0 },
    });
  });

  it('tells a store that does not answer, and still answers itself', async () => {
    const down = (): Promise<never> => Promise.reject(new StoreUnavailable('down'));
    await again({ disturb: (ledger) => ({ ...ledger, store: { find: down, load: down } }) });
    expect(await get('/v1/admin/health')).toMatchObject({ status: 'degraded', firestore: { status: 'unavailable' } });
  });
});
