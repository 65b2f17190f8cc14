// The client against a server that answers what a row says: what it sends, what it retries, what it throws.
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCreditsClient, type CreditsClientOptions } from './client.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
interface Seen {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

const balance = { available: 8, held: 2, debt: 0 };
const holdId = 'a'.repeat(32);
const hold = { walletId: 'w', holdId, credits: 2, priceVersion: 1, expiresAt: 1, state: 'open', balance };

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const problem = (status: number, code: string, data: object = {}, headers: Record<string, string> = {}): Answer =>
  json(
    status,
    { type: '/problems/x', title: 't', status, detail: 'why', code, retryable: true, retrySameKey: true, ...data },
    headers,
  );
const cut: Answer = (_, response) => void response.destroy();
const silent: Answer = () => undefined;
const frontEnd: Answer = (_, response) => void response.writeHead(502).end('<html>');

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((done) => server?.close(done));
  server = undefined;
});

/** A credits that gives these answers, one a request; the last one for ever. */
async function credits(answers: readonly Answer[], options: Partial<CreditsClientOptions> = {}) {
  const seen: Seen[] = [];
  const listening = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      seen.push({
        line: `${request.method} ${request.url}`,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      });
      (answers[Math.min(seen.length, answers.length) - 1] as Answer)(request, response);
    });
  });
  server = listening;
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  const creditsUrl = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const identity = (audience: string) => Promise.resolve(`service token for ${audience}`);
  const client = createCreditsClient({ creditsUrl, identity, random: () => 0, ...options });
  return { client, seen, creditsUrl };
}

const reserve = { operation: 'narration', params: { characters: 150 }, ttlSeconds: 300 };
const as = { userToken: 'user token', key: 'key' };

describe('a call', () => {
  it('reserves on the wallet of the user, as this service', async () => {
    const { client, seen, creditsUrl } = await credits([json(201, { ...hold, fieldOfALaterRelease: 1 })]);
    await expect(client.reserve({ ...reserve, supersedes: holdId }, as)).resolves.toEqual({
      walletId: 'w',
      holdId,
      credits: 2,
      state: 'open',
      replayed: false,
    });
    expect(seen).toMatchObject([
      {
        line: 'POST /v1/wallets/me/holds',
        headers: {
          authorization: 'Bearer user token',
          'service-authorization': `Bearer service token for ${creditsUrl}`,
          'idempotency-key': 'key',
          'content-type': 'application/json',
        },
        body: { ...reserve, supersedes: holdId },
      },
    ]);
  });

  it('tells a replay from a fresh reserve by the header', async () => {
    const { client } = await credits([
      json(201, { ...hold, state: 'settled', settledCredits: 2 }, { 'Idempotent-Replayed': 'true' }),
    ]);
    await expect(client.reserve(reserve, as)).resolves.toMatchObject({ replayed: true, state: 'settled' });
  });

  it('settles and releases by the hold’s own id, without the user’s token', async () => {
    const ended = json(200, { walletId: 'w', holdId, credits: 2, balance });
    const { client, seen } = await credits([ended]);
    await expect(client.settle({ walletId: 'w', holdId, credits: 2 })).resolves.toEqual({ credits: 2, balance });
    await expect(client.release({ walletId: 'w', holdId, reasonCode: 'failed' })).resolves.toBeUndefined();
    expect(seen.map(({ line, body }) => [line, body])).toEqual([
      [`POST /v1/wallets/w/holds/${holdId}/settle`, { credits: 2 }],
      [`POST /v1/wallets/w/holds/${holdId}/release`, { reasonCode: 'failed' }],
    ]);
    for (const { headers } of seen) {
      expect(headers['idempotency-key']).toBe(holdId);
      expect(headers['authorization']).toBeUndefined();
    }
  });

  it('reads the user’s balance', async () => {
    const view = { walletId: 'w', ...balance, total: 10, grants: [], unmetered: false, status: 'active', seq: 3 };
    const { client, seen } = await credits([json(200, view)]);
    await expect(client.balance(as)).resolves.toEqual(balance);
    expect(seen).toMatchObject([{ line: 'GET /v1/wallets/me', headers: { authorization: 'Bearer user token' } }]);
  });
});

describe('a failure that may pass', () => {
  it.each([
    ['contention', problem(503, 'CONTENTION')],
    ['a limit', problem(429, 'RATE_LIMITED')],
    ['a front end without a backend', frontEnd],
    ['a cut connection', cut],
    ['no answer in time', silent],
  ] as const)('(%s) is retried with the same key and body', async (_, answer) => {
    const { client, seen } = await credits([answer, answer, json(201, hold)], { tryTimeoutMs: 500 });
    await expect(client.reserve(reserve, as)).resolves.toMatchObject({ holdId });
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ headers, body }) => JSON.stringify([headers['idempotency-key'], body]))).size).toBe(1);
  });

  it('is reported after the last try, with what credits said', async () => {
    const { client, seen } = await credits([problem(503, 'CONTENTION')], { triesMax: 3 });
    await expect(client.reserve(reserve, as)).rejects.toMatchObject({ code: 'CONTENTION', status: 503 });
    expect(seen).toHaveLength(3);
  });

  it('is reported at once when credits asks to wait longer than the call may take', async () => {
    const { client, seen } = await credits([problem(429, 'RATE_LIMITED', {}, { 'Retry-After': '60' })]);
    await expect(client.reserve(reserve, as)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 60 });
    expect(seen).toHaveLength(1);
  });

  it('is an outage, never a lack of credits, when nobody is there', async () => {
    const { client } = await credits([silent], { tryTimeoutMs: 20, timeoutMs: 100 });
    await expect(client.reserve(reserve, as)).rejects.toMatchObject({ code: 'OVERLOADED', status: 503 });
  });

  it('of our own identity is an outage too', async () => {
    const refused = () => Promise.reject(new Error('no metadata server'));
    const { client, seen } = await credits([json(201, hold)], { identity: refused, triesMax: 2 });
    await expect(client.reserve(reserve, as)).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(seen).toHaveLength(0);
  });

  it('of an identity that never comes ends with the time of the call', async () => {
    const { client } = await credits([json(201, hold)], {
      identity: () => new Promise(() => undefined),
      tryTimeoutMs: 20,
      timeoutMs: 100,
    });
    await expect(client.reserve(reserve, as)).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('ends with its caller’s patience', async () => {
    const { client } = await credits([silent]);
    const caller = new AbortController();
    const answer = client.reserve(reserve, as, { signal: caller.signal });
    caller.abort(new Error('gone'));
    await expect(answer).rejects.toThrow('gone');
  });
});

describe('a refusal', () => {
  it.each([
    [402, 'INSUFFICIENT_CREDITS', { required: 2, available: 1 }],
    [409, 'HOLD_CLOSED', { state: 'settled', credits: 2 }],
    [422, 'DUPLICATE_OPERATION', {}],
    [500, 'INTERNAL', {}],
  ] as const)('%s %s is thrown with its data and not retried', async (status, code, data) => {
    const { client, seen } = await credits([problem(status, code, data)]);
    await expect(client.reserve(reserve, as)).rejects.toMatchObject({ code, status, message: 'why', data });
    expect(seen).toHaveLength(1);
  });

  it('in no form that credits knows is INTERNAL', async () => {
    const { client } = await credits([json(404, { hello: 'world' })]);
    await expect(client.reserve(reserve, as)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
