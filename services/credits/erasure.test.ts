/** DELETE /v1/admin/users/{uid} over the ledger in memory: who may, what is left, and what an old token still opens. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { invariants } from '@reelbanana/ledger/invariants';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { ada, key, loadtest, narrate, root, startWorld, type World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await world.call('GET', '/v1/wallets/me', ada);
  const bonus = { kind: 'bonus', credits: 50, source: 'test', reasonCode: 'welcome' };
  await world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key('g') }, bonus);
});
afterEach(() => world.close());

const both = { ...ada, ...narrate };
const speech = { operation: 'narration', params: { characters: 200 } };
const erase = (as: Record<string, string> = root, path = '/v1/admin/users/ada?reasonCode=user-asked') =>
  world.call('DELETE', path, as);

describe('erasing a user', () => {
  it('answers when it was done, once and for all, with one audit record', async () => {
    const at = world.clock.now;
    const first = await erase();
    expect([first.status, await first.json()]).toEqual([200, { erasedAt: at }]);
    world.clock.now += 1_000;
    expect(await (await erase()).json()).toEqual({ erasedAt: at });
    const records = [...world.ledger.store.audits.values()].filter(({ action }) => action === 'erase');
    expect(records).toEqual([{ uid: 'root', action: 'erase', reasonCode: 'user-asked', at }]);
  });

  it.each<readonly [what: string, method: string, path: string, as: Record<string, string>, body: object | undefined]>([
    ['balance', 'GET', '/v1/wallets/me', ada, undefined],
    ['balance, through a service', 'GET', '/v1/wallets/me', both, undefined],
    ['history', 'GET', '/v1/wallets/me/entries', ada, undefined],
    ['statement', 'GET', '/v1/wallets/me/statement', ada, undefined],
    ['deduction', 'POST', '/v1/wallets/me/deductions', { ...both, ...key('d') }, speech],
    ['hold', 'POST', '/v1/wallets/me/holds', { ...both, ...key('h') }, speech],
  ])(
    'closes %s to a token that is still good, and makes no new wallet for it',
    async (_what, method, path, as, body) => {
      await erase();
      const problem = await expectProblem(await world.call(method, path, as, body), 'FORBIDDEN');
      expect(problem.detail).toMatch(/was erased/);
      expect(await (await world.call('GET', '/v1/admin/wallets?uid=ada', root)).json()).toEqual({ wallets: [] });
    },
  );

  it('leaves the wallet to administrators, and to the account of an open hold', async () => {
    const held = await world.call('POST', '/v1/wallets/me/holds', { ...both, ...key('h') }, speech);
    const { holdId } = (await held.json()) as { holdId: string };
    await erase();
    const settle = `/v1/wallets/wada/holds/${holdId}/settle`;
    expect((await world.call('POST', settle, { ...narrate, ...key('s') }, {})).status).toBe(200);
    const wallet = (await (await world.call('GET', '/v1/wallets/wada', root)).json()) as object;
    expect(wallet).toMatchObject({ available: 48, seq: 3 });
    const stored = (await world.ledger.store.load('wada'))!;
    expect(stored.wallet.readers).toEqual([]);
    expect(invariants(stored.wallet, world.ledger.store.entries('wada'))).toEqual([]);
    const found = (await (await world.call('GET', '/v1/admin/wallets', root)).json()) as object;
    expect(JSON.stringify(found)).not.toContain('ada@example.com');
  });

  it.each<readonly [who: string, as: Record<string, string>, code: 'FORBIDDEN' | 'UNAUTHENTICATED']>([
    ['the user', ada, 'FORBIDDEN'],
    ['a service', narrate, 'FORBIDDEN'],
    ["a service with an administrator's token", { ...root, ...narrate }, 'FORBIDDEN'],
    ['a load test', loadtest, 'FORBIDDEN'],
    ['nobody', {}, 'UNAUTHENTICATED'],
  ])('is not for %s, and then erases nothing', async (_who, as, code) => {
    await expectProblem(await erase(as), code);
    expect((await world.call('GET', '/v1/wallets/me', ada)).status).toBe(200);
  });

  it.each([
    ['/v1/admin/users/ada', 'query.reasonCode'],
    ['/v1/admin/users/ada?reasonCode=asked%20by%20mail', 'query.reasonCode'],
    ['/v1/admin/users/ada?reasonCode=x&note=y', 'query.note'],
    ['/v1/admin/users/a%2Fb?reasonCode=x', 'path.uid'],
    ['/v1/admin/users/__x__?reasonCode=x', 'path.uid'],
    [`/v1/admin/users/${'u'.repeat(129)}?reasonCode=x`, 'path.uid'],
  ])('refuses %s with the path', async (path, wrong) => {
    const problem = await expectProblem(await erase(root, path), 'VALIDATION_FAILED');
    expect(problem['errors']).toMatchObject([{ path: wrong }]);
  });
});
