// The walk of the attempt protocol, a row per state that a request can meet, over the real ledger's rules.
import { describe, expect, it } from '@jest/globals';
import { createAttempts, WorkFailed } from './attempts.ts';
import type { CreditsClient, Reserved } from './credits.ts';
import { CreditsError } from './errors.ts';
import { attemptKey, holdIdOf } from './ids.ts';
import { memoryResults, pendingName, resultName } from './results.ts';
import { ledgerCredits } from './testing/ledger-credits.ts';
import { narration, narrationCredits } from './testing/narration.ts';

const ttlSeconds = 900;

function house({ credits = 10, faults = {} }: { credits?: number; faults?: Partial<CreditsClient> } = {}) {
  let time = Date.UTC(2026, 5, 1);
  const ledger = ledgerCredits({ now: () => time, credits });
  const results = memoryResults();
  const key = (n: number) => attemptKey('narration', 'client key', n);
  const holdId = (n: number) => holdIdOf(ledger.walletId, key(n));
  const ours = narration();
  return {
    ledger,
    results,
    holdId,
    attempts: createAttempts({ credits: { ...ledger, ...faults }, results }),
    /** Another process's attempt n, as far as it got. */
    reserve: (n: number): Promise<Reserved> =>
      ledger.reserve(
        { operation: 'narration', params: ours.params, ttlSeconds, ...(n > 1 ? { supersedes: holdId(n - 1) } : {}) },
        { userToken: 'token', key: key(n) },
      ),
    settle: (n: number) => ledger.settle({ walletId: ledger.walletId, holdId: holdId(n), credits: narrationCredits }),
    release: (n: number) => ledger.release({ walletId: ledger.walletId, holdId: holdId(n), reasonCode: 'failed' }),
    put: (name: string, run = 99) =>
      results.put(
        name,
        { contentType: 'audio/wav', fields: { run }, requestDigest: ours.requestDigest, credits: narrationCredits },
        Uint8Array.of(run),
      ),
    published: (n: number) => resultName('uid', holdId(n)),
    pending: (n: number) => pendingName(holdId(n)),
    pass: (ms: number) => {
      time += ms;
    },
    charged: () => ledger.wallet().totals.consumed,
    held: () => ledger.wallet().totals.held,
  };
}
type House = ReturnType<typeof house>;

