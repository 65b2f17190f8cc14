// An engine that meets more wallets than it remembers, in a process of its own, run with --expose-gc.
import {
  createEngine,
  defaultLimits,
  type LedgerStore,
  type StoredWallet,
  type WalletCommit,
} from '@reelbanana/ledger-firestore';
import { deduct } from '@reelbanana/ledger-firestore/testing';
import { setImmediate as turn } from 'node:timers/promises';
import { answerParent } from './children.ts';
import { rich } from './shapes.ts';

export interface Question {
  /** At each of these, ascending, the heap is measured. */
  readonly wallets: readonly number[];
}

export interface Answer {
  /** Wallets that the engine remembers at most. */
  readonly walletsMax: number;
  /** What the engine holds at each of `wallets`, after a full collection, in bytes. */
  readonly heldBytes: readonly number[];
}

/**
 * Makes up what it is asked for and keeps nothing, so that all that stays on the heap is the engine's. Like every store it
 * answers in a later turn: without one, no wallet would ever come to rest.
 */
class ForgetfulStore implements LedgerStore {
  async load(walletId: string): Promise<StoredWallet> {
    await turn();
    return { wallet: rich(walletId), version: '1' };
  }
  async find(_walletId: string, ids: readonly string[]) {
    await turn();
    return new Map(ids.map((id) => [id, null]));
  }
  async facts(_walletId: string, ids: readonly string[]) {
    await turn();
    return new Map(ids.map((id) => [id, null]));
  }
  async commit(lane: readonly WalletCommit[]): Promise<readonly string[]> {
    await turn();
    return lane.map(() => '2');
  }
}

const inFlight = 100;

answerParent(async ({ wallets }: Question): Promise<Answer> => {
  const engine = createEngine({ store: new ForgetfulStore(), now: Date.now, random: Math.random });
  const touch = async (number: number) => {
    const outcome = await engine.execute(`bench-wallet-${String(number).padStart(8, '0')}`, deduct('once', 1));
    if (outcome.kind !== 'answer') throw new Error(`the engine answered ${outcome.kind}`);
  };
  let touched = 0;
  const touchUntil = async (number: number) => {
    while (touched < number) {
      const next = Math.min(inFlight, number - touched);
      await Promise.all(Array.from({ length: next }, () => touch(touched++)));
    }
  };
  // The code of a first command stays too, and is not of the cache.
  await touchUntil(inFlight);
  const before = await usedHeap();
  const heldBytes: number[] = [];
  for (const number of wallets) {
    await touchUntil(number);
    heldBytes.push((await usedHeap()) - before);
  }
  if (engine.size.wallets > defaultLimits.walletsMax) throw new Error(`it remembers ${engine.size.wallets} wallets`);
  return { walletsMax: defaultLimits.walletsMax, heldBytes };
});

async function usedHeap(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  // What ended in this turn is let go in the next.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await globalThis.gc({ type: 'major', execution: 'async' });
  return process.memoryUsage().heapUsed;
}
