// /openapi.json of the running service: it describes the routes that are served, and every answer is one that it names.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memoryResults } from '@reelbanana/metering';
import { ledgerCredits } from '@reelbanana/metering/testing';
import { openApi, type OpenApiDocument } from '@reelbanana/service-kit';
import {
  expectDocumented,
  fakeAuth,
  listen,
  memoryTelemetry,
  operationsOf,
  silentLog,
  type Listening,
} from '@reelbanana/service-kit/testing';
import { createNarrate, narrateContracts } from './app.ts';
import { tone } from './testing/wav.ts';

const described = openApi({ service: 'narrate', contracts: narrateContracts });
const routes = operationsOf(described);

let service: Listening;
let document: OpenApiDocument;
beforeAll(async () => {
  const user = (uid: string) => ({ uid, emailVerified: true, admin: false, anonymous: false });
  const { app } = createNarrate({
    config: { service: 'narrate', projectId: 'local', serviceUrl: 'http://narrate.local', holdTtlSeconds: 300 },
    auth: fakeAuth({
      users: { ada: user('ada') },
      accounts: { loadtest: { id: 'loadtest', email: 'loadtest@local' } },
    }),
    telemetry: memoryTelemetry(),
    log: silentLog,
    credits: ledgerCredits({ now: Date.now, credits: 100 }),
    results: memoryResults(),
    engine: { speak: () => Promise.resolve({ contentType: 'audio/wav', bytes: tone(0.5), seconds: 0.5 }) },
  });
  service = await listen(app);
  document = (await (await fetch(`${service.url}/openapi.json`)).json()) as OpenApiDocument;
});
afterAll(() => service.close());

const ada = { Authorization: 'Bearer ada' };
const post = (body: string, headers: Record<string, string>): Promise<Response> =>
  fetch(`${service.url}/v1/narrations`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });
const [narration, recording] = ['postNarrations', 'getNarration'].map(
  (id) => routes.find(({ operation }) => operation.operationId === id)!.operation,
);

describe('the document of narrate', () => {
  it('is that of the contracts, so of docs/api', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(described)));
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/narrations',
      'GET /v1/narrations/{id}',
    ]);
  });

  it('has a page beside it', async () => {
    const page = await (await fetch(`${service.url}/docs`)).text();
    for (const { operation } of routes) expect(page).toContain(`id="${operation.operationId}"`);
  });

  it('has an example that is narrated, replayed and fetched as it says', async () => {
    const example = JSON.stringify(narration!.requestBody!.content['application/json']!.example);
    const first = await post(example, { ...ada, 'Idempotency-Key': 'a' });
    const { id } = (await first.clone().json()) as { id: string };
    expect(await expectDocumented(document, narration!, first)).toBe(201);
    const again = await post(example, { ...ada, 'Idempotency-Key': 'a' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await expectDocumented(document, narration!, again)).toBe(201);
    const sound = await fetch(`${service.url}/v1/narrations/${id}`, { headers: ada });
    expect(await expectDocumented(document, recording!, sound)).toBe(200);
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['nobody', '{"text":"a"}', { 'Idempotency-Key': 'b' }, 401],
    ['a service', '{"text":"a"}', { 'Service-Authorization': 'Bearer loadtest', 'Idempotency-Key': 'b' }, 403],
    ['a request without a key', '{"text":"a"}', ada, 400],
    ['a body that is not JSON', '[', { ...ada, 'Idempotency-Key': 'b' }, 400],
    ['a body of another type', '{}', { ...ada, 'Idempotency-Key': 'b', 'Content-Type': 'text/plain' }, 415],
    ['a body too large', 'x'.repeat(70_000), { ...ada, 'Idempotency-Key': 'b' }, 413],
    ['a text too dear', JSON.stringify({ text: 'x'.repeat(10_000) }), { ...ada, 'Idempotency-Key': 'c' }, 402],
  ])('has the refusal of %s', async (_, body, headers, status) => {
    expect(await expectDocumented(document, narration!, await post(body, headers))).toBe(status);
  });

  it('has the refusal of a key that was used for another text', async () => {
    const headers = { ...ada, 'Idempotency-Key': 'd' };
    await post('{"text":"one"}', headers);
    const response = await post('{"text":"another"}', headers);
    expect(await expectDocumented(document, narration!, response)).toBe(422);
  });

  it('has the refusal of a result that is not there', async () => {
    const response = await fetch(`${service.url}/v1/narrations/none`, { headers: ada });
    expect(await expectDocumented(document, recording!, response)).toBe(404);
  });
});
