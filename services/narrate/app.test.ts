// The narrate API in process: a real app, the real ledger's rules, a fake voice.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { memoryResults } from '@reelbanana/metering';
import { ledgerCredits } from '@reelbanana/metering/testing';
import {
  expectProblem,
  fakeAuth,
  listen,
  memoryTelemetry,
  silentLog,
  type Listening,
} from '@reelbanana/service-kit/testing';
import { createNarrate } from './app.ts';
import type { Utterance } from './engines/index.ts';
import { tone } from './testing/wav.ts';

let service: Listening | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function narrate({ credits = 1_000, broken = false } = {}) {
  const ledger = ledgerCredits({ now: Date.now, credits });
  const spoken: Omit<Utterance, 'signal'>[] = [];
  const user = (uid: string) => ({ uid, emailVerified: true, admin: false, anonymous: false });
  const { app } = createNarrate({
    config: { service: 'narrate', projectId: 'local', serviceUrl: 'http://narrate.local', holdTtlSeconds: 300 },
    auth: fakeAuth({
      users: { ada: user('ada'), bob: user('bob') },
      accounts: { loadtest: { id: 'loadtest', email: 'loadtest@local' } },
    }),
    telemetry: memoryTelemetry(),
    log: silentLog,
    checkReplies: true,
    checkErrors: true,
    credits: ledger,
    results: memoryResults(),
    engine: {
      speak: ({ text, voice }) => {
        spoken.push({ text, voice });
        if (broken) return Promise.reject(new Error('no voice today'));
        return Promise.resolve({ contentType: 'audio/wav', bytes: tone(0.5), seconds: 0.5 });
      },
    },
  });
  const listening = await listen(app);
  service = listening;
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${listening.url}/v1/narrations`, {
      method: 'POST',
      headers: {
        Authorization: 'Bearer ada',
        'Idempotency-Key': 'key-1',
        'Content-Type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const get = (id: string, user = 'ada'): Promise<Response> =>
    fetch(`${listening.url}/v1/narrations/${id}`, { headers: { Authorization: `Bearer ${user}` } });
  return { ledger, spoken, post, get, url: listening.url };
}

describe('POST /v1/narrations', () => {
  it('charges one credit for each started hundred characters of the text, and says where the recording is', async () => {
    const h = await narrate();
    const response = await h.post({ text: `  ${'caf\u0065\u0301 '.repeat(30)}` }); // 149 code points once composed and trimmed
    const body = (await response.json()) as { id: string };
    expect(response.status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      characters: 149,
      credits: 2,
      seconds: 0.5,
      contentType: 'audio/wav',
      url: `http://narrate.local/v1/narrations/${body.id}`,
      balance: { available: 998, held: 0, debt: 0 },
    });
    expect(h.spoken).toEqual([{ text: 'café '.repeat(30).trim(), voice: 'en-us' }]);
  });

  it('speaks a key once, however often it is asked', async () => {
    const h = await narrate();
    const first: unknown = await (await h.post({ text: 'hello', voice: 'de' })).json();
    const again = await h.post({ text: 'hello', voice: 'de' });
    expect([again.status, again.headers.get('idempotent-replayed'), await again.json()]).toEqual([201, 'true', first]);
    expect(h.spoken).toHaveLength(1);
    expect(h.ledger.wallet().totals.consumed).toBe(1);
  });

  it.each([
    ['another text', { text: 'world' }],
    ['another voice', { text: 'hello', voice: 'fr' }],
  ])('refuses %s under a key that is used', async (_, body) => {
    const h = await narrate();
    await h.post({ text: 'hello' });
    await expectProblem(await h.post(body), 'DUPLICATE_OPERATION');
  });

  it.each([
    ['no text', {}, 'body.text'],
    ['an empty text', { text: '  ' }, 'body.text'],
    ['too long a text', { text: 'a'.repeat(10_001) }, 'body.text'],
    ['an unknown voice', { text: 'hello', voice: 'klingon' }, 'body.voice'],
    ['a field that is none of ours', { text: 'hello', characters: 1 }, 'body'],
  ])('refuses %s and holds nothing', async (_, body, path) => {
    const h = await narrate();
    const problem = await expectProblem(await h.post(body), 'VALIDATION_FAILED');
    expect((problem['errors'] as { path: string }[]).map((error) => error.path)).toEqual([
      expect.stringContaining(path),
    ]);
    expect(h.ledger.entries('reserve')).toHaveLength(0);
  });

  it('is for end users, not for services', async () => {
    const h = await narrate();
    const asService = { Authorization: '', 'Service-Authorization': 'Bearer loadtest' };
    expect([401, 403]).toContain((await h.post({ text: 'hello' }, asService)).status);
  });

  it('does not speak without credits', async () => {
    const h = await narrate({ credits: 1 });
    await expectProblem(await h.post({ text: 'a'.repeat(101) }), 'INSUFFICIENT_CREDITS');
    expect(h.spoken).toHaveLength(0);
  });

  it('charges nothing when the engine fails', async () => {
    const h = await narrate({ broken: true });
    await expectProblem(await h.post({ text: 'hello' }), 'OPERATION_FAILED');
    expect(h.ledger.wallet().totals).toMatchObject({ consumed: 0, held: 0, available: 1_000 });
  });
});

describe('GET /v1/narrations/{id}', () => {
  it('gives the recording to its owner alone', async () => {
    const h = await narrate();
    const { id } = (await (await h.post({ text: 'hello' })).json()) as { id: string };
    const recording = await h.get(id);
    expect(recording.status).toBe(200);
    expect(recording.headers.get('content-type')).toBe('audio/wav');
    expect(recording.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.from(await recording.arrayBuffer())).toEqual(Buffer.from(tone(0.5)));
    await expectProblem(await h.get(id, 'bob'), 'RESULT_NOT_FOUND');
  });

  it.each(['0'.repeat(32), 'x', '..%2Fada', '%2e%2e'])('knows no %s', async (id) => {
    const h = await narrate();
    const response = await h.get(id);
    expect(response.status).toBe(404);
  });

  it('wants a token', async () => {
    const h = await narrate();
    await expectProblem(await fetch(`${h.url}/v1/narrations/${'0'.repeat(32)}`), 'UNAUTHENTICATED');
  });
});

it('the metered handler is at most 40 lines', async () => {
  const source = await readFile(join(import.meta.dirname, 'handlers/narrations.ts'), 'utf8');
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});
