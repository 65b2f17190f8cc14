/** The ledger in memory: users, wallets and history over the MemoryStore, with the semantics of the Firestore one. */
import { createWallet, parseEntry } from '@reelbanana/ledger';
import { InvalidCursor, MemoryStore } from '@reelbanana/ledger-firestore';
import type { LedgerAccess } from '../ports.ts';

export interface MemoryLedger extends LedgerAccess {
  readonly store: MemoryStore;
}

export function memoryLedger(env = 'test/(default)'): MemoryLedger {
  const store = new MemoryStore();
  const walletsOfUsers = new Map<string, string>();
  return {
    store,
    users: {
      ensure({ uid }) {
        let walletId = walletsOfUsers.get(uid);
        if (walletId === undefined) {
          walletId = `w${uid.replaceAll(/[^a-z0-9]/g, '')}`;
          walletsOfUsers.set(uid, walletId);
          store.add(createWallet({ walletId, env, owner: { kind: 'user', id: uid }, readers: [uid] }));
        }
        return Promise.resolve({ walletId });
      },
    },
    entries: {
      page(walletId, { cursor, limit, type, operation }) {
        const before = cursor === undefined ? Infinity : Number(cursor);
        if (Number.isNaN(before)) return Promise.reject(new InvalidCursor());
        const matching = store
          .entries(walletId)
          .filter((entry) => entry.seq < before)
          .filter((entry) => (type ?? entry.type) === entry.type && (operation ?? entry.operation) === entry.operation)
          .reverse();
        const entries = matching.slice(0, limit);
        const last = entries.at(-1);
        return Promise.resolve(
          matching.length > limit && last !== undefined ? { entries, cursor: String(last.seq) } : { entries },
        );
      },
      range: (walletId, from, to) =>
        Promise.resolve(
          store
            .entries(walletId)
            .filter(({ seq }) => seq >= from && seq <= to)
            .reverse(),
        ),
      firstSince(walletId, timeMs, head) {
        const first = store.entries(walletId).find((entry) => parseEntry(entry).createdAt >= timeMs);
        return Promise.resolve(Math.min(first?.seq ?? Infinity, head + 1));
      },
    },
  };
}
