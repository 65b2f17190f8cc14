/** Counts open holds on their way through the store: the gauge `holds_open` of the wallets that this instance knows. */
import type { Wallet } from '@reelbanana/ledger';
import type { LedgerStore } from '@reelbanana/ledger-firestore';

export interface CountedStore extends LedgerStore {
  /** Open holds, as wallets were last read or written here; those that time has ended count until a command says so. */
  readonly holdsOpen: number;
}

/** `walletsMax` bounds memory; a wallet that is forgotten no longer counts. The least recently seen goes first. */
export function countHolds(store: LedgerStore, walletsMax = 100_000): CountedStore {
  const holds = new Map<string, number>();
  let sum = 0;
  const forget = (walletId: string): void => {
    sum -= holds.get(walletId) ?? 0;
    holds.delete(walletId);
  };
  const see = (wallet: Wallet): void => {
    forget(wallet.walletId);
    const count = Object.keys(wallet.holds).length;
    // Only wallets with holds are worth a place.
    if (count === 0) return;
    holds.set(wallet.walletId, count);
    sum += count;
    const oldest = holds.keys().next();
    if (holds.size > walletsMax && oldest.done === false) forget(oldest.value);
  };
  return {
    async load(walletId, deadlineMs) {
      const stored = await store.load(walletId, deadlineMs);
      if (stored !== null) see(stored.wallet);
      return stored;
    },
    find: (walletId, ids, deadlineMs) => store.find(walletId, ids, deadlineMs),
    facts: (walletId, ids, deadlineMs) => store.facts(walletId, ids, deadlineMs),
    async commit(lane, deadlineMs) {
      const versions = await store.commit(lane, deadlineMs);
      for (const { wallet } of lane) see(wallet);
      return versions;
    },
    get holdsOpen() {
      return sum;
    },
  };
}
