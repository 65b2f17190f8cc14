/** The credits service over the ledger in memory, with callers by name and a clock that tests move. */
import {
  countUsage,
  createEngine,
  hostTimers,
  UsageCounter,
  type EngineLimits,
  type Timers,
} from '@reelbanana/ledger-firestore';
import { fakeAuth, listen, memoryTelemetry, silentLog, type MemoryTelemetry } from '@reelbanana/service-kit/testing';
import type { PriceBook } from '@reelbanana/ledger';
import type { Log, User } from '@reelbanana/service-kit';
import { createCredits } from '../app.ts';
import type { LastCheckpoint, LedgerAccess } from '../ports.ts';
import { memoryLedger, type MemoryLedger } from './memory-ledger.ts';

export interface World {
  readonly url: string;
  readonly ledger: MemoryLedger;
  readonly telemetry: MemoryTelemetry;
  readonly clock: { now: number };
  /** Counts what is committed; writes when told to. */
  readonly usage: UsageCounter;
  call(method: string, path: string, as: Headers, body?: unknown): Promise<Response>;
  close(): Promise<void>;
}
type Headers = Readonly<Record<string, string>>;

const user = (uid: string, more: Partial<User> = {}): User => ({
  uid,
  emailVerified: true,
  admin: false,
  anonymous: false,
  ...more,
});

/** No flush by itself. */
const unhurried: Timers = { ...hostTimers, setTimeout: () => undefined, clearTimeout: () => undefined };

/** Callers: tokens by name, as fakeAuth takes them. */
export const ada = { Authorization: 'Bearer ada' };
export const root = { Authorization: 'Bearer root' };
export const narrate = { 'Service-Authorization': 'Bearer narrate' };
export const other = { 'Service-Authorization': 'Bearer credits' };
export const loadtest = { 'Service-Authorization': 'Bearer loadtest' };
export const key = (value: string): Headers => ({ 'Idempotency-Key': value });

export interface WorldOptions {
  readonly loadTests?: boolean;
  readonly lastCheckpoint?: LastCheckpoint;
  /** What the service sees of the ledger, for faults. */
  readonly disturb?: (ledger: MemoryLedger) => LedgerAccess;
  readonly env?: string;
  readonly quoteKeys?: readonly string[];
  readonly priceBook?: PriceBook;
  readonly log?: Log;
  readonly limits?: Partial<EngineLimits>;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = { now: Date.UTC(2026, 5, 1) };
  const ledger = memoryLedger();
  const telemetry = memoryTelemetry();
  const usage = new UsageCounter({ write: ledger.addUsage, timers: unhurried });
  const email = (name: string): string => `${name}@local.iam.gserviceaccount.com`;
  const app = await listen(
    createCredits({
      ledger: options.disturb?.(ledger) ?? ledger,
      ...(options.lastCheckpoint === undefined ? {} : { lastCheckpoint: options.lastCheckpoint }),
      engine: createEngine({
        store: countUsage(ledger.store, usage),
        now: () => clock.now,
        random: () => 0.5,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
      }),
      auth: fakeAuth({
        users: {
          ada: user('ada', { email: 'ada@example.com' }),
          eve: user('eve'),
          root: user('root', { admin: true }),
          guest: user('guest', { anonymous: true }),
          'load-1': user('load-1'),
        },
        accounts: {
          narrate: { id: 'narrate', email: email('narrate') },
          credits: { id: 'credits', email: email('credits') },
          loadtest: { id: 'loadtest', email: email('loadtest') },
        },
      }),
      config: { service: 'credits', projectId: 'local', revision: 'credits-00001' },
      telemetry,
      env: options.env ?? 'test/(default)',
      quoteKeys: options.quoteKeys ?? ['a key of quotes for tests: long enough'],
      ...(options.priceBook === undefined ? {} : { priceBook: options.priceBook }),
      log: options.log ?? silentLog,
      pseudonymKey: 'a key for tests that is long enough',
      loadTests: options.loadTests ?? true,
      now: () => clock.now,
      checkContracts: true,
    }),
  );
  return {
    url: app.url,
    ledger,
    telemetry,
    clock,
    usage,
    call: (method, path, as, body) =>
      fetch(app.url + path, {
        method,
        headers: { ...as, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    close: app.close,
  };
}
