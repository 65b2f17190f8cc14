// The figures of lanes: 1,000 wallets whose commits go together, and what one wallet that conflicts costs the others.
import {
  createEngine,
  FirestoreStore,
  type Engine,
  type EngineMetrics,
  type LedgerStore,
} from '@reelbanana/ledger-firestore';
import { mapDocumentToWallet, mapEntryToDocument, mapWalletToDocument } from '@reelbanana/ledger-firestore/documents';
import { commitOf, deduct, emptyWallet, grant } from '@reelbanana/ledger-firestore/testing';
import { keyId, type Wallet } from '@reelbanana/ledger';
import type { Database, Family, FigureDefinition } from './family.ts';
import { closedWindow, median, type Window } from './measure.ts';
import { short, spread } from './report.ts';

const walletsCount = 1_000;
const callers = 64;
const deadlineMs = 10_000;

/** What one round measured. */
export interface LanesRound {
  readonly reference: Window;
  readonly lanes: Window;
  readonly store: StoreCounts;
  readonly isolation: Isolation;
}

export interface Isolation {
  /** Deductions a second of the wallets that nobody else writes, without and with the conflicts of the one. */
  readonly quiet: number;
  readonly stormy: number;
  /** Conflicts a second that the engine met while it was stormy. */
  readonly conflicts: number;
}

/** One round of everything, fresh wallets for each part of it. @param seconds of each window: two, and twice one in turns */
export async function lanesRound(database: Database, seconds: number, signal: AbortSignal): Promise<LanesRound> {
  const reference = await closedWindow(callers, seconds, await manyByTransaction(database), signal);
  const store = new StoreCounts();
  const lanes = await closedWindow(callers, seconds, await manyByEngine(database, store), signal);
  return { reference, lanes, store, isolation: await isolation(database, seconds, signal) };
}

type Pick = (round: LanesRound) => number;

interface LanesFigure extends FigureDefinition {
  readonly sample: Pick;
}

const perEntry =
  (count: 'reads' | 'calls'): Pick =>
  ({ store }) =>
    store[count] / store.entries;

const figures: readonly LanesFigure[] = [
  {
    id: 'wallets1000-vs-reference',
    bound: { least: 20 },
    sample: ({ lanes, reference }) => lanes.perSecond / reference.perSecond,
  },
  { id: 'lane-isolation', bound: { most: 0.1 }, sample: ({ isolation: { quiet, stormy } }) => 1 - stormy / quiet },
  // What explains them.
  { id: 'lane-isolation-conflicts-per-second', sample: ({ isolation }) => isolation.conflicts },
  { id: 'wallets1000-cpu-ms-per-deduction', sample: ({ lanes }) => lanes.cpuMs },
  { id: 'wallets1000-reads-per-deduction', sample: perEntry('reads') },
  {
    id: 'wallets1000-writes-per-deduction',
    sample: ({ store }) => (store.entries + store.parts) / store.entries,
  },
  { id: 'wallets1000-calls-per-deduction', sample: perEntry('calls') },
];

export const manyWallets: Family = {
  figures: figures.map(({ id, bound }) => (bound === undefined ? { id } : { id, bound })),

  async measure(_wanted, bench) {
    const database = await bench.database();
    bench.progress('1,000 wallets: warming up');
    await lanesRound(database, bench.seconds, bench.signal);
    const rounds: LanesRound[] = [];
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`1,000 wallets: round ${round} of ${bench.rounds}`);
      rounds.push(await lanesRound(database, bench.seconds, bench.signal));
    }
    const row = (title: string, pick: (round: LanesRound) => Window): string[] => {
      const windows = rounds.map(pick);
      return [
        title,
        spread(windows.map(({ perSecond }) => perSecond)),
        ...[median(windows.map(({ p50Ms }) => p50Ms)), median(windows.map(({ p99Ms }) => p99Ms))].map(short),
      ];
    };
    return {
      samples: Object.fromEntries(figures.map(({ id, sample }) => [id, rounds.map(sample)])),
      rows: [
        ['1,000 wallets, 64 callers', 'deductions a second', 'p50 ms', 'p99 ms'],
        row('a transaction each', ({ reference }) => reference),
        row('engine, lanes of 50', ({ lanes }) => lanes),
      ],
    };
  },
};

/** What an engine asked of the store. */
class StoreCounts implements EngineMetrics {
  entries = 0;
  /** Wallets written. */
  parts = 0;
  conflicts = 0;
  reads = 0;
  /** Commits and reads as calls over the network. */
  calls = 0;

  commit(outcome: string, entries: number): void {
    if (outcome === 'conflict') this.conflicts += 1;
    if (outcome !== 'ok') return;
    this.entries += entries;
    this.parts += 1;
    this.calls += 1;
  }

  shared(outcome: string, wallets: number): void {
    // Its parts count themselves as calls, unless it is refused.
    this.calls += outcome === 'ok' ? 1 - wallets : 1;
  }

  /** Gathered or not, each load counts as a call. */
  read(_op: string, documents: number): void {
    this.reads += documents;
    this.calls += 1;
  }

  reset(): void {
    Object.assign(this, new StoreCounts());
  }
}

/** A transaction per deduction, on wallets drawn by chance: what most systems do. */
export async function manyByTransaction({ db }: Database): Promise<() => Promise<void>> {
  const ids = await richWallets(db, walletsCount);
  const key = keys();
  return async () => {
    const walletId = drawn(ids);
    const wallet = db.collection('wallets').doc(walletId);
    const command = deduct(key(), 1);
    const entry = wallet.collection('entries').doc(keyId(walletId, 'deduct', command.key));
    if ((await entry.get()).exists) throw new Error('the key is new');
    await db.runTransaction(async (transaction) => {
      const before = mapDocumentToWallet((await transaction.get(wallet)).data() ?? {});
      const after = commitOf(before, '', [command], Date.now());
      transaction.set(wallet, mapWalletToDocument(after.wallet));
      for (const made of after.entries) transaction.create(entry, mapEntryToDocument(made));
    });
  };
}

