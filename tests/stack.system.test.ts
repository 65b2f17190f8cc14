/**
 * The whole platform as its users meet it: `npm run up`, then the API over real tokens, k6 with the proof, processes
 * killed in mid-work, and Ctrl-C. One stack serves all cases, in order.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseEntry } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { alive } from '../packages/local-cloud/testing/alive.ts';
import { npmRun, startStack, type RunningStack } from './support/stack.ts';
import type { StackFile } from '../scripts/stack/stack-file.ts';
import { readStored } from '../scripts/stack/stored.ts';
import type { StoredWallet } from '../loadtests/verify/verify.ts';

jest.setTimeout(300_000);

let running: RunningStack;
let stack: StackFile;
let stopped = false;

beforeAll(async () => {
  running = await startStack();
  stack = await running.read();
});

afterAll(async () => {
  if (!stopped) await running?.stop();
});

const token = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await npmRun('token', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.trim()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]*$/);
  return stdout.trim();
};

const admin = () => stack.accounts.find((account) => account.admin)!;
const user = (n: number) => stack.accounts.filter((account) => !account.admin)[n]!;

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

async function call(url: string, init: RequestInit & { json?: unknown; key?: string } = {}): Promise<Reply> {
  const { json, key, headers, method = json === undefined ? 'GET' : 'POST', ...rest } = init;
  const response = await fetch(url, {
    ...rest,
    method,
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(headers as Record<string, string> | undefined),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text), headers: response.headers };
}

const asUser = (idToken: string) => ({ authorization: `Bearer ${idToken}` });
const asService = (oidc: string) => ({ 'service-authorization': `Bearer ${oidc}` });

/** The wallet as it is stored, with its whole chain; fails when any invariant does. */
async function proved(walletId: string): Promise<StoredWallet> {
  const [stored] = await readStored(stack, [walletId]);
  expect(invariants(stored!.wallet, stored!.entries)).toEqual([]);
  return stored!;
}

async function grant(walletId: string, credits: number, key: string): Promise<void> {
  const reply = await call(`${stack.services.credits.url}/v1/wallets/${walletId}/grants`, {
    headers: asUser(await token('--admin')),
    key,
    json: { kind: 'bonus', credits, source: 'system-test', reasonCode: 'test' },
  });
  expect(reply).toMatchObject({ status: 201 });
}

/** Lets a wallet do more a minute than a user may, by an administrator. */
async function lift(walletId: string): Promise<void> {
  const reply = await call(`${stack.services.credits.url}/v1/admin/wallets/${walletId}`, {
    method: 'PATCH',
    headers: asUser(await token('--admin')),
    key: 'lift',
    json: { caps: { perMinute: 1_000_000 }, reasonCode: 'test', note: 'A system test under load' },
  });
  expect(reply).toMatchObject({ status: 200 });
}

