// metered() in a real app: what a client of a paid route sees, and what is left in the wallet.
import { afterEach, describe, expect, it } from '@jest/globals';
import { createService, defineContract, Problem, route } from '@reelbanana/service-kit';
import {
  expectProblem,
  fakeAuth,
  listen,
  memoryTelemetry,
  silentLog,
  type Listening,
} from '@reelbanana/service-kit/testing';
import { z } from 'zod';
import type { Made, OpenHold } from './attempts.ts';
import { balance } from './contract/index.ts';
import type { CreditsClient } from './credits.ts';
import { CreditsError } from './errors.ts';
import { createMetering } from './metered.ts';
import { memoryResults, type ResultStore } from './results.ts';
import { ledgerCredits } from './testing/ledger-credits.ts';

const contract = defineContract({
  method: 'POST',
  path: '/v1/narrations',
  summary: 'Speaks',
  principals: ['user'],
  key: true,
  body: z.strictObject({ text: z.string().min(1) }),
  responses: {
    201: z.strictObject({
      id: z.string(),
      characters: z.int(),
      credits: z.int(),
      contentType: z.literal('text/plain'),
      url: z.url(),
      balance,
    }),
  },
  errors: ['OPERATION_FAILED', 'INSUFFICIENT_CREDITS', 'DUPLICATE_OPERATION'],
});

type Work = (request: { body: { text: string } }, hold: OpenHold) => Promise<void>;