/** The engine with lanes on the same load; it has seen each wallet once, as a steady service has. */
async function manyByEngine({ db, connection }: Database, counts: StoreCounts): Promise<() => Promise<void>> {
  const ids = await richWallets(db, walletsCount);
  const key = keys();
  const engine = engineOf(new FirestoreStore(connection), counts);
  await touchAll(engine, ids);
  counts.reset();
  return () => charge(engine, drawn(ids), key());
}

/** Conflicts a second of the one wallet: it is charged so often, and each time another process was faster. */
const conflictsPerSecond = 20;
/** Quiet and stormy take turns this often in a round, so that a slow moment of the machine meets both. */
const turns = 4;

/**
 * 64 callers over many wallets, and one over a wallet of its own, on two engines that take turns. On the stormy one another
 * process commits on that wallet before each of its charges; on the quiet one the same commits go to a wallet that no engine
 * knows, so that the store has the same work. The engine takes turns with that process, so a charge may need more than a
 * twentieth of a second: `conflicts` says how often it did conflict.
 */
async function isolation(database: Database, seconds: number, signal: AbortSignal): Promise<Isolation> {
  const quiet = await neighbourhood(database, false);
  const stormy = await neighbourhood(database, true);
  for (let turn = 0; turn < turns; turn++) {
    for (const { run } of turn % 2 === 0 ? [quiet, stormy] : [stormy, quiet]) await run(seconds / turns, signal);
  }
  const rate = ({ rates }: Neighbourhood) => rates.reduce((sum, each) => sum + each, 0) / turns;
  return { quiet: rate(quiet), stormy: rate(stormy), conflicts: stormy.counts.conflicts / seconds };
}

interface Neighbourhood {
  readonly counts: StoreCounts;
  /** Deductions a second of the others, a turn each. */
  readonly rates: readonly number[];
  run(seconds: number, signal: AbortSignal): Promise<void>;
}

async function neighbourhood({ db, connection }: Database, isStormy: boolean): Promise<Neighbourhood> {
  const ids = await richWallets(db, walletsCount);
  const [one = '', strange = ''] = await richWallets(db, 2);
  const counts = new StoreCounts();
  const store = new FirestoreStore(connection);
  const other = otherProcess(store, isStormy ? one : strange);
  let isDue = false;
  const watched: LedgerStore = {
    load: (...asked) => store.load(...asked),
    find: (...asked) => store.find(...asked),
    facts: (...asked) => store.facts(...asked),
    commit: async (parts, ms) => {
      if (isDue && parts.some(({ walletId }) => walletId === one)) {
        isDue = false;
        await other();
      }
      return store.commit(parts, ms);
    },
  };
  const engine = engineOf(watched, counts);
  const key = keys();
  const rates: number[] = [];
  await touchAll(engine, ids);
  const chargeOne = () => {
    isDue = true;
    return charge(engine, one, key());
  };
  return {
    counts,
    rates,
    run: async (seconds, signal) => {
      const over = new AbortController();
      const beside = repeat(over.signal, 1_000 / conflictsPerSecond, chargeOne);
      const { perSecond } = await closedWindow(callers, seconds, () => charge(engine, drawn(ids), key()), signal);
      rates.push(perSecond);
      over.abort();
      await beside;
    },
  };
}

/** Another process's commits on one wallet. */
function otherProcess(store: LedgerStore, walletId: string): () => Promise<void> {
  let count = 0;
  return async () => {
    const stored = await store.load(walletId, deadlineMs);
    if (stored === null) throw new Error('the wallet is not there');
    const commit = commitOf(stored.wallet, stored.version, [deduct(`other-${count++}`, 1)], Date.now());
    await store.commit([commit], deadlineMs);
  };
}

/** Calls `operation` every `everyMs`, or when the last call has ended, until the signal. */
async function repeat(over: AbortSignal, everyMs: number, operation: () => Promise<unknown>): Promise<void> {
  let next = performance.now();
  while (!over.aborted) {
    await operation();
    next = Math.max(performance.now(), next + everyMs);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
}

function engineOf(store: LedgerStore, metrics: EngineMetrics): Engine {
  return createEngine({ store, now: Date.now, random: Math.random, metrics, limits: { laneWalletsMax: 50 } });
}

async function charge(engine: Engine, walletId: string, key: string): Promise<void> {
  const outcome = await engine.execute(walletId, deduct(key, 1));
  if (outcome.kind !== 'answer' || outcome.answer.replayed) throw new Error(`the engine answered ${outcome.kind}`);
}

async function touchAll(engine: Engine, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => charge(engine, id, 'first-touch')));
}

let made = 0;

/** Wallets in the database with credits for any number of deductions; their ids. */
async function richWallets(db: Database['db'], count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  const batch = db.batch();
  for (let index = 0; index < count; index++) {
    const wallet: Wallet = emptyWallet(`bench-lanes-${process.pid}-${made++}`);
    const rich = commitOf(wallet, '', [grant('seed', 1_000_000_000)], Date.now());
    batch.create(db.collection('wallets').doc(wallet.walletId), mapWalletToDocument(rich.wallet));
    ids.push(wallet.walletId);
  }
  await batch.commit();
  return ids;
}

function drawn(ids: readonly string[]): string {
  return ids[Math.floor(Math.random() * ids.length)] ?? '';
}

/** Command keys as clients make them: 36 characters. */
function keys(): () => string {
  let count = 0;
  return () => `bench-key-${String(count++).padStart(26, '0')}`;
}
