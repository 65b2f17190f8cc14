// Two narrate processes' worth of apps before the real credits app and commit engine, in one process: the wallet's
// history tells that every key was charged once.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { invariants } from '@reelbanana/ledger/invariants';
import { createCreditsClient, memoryResults } from '@reelbanana/metering';
import {
  expectProblem,
  fakeAuth,
  listen,
  memoryTelemetry,
  silentLog,
  type Listening,
} from '@reelbanana/service-kit/testing';
import { ada as asAda, key as withKey, root, startWorld, type World } from '../credits/testing/world.ts';
import { createNarrate } from './app.ts';
import type { NarrationEngine } from './engines/index.ts';
import { tone } from './testing/wav.ts';

const holdTtlSeconds = 300;
const quick: NarrationEngine = {
  speak: () => Promise.resolve({ contentType: 'audio/wav', bytes: tone(0.5), seconds: 0.5 }),
};

let credits: World;
let results: ReturnType<typeof memoryResults>;
const apps: Listening[] = [];
beforeEach(async () => {
  credits = await startWorld();
  results = memoryResults();
  await credits.call('GET', '/v1/wallets/me', asAda);
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  const stored = await credits.ledger.store.load('wada');
  expect(invariants(stored!.wallet, credits.ledger.store.entries('wada'))).toEqual([]);
  await credits.close();
});

const give = (amount: number): Promise<Response> =>
  credits.call(
    'POST',
    '/v1/wallets/wada/grants',
    { ...root, ...withKey('give') },
    { kind: 'bonus', credits: amount, source: 'test', reasonCode: 'welcome' },
  );

/** One narrate process; all of them share the bucket. */
async function narrate(engine: NarrationEngine = quick) {
  const user = (uid: string) => ({ uid, emailVerified: true, admin: false, anonymous: false });
  const { app } = createNarrate({
    config: { service: 'narrate', projectId: 'local', serviceUrl: 'http://narrate.local', holdTtlSeconds },
    auth: fakeAuth({ users: { ada: user('ada') }, accounts: {} }),
    telemetry: memoryTelemetry(),
    log: silentLog,
    checkReplies: true,
    checkErrors: true,
    credits: createCreditsClient({ creditsUrl: credits.url, identity: () => Promise.resolve('narrate') }),
    results,
    engine,
  });
  const listening = await listen(app);
  apps.push(listening);
  return (text: string, key: string): Promise<Response> =>
    fetch(`${listening.url}/v1/narrations`, {
      method: 'POST',
      headers: { ...asAda, ...withKey(key), 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
    });
}

/** A voice that stops in the middle until it is let go. */
function pausing() {
  const begun = Promise.withResolvers<undefined>();
  const gate = Promise.withResolvers<undefined>();
  const engine: NarrationEngine = {
    speak: async (utterance) => {
      begun.resolve(undefined);
      await gate.promise;
      return await quick.speak(utterance);
    },
  };
  return { engine, begun: begun.promise, goOn: () => gate.resolve(undefined) };
}

const history = (): string[] => credits.ledger.store.entries('wada').map(({ type }) => type);
const balance = async (): Promise<unknown> => await (await credits.call('GET', '/v1/wallets/me', asAda)).json();

describe('a narration, paid through credits', () => {
  it('is held, settled once, and shown in balance and history', async () => {
    await give(10);
    const post = await narrate();
    const answer = await post('x'.repeat(250), 'k');
    const body: unknown = await answer.json();
    expect(answer.status).toBe(201);
    expect(body).toMatchObject({ characters: 250, credits: 3, balance: { available: 7, held: 0, debt: 0 } });
    expect(await (await post('x'.repeat(250), 'k')).json()).toEqual(body);
    expect(history()).toEqual(['grant', 'reserve', 'settle']);
    expect(await balance()).toMatchObject({ available: 7, held: 0 });
  });

  it('without credits is refused, and goes through with the same key once there are some', async () => {
    const post = await narrate();
    const problem = await expectProblem(await post('hello', 'k'), 'INSUFFICIENT_CREDITS');
    expect(problem).toMatchObject({ required: 1, available: 0 });
    await give(1);
    expect((await post('hello', 'k')).status).toBe(201);
  });

  it('with a key that was used for a dearer text is refused', async () => {
    await give(10);
    const post = await narrate();
    await post('hello', 'k');
    await expectProblem(await post('x'.repeat(250), 'k'), 'DUPLICATE_OPERATION');
    expect(history()).toEqual(['grant', 'reserve', 'settle']);
  });

  it('gives the credits back when the voice fails', async () => {
    await give(1);
    const post = await narrate({ speak: () => Promise.reject(new Error('hoarse')) });
    await expectProblem(await post('hello', 'k'), 'OPERATION_FAILED');
    expect(history()).toEqual(['grant', 'reserve', 'release']);
    expect(await balance()).toMatchObject({ available: 1, held: 0 });
  });
});

describe('two processes and one key', () => {
  it.each([
    ['while the first is still at work', 0],
    ['after the first was paused past its hold’s time', holdTtlSeconds * 1000],
  ])('%s: the second takes over, both answer with one result, charged once', async (_, pausedMs) => {
    await give(1); // the price of one
    const paused = pausing();
    const [first, second] = [await narrate(paused.engine), await narrate()];
    const slow = first('hello', 'k');
    await paused.begun;
    credits.clock.now += pausedMs;
    const answer = await second('hello', 'k');
    const won = (await answer.json()) as { id: string };
    expect(answer.status).toBe(201);
    paused.goOn();
    const lost = await slow;
    expect([lost.status, lost.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(await lost.json()).toEqual(won);
    expect(history().filter((type) => type === 'settle')).toHaveLength(1);
    expect(await balance()).toMatchObject({ available: 0, held: 0 });
  });

  it('asked by an impatient client on both at once: one charge, and every answer is that result or a request to wait', async () => {
    await give(1);
    const posts = [await narrate(), await narrate()];
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => posts[i % 2]!('hello', 'k')));
    const ids = new Set<string>();
    for (const answer of answers) {
      if (answer.status === 201) ids.add(((await answer.json()) as { id: string }).id);
      else await expectProblem(answer, 'CONTENTION');
    }
    const final = (await (await posts[0]!('hello', 'k')).json()) as { id: string };
    expect([...ids, final.id]).toEqual(Array.from({ length: ids.size + 1 }, () => final.id));
    expect(history().filter((type) => type === 'settle')).toHaveLength(1);
  });

  it('a killed process’s hold is given back by time alone; a paused one’s work is paid late', async () => {
    await give(1);
    const paused = pausing();
    const first = await narrate(paused.engine);
    const never = first('hello', 'k').catch(() => undefined);
    await paused.begun;
    expect(await balance()).toMatchObject({ available: 0, held: 1 });
    credits.clock.now += holdTtlSeconds * 1000;
    expect(await balance()).toMatchObject({ available: 1, held: 0 });
    paused.goOn();
    await never;
    expect(await balance()).toMatchObject({ available: 0, held: 0 }); // it was only paused, and the work is done
    expect(history().filter((type) => type === 'lateSettle')).toHaveLength(1);
  });
});
