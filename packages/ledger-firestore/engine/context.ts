// What the parts of the engine share: the store with its deadline, and the surroundings.
import type { decide, Facts, Found } from '@reelbanana/ledger';
import type { LedgerStore, StoredWallet, WalletCommit } from '../port.ts';
import type { Timers } from '../scheduler.ts';
import type { EngineLimits } from './limits.ts';
import type { EngineMetrics } from './outcome.ts';
import { Pool } from './pool.ts';

export interface Context {
  readonly store: LedgerStore;
  /** The ledger's own, but for a simulation that plants bugs in it. */
  readonly decide: typeof decide;
  readonly now: () => number;
  readonly random: () => number;
  readonly timers: Timers;
  readonly limits: EngineLimits;
  readonly metrics: EngineMetrics;
  /** The store's `load`, with the engine's deadline, counted. */
  load(walletId: string): Promise<StoredWallet | null>;
  /** The store's `find`, with the engine's deadline, counted. No call for no ids. */
  find(walletId: string, ids: readonly string[]): Promise<Found>;
  /** The store's `facts`, with the engine's deadline, counted. No call for no ids. */
  facts(walletId: string, ids: readonly string[]): Promise<Facts>;
  /** Commits one wallet's part, with the parts of others where lanes are on (`Pool.commit`). */
  commit(part: WalletCommit, isWanted: () => boolean): Promise<string>;
}

export function contextOf(parts: Omit<Context, 'load' | 'find' | 'facts' | 'commit'>): Context {
  const { store, limits, metrics } = parts;
  const pool = new Pool(parts);
  return {
    ...parts,
    load(walletId) {
      metrics.read?.('load', 1);
      return store.load(walletId, limits.rpcDeadlineMs);
    },
    async find(walletId, ids) {
      if (ids.length === 0) return new Map();
      metrics.read?.('find', ids.length);
      return store.find(walletId, ids, limits.rpcDeadlineMs);
    },
    async facts(walletId, ids) {
      if (ids.length === 0) return new Map();
      metrics.read?.('facts', ids.length);
      return store.facts(walletId, ids, limits.rpcDeadlineMs);
    },
    commit: (part, isWanted) => pool.commit(part, isWanted),
  };
}
