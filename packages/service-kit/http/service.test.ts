/** The app factory: the order of its checks, and that every failure is problem+json with a code of the catalog. */
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '@reelbanana/catalog';
import { z } from 'zod';
import { expectProblem, fakeAuth, listen, memoryTelemetry, silentLog, type Listening } from '../testing/index.ts';
import { createLog } from '../logging.ts';
import { defineContract, route } from './contract.ts';
import { Problem } from './problem.ts';
import { createService } from './service.ts';

const echo = defineContract({
  method: 'POST',
  path: '/v1/echoes/:name',
  summary: 'Answers what it was told',
  principals: ['user', 'userAndService'],
  key: true,
  params: z.strictObject({ name: z.string() }),
  query: z.strictObject({ times: z.string().regex(/^\d$/, 'must be one digit').transform(Number).optional() }),
  body: z.strictObject({ text: z.string().max(20), nested: z.strictObject({ n: z.int() }).optional() }),
  responses: { 201: z.strictObject({ name: z.string(), text: z.string(), times: z.int(), key: z.string() }) },
  errors: ['FORBIDDEN'],
});
const failing = defineContract({
  method: 'GET',
  path: '/v1/failures/:how',
  summary: 'Fails',
  principals: ['any'],
  params: z.strictObject({ how: z.string() }),
  responses: { 200: z.strictObject({}) },
  errors: ['HOLD_LIMIT'],
});
const tone = defineContract({
  method: 'GET',
  path: '/v1/tone',
  summary: 'Bytes',
  principals: ['admin'],
  responses: { 200: { binary: 'audio/wav' } },
  errors: [],
});
const forAccounts = defineContract({
  method: 'POST',
  path: '/v1/work',
  summary: 'For accounts',
  principals: ['service'],
  responses: { 200: z.strictObject({ account: z.string() }) },
  errors: [],
});

const ada = { uid: 'ada', emailVerified: true, admin: false, anonymous: false };
const auth = fakeAuth({
  users: { ada, root: { ...ada, uid: 'root', admin: true } },
  accounts: { narrate: { id: 'narrate', email: 'narrate@local.iam.gserviceaccount.com' } },
});
const telemetry = memoryTelemetry();
let ready: () => Promise<void> = () => Promise.resolve();
let handled = 0;
let app: Listening;

beforeAll(async () => {
  app = await listen(
    createService({
      auth,
      telemetry,
      log: silentLog,
      config: { service: 'credits', projectId: 'local' },
      checkReplies: true,
      checkErrors: true,
      ready: () => ready(),
      routes: [
        route(echo, ({ params, body, query, key }) => {
          handled += 1;
          return Promise.resolve({
            status: 201,
            body: { name: params.name, text: body.text, times: query.times ?? 1, key },
            headers: { 'X-Own': 'yes' },
          });
        }),
        route(failing, ({ params }) => {
          if (params.how === 'problem') throw new Problem('HOLD_LIMIT', 'Too many', { code: 'X', limit: 7 });
          if (params.how === 'bad-reply')
            return Promise.resolve({ status: 200, body: { a: 1 } as unknown as Record<string, never> });
          throw new Error('secret detail of a bug');
        }),
        route(tone, () => Promise.resolve({ status: 200, body: Buffer.from('RIFF') })),
        route(forAccounts, ({ caller }) =>
          Promise.resolve({ status: 200, body: { account: caller.account?.id ?? '' } }),
        ),
      ],
    }),
  );
});
afterAll(() => app.close());
beforeEach(() => {
  handled = 0;
});

