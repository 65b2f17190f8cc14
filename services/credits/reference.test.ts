// /openapi.json of the running service: it describes the routes that are served, and every answer is one that it names.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keyId } from '@reelbanana/ledger';
import { creditsContracts } from '@reelbanana/metering/contract';
import { openApi, type OpenApiDocument } from '@reelbanana/service-kit';
import { expectDocumented, operationsOf } from '@reelbanana/service-kit/testing';
import { auditReport } from './testing/audit-report.ts';
import { ada, key, narrate, root, startWorld, type World } from './testing/world.ts';

let world: World;
let document: OpenApiDocument;
beforeEach(async () => {
  world = await startWorld();
  document = (await (await fetch(`${world.url}/openapi.json`)).json()) as OpenApiDocument;
});
afterEach(() => world.close());

const described = openApi({ service: 'credits', contracts: creditsContracts });
const routes = operationsOf(described);

it('is the document of the contracts, so of docs/api', () => {
  expect(document).toEqual(JSON.parse(JSON.stringify(described)));
});

it('has a page beside it', async () => {
  const page = await (await fetch(`${world.url}/docs`)).text();
  for (const { operation } of routes) expect(page).toContain(`id="${operation.operationId}"`);
});

describe.each(routes)('$method $path', ({ method, path, operation }) => {
  const example = operation.requestBody?.content['application/json']?.example;
  // Ids follow from keys: what the example cannot know is the charge below.
  const charge = keyId('wada', 'deduct', 'charge');
  const body = path.endsWith('/refunds') ? { ...(example as object), entryId: charge } : example;
  const keyed = operation.parameters?.some((parameter) => '$ref' in parameter) === true;

  const asked = (operation.parameters ?? []).flatMap((parameter) =>
    'in' in parameter && parameter.in === 'query' && parameter.required
      ? [`${parameter.name}=${encodeURIComponent(String(parameter.schema.examples?.[0]))}`]
      : [],
  );

  /** With the document's own example of a body, and of each query parameter that is required. */
  const send = (walletId: string, holdId: string, as: Record<string, string>): Promise<Response> =>
    world.call(
      method,
      path.replace('{walletId}', walletId).replace('{holdId}', holdId) +
        (asked.length === 0 ? '' : `?${asked.join('&')}`),
      keyed ? { ...as, ...key('from-the-reference') } : as,
      body,
    );

  it('answers nothing but what is documented, whoever asks, whatever for', async () => {
    await world.call('GET', '/v1/wallets/me', ada);
    const callers = [{}, ada, root, narrate, { ...ada, ...narrate }, { Authorization: 'Bearer nobody' }];
    for (const caller of callers)
      for (const walletId of ['me', 'wada', 'nowhere'])
        expect(await expectDocumented(document, operation, await send(walletId, 'none', caller))).toBeLessThan(500);
    const odd = await world.call(
      method,
      path.replaceAll(/\{\w+\}/g, 'me') + '?odd=1',
      { ...ada, ...narrate },
      body && '[',
    );
    expect(await expectDocumented(document, operation, odd)).toBeGreaterThanOrEqual(400);
  });

  it('does what it says with the example, for one of those who may call', async () => {
    await world.call('GET', '/v1/wallets/me', ada);
    const bonus = { kind: 'bonus', credits: 100, source: 'test', reasonCode: 'welcome' };
    await world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key('give') }, bonus);
    world.ledger.audits.report = auditReport;
    const both = { ...ada, ...narrate };
    const speech = { operation: 'narration', params: { characters: 1_000 } };
    const held = await world.call('POST', '/v1/wallets/me/holds', { ...both, ...key('hold') }, speech);
    const { holdId } = (await held.json()) as { holdId: string };
    await world.call('POST', '/v1/wallets/me/deductions', { ...both, ...key('charge') }, speech);
    const first = operation.security[0] ?? {};
    const roles = first['userToken'] ?? [];
    const user = roles.includes('admin') ? root : 'userToken' in first ? ada : {};
    const as = { ...user, ...('serviceToken' in first ? narrate : {}) };
    const walletId = user === ada ? 'me' : 'wada';
    const once = await expectDocumented(document, operation, await send(walletId, holdId, as));
    expect(once).toBeLessThan(300);
    const again = await send(walletId, holdId, as);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([once, keyed ? 'true' : null]);
    await expectDocumented(document, operation, again);
  });
});
