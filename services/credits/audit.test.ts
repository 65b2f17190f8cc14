/** GET /v1/admin/audit: one test an answer. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@reelbanana/ledger-firestore';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { auditReport } from './testing/audit-report.ts';
import { ada, narrate, root, startWorld, type World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.ledger.audits.report = auditReport;
});
afterEach(() => world.close());

const ask = (as: Record<string, string>): Promise<Response> => world.call('GET', '/v1/admin/audit', as);

describe('GET /v1/admin/audit', () => {
  it('200: shows an administrator the last audit with its findings, and not how it is stored', async () => {
    const answer = await ask(root);
    expect(answer.status).toBe(200);
    const { v: _, ...shown } = auditReport;
    expect(await answer.json()).toEqual(shown);
  });

  it('200: shows one that is under way, as far as it has come', async () => {
    const { finishedAt: _, ...unfinished } = auditReport;
    world.ledger.audits.report = { ...unfinished, cursor: 'wallets:wada' };
    const shown = (await (await ask(root)).json()) as object;
    expect(shown).not.toHaveProperty('finishedAt');
    expect(shown).not.toHaveProperty('cursor');
    expect(shown).toMatchObject({ wallets: 12, findingsTotal: 2 });
  });

  it('404: says that there was none yet', async () => {
    world.ledger.audits.report = null;
    const problem = await expectProblem(await ask(root), 'RESULT_NOT_FOUND');
    expect(problem['detail']).toBe('The ledger has not been audited yet');
  });

  it('401: tells nothing to nobody', async () => {
    await expectProblem(await ask({}), 'UNAUTHENTICATED');
  });

  it.each([
    ['a user', ada],
    ['a service', narrate],
    ["a service with a user's token", { ...ada, ...narrate }],
    ["a service with an administrator's token", { ...root, ...narrate }],
  ])('403: tells nothing to %s', async (_who, as) => {
    await expectProblem(await ask(as), 'FORBIDDEN');
  });

  it('503: an outage of the database is one, not the lack of an audit', async () => {
    world.ledger.audits.latest = () => Promise.reject(new StoreUnavailable('no answer'));
    await expectProblem(await ask(root), 'OVERLOADED');
  });
});