const json = { 'Content-Type': 'application/json' };
const signedIn = { Authorization: 'Bearer ada' };
const keyed = { ...signedIn, ...json, 'Idempotency-Key': 'k-1' };
const post = (body: unknown, headers: Record<string, string> = keyed, path = '/v1/echoes/a'): Promise<Response> =>
  fetch(app.url + path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('a request that is right', () => {
  it('reaches its handler parsed and typed, and its answer leaves as JSON', async () => {
    const response = await post(
      { text: 'hi' },
      { ...keyed, 'Content-Type': 'application/json; charset=UTF-8' },
      '/v1/echoes/a%20b?times=3',
    );
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ name: 'a b', text: 'hi', times: 3, key: 'k-1' });
    expect(response.headers.get('x-own')).toBe('yes');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it('keeps the trace that it came with', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const w3c = await post({ text: 'hi' }, { ...keyed, traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    expect(w3c.headers.get('x-request-id')).toBe(traceId);
    const google = await post({ text: 'hi' }, { ...keyed, 'X-Cloud-Trace-Context': `${traceId}/1;o=1` });
    expect(google.headers.get('x-request-id')).toBe(traceId);
  });

  it('may be answered with bytes', async () => {
    const response = await fetch(`${app.url}/v1/tone`, { headers: { Authorization: 'Bearer root' } });
    expect(response.headers.get('content-type')).toBe('audio/wav');
    expect(await response.text()).toBe('RIFF');
  });

  it('is timed under the route of its contract, never under its URL', async () => {
    const labels = { route: '/v1/echoes/:name', method: 'POST', status_class: '2xx' };
    const before = telemetry.read('http_server_request_duration_seconds', labels);
    await (await post({ text: 'hi' })).text();
    // Recorded when the response has closed, which the client may see first.
    for (let i = 0; i < 100 && telemetry.read('http_server_request_duration_seconds', labels) === before; i += 1)
      await sleep(5);
    expect(telemetry.read('http_server_request_duration_seconds', labels)).toBe(before + 1);
  });
});

describe('the order of checks', () => {
  it('is authentication, key, body: the first that fails answers', async () => {
    await expectProblem(await post('{', { ...json }), 'UNAUTHENTICATED');
    const noKey = await expectProblem(await post('{', { ...json, ...signedIn }), 'VALIDATION_FAILED');
    expect(noKey['errors']).toEqual([{ path: 'header.Idempotency-Key', message: 'is required' }]);
    const noJson = await expectProblem(await post('{'), 'VALIDATION_FAILED');
    expect(noJson['errors']).toEqual([{ path: 'body', message: 'is not JSON' }]);
    expect(handled).toBe(0);
  });
});

describe('principals', () => {
  const work = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${app.url}/v1/work`, { method: 'POST', headers });

  it('lets an account work, alone or beside a user', async () => {
    expect((await work({ 'Service-Authorization': 'Bearer narrate' })).status).toBe(200);
    expect((await work({ 'Service-Authorization': 'Bearer narrate', ...signedIn })).status).toBe(200);
  });

  it('refuses a user on a service route, and a service alone where a user must be with it', async () => {
    await expectProblem(await work(signedIn), 'FORBIDDEN');
    await expectProblem(await work({}), 'UNAUTHENTICATED');
    const alone = await post(
      { text: 'hi' },
      { ...json, 'Idempotency-Key': 'k', 'Service-Authorization': 'Bearer narrate' },
    );
    await expectProblem(alone, 'UNAUTHENTICATED');
  });

  it('refuses a user without the claim on an administrator route', async () => {
    await expectProblem(await fetch(`${app.url}/v1/tone`, { headers: signedIn }), 'FORBIDDEN');
  });
});

describe('Idempotency-Key', () => {
  it.each([
    ['of one character', '!'],
    ['of 255 characters', 'k'.repeat(255)],
    ['that looks like a path', '../a/b/__proto__'],
  ])('may be one %s', async (_what, key) => {
    expect((await post({ text: 'hi' }, { ...keyed, 'Idempotency-Key': key })).status).toBe(201);
  });

  it.each([
    ['empty', ''],
    ['of 256 characters', 'k'.repeat(256)],
    ['with a space', 'a b'],
    ['with a tab', 'a\tb'],
    ['beyond ASCII', 'schl\u00fcssel'],
  ])('is refused %s', async (_what, key) => {
    // fetch refuses or trims some of these itself, so they are written by node:http.
    const status = await rawPost({ ...keyed, 'Idempotency-Key': key });
    expect(status).toEqual({ status: 400, paths: ['header.Idempotency-Key'] });
  });

  it('is refused when it comes twice', async () => {
    expect(await rawPost({ ...keyed, 'Idempotency-Key': ['a', 'b'] })).toEqual({
      status: 400,
      paths: ['header.Idempotency-Key'],
    });
  });
});

/** Headers as bytes, latin1, as an unkind client sends them. */
function rawPost(headers: Record<string, string | string[]>): Promise<{ status: number; paths: string[] }> {
  return new Promise((resolve, reject) => {
    const url = new URL(`${app.url}/v1/echoes/a`);
    const request = httpRequest(url, { method: 'POST', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const { errors } = JSON.parse(text) as { errors: { path: string }[] };
        resolve({ status: response.statusCode ?? 0, paths: errors.map(({ path }) => path) });
      });
    });
    request.on('error', reject);
    try {
      for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    request.end(JSON.stringify({ text: 'hi' }));
  });
}

describe('bodies', () => {
  const cases: [string, string | Buffer, Record<string, string>, ErrorCode, string | undefined][] = [
    ['broken JSON', '{"text":', keyed, 'VALIDATION_FAILED', 'body'],
    ['an array', '[]', keyed, 'VALIDATION_FAILED', 'body'],
    ['null', 'null', keyed, 'VALIDATION_FAILED', 'body'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), keyed, 'VALIDATION_FAILED', 'body'],
    ['none where fields are required', '', keyed, 'VALIDATION_FAILED', 'body.text'],
    ['an unknown field', '{"text":"a","more":1}', keyed, 'VALIDATION_FAILED', 'body.more'],
    ['an unknown nested field', '{"text":"a","nested":{"n":1,"x":1}}', keyed, 'VALIDATION_FAILED', 'body.nested.x'],
    ['a wrong type', '{"text":"a","nested":{"n":"1"}}', keyed, 'VALIDATION_FAILED', 'body.nested.n'],
    ['__proto__', '{"text":"a","__proto__":{"admin":true}}', keyed, 'VALIDATION_FAILED', 'body.__proto__'],
    [
      'a nested __proto__',
      '{"text":"a","nested":{"n":1,"__proto__":{}}}',
      keyed,
      'VALIDATION_FAILED',
      'body.nested.__proto__',
    ],
    ['constructor', '{"text":"a","constructor":{"prototype":{}}}', keyed, 'VALIDATION_FAILED', 'body.constructor'],
    ['deep nesting', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, keyed, 'VALIDATION_FAILED', 'body'],
    ['more than 64 KiB', `{"text":"${'a'.repeat(65_536)}"}`, keyed, 'PAYLOAD_TOO_LARGE', undefined],
    [
      'another content type',
      'text=a',
      { ...keyed, 'Content-Type': 'application/x-www-form-urlencoded' },
      'UNSUPPORTED_MEDIA_TYPE',
      undefined,
    ],
    [
      'a like content type',
      '{"text":"a"}',
      { ...keyed, 'Content-Type': 'application/jsonp' },
      'UNSUPPORTED_MEDIA_TYPE',
      undefined,
    ],
    [
      'another charset',
      '{"text":"a"}',
      { ...keyed, 'Content-Type': 'application/json; charset=latin1' },
      'UNSUPPORTED_MEDIA_TYPE',
      undefined,
    ],
    ['compression', '{"text":"a"}', { ...keyed, 'Content-Encoding': 'gzip' }, 'UNSUPPORTED_MEDIA_TYPE', undefined],
  ];
  it.each(cases)('refuses %s', async (_what, body, headers, code, path) => {
    const response = await fetch(`${app.url}/v1/echoes/a`, { method: 'POST', headers, body });
    const problem = await expectProblem(response, code);
    const paths = (problem['errors'] as { path: string }[] | undefined)?.map((field) => field.path);
    expect(paths).toEqual(path === undefined ? undefined : [path]);
    expect(handled).toBe(0);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('refuses a chunked body past the limit without reading on', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers: keyed, body, duplex: 'half' };
    await expectProblem(await fetch(`${app.url}/v1/echoes/a`, init), 'PAYLOAD_TOO_LARGE');
  });

  it('answers a flood of wrong fields with a bounded number of them', async () => {
    const flood = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`field${i}`, 1]));
    const problem = await expectProblem(await post({ text: 'hi', ...flood }), 'VALIDATION_FAILED');
    expect(problem['errors']).toHaveLength(50);
    expect(problem.detail).toMatch(/and 2950 more$/);
  });

  it('logs a client that leaves in the middle of its body as one that left, not as a bug', async () => {
    const lines: string[] = [];
    const log = createLog({ service: 'credits', destination: { write: (line) => void lines.push(line) } });
    const config = { service: 'credits', projectId: 'local' } as const;
    const handler = (): Promise<never> => Promise.reject(new Error('not reached'));
    const other = await listen(createService({ auth, telemetry, log, config, routes: [route(echo, handler)] }));
    try {
      const request = httpRequest(`${other.url}/v1/echoes/a`, { method: 'POST', headers: keyed, agent: false });
      request.on('error', () => undefined);
      request.write('{"text":');
      await sleep(50); // until it has been authenticated and is being read
      request.destroy();
      for (let i = 0; i < 400 && lines.length === 0; i += 1) await sleep(5);
      await sleep(20);
      expect(lines.map((line) => (JSON.parse(line) as { severity: string; message: string }).message)).toEqual([
        'POST /v1/echoes/:name 499',
      ]);
    } finally {
      await other.close();
    }
  });

  it('tells every wrong field at once, in path and query too', async () => {
    const problem = await expectProblem(
      await post({ text: 1, b: 2 }, keyed, '/v1/echoes/a?times=xx&c=1'),
      'VALIDATION_FAILED',
    );
    const paths = (problem['errors'] as { path: string }[]).map(({ path }) => path).sort();
    expect(paths).toEqual(['body.b', 'body.text', 'query.c', 'query.times']);
  });

  it('refuses a query parameter that comes twice, and a body where the route takes none', async () => {
    await expectProblem(await post({ text: 'hi' }, keyed, '/v1/echoes/a?times=1&times=2'), 'VALIDATION_FAILED');
    const work = await fetch(`${app.url}/v1/work`, {
      method: 'POST',
      headers: { ...json, 'Service-Authorization': 'Bearer narrate' },
      body: '{}',
    });
    await expectProblem(work, 'VALIDATION_FAILED');
  });
});

describe('routes', () => {
  it('answers 404 to a path that none has, in the exact spelling', async () => {
    for (const path of ['/', '/v1', '/v1/echoes', '/V1/tone', '/v1/tone/', '/v1/echoes/a/b']) {
      await expectProblem(await fetch(app.url + path, { headers: signedIn }), 'ROUTE_NOT_FOUND');
    }
  });

  it('answers 405 with Allow to another method', async () => {
    const response = await fetch(`${app.url}/v1/echoes/a`, { method: 'DELETE' });
    expect(response.headers.get('allow')).toBe('POST');
    await expectProblem(response, 'METHOD_NOT_ALLOWED');
    const tones = await fetch(`${app.url}/v1/tone`, { method: 'POST' });
    expect(tones.headers.get('allow')).toBe('GET, HEAD');
  });

  it('answers 400 to a path that is no percent-encoding', async () => {
    await expectProblem(await fetch(`${app.url}/v1/failures/%ff`), 'VALIDATION_FAILED');
  });
});

describe('failures', () => {
  it('sends a Problem with its data, which cannot replace a standard member', async () => {
    const problem = await expectProblem(await fetch(`${app.url}/v1/failures/problem`), 'HOLD_LIMIT');
    expect(problem).toMatchObject({
      type: '/problems/hold-limit',
      detail: 'Too many',
      limit: 7,
      retryable: true,
      retrySameKey: true,
    });
  });

  it('logs why a Problem came about, where something else caused it, and tells the client nothing of it', async () => {
    const lines: string[] = [];
    const log = createLog({ service: 'credits', destination: { write: (line) => void lines.push(line) } });
    const config = { service: 'credits', projectId: 'local' } as const;
    const handler = (): Promise<never> =>
      Promise.reject(new Problem('OVERLOADED', 'Try again', {}, {}, new Error('PERMISSION_DENIED on the directory')));
    const other = await listen(createService({ auth, telemetry, log, config, routes: [route(failing, handler)] }));
    try {
      const problem = await expectProblem(await fetch(`${other.url}/v1/failures/a`), 'OVERLOADED');
      expect(JSON.stringify(problem)).not.toMatch(/PERMISSION/);
      expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
        severity: 'WARNING',
        error: { message: 'PERMISSION_DENIED on the directory' },
      });
    } finally {
      await other.close();
    }
  });

  it('leaves no stack to Express, whose own last answer shows one wherever its env is not production', () => {
    const config = { service: 'credits', projectId: 'local' } as const;
    expect(createService({ auth, telemetry, log: silentLog, config, routes: [] }).get('env')).toBe('production');
  });

  it('shows nothing of a bug but the trace id', async () => {
    const response = await fetch(`${app.url}/v1/failures/bug`);
    const problem = await expectProblem(response, 'INTERNAL');
    expect(problem['traceId']).toBe(response.headers.get('x-request-id'));
    expect(JSON.stringify(problem)).not.toMatch(/secret|stack|\.ts/);
  });

  it('finds a reply and an error that break the contract', async () => {
    await expectProblem(await fetch(`${app.url}/v1/failures/bad-reply`), 'INTERNAL');
    await expectProblem(await fetch(`${app.url}/v1/failures/undeclared`), 'INTERNAL');
  });
});

describe('probes', () => {
  it('tells whether the process is up, and apart from that whether its dependencies answer', async () => {
    ready = () => Promise.reject(new Error('no database'));
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    await expectProblem(await fetch(`${app.url}/readyz`), 'OVERLOADED');
    ready = () => Promise.resolve();
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  });

  it('has no /metrics where telemetry is not scraped', async () => {
    await expectProblem(await fetch(`${app.url}/metrics`), 'ROUTE_NOT_FOUND');
  });
});