describe('the walk', () => {
  const rows: {
    before: string;
    arrange: (h: House) => Promise<unknown>;
    attempt: number;
    works: number;
    charged: number;
  }[] = [
    { before: 'nothing', arrange: async () => {}, attempt: 1, works: 1, charged: narrationCredits },
    {
      before: '1 settled and published',
      arrange: async (h) => [
        await h.reserve(1),
        await h.put(h.pending(1)),
        await h.settle(1),
        await h.put(h.published(1)),
      ],
      attempt: 1,
      works: 0,
      charged: narrationCredits,
    },
    {
      before: '1 settled, its process died before publishing',
      arrange: async (h) => [await h.reserve(1), await h.put(h.pending(1)), await h.settle(1)],
      attempt: 1,
      works: 0,
      charged: narrationCredits,
    },
    { before: '1 open', arrange: (h) => h.reserve(1), attempt: 2, works: 1, charged: narrationCredits },
    {
      before: '1 open with a result that was never charged',
      arrange: async (h) => [await h.reserve(1), await h.put(h.pending(1))],
      attempt: 2,
      works: 1,
      charged: narrationCredits,
    },
    {
      before: '1 released',
      arrange: async (h) => [await h.reserve(1), await h.release(1)],
      attempt: 2,
      works: 1,
      charged: narrationCredits,
    },
    {
      before: '1 expired',
      arrange: async (h) => [await h.reserve(1), h.pass(ttlSeconds * 1000)],
      attempt: 2,
      works: 1,
      charged: narrationCredits,
    },
    {
      before: '1 superseded, 2 open',
      arrange: async (h) => [await h.reserve(1), await h.reserve(2)],
      attempt: 3,
      works: 1,
      charged: narrationCredits,
    },
    {
      before: '1 superseded, 2 settled',
      arrange: async (h) => [await h.reserve(1), await h.reserve(2), await h.put(h.pending(2)), await h.settle(2)],
      attempt: 2,
      works: 0,
      charged: narrationCredits,
    },
  ];

  it.each(rows)(
    'after $before: answers with attempt $attempt, works $works times',
    async ({ arrange, attempt, works, charged }) => {
      const h = house();
      await arrange(h);
      const input = narration();

      const outcome = await h.attempts.run(input);

      expect(outcome).toMatchObject({ holdId: h.holdId(attempt), credits: narrationCredits, replayed: works === 0 });
      expect(outcome.fields).toEqual({ run: works === 0 ? 99 : 1 });
      expect(outcome.balance).toEqual({ available: 10 - narrationCredits, held: 0, debt: 0 });
      expect(input.runs()).toBe(works);
      expect(h.charged()).toBe(charged);
      expect(h.held()).toBe(0);
      expect(h.results.objects.get(h.published(attempt))?.content).toEqual(Uint8Array.of(works === 0 ? 99 : 1));
    },
  );

  it('closes the attempt before it in the same commit', async () => {
    const h = house({ credits: narrationCredits }); // enough for one hold only
    await h.reserve(1);
    await h.attempts.run(narration());
    const [release] = h.ledger.entries('release');
    expect(JSON.parse(release?.body ?? '')).toMatchObject({ holdId: h.holdId(1), reasonCode: 'superseded' });
  });

  it('returns the stored result when the attempt before is settled between two looks', async () => {
    const h = house();
    await h.reserve(1);
    const reserve: CreditsClient['reserve'] = async (input, as) => {
      if (input.supersedes !== undefined) await Promise.all([h.put(h.pending(1)), h.settle(1)]);
      return await h.ledger.reserve(input, as);
    };
    const input = narration();
    const outcome = await createAttempts({ credits: { ...h.ledger, reserve }, results: h.results }).run(input);
    expect(outcome).toMatchObject({ holdId: h.holdId(1), fields: { run: 99 }, replayed: true });
    expect(input.runs()).toBe(0);
    expect(h.charged()).toBe(narrationCredits);
  });

  it('gives up after 20 attempts, without work and without a further hold', async () => {
    const h = house();
    for (let n = 1; n <= 20; n += 1) await h.reserve(n);
    const input = narration();
    await expect(h.attempts.run(input)).rejects.toMatchObject({ code: 'CONTENTION' });
    expect(input.runs()).toBe(0);
    expect(h.ledger.entries('reserve')).toHaveLength(20);
  });

  it('refuses another request under the key of a charged one', async () => {
    const h = house();
    await h.attempts.run(narration());
    const other = narration({ requestDigest: 'other' });
    await expect(h.attempts.run(other)).rejects.toMatchObject({ code: 'DUPLICATE_OPERATION' });
    expect(other.runs()).toBe(0);
    expect(h.charged()).toBe(narrationCredits);
  });

  it('says so when a charged result is no longer kept', async () => {
    const h = house();
    await h.reserve(1);
    await h.settle(1);
    await expect(h.attempts.run(narration())).rejects.toMatchObject({ code: 'RESULT_NOT_FOUND' });
    expect(h.charged()).toBe(narrationCredits);
  });

  it('passes on what credits refuses, and the key stays good', async () => {
    const h = house({ credits: 1 });
    const input = narration();
    await expect(h.attempts.run(input)).rejects.toMatchObject({
      code: 'INSUFFICIENT_CREDITS',
      data: { required: narrationCredits, available: 1 },
    });
    expect(input.runs()).toBe(0);
  });
});

