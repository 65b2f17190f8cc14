// Bugs of the commit engine, acted out around its port: the engine then behaves as if it had them.
import type { Entry, Facts, Found, Wallet } from '@reelbanana/ledger';
import {
  Conflict,
  EntryExists,
  StaleVersion,
  StoreUnavailable,
  UnknownOutcome,
  type LedgerStore,
  type StoredWallet,
  type WalletCommit,
} from '../../port.ts';
import type { Mutant } from '../mutants.ts';
import type { World } from '../world.ts';

type Bug = (store: LedgerStore, world: World) => Partial<LedgerStore>;

const around = (rule: string, bug: string, change: Bug): Mutant => ({
  rule,
  bug,
  seams: () => ({ store: (store, world) => ({ ...store, ...change(store, world) }) }),
});

/** The same, where wallets share commits whenever they can. */
const amongWallets = (rule: string, bug: string, change: Bug): Mutant => {
  const mutant = around(rule, bug, change);
  return { ...mutant, seams: () => ({ ...mutant.seams(), limits: sharing }) };
};

const sharing = { laneWalletsMax: 8, sharedInFlightMax: 1, entriesMax: 450, quarantineMs: 0 };

export const engineBugs: readonly Mutant[] = [
  around('a refusal reads the keys', 'answers it without reading them', () => ({
    find: async (_walletId, ids) => new Map(ids.map((id) => [id, null])),
  })),

  around('the wallet is read, and then the keys', 'reads the keys first', (store, world) => {
    const read = new Map<string, number>();
    return {
      load: (walletId, ms) => {
        read.set(walletId, world.history.states(walletId).at(-1)?.seq ?? 0);
        return store.load(walletId, ms);
      },
      find: async (walletId, ids, ms) => seenAt(await store.find(walletId, ids, ms), read.get(walletId) ?? Infinity),
    };
  }),

  around('a conflict drops the cached wallet', 'decides on the cached one again', (store) => {
    const cached = new Map<string, StoredWallet>();
    return {
      load: async (walletId, ms) => {
        const state = cached.get(walletId) ?? (await store.load(walletId, ms));
        if (state !== null) cached.set(walletId, state);
        return state;
      },
    };
  }),

  {
    rule: 'a conflict is tried again',
    bug: 'takes it for a failure',
    seams: () => ({ limits: { attemptsMax: 1 } }),
  },

  around('what may still land is not refused', 'takes an unknown outcome for a conflict', (store) => ({
    commit: (lane, ms) =>
      store.commit(lane, ms).catch((error: unknown) => {
        throw error instanceof UnknownOutcome ? new StaleVersion(['?']) : error;
      }),
  })),

  around('an unknown outcome is no success', 'answers before it is known', (store) => ({
    commit: (lane, ms) =>
      store.commit(lane, ms).catch((error: unknown) => {
        if (error instanceof UnknownOutcome) return lane.map(() => 'unknown');
        throw error;
      }),
  })),

  around('after a conflict everything is decided again', 'sends the same under the new version', (store) => ({
    commit: async (lane, ms) => {
      try {
        return await store.commit(lane, ms);
      } catch (error) {
        if (!(error instanceof StaleVersion)) throw error;
        return store.commit(await underNewVersion(store, lane, ms), ms);
      }
    },
  })),

  around('a key that exists fails the commit', 'leaves those entries out', (store) => ({
    commit: async (lane, ms) => {
      try {
        return await store.commit(lane, ms);
      } catch (error) {
        if (!(error instanceof EntryExists)) throw error;
        return store.commit(await withoutStored(store, lane, ms), ms);
      }
    },
  })),

  around('nobody is answered before the commit has landed', 'answers when it is sent', (store) => ({
    commit: async (lane, ms) => {
      store.commit(lane, ms).catch(() => undefined);
      return lane.map(() => 'sent');
    },
  })),

  around('a refusal rests on what is stored', 'decides it on the commit under way', (store) => {
    const flying = new Map<string, Wallet>();
    return {
      load: async (walletId, ms) => {
        const state = await store.load(walletId, ms);
        const wallet = flying.get(walletId);
        return state === null || wallet === undefined ? state : { ...state, wallet };
      },
      commit: (lane, ms) => {
        for (const { walletId, wallet } of lane) flying.set(walletId, wallet);
        return store.commit(lane, ms).finally(() => {
          for (const { walletId } of lane) flying.delete(walletId);
        });
      },
    };
  }),

  around('an outage is no refusal', 'takes a wallet that cannot be read for none', (store) => ({
    load: (walletId, ms) =>
      store.load(walletId, ms).catch((error: unknown) => {
        if (error instanceof StoreUnavailable) return null;
        throw error;
      }),
  })),

  around('only a commit that was never sent is sure not to land', 'takes every failure for one', (store) => ({
    commit: (lane, ms) =>
      store.commit(lane, ms).catch((error: unknown) => {
        throw error instanceof Conflict || error instanceof UnknownOutcome ? new StoreUnavailable('?') : error;
      }),
  })),

  around('facts are written with their wallet', 'forgets them', (store) => ({
    commit: (lane, ms) =>
      store.commit(
        lane.map(({ facts: _facts, ...part }) => part),
        ms,
      ),
  })),

  around('facts are read at the version that guards them', 'believes those that it read once', (store) => {
    const read = new Map<string, Facts>();
    return {
      facts: async (walletId, ids, ms) => {
        const key = `${walletId} ${ids.join(' ')}`;
        const facts = read.get(key) ?? (await store.facts(walletId, ids, ms));
        read.set(key, facts);
        return facts;
      },
    };
  }),

  around('all entries of a commit land, or none', 'loses the last of several', (store) => ({
    commit: (lane, ms) =>
      store.commit(
        lane.map((part) => (part.entries.length < 2 ? part : { ...part, entries: part.entries.slice(0, -1) })),
        ms,
      ),
  })),

  amongWallets('an unknown outcome is one of each wallet in the commit', 'tells it to the first alone', (store) => {
    const told = new Map<WalletCommit, Error>();
    return {
      commit: async (lane, ms) => {
        // What is told of several it takes for a conflict, and sends again in pieces: there each hears its own.
        const [own] = lane.flatMap((part) => told.get(part) ?? []);
        if (own !== undefined) throw lane.length > 1 ? new StaleVersion(['?']) : own;
        try {
          return await store.commit(lane, ms);
        } catch (error) {
          if (lane.length < 2 || !(error instanceof UnknownOutcome)) throw error;
          for (const [index, part] of lane.entries()) told.set(part, index === 0 ? error : new StoreUnavailable('?'));
          throw new StaleVersion(['?']);
        }
      },
    };
  }),

  amongWallets('every wallet of a commit is guarded by its own version', 'guards the first alone', (store) => ({
    commit: async (lane, ms) =>
      store.commit([...lane.slice(0, 1), ...(await underNewVersion(store, lane.slice(1), ms))], ms),
  })),

  amongWallets('every part of a refused commit is sent again', 'drops the last', (store) => {
    const dropped = new Set<WalletCommit>();
    return {
      commit: async (lane, ms) => {
        if (lane.some((part) => dropped.has(part))) return lane.map(() => 'dropped');
        try {
          return await store.commit(lane, ms);
        } catch (error) {
          const last = lane.at(-1);
          if (error instanceof Conflict && lane.length > 1 && last !== undefined) dropped.add(last);
          throw error;
        }
      },
    };
  }),
];

function seenAt(found: Found, seq: number): Found {
  return new Map(
    [...found].map(([id, entry]): [string, Entry | null] => [id, entry && entry.seq <= seq ? entry : null]),
  );
}

async function underNewVersion(store: LedgerStore, lane: readonly WalletCommit[], ms: number): Promise<WalletCommit[]> {
  return Promise.all(
    lane.map(async (part) => ({ ...part, expected: (await store.load(part.walletId, ms))?.version ?? part.expected })),
  );
}

async function withoutStored(store: LedgerStore, lane: readonly WalletCommit[], ms: number): Promise<WalletCommit[]> {
  return Promise.all(
    lane.map(async (part) => {
      const ids = part.entries.map(({ id }) => id);
      const found = await store.find(part.walletId, ids, ms);
      return { ...part, entries: part.entries.filter(({ id }) => !found.get(id)) };
    }),
  );
}
