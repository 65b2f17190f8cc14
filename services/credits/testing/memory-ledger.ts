/** The ledger in memory: users, wallets and history over the MemoryStore, with the semantics of the Firestore one. */
import { createWallet, parseEntry } from '@reelbanana/ledger';
import { addCounts, InvalidCursor, MemoryStore, UserErased, type Counts } from '@reelbanana/ledger-firestore';
import type { AuditReport } from '@reelbanana/ledger-firestore/audit';
import type { LedgerAccess } from '../ports.ts';

export interface MemoryLedger extends LedgerAccess {
  readonly store: MemoryStore;
  /** Where a UsageCounter writes. */
  readonly addUsage: (days: ReadonlyMap<string, Counts>) => Promise<void>;
  readonly audits: { report: AuditReport | null; latest(): Promise<AuditReport | null> };
}

export function memoryLedger(env = 'test/(default)'): MemoryLedger {
  const store = new MemoryStore();
  const walletsOfUsers = new Map<string, string>();
  const profiles = new Map<string, { readonly email?: string; readonly createdAt: number }>();
  const erased = new Map<string, number>();
  const days = new Map<string, Map<string, number>>();
  return {
    store,
    audits: {
      report: null,
      latest() {
        return Promise.resolve(this.report);
      },
    },
    addUsage(more) {
      for (const [day, counts] of more) {
        const sums = days.get(day) ?? new Map<string, number>();
        days.set(day, sums);
        addCounts(sums, counts);
      }
      return Promise.resolve();
    },
    usage: {
      days: (from, to) => Promise.resolve(new Map([...days].filter(([day]) => day >= from && day <= to))),
      total() {
        const sums = new Map<string, number>();
        for (const counts of days.values()) addCounts(sums, counts);
        return Promise.resolve(sums);
      },
    },
    wallets: {
      async find({ uid: wanted, emailPrefix, status, limit, cursor }) {
        const found = [];
        for (const [uid, walletId] of [...walletsOfUsers].sort()) {
          const { wallet } = (await store.load(walletId))!;
          const profile = profiles.get(uid);
          if (wanted !== undefined && uid !== wanted) continue;
          if (emailPrefix !== undefined && profile?.email?.startsWith(emailPrefix) !== true) continue;
          if ((status ?? wallet.status) === wallet.status && uid > (cursor ?? '')) found.push({ wallet, ...profile });
        }
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return found.length > limit && last !== undefined
          ? { wallets: page, cursor: last.wallet.owner.id }
          : { wallets: page };
      },
    },
    users: {
      ensure({ uid, email, now }) {
        if (erased.has(uid)) return Promise.reject(new UserErased());
        let walletId = walletsOfUsers.get(uid);
        if (walletId === undefined) {
          walletId = `w${uid.replaceAll(/[^a-z0-9]/g, '')}`;
          walletsOfUsers.set(uid, walletId);
          profiles.set(uid, { createdAt: now, ...(email === undefined ? {} : { email }) });
          store.add(createWallet({ walletId, env, owner: { kind: 'user', id: uid }, readers: [uid] }));
        }
        return Promise.resolve({ walletId });
      },
      async erase({ uid, audit }) {
        const erasedAt = erased.get(uid) ?? audit.at;
        const walletId = walletsOfUsers.get(uid);
        erased.set(uid, erasedAt);
        walletsOfUsers.delete(uid);
        profiles.delete(uid);
        if (walletId === undefined) return { erasedAt };
        const { wallet, version } = (await store.load(walletId))!;
        const nobodys = { ...wallet, readers: [], owner: { ...wallet.owner, id: 'erased-0' } };
        store.commitNow([{ walletId, expected: version, wallet: nobodys, entries: [] }]);
        store.audits.set(`erase-${walletId}`, { ...audit, action: 'erase' });
        return { erasedAt };
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
