/** When the ledger fails: 503 with Retry-After and the same key, never 402 and never a word of what broke. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createWallet, type Wallet } from '@reelbanana/ledger';
import { StoreUnavailable, type Outcome } from '@reelbanana/ledger-firestore';
import {
  expectProblem,
  fakeAuth,
  listen,
  memoryTelemetry,
  silentLog,
  type Listening,
} from '@reelbanana/service-kit/testing';
import { createCredits } from './app.ts';
import type { CommandEngine, LedgerAccess } from './ports.ts';
import { memoryLedger } from './testing/memory-ledger.ts';

let app: Listening;
const telemetry = memoryTelemetry();
afterEach(() => app.close());

const wallet: Wallet = createWallet({
  walletId: 'wada',
  env: 'test/(default)',
  owner: { kind: 'user', id: 'ada' },
  readers: [],
});
const down = (): Promise<never> => Promise.reject(new StoreUnavailable('connection refused at 10.0.0.7'));

async function start(engine: Partial<CommandEngine>, ledger: Partial<LedgerAccess> = {}): Promise<void> {
  const user = { uid: 'ada', emailVerified: true, admin: false, anonymous: false };
  app = await listen(
    createCredits({
      ledger: { ...memoryLedger(), ...ledger },
      engine: {
        execute: down,
        wallet: () => Promise.resolve(wallet),
        size: { wallets: 0, entries: 0, pending: 0 },
        ...engine,
      },
      auth: fakeAuth({ users: { ada: user }, accounts: { narrate: { id: 'narrate', email: 'n@p' } } }),
      config: { service: 'credits', projectId: 'local' },
      telemetry,
      log: silentLog,
      env: 'test/(default)',
      quoteKeys: ['q'.repeat(32)],
      pseudonymKey: 'k'.repeat(32),
      loadTests: false,
      checkContracts: true,
    }),
  );
}
const ada = { Authorization: 'Bearer ada' };
const get = (path: string): Promise<Response> => fetch(app.url + path, { headers: ada });
const deduct = (): Promise<Response> =>
  fetch(`${app.url}/v1/wallets/me/deductions`, {
    method: 'POST',
    headers: {
      ...ada,
      'Service-Authorization': 'Bearer narrate',
      'Idempotency-Key': 'k',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ operation: 'narration', params: { characters: 1 } }),
  });

describe('an engine that gives up', () => {
  it.each([
    ['CONTENTION', 'CONTENTION', 700, '1'],
    ['OVERLOADED', 'OVERLOADED', 1_001, '2'],
    ['UNAVAILABLE', 'OVERLOADED', 4_000, '4'],
  ] as const)('by %s is told as %s, with its time to wait', async (code, told, retryAfterMs, seconds) => {
    const outcome: Outcome = { kind: 'failed', code, retryAfterMs };
    await start({ execute: () => Promise.resolve(outcome) });
    const before = telemetry.read('wallet_deductions_total', { outcome: 'error' });
    const response = await deduct();
    expect(response.headers.get('retry-after')).toBe(seconds);
    expect(await expectProblem(response, told)).toMatchObject({ retryable: true, retrySameKey: true });
    expect(telemetry.read('wallet_deductions_total', { outcome: 'error' })).toBe(before + 1);
  });

  it('by throwing is a bug: 500 that shows nothing, counted as an error', async () => {
    await start({ execute: () => Promise.reject(new Error('PERMISSION_DENIED on projects/secret')) });
    const before = telemetry.read('wallet_deductions_total', { outcome: 'error' });
    const problem = await expectProblem(await deduct(), 'INTERNAL');
    expect(JSON.stringify(problem)).not.toMatch(/secret|PERMISSION/);
    expect(telemetry.read('wallet_deductions_total', { outcome: 'error' })).toBe(before + 1);
  });
});

describe('a store that cannot be read', () => {
  it.each([
    ['the wallet', '/v1/wallets/me', { wallet: down }, {}],
    ['the history', '/v1/wallets/me/entries', {}, { entries: { page: down, range: down, firstSince: down } }],
    ['the head of a statement', '/v1/wallets/me/statement', {}, { store: { find: down, load: down } }],
    ['the link of the user', '/v1/wallets/me', {}, { users: { ensure: down, erase: down } }],
  ] as const)('for %s is told as an outage', async (_what, path, engine, ledger) => {
    await start(engine, ledger);
    const problem = await expectProblem(await get(path), 'OVERLOADED');
    expect(JSON.stringify(problem)).not.toContain('10.0.0.7');
  });

  it('makes the service not ready, and leaves it healthy', async () => {
    await start({}, { store: { find: down, load: down } });
    await expectProblem(await get('/readyz'), 'OVERLOADED');
    expect((await get('/healthz')).status).toBe(200);
  });
});