describe('commands', () => {
  it('has one administrator and two users, each with a wallet of its own', () => {
    expect(stack.accounts.map((account) => account.admin).sort()).toEqual([false, false, true]);
    expect(new Set(stack.accounts.map(({ walletId }) => walletId)).size).toBe(3);
    expect(admin().email).not.toBe(user(0).email);
  });

  it('refuses a second up, naming the first', async () => {
    const { code, stderr } = await npmRun('up');
    expect(code).toBe(2);
    expect(stderr.trim()).toMatch(/^up: .*\bpid \d+/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    ['up', ['--twice']],
    ['load', []],
    ['load', ['no-such-scenario']],
    ['load', ['smoke', '--rate', 'fast']],
    ['token', []],
    ['token', ['--service', 'nobody']],
    ['bench', ['--fast']],
  ] as const)('answers a wrong %s %p with one line and 2', async (script, args) => {
    const { code, stdout, stderr } = await npmRun(script, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('shows no change in a preview of what is up', async () => {
    const { code, stdout } = await npmRun('pulumi', 'preview', '--expect-no-changes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/unchanged/) });
  });
});

describe('the API over real tokens', () => {
  const holds = (id: string) => `${stack.services.credits.url}/v1/wallets/${id}/holds`;
  const narration = { operation: 'narration', params: { characters: 100 } };

  it('refuses a caller without, with a forged and with a wrong-audience token', async () => {
    const me = `${stack.services.credits.url}/v1/wallets/me`;
    const idToken = await token('--user', user(0).email);
    const forAnother = await token('--service', 'narrate', '--audience', 'narrate');
    const forged = `${idToken.split('.')[0]}.${Buffer.from('{"sub":"x"}').toString('base64url')}.`;
    for (const headers of [{}, asUser(forged), asUser('nonsense'), asService(forAnother)]) {
      expect(await call(me, { headers })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    }
    const both = { ...asUser(idToken), ...asService(forAnother) };
    expect(await call(holds('me'), { headers: both, key: 'k', json: narration })).toMatchObject({ status: 401 });
  });

  it('refuses a user any wallet but its own, whether it exists or not', async () => {
    const headers = asUser(await token('--user', user(0).email));
    for (const id of [user(1).walletId, user(0).walletId, 'nothere']) {
      const reply = await call(`${stack.services.credits.url}/v1/wallets/${id}`, { headers });
      expect(reply).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
  });

  it('lets an account charge only its own operation, and the load-test account only load wallets', async () => {
    const idToken = await token('--user', user(0).email);
    const narrate = { ...asUser(idToken), ...asService(await token('--service', 'narrate')) };
    const polish = { operation: 'pro-polish', params: {} };
    expect(await call(holds('me'), { headers: narrate, key: 'k1', json: polish })).toMatchObject({ status: 403 });
    const loadtest = asService(await token('--service', 'loadtest'));
    const reply = await call(holds(user(0).walletId), { headers: loadtest, key: 'k2', json: narration });
    expect(reply).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });
});

describe('a paid operation', () => {
  const narrations = () => `${stack.services.narrate.url}/v1/narrations`;
  // Long enough that the work can be interrupted: some ten minutes of speech.
  const text = 'Every balance in this house can be proved, entry by entry. '.repeat(160).trim();

  it('charges once, answers a repeat from the store, and keeps the result to its owner', async () => {
    const { walletId, email } = user(1);
    await grant(walletId, 500, 'narration');
    const headers = asUser(await token('--user', email));
    const before = (await proved(walletId)).wallet.totals.consumed;
    const first = await call(narrations(), {
      headers,
      key: 'once',
      json: { text: 'One hundred characters or fewer.' },
    });
    expect(first).toMatchObject({ status: 201, body: { credits: 1, contentType: 'audio/wav' } });
    const again = await call(narrations(), {
      headers,
      key: 'once',
      json: { text: 'One hundred characters or fewer.' },
    });
    expect(again).toMatchObject({ status: 201, body: { id: first.body['id'] } });
    expect((await proved(walletId)).wallet.totals.consumed - before).toBe(1);

    const wav = new URL(first.body['url'] as string, narrations());
    const mine = await fetch(wav, { headers });
    expect([mine.status, mine.headers.get('content-type')]).toEqual([200, 'audio/wav']);
    expect(
      Buffer.from(await mine.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF');
    const stranger = asUser(await token('--user', user(0).email));
    expect(await call(wav.href, { headers: stranger })).toMatchObject({
      status: 404,
      body: { code: 'RESULT_NOT_FOUND' },
    });
  });

  it('goes on at once after narrate was killed in mid-work, and charges once', async () => {
    const { walletId, email } = user(1);
    const headers = asUser(await token('--user', email));
    const before = (await proved(walletId)).wallet.totals.consumed;
    const killedPid = (await running.read()).services.narrate.pid;
    const first = call(narrations(), { headers, key: 'killed', json: { text } }).catch((error: unknown) => error);
    for (;;) {
      const { body } = await call(`${stack.services.credits.url}/v1/wallets/me`, { headers });
      if ((body['held'] as number) > 0) break;
    }
    process.kill(killedPid, 'SIGKILL');
    await first;
    const retry = await call(narrations(), { headers, key: 'killed', json: { text } });
    expect(retry).toMatchObject({ status: 201, body: { credits: Math.ceil([...text].length / 100) } });
    const { wallet, entries } = await proved(walletId);
    expect(wallet.totals.consumed - before).toBe(retry.body['credits']);
    expect(wallet.holds).toEqual({});
    const ends = entries.map(parseEntry).filter(({ holdId, type }) => holdId !== undefined && type !== 'reserve');
    expect(ends.at(-1)).toMatchObject({ type: 'settle', holdId: retry.body['id'] });
    expect((await running.read()).services.narrate.pid).not.toBe(killedPid);
  });
});

describe('load, and the proof', () => {
  it.each([
    ['smoke', '3', '5s'],
    // Not a claim about speed: a rate that a machine with other work sustains.
    ['hot-wallet', '30', '5s'],
  ])('%s passes its thresholds and proves the ledger', async (scenario, rate, duration) => {
    const { code, stdout, stderr } = await npmRun('load', scenario, '--rate', rate, '--duration', duration);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining('ledger proved') });
  });

  it('loses and doubles nothing when credits is killed under load', async () => {
    const { walletId, email } = user(0);
    await grant(walletId, 5_000, 'kill-credits');
    await lift(walletId);
    const both = { ...asUser(await token('--user', email)), ...asService(await token('--service', 'narrate')) };
    const deductions = `${stack.services.credits.url}/v1/wallets/me/deductions`;
    const before = await proved(walletId);
    let accepted = 0;
    let killed = false;

    /** One deduction, repeated with its key until it has an answer, as a client that must know does. */
    const deduct = async (key: string): Promise<void> => {
      for (;;) {
        const reply = await call(deductions, {
          headers: both,
          key,
          json: { operation: 'narration', params: { characters: 1 } },
        }).catch(() => null);
        if (reply?.status === 201) return void (accepted += 1);
        // An outage is never told as a lack of credits, as too many requests or as a wrong one.
        if (reply !== null) expect(reply.status).toBeGreaterThanOrEqual(500);
        await delay(20);
      }
    };
    const caller = async (n: number): Promise<void> => {
      for (let i = 0; i < 40; i += 1) {
        await deduct(`kill-${n}-${i}`);
        if (!killed && accepted > 200) {
          killed = true;
          process.kill((await running.read()).services.credits.pid, 'SIGKILL');
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, n) => caller(n)));

    const { wallet, entries } = await proved(walletId);
    expect(killed).toBe(true);
    expect(accepted).toBe(640);
    expect(wallet.totals.consumed - before.wallet.totals.consumed).toBe(640);
    expect(entries.length - before.entries.length).toBe(640);
  });
});

describe('proofs that anybody can make', () => {
  it("verifies a user's own statement offline, and finds an entry that was changed", async () => {
    const { email } = user(0);
    const url = `${stack.services.credits.url}/v1/wallets/me/statement?format=json`;
    const response = await fetch(url, { headers: asUser(await token('--user', email)) });
    expect(response.status).toBe(200);
    const statement = await response.text();
    const folder = await mkdtemp(join(tmpdir(), 'statement-'));
    const file = join(folder, 'statement.json');
    await writeFile(file, statement);
    expect(await npmRun('verify-statement', file)).toMatchObject({ code: 0 });
    await writeFile(file, statement.replace('narration', 'narratiom'));
    const { code, stdout, stderr } = await npmRun('verify-statement', file);
    await rm(folder, { recursive: true });
    expect({ code, told: stdout + stderr }).toMatchObject({ code: 1, told: expect.stringMatching(/seq|entry/) });
  });

  it('audits every wallet of the stack, and tells an administrator', async () => {
    expect(await npmRun('audit')).toMatchObject({ code: 0 });
    const reply = await call(`${stack.services.credits.url}/v1/admin/audit`, {
      headers: asUser(await token('--admin')),
    });
    expect(reply).toMatchObject({ status: 200, body: { findings: [] } });
  });
});

describe('Ctrl-C', () => {
  it('leaves no process, no port and no stack file', async () => {
    stack = await running.read();
    const pids = Object.values(stack.services).map(({ pid }) => pid);
    const urls = [
      ...Object.values(stack.services).map(({ url }) => url),
      `http://${stack.firestore.host}`,
      `http://${stack.auth.emulatorHost}`,
    ];
    stopped = true;
    const { code, stderr } = await running.stop();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(pids.filter(alive)).toEqual([]);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow();
    await expect(readFile('.local/stack.json')).rejects.toThrow(/ENOENT/);
    expect((await npmRun('load', 'smoke')).code).toBe(2);
  });
});
