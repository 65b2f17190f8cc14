// Plays commands against one wallet in memory, as the engine does, and keeps the whole chain. For tests.
import { applyTime, commandEntryId, createWallet, decide, needs, reads } from '../index.ts';
import type { Command, Decision, Entry, Fact, Facts, Found, Wallet } from '../index.ts';
import { audit } from '../invariants/audit.ts';
import type { Violation } from '../invariants.ts';

export const ENV = 'local/(default)';
export const WALLET_ID = 'abcdefghijklmnopqrstuvwxyz';

export interface Player {
  wallet: Wallet;
  readonly entries: Entry[];
  /** Decides, writes what was accepted, and hands the decision on. */
  play(command: Command, now: number): Decision;
  /** Every fact that was written. */
  readonly facts: Map<string, Fact>;
  /** What the engine would have read before a definite refusal: `reads(command)` and no more. */
  found(command: Command): Found;
  /** What the engine would have read beside the wallet: `needs(command)`. */
  needed(command: Command): Facts;
  violations(): readonly Violation[];
}

export function newPlayer(settings: Partial<Wallet> = {}): Player {
  const owner = { kind: 'user', id: 'uid-1' } as const;
  const byId = new Map<string, Entry>();
  const facts = new Map<string, Fact>();
  const wallet = { ...createWallet({ walletId: WALLET_ID, env: ENV, owner, readers: ['uid-1'] }), ...settings };
  const { unmetered, status, overdraftLimit } = wallet;
  return {
    wallet,
    entries: [],
    facts,
    play(command, now) {
      const decision = decide(deepFrozen(this.wallet), this.found(command), command, now, this.needed(command));
      if (decision.kind !== 'accepted') return decision;
      this.wallet = decision.wallet;
      for (const entry of decision.entries) {
        this.entries.push(entry);
        byId.set(entry.id, entry);
      }
      for (const [factId, fact] of decision.facts ?? []) facts.set(factId, fact);
      return decision;
    },
    found(command) {
      const found = new Map<string, Entry | null>();
      for (;;) {
        const ids = reads(this.wallet.walletId, command, found).filter((id) => !found.has(id));
        if (ids.length === 0) return found;
        for (const id of ids) found.set(id, byId.get(id) ?? null);
      }
    },
    needed(command) {
      return new Map(needs(command).map((factId) => [factId, facts.get(factId) ?? null]));
    },
    violations() {
      return audit(this.wallet, this.entries, { unmetered, status, overdraftLimit }, facts);
    },
  };
}

/** The balance that a reader sees at `now`: time applied, nothing written. */
export function balanceAt(wallet: Wallet, now: number): string {
  const { totals, debt } = applyTime(wallet, now).wallet;
  return `${totals.available} ${totals.held} ${debt}`;
}

/** The id of the hold that a reserve with this key opens. */
export function holdIdOf(key: string): string {
  return commandEntryId(WALLET_ID, { type: 'reserve', key } as Command) as string;
}

/** Nothing that decide is given may change. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFrozen(part);
  }
  return value;
}
