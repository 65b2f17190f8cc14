// The contract of LedgerStore as tests: every store must pass them, bare and behind `faulty()` in fair weather.
/* eslint-disable jest/no-export -- a suite that the stores' own test files register */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Command, Entry, Wallet } from '@reelbanana/ledger';
import {
  CommitTooLarge,
  Conflict,
  EntryExists,
  StaleVersion,
  UnknownOutcome,
  type LedgerStore,
  type WalletCommit,
} from './port.ts';
import { commitBytesMax } from './size.ts';
import { faulty, script } from './stores/faulty.ts';
import { commitOf, deduct, emptyWallet, grant, pay, reserve } from './testing/commands.ts';

export interface StoreUnderTest {
  readonly store: LedgerStore;
  /** Puts an empty wallet there. */
  add(wallet: Wallet): Promise<void>;
  close?(): Promise<void>;
}

const deadlineMs = 10_000;
const now = 1_800_000_000_000;

/** Registers the suite under `name`. `make` is called once, at registration. */
export function describeLedgerStore(name: string, make: () => StoreUnderTest): void {
  describe(`${name} keeps the contract of LedgerStore:`, () => {
    const { store, add, close } = make();
    afterAll(() => close?.());
    let wallets = 0;

    const wallet = async () => {
      const empty = emptyWallet(`conformance-${wallets++}`);
      await add(empty);
      const stored = await store.load(empty.walletId, deadlineMs);
      return stored!;
    };
    const next = async (commands: readonly Command[]) => {
      const { wallet: before, version } = await wallet();
      return commitOf(before, version, commands, now);
    };
    const ids = (commit: WalletCommit) => commit.entries.map((entry) => entry.id);

    it('an unknown wallet is null, and its entries are', async () => {
      expect(await store.load('nobody', deadlineMs)).toBeNull();
      expect(await store.find('nobody', ['0'.repeat(32)], deadlineMs)).toEqual(new Map([['0'.repeat(32), null]]));
    });

    it('an id that can name no document names no entry', async () => {
      const { wallet: empty } = await wallet();
      const odd = ['a/b', '..', '', '__x__', 'é'];
      expect(await store.find(empty.walletId, odd, deadlineMs)).toEqual(new Map(odd.map((id) => [id, null])));
      expect(await store.load('../x', deadlineMs)).toBeNull();
    });

    it('a commit is read back exactly, wallet and entries, and its version guards the next', async () => {
      const first = await next([grant('g', 100), reserve('r', 7), deduct('d', 3)]);
      const [version] = await store.commit([first], deadlineMs);
      const stored = await store.load(first.walletId, deadlineMs);
      expect(stored).toEqual({ wallet: first.wallet, version });
      const found = await store.find(first.walletId, [...ids(first), 'f'.repeat(32)], deadlineMs);
      expect(found.get('f'.repeat(32))).toBeNull();
      expect(first.entries.map((entry) => found.get(entry.id))).toEqual(first.entries);
      const second = commitOf(first.wallet, version!, [deduct('d2', 1)], now);
      const [later] = await store.commit([second], deadlineMs);
      expect(later).not.toBe(version);
    });

    it('a stale version is refused, and nothing of the commit is written', async () => {
      const first = await next([grant('g', 100)]);
      await store.commit([first], deadlineMs);
      const stale = commitOf(first.wallet, first.expected, [deduct('d', 1)], now);
      await expect(store.commit([stale], deadlineMs)).rejects.toBeInstanceOf(StaleVersion);
      expect((await store.load(first.walletId, deadlineMs))!.wallet).toEqual(first.wallet);
      expect(await found(store, stale)).toEqual([null]);
    });

    it('creating an entry that exists is refused, and nothing of the commit is written', async () => {
      const first = await next([grant('g', 100)]);
      const [version] = await store.commit([first], deadlineMs);
      const more = commitOf(first.wallet, version!, [deduct('d', 1)], now);
      const collision = { ...more, entries: [...more.entries, first.entries[0]!] };
      await expect(store.commit([collision], deadlineMs)).rejects.toBeInstanceOf(EntryExists);
      expect(await store.load(first.walletId, deadlineMs)).toEqual({ wallet: first.wallet, version });
      expect(await found(store, more)).toEqual([null]);
    });

    it('a lane of several wallets is refused whole when one of them is stale', async () => {
      const one = await next([grant('g', 1)]);
      const two = await next([grant('g', 2)]);
      await store.commit([two], deadlineMs);
      await expect(store.commit([one, two], deadlineMs)).rejects.toBeInstanceOf(StaleVersion);
      expect((await store.load(one.walletId, deadlineMs))!.wallet.seq).toBe(0);
      expect(await found(store, one)).toEqual([null]);
    });

    it('a lane of several wallets answers a version for each', async () => {
      const lane = [await next([grant('g', 1)]), await next([grant('g', 2)])];
      const versions = await store.commit(lane, deadlineMs);
      const stored = await Promise.all(lane.map((part) => store.load(part.walletId, deadlineMs)));
      expect(stored.map((each) => each!.version)).toEqual(versions);
      expect(stored.map((each) => each!.wallet)).toEqual(lane.map((part) => part.wallet));
    });

    it('facts are written with their wallet and overwritten with it, and an unknown one is null', async () => {
      const first = await next([grant('g', 100), pay('p1', 'payment', 5)]);
      const [factId] = [...first.facts!.keys()];
      const read = () => store.facts(first.walletId, [factId!, 'f'.repeat(32)], deadlineMs);
      const of = (commit: WalletCommit) =>
        new Map([
          [factId, commit.facts?.get(factId!) ?? null],
          ['f'.repeat(32), null],
        ]);
      expect(await read()).toEqual(of({ ...first, facts: new Map() }));
      const [version] = await store.commit([first], deadlineMs);
      expect(await read()).toEqual(of(first));
      const more = commitOf(first.wallet, version!, [pay('p2', 'payment', 9, 2)], now, { facts: await read() });
      await store.commit([more], deadlineMs);
      expect(await read()).toEqual(of(more));
      expect(await store.facts('nobody', [factId!, 'a/b'], deadlineMs)).toEqual(
        new Map([
          [factId, null],
          ['a/b', null],
        ]),
      );
    });

    it('of a commit that is refused no fact is written', async () => {
      const first = await next([pay('p1', 'payment', 5)]);
      const [version] = await store.commit([first], deadlineMs);
      const facts = await store.facts(first.walletId, [...first.facts!.keys()], deadlineMs);
      const stale = commitOf(first.wallet, first.expected, [pay('p2', 'payment', 9)], now, { facts });
      await expect(store.commit([stale], deadlineMs)).rejects.toBeInstanceOf(StaleVersion);
      const collision = { ...stale, expected: version!, entries: [...stale.entries, first.entries[0]!] };
      await expect(store.commit([collision], deadlineMs)).rejects.toBeInstanceOf(EntryExists);
      expect(await store.facts(first.walletId, [...first.facts!.keys()], deadlineMs)).toEqual(first.facts);
    });

    it('a wallet that is not there is refused', async () => {
      const { wallet: empty, version } = await wallet();
      const commit = commitOf({ ...empty, walletId: 'nobody' }, version, [grant('g', 1)], now);
      await expect(store.commit([commit], deadlineMs)).rejects.toBeInstanceOf(StaleVersion);
      expect(await store.load('nobody', deadlineMs)).toBeNull();
    });

    it('a commit above the byte bound is refused before it is sent, one just below it lands', async () => {
      const base = await next([grant('g', 1)]);
      const fill = (count: number) => ({ ...base, entries: base.entries.concat(large(base.entries[0]!, count)) });
      await expect(store.commit([fill(8)], deadlineMs)).rejects.toBeInstanceOf(CommitTooLarge);
      expect((await store.load(base.walletId, deadlineMs))!.wallet.seq).toBe(0);
      await store.commit([fill(6)], deadlineMs);
      expect((await store.load(base.walletId, deadlineMs))!.wallet.seq).toBe(1);
    });

    it('a lost answer: the commit has landed, and the wallet and the keys say so', async () => {
      const first = await next([grant('g', 100)]);
      const lossy = faulty(store, script('commit', [{ kind: 'lostAnswer' }]));
      await expect(lossy.commit([first], deadlineMs)).rejects.toBeInstanceOf(UnknownOutcome);
      expect((await store.load(first.walletId, deadlineMs))!.version).not.toBe(first.expected);
      expect(await found(store, first)).toEqual(first.entries);
    });

    it('a lost answer followed by a silent retry: a conflict with oneself, written once', async () => {
      const first = await next([grant('g', 100)]);
      const lossy = faulty(store, script('commit', [{ kind: 'silentRetry' }]));
      await expect(lossy.commit([first], deadlineMs)).rejects.toBeInstanceOf(Conflict);
      expect((await store.load(first.walletId, deadlineMs))!.wallet).toEqual(first.wallet);
      expect(await found(store, first)).toEqual(first.entries);
    });

    it('a commit that lands late lands whole if the version has not moved', async () => {
      const first = await next([grant('g', 100)]);
      const late = faulty(store, script('commit', [{ kind: 'heldBack' }]));
      await expect(late.commit([first], deadlineMs)).rejects.toBeInstanceOf(UnknownOutcome);
      expect((await store.load(first.walletId, deadlineMs))!.version).toBe(first.expected);
      await late.landHeldBack();
      expect((await store.load(first.walletId, deadlineMs))!.wallet).toEqual(first.wallet);
      expect(await found(store, first)).toEqual(first.entries);
    });

    it('a commit that lands late leaves nothing behind if the version has moved', async () => {
      const first = await next([grant('late', 100)]);
      const late = faulty(store, script('commit', [{ kind: 'heldBack' }]));
      await expect(late.commit([first], deadlineMs)).rejects.toBeInstanceOf(UnknownOutcome);
      const winner = commitOf(emptyWallet(first.walletId), first.expected, [grant('winner', 5)], now);
      await store.commit([winner], deadlineMs);
      await late.landHeldBack();
      expect((await store.load(first.walletId, deadlineMs))!.wallet).toEqual(winner.wallet);
      expect(await found(store, first)).toEqual([null]);
    });

    it('of two commits under one version exactly one lands', async () => {
      const one = await next([grant('one', 1)]);
      const two = commitOf(emptyWallet(one.walletId), one.expected, [grant('two', 2)], now);
      const results = await Promise.allSettled([store.commit([one], deadlineMs), store.commit([two], deadlineMs)]);
      expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
      const present = [...(await found(store, one)), ...(await found(store, two))].filter((entry) => entry !== null);
      expect(present).toHaveLength(1);
      expect((await store.load(one.walletId, deadlineMs))!.wallet.headHash).toBe(present[0]!.hash);
    });
  });
}

async function found(store: LedgerStore, commit: WalletCommit): Promise<(Entry | null)[]> {
  const ids = commit.entries.map((entry) => entry.id);
  const answer = await store.find(commit.walletId, ids, deadlineMs);
  return ids.map((id) => answer.get(id) ?? null);
}

/** Entries of half a MiB: more than seven of them are above the bound. */
function large(like: Entry, count: number): Entry[] {
  const body = 'x'.repeat(commitBytesMax / 7 - 1024);
  return Array.from({ length: count }, (_, index) => ({ ...like, id: index.toString(16).padStart(32, '0'), body }));
}
