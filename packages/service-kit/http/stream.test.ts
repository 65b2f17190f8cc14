/** Answers that are made while they are sent: whole, or seen to be cut; never half of one that looks whole. */
import { request } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { expectProblem, fakeAuth, listen, memoryTelemetry, silentLog, type Listening } from '../testing/index.ts';
import { openApi } from '../openapi/document.ts';
import { openApiFaults } from '../testing/openapi-faults.ts';
import { defineContract, reply, route } from './contract.ts';
import { Problem } from './problem.ts';
import { createService } from './service.ts';

const numbers = defineContract({
  method: 'GET',
  path: '/v1/numbers/:how',
  summary: 'Counts',
  principals: ['any'],
  params: z.strictObject({ how: z.string() }),
  responses: {
    200: { streamed: { 'application/json': z.strictObject({ numbers: z.array(z.int()) }), 'text/plain': null } },
  },
  errors: ['OVERLOADED'],
});

const outage = (): Problem => new Problem('OVERLOADED', 'The store does not answer');
/** What the maker of the pieces lived to see. */
let made: string[] = [];

async function* pieces(how: string): AsyncIterable<string> {
  try {
    if (how === 'fails-at-once') throw outage();
    yield '{"numbers":[1';
    if (how === 'fails-later') throw outage();
    if (how === 'ends-early') return;
    for (let n = 0; how === 'endless'; n += 1) yield `,${String(n).padStart(60_000, ' ')}`;
    made.push('second');
    yield how === 'wrong' ? ',"two"]}' : ',2]}';
  } finally {
    made.push('end');
  }
}

const telemetry = memoryTelemetry();
const answered = (status_class: string): number =>
  telemetry.read('http_server_request_duration_seconds', { route: numbers.path, method: 'GET', status_class });

let app: Listening;
beforeAll(async () => {
  app = await listen(
    createService({
      auth: fakeAuth({ users: {}, accounts: {} }),
      telemetry,
      log: silentLog,
      config: { service: 'credits', projectId: 'local' },
      checkReplies: true,
      routes: [
        route(numbers, ({ params: { how } }) =>
          Promise.resolve(
            reply(200, { type: how === 'text' ? 'text/plain' : 'application/json', pieces: pieces(how) }),
          ),
        ),
      ],
    }),
  );
});
afterAll(() => app.close());
beforeEach(() => {
  made = [];
});

const get = (how: string): Promise<Response> => fetch(`${app.url}/v1/numbers/${how}`);

const text = async (how: string): Promise<string> => (await get(how)).text();

describe('a streamed answer', () => {
  it.each([
    ['json', 'application/json'],
    ['text', 'text/plain'],
  ])('arrives whole: %s', async (how, type) => {
    const response = await get(how);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe('{"numbers":[1,2]}');
    expect(made).toEqual(['second', 'end']);
  });

  it('that fails before its first piece is answered as any other failure', async () => {
    await expectProblem(await get('fails-at-once'), 'OVERLOADED');
  });

  it('that fails later is cut: the client cannot take it for a whole one', async () => {
    const before = [answered('4xx'), answered('5xx')];
    await expect(text('fails-later')).rejects.toThrow();
    // And is counted as our failure: the client has not left.
    while (answered('4xx') + answered('5xx') === before[0]! + before[1]!) await new Promise(setImmediate);
    expect([answered('4xx'), answered('5xx')]).toEqual([before[0], before[1]! + 1]);
  });

  it.each(['wrong', 'ends-early'])('is held against its contract where replies are: %s', async (how) => {
    await expect(text(how)).rejects.toThrow();
  });

  it('is no longer made once the client has gone, and waits for one that does not read', async () => {
    const asked = request(`${app.url}/v1/numbers/endless`).end();
    const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { destroy(): void }];
    await once(response, 'readable');
    response.destroy();
    while (!made.includes('end')) await new Promise((resolve) => setImmediate(resolve));
    expect(made).toEqual(['end']);
  });

  it('is not made for a HEAD, which is answered like the GET', async () => {
    const response = await fetch(`${app.url}/v1/numbers/json`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(made).toEqual(['end']);
  });

  it('is documented in each of its forms', () => {
    const document = openApi({ service: 'credits', contracts: [numbers] });
    expect(openApiFaults(document)).toEqual([]);
    expect(document.paths['/v1/numbers/{how}']?.['get']?.responses['200']).toMatchObject({
      content: { 'application/json': { example: { numbers: [1] } }, 'text/plain': {} },
    });
  });
});
