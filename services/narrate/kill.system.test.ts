// A narrate process that dies in the middle of its work: the retry goes on at once, and nothing is charged twice.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { creditsServer, ledgerCredits, type LedgerCredits } from '@reelbanana/metering/testing';
import { expectProblem, type Listening } from '@reelbanana/service-kit/testing';

jest.setTimeout(60_000);

interface NarrateProcess {
  readonly child: ChildProcess;
  narrate(): Promise<Response>;
  /** Resolves when the next utterance has begun. */
  speaking(): Promise<unknown>;
}

const holdTtlSeconds = 5;
let late = 0; // how far the ledger's clock is ahead of ours
let ledger: LedgerCredits;
let credits: Listening;
const children: ChildProcess[] = [];

beforeEach(async () => {
  late = 0;
  ledger = ledgerCredits({ now: () => Date.now() + late, credits: 1 }); // the price of one narration
  credits = await creditsServer(ledger);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await credits.close();
});

async function start(voice: 'quick' | 'endless'): Promise<NarrateProcess> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    CREDITS_URL: credits.url,
    HOLD_TTL_SECONDS: String(holdTtlSeconds),
    VOICE: voice,
  };
  const child = fork(join(import.meta.dirname, 'testing/narrate-process.ts'), { env });
  children.push(child);
  const [url] = (await once(child, 'message')) as [string];
  const headers = { Authorization: 'Bearer ada', 'Idempotency-Key': 'key-1', 'Content-Type': 'application/json' };
  return {
    child,
    narrate: () => fetch(`${url}/v1/narrations`, { method: 'POST', headers, body: JSON.stringify({ text: 'hello' }) }),
    speaking: () => once(child, 'message'),
  };
}

/** Starts a narration that never ends and kills its process in the middle. */
async function dieAtWork(signal: NodeJS.Signals): Promise<unknown> {
  const first = await start('endless');
  const begun = first.speaking();
  const answer = first.narrate().catch((error: unknown) => error);
  await begun;
  expect(ledger.wallet().totals.held).toBe(1);
  first.child.kill(signal);
  await once(first.child, 'exit');
  return await answer;
}

describe('a narrate process that is killed in mid-work', () => {
  it('is followed by a retry with the same key, which goes on at once and charges once', async () => {
    expect(await dieAtWork('SIGKILL')).toMatchObject({ name: 'TypeError' }); // fetch's: nobody answered
    const second = await start('quick');
    const answer = await second.narrate();
    expect(answer.status).toBe(201); // although the wallet had credits for one hold only
    expect(await answer.json()).toMatchObject({ credits: 1, balance: { available: 0, held: 0, debt: 0 } });
    expect((await second.narrate()).headers.get('idempotent-replayed')).toBe('true');
    expect(ledger.wallet().totals).toMatchObject({ consumed: 1, held: 0 });
    expect(ledger.entries('settle')).toHaveLength(1);
  });

  it('and by no retry leaves a hold that expires by itself', async () => {
    await dieAtWork('SIGKILL');
    expect(ledger.wallet().totals.held).toBe(1);
    late = holdTtlSeconds * 1000;
    expect(ledger.wallet().totals).toMatchObject({ held: 0, available: 1, consumed: 0 });
    expect(ledger.entries('expireHold')).toHaveLength(1);
  });

  it('by its platform (SIGTERM) gives the hold back before it ends', async () => {
    const answer = await dieAtWork('SIGTERM');
    expect(ledger.entries('release')).toHaveLength(1);
    expect(ledger.wallet().totals).toMatchObject({ held: 0, available: 1, consumed: 0 });
    if (answer instanceof Response) await expectProblem(answer, 'OPERATION_FAILED');
  });
});