let service: Listening | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function house(
  o: { credits?: number; faults?: Partial<CreditsClient>; work?: Work; holdTtlSeconds?: number } = {},
) {
  const ledger = ledgerCredits({ now: Date.now, credits: o.credits ?? 10 });
  const results = memoryResults();
  const metering = createMetering({
    credits: { ...ledger, ...o.faults },
    results,
    serviceUrl: 'https://narrate.example',
    holdTtlSeconds: o.holdTtlSeconds ?? 300,
  });
  let works = 0;
  const paid = route(
    contract,
    metering.metered(
      'narration',
      { cost: ({ body }) => ({ characters: body.text.length }), path: (id) => `/v1/narrations/${id}` },
      async (request, hold) => {
        works += 1;
        await o.work?.(request, hold);
        const { text } = request.body;
        return {
          contentType: 'text/plain',
          bytes: Buffer.from(text),
          fields: { characters: text.length },
        } satisfies Made as Made & {
          readonly contentType: 'text/plain';
          readonly fields: { readonly characters: number };
        };
      },
    ),
  );
  const user = (uid: string) => ({ uid, emailVerified: true, admin: false, anonymous: false });
  const listening = await listen(
    createService({
      routes: [paid],
      auth: fakeAuth({
        users: { ada: user('ada'), bob: user('bob'), guest: { ...user('guest'), anonymous: true } },
        accounts: {},
      }),
      config: { service: 'narrate', projectId: 'local' },
      telemetry: memoryTelemetry(),
      log: silentLog,
      checkReplies: true,
    }),
  );
  service = listening;
  const post = (
    body: unknown,
    headers: Record<string, string | undefined> = {},
    signal?: AbortSignal,
  ): Promise<Response> => {
    const all = { Authorization: 'Bearer ada', 'Idempotency-Key': 'k', 'Content-Type': 'application/json', ...headers };
    const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return fetch(`${listening.url}/v1/narrations`, {
      method: 'POST',
      headers: given,
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  };
  return { ledger, results, metering, post, works: () => works, totals: () => ledger.wallet().totals };
}

const text = 'x'.repeat(150); // 2 credits

describe('a paid route', () => {
  it('answers with what was made, what it cost and what is left', async () => {
    const h = await house();
    const response = await h.post({ text });
    const body = (await response.json()) as { id: string };
    expect(response.status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      characters: 150,
      credits: 2,
      contentType: 'text/plain',
      url: `https://narrate.example/v1/narrations/${body.id}`,
      balance: { available: 8, held: 0, debt: 0 },
    });
    expect(response.headers.get('location')).toBe(`https://narrate.example/v1/narrations/${body.id}`);
    expect(response.headers.get('idempotent-replayed')).toBeNull();
    expect(
      await h.metering.result({ user: { uid: 'ada' } as never, tokens: {} }, body.id).then((r) => r.bytes()),
    ).toEqual(new Uint8Array(Buffer.from(text)));
  });

  it('is not for anonymous users, who have no wallet', async () => {
    const h = await house();
    await expectProblem(await h.post({ text }, { Authorization: 'Bearer guest' }), 'FORBIDDEN');
    expect([h.works(), h.ledger.entries('reserve')]).toEqual([0, []]);
  });

  it('answers a repeat with the same result, marked as one, and charges nothing more', async () => {
    const h = await house();
    const first = (await (await h.post({ text })).json()) as object;
    const repeat = await h.post({ text });
    expect(repeat.headers.get('idempotent-replayed')).toBe('true');
    expect(await repeat.json()).toEqual(first);
    expect([h.works(), h.totals().consumed]).toEqual([1, 2]);
  });

  it('refuses another text under the same key', async () => {
    const h = await house();
    await h.post({ text });
    await expectProblem(await h.post({ text: 'y'.repeat(150) }), 'DUPLICATE_OPERATION'); // the same price
    expect(h.totals().consumed).toBe(2);
  });

  it.each([
    ['without a token', 'UNAUTHENTICATED', { text }, { Authorization: undefined }],
    ['without a key', 'VALIDATION_FAILED', { text }, { 'Idempotency-Key': undefined }],
    ['with an invalid body', 'VALIDATION_FAILED', { text: '' }, {}],
  ] as const)('holds nothing for a request %s', async (_, code, body, headers) => {
    const h = await house();
    await expectProblem(await h.post(body, headers), code);
    expect(h.ledger.entries('reserve')).toHaveLength(0);
  });

  it('passes on a lack of credits, with the figures, and does not work', async () => {
    const h = await house({ credits: 1 });
    const problem = await expectProblem(await h.post({ text }), 'INSUFFICIENT_CREDITS');
    expect(problem).toMatchObject({ required: 2, available: 1 });
    expect(h.works()).toBe(0);
  });

  it.each([
    ['FORBIDDEN', 'INTERNAL'], // this service's account may not charge: nothing that the user could mend
    ['INVALID_OPERATION', 'INTERNAL'],
    ['OVERLOADED', 'OVERLOADED'],
    ['HOLD_LIMIT', 'HOLD_LIMIT'],
  ] as const)('turns %s of credits into %s', async (code, told) => {
    const reserve = () => Promise.reject(new CreditsError(code, 'why', { retryAfterSeconds: 7 }));
    const h = await house({ faults: { reserve } });
    const response = await h.post({ text });
    const { headers } = response;
    await expectProblem(response, told);
    expect(headers.get('retry-after')).toBe(told === 'INTERNAL' ? null : '7');
  });
});

describe('work that fails', () => {
  it('is OPERATION_FAILED, uncharged and without a word of the cause; the same key goes on', async () => {
    let broken = true;
    const h = await house({
      work: () => (broken ? Promise.reject(new Error('secret path /srv')) : Promise.resolve()),
    });
    const problem = await expectProblem(await h.post({ text }), 'OPERATION_FAILED');
    expect(JSON.stringify(problem)).not.toContain('secret');
    expect([h.totals().held, h.totals().consumed]).toEqual([0, 0]);
    broken = false;
    expect((await h.post({ text })).status).toBe(201);
    expect(h.totals().consumed).toBe(2);
  });

  it('with a Problem of its own is told as that problem, uncharged', async () => {
    const h = await house({ work: () => Promise.reject(new Problem('VALIDATION_FAILED', 'nothing to speak')) });
    await expectProblem(await h.post({ text }), 'VALIDATION_FAILED');
    expect([h.totals().held, h.totals().consumed]).toEqual([0, 0]);
  });

  it('by taking longer than its hold allows is OPERATION_FAILED, uncharged', async () => {
    const h = await house({ holdTtlSeconds: 1, work: () => new Promise(() => undefined) });
    await expectProblem(await h.post({ text }), 'OPERATION_FAILED');
    expect([h.totals().held, h.totals().consumed]).toEqual([0, 0]);
    expect(h.ledger.entries('release')).toHaveLength(1); // by us, before its time
  });
});

describe('work that nobody waits for', () => {
  /** Work that lasts until it is aborted. */
  const endless = () => {
    const started = Promise.withResolvers<undefined>();
    const aborted = Promise.withResolvers<undefined>();
    const work: Work = (_, { signal }) => {
      started.resolve(undefined);
      signal.addEventListener('abort', () => aborted.resolve(undefined));
      return new Promise(() => undefined);
    };
    return { work, started: started.promise, aborted: aborted.promise };
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((done) => setTimeout(done, 5));
  };

  it('is aborted when the client goes away, and the hold is given back', async () => {
    const { work, started, aborted } = endless();
    const h = await house({ work });
    const client = new AbortController();
    const answer = h.post({ text }, {}, client.signal);
    await started;
    expect(h.totals().held).toBe(2);
    client.abort();
    await expect(answer).rejects.toThrow();
    await aborted;
    await until(() => h.ledger.entries('release').length === 1);
    expect([h.totals().held, h.totals().consumed]).toEqual([0, 0]);
  });

  it('is stopped at the end of the process, and the hold is given back before the drain is done', async () => {
    const { work, started } = endless();
    const h = await house({ work });
    const answer = h.post({ text });
    await started;
    await h.metering.drain();
    expect(h.ledger.entries('release')).toHaveLength(1);
    await expectProblem(await answer, 'OPERATION_FAILED');
  });
});

describe('a result', () => {
  it('is its owner’s alone', async () => {
    const h = await house();
    const { id } = (await (await h.post({ text })).json()) as { id: string };
    const caller = (uid: string) => ({
      user: { uid, emailVerified: true, admin: false, anonymous: false },
      tokens: {},
    });
    await expect(h.metering.result(caller('ada'), id)).resolves.toMatchObject({ contentType: 'text/plain' });
    await expect(h.metering.result(caller('bob'), id)).rejects.toMatchObject({ code: 'RESULT_NOT_FOUND' });
    await expect(h.metering.result(caller('ada'), 'f'.repeat(32))).rejects.toMatchObject({ code: 'RESULT_NOT_FOUND' });
    await expect(h.metering.result({ tokens: {} }, id)).rejects.toMatchObject({ code: 'RESULT_NOT_FOUND' });
  });
});

describe('a result that is asked for', () => {
  const ada = { user: { uid: 'ada', emailVerified: true, admin: false, anonymous: false }, tokens: {} };
  const storing = (get: ResultStore['get']) =>
    createMetering({
      credits: ledgerCredits({ now: Date.now }),
      results: { ...memoryResults(), get },
      serviceUrl: 'https://narrate.example',
      holdTtlSeconds: 300,
    });

  it.each(['../bob/' + 'a'.repeat(32), 'a/b', '.', 'a\nb', 'A'.repeat(32), ''])(
    'is not looked for under what is no id: %j',
    async (id) => {
      const names: string[] = [];
      const metering = storing((name) => {
        names.push(name);
        return Promise.reject(new Error('no such name is legal'));
      });
      await expect(metering.result(ada, id)).rejects.toMatchObject({ code: 'RESULT_NOT_FOUND' });
      expect(names).toEqual([]);
    },
  );

  it('that cannot be read now is an outage, no bug', async () => {
    const down = () => Promise.reject(new Error('the bucket is away'));
    await expect(storing(down).result(ada, 'a'.repeat(32))).rejects.toMatchObject({ code: 'OVERLOADED' });
    const facts = { contentType: 'text/plain', fields: {}, requestDigest: 'd', credits: 1 };
    const half = storing(() => Promise.resolve({ ...facts, bytes: down }));
    const found = await half.result(ada, 'a'.repeat(32));
    await expect(found.bytes()).rejects.toMatchObject({ code: 'OVERLOADED' });
  });
});
