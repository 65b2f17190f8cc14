// Statements of a chain in memory, written by themselves: what `verifyStatement` must take, and what tests damage.
import type { Entry } from '../index.ts';
import { genesis, parseEntry } from '../index.ts';
import { ENV, WALLET_ID } from './player.ts';

/** Open to damage. */
export interface LooseStatement {
  [field: string]: unknown;
  period: { month?: string; fromSeq: number; toSeq: number };
  opening: { prevHash: string; balance: { available: number; held: number; debt: number } };
  checkpoint: object | null;
  entries: { id: string; body: string; prevHash: string; hash: string }[];
  closing: { count: number; seq: number; headHash: string; balance: { available: number; held: number; debt: number } };
}

/** The statement of entries [fromSeq, toSeq] of a whole chain. */
export function statementOf(chain: readonly Entry[], fromSeq = 1, toSeq = chain.length): LooseStatement {
  const before = chain[fromSeq - 2];
  const entries = chain.slice(fromSeq - 1, toSeq).map(({ id, body, prevHash, hash }) => ({ id, body, prevHash, hash }));
  const prevHash = before?.hash ?? genesis(ENV, WALLET_ID);
  const last = chain[toSeq - 1];
  return {
    v: 1,
    walletId: WALLET_ID,
    env: ENV,
    chain: 'main',
    unit: 'credit',
    period: { fromSeq, toSeq },
    opening: { prevHash, balance: balanceOf(before) },
    checkpoint: null,
    entries,
    closing: { count: entries.length, seq: toSeq, headHash: last?.hash ?? prevHash, balance: balanceOf(last) },
  };
}

function balanceOf(entry: Entry | undefined) {
  return entry === undefined ? { available: 0, held: 0, debt: 0 } : { ...parseEntry(entry).balanceAfter };
}