describe('a failure', () => {
  it.each([
    ['of the work', { work: () => Promise.reject(new Error('engine broke')) }],
    ['of the work, thrown at once', { work: () => { throw new Error('engine broke'); } }], // prettier-ignore
  ])('%s gives the hold back and charges nothing; a retry goes on', async (_, broken) => {
    const h = house();
    const failure = h.attempts.run(narration(broken));
    await expect(failure).rejects.toThrow(WorkFailed);
    await expect(failure).rejects.toMatchObject({ reason: 'failed', cause: new Error('engine broke') });
    expect([h.held(), h.charged()]).toEqual([0, 0]);

    await expect(h.attempts.run(narration())).resolves.toMatchObject({ holdId: h.holdId(2), replayed: false });
    expect(h.charged()).toBe(narrationCredits);
  });

  it('to store the result before the charge gives the hold back', async () => {
    const h = house();
    const put = () => Promise.reject(new Error('no bucket'));
    const attempts = createAttempts({ credits: h.ledger, results: { ...h.results, put } });
    await expect(attempts.run(narration())).rejects.toMatchObject({ name: 'WorkFailed', reason: 'failed' });
    expect([h.held(), h.charged()]).toEqual([0, 0]);
  });

  it('to publish after the charge is repaired by the retry, which charges nothing more', async () => {
    const h = house();
    const put: House['results']['put'] = (name, ...more) =>
      name.startsWith('results/') ? Promise.reject(new Error('no bucket')) : h.results.put(name, ...more);
    const attempts = createAttempts({ credits: h.ledger, results: { ...h.results, put } });
    await expect(attempts.run(narration())).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(h.charged()).toBe(narrationCredits);

    const retry = narration();
    await expect(h.attempts.run(retry)).resolves.toMatchObject({ holdId: h.holdId(1), replayed: true });
    expect(retry.runs()).toBe(0);
    expect(h.charged()).toBe(narrationCredits);
  });

  it('to read the result of a charged operation is an outage, not an absence', async () => {
    const h = house();
    await h.attempts.run(narration());
    const get = () => Promise.reject(new Error('no bucket'));
    const attempts = createAttempts({ credits: h.ledger, results: { ...h.results, get } });
    await expect(attempts.run(narration())).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('of the answer to settle, after the charge, is found out and answered with the result', async () => {
    const h = house();
    const settle: CreditsClient['settle'] = async (hold) => {
      await h.ledger.settle(hold);
      throw new CreditsError('OVERLOADED', 'answer lost');
    };
    const attempts = createAttempts({ credits: { ...h.ledger, settle }, results: h.results });
    await expect(attempts.run(narration())).resolves.toMatchObject({ holdId: h.holdId(1), fields: { run: 1 } });
    expect(h.charged()).toBe(narrationCredits);
  });

  it('to settle at all gives the hold back and says why', async () => {
    const h = house({ faults: { settle: () => Promise.reject(new CreditsError('OVERLOADED', 'down')) } });
    await expect(h.attempts.run(narration())).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect([h.held(), h.charged()]).toEqual([0, 0]);
  });

  it('to release leaves the hold to its expiry, and the answer is the same', async () => {
    const h = house({ faults: { release: () => Promise.reject(new CreditsError('OVERLOADED', 'down')) } });
    const broken = narration({ work: () => Promise.reject(new Error('engine broke')) });
    await expect(h.attempts.run(broken)).rejects.toThrow(WorkFailed);
    expect(h.held()).toBe(narrationCredits);
    h.pass(ttlSeconds * 1000);
    expect([h.held(), h.charged()]).toEqual([0, 0]);
  });

  it('by the deadline, below the hold’s time, aborts the work and gives the hold back', async () => {
    const h = house();
    let heard = false;
    const slow = narration({
      ttlSeconds: 1,
      work: ({ signal }) => {
        signal.addEventListener('abort', () => {
          heard = true;
        });
        return new Promise(() => undefined);
      },
    });
    await expect(h.attempts.run(slow)).rejects.toMatchObject({ name: 'WorkFailed', reason: 'timeout' });
    expect(heard).toBe(true);
    expect(h.ledger.entries('release')).toHaveLength(1);
    expect([h.held(), h.charged()]).toEqual([0, 0]);
  });
});

describe('a loser: its hold ended while it worked', () => {
  /** Runs attempt 1, and during its work whatever another process does. */
  const lose = (h: House, meanwhile: () => Promise<unknown>) => {
    const made = narration().work;
    return h.attempts.run(
      narration({
        work: async (hold) => {
          await meanwhile();
          return await made(hold);
        },
      }),
    );
  };

  it.each([
    [
      'attempt 2',
      async (h: House) => [
        await h.reserve(2),
        await h.put(h.pending(2)),
        await h.settle(2),
        await h.put(h.published(2)),
      ],
      2,
    ],
    [
      'attempt 3, after attempt 2 died',
      async (h: House) => [
        await h.reserve(2),
        await h.reserve(3),
        await h.put(h.pending(3)),
        await h.settle(3),
        await h.put(h.published(3)),
      ],
      3,
    ],
    [
      'attempt 2, when its own hold had expired before',
      async (h: House) => [
        h.pass(ttlSeconds * 1000),
        await h.reserve(2),
        await h.put(h.pending(2)),
        await h.settle(2),
        await h.put(h.published(2)),
      ],
      2,
    ],
  ] as const)('answers with the result of %s', async (_, meanwhile, winner) => {
    const h = house();
    await expect(lose(h, () => meanwhile(h))).resolves.toMatchObject({
      holdId: h.holdId(winner),
      fields: { run: 99 },
      replayed: true,
    });
    expect(h.charged()).toBe(narrationCredits);
  });

  it('says CONTENTION when the winner is still at work, and opens no hold', async () => {
    const h = house();
    await expect(lose(h, () => h.reserve(2))).rejects.toMatchObject({ code: 'CONTENTION', status: 503 });
    expect(h.ledger.entries('reserve')).toHaveLength(2);
    expect(h.charged()).toBe(0);
  });

  it('is paid late when nobody has gone on, and tells what the wallet could still pay', async () => {
    const h = house();
    const other = { operation: 'narration', params: { characters: 900 }, ttlSeconds: 60 };
    const meanwhile = (): Promise<unknown> => {
      h.pass(ttlSeconds * 1000);
      return h.ledger.reserve(other, { userToken: 'any', key: 'other' });
    };
    await expect(lose(h, meanwhile)).resolves.toMatchObject({ holdId: h.holdId(1), credits: 1, replayed: false });
    expect(h.ledger.entries('lateSettle')).toHaveLength(1);
    expect(h.charged()).toBe(1);
  });
});

describe('equal requests at the same time in one process', () => {
  /** Work that waits until it is let go. */
  const gated = () => {
    const gate = Promise.withResolvers<undefined>();
    const base = narration();
    let started = 0;
    return {
      open: () => gate.resolve(undefined),
      started: () => started,
      input: (signal = new AbortController().signal) => ({
        ...base,
        signal,
        work: async (hold: Parameters<typeof base.work>[0]) => {
          started += 1;
          await gate.promise;
          return await base.work(hold);
        },
      }),
    };
  };
  const soon = () => new Promise((done) => setImmediate(done));

  it('become one', async () => {
    const h = house();
    const work = gated();
    const all = Promise.all([1, 2, 3].map(() => h.attempts.run(work.input())));
    await soon();
    work.open();
    const outcomes = await all;
    expect(new Set(outcomes.map(({ holdId }) => holdId))).toEqual(new Set([h.holdId(1)]));
    expect(outcomes.map(({ replayed }) => replayed)).toEqual([false, true, true]);
    expect([work.started(), h.charged()]).toEqual([1, narrationCredits]);
  });

  it('are kept apart by key, and another request under the same key is refused', async () => {
    const h = house();
    const work = gated();
    const first = h.attempts.run(work.input());
    await expect(h.attempts.run({ ...work.input(), requestDigest: 'other' })).rejects.toMatchObject({
      code: 'DUPLICATE_OPERATION',
    });
    const other = h.attempts.run(narration({ key: 'another key' }));
    await expect(other).resolves.toMatchObject({ replayed: false });
    work.open();
    await expect(first).resolves.toMatchObject({ holdId: h.holdId(1) });
    expect(h.charged()).toBe(2 * narrationCredits);
  });

  it('go on while one of their callers is still there', async () => {
    const h = house();
    const work = gated();
    const leaver = new AbortController();
    const left = h.attempts.run(work.input(leaver.signal));
    const stayed = h.attempts.run(work.input());
    await soon();
    leaver.abort();
    work.open();
    await expect(stayed).resolves.toMatchObject({ holdId: h.holdId(1) });
    await left;
    expect(h.charged()).toBe(narrationCredits);
  });

  it('end when the last caller has gone, give the hold back, and a new one does not join the dying run', async () => {
    const h = house();
    const work = gated();
    const leaver = new AbortController();
    const left = h.attempts.run(work.input(leaver.signal));
    await soon();
    leaver.abort();
    const next = h.attempts.run(narration());
    await expect(left).rejects.toMatchObject({ name: 'WorkFailed', reason: 'cancelled' });
    await expect(next).resolves.toMatchObject({ holdId: h.holdId(2) });
    expect([h.held(), h.charged()]).toEqual([0, narrationCredits]);
  });

  it('open no hold for a caller that has gone already', async () => {
    const h = house();
    await expect(h.attempts.run(narration({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      reason: 'cancelled',
    });
    expect(h.ledger.entries('reserve')).toHaveLength(0);
  });
});
