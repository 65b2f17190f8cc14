// Plays commands against one wallet in memory, as the engine does, and keeps the whole chain. For tests.
import { applyTime, commandEntryId, createWallet, decide, reads } from '../index.ts';
import type { Command, Decision, Entry, Found, Wallet } from '../index.ts';
import { audit } from '../invariants/audit.ts';
import type { Violation } from '../invariants.ts';

export const ENV = 'local/(default)';
export const WALLET_ID = 'abcdefghijklmnopqrstuvwxyz';

export interface Player {
  wallet: Wallet;
  readonly entries: Entry[];
  /** Decides, writes what was accepted, and hands the decision on. */
  play(command: Command, now: number): Decision;
  /** What the engine would have read before a definite refusal: `reads(command)` and no more. */
  found(command: Command): Found;
  violations(): readonly Violation[];
}

export function newPlayer(settings: Partial<Wallet> = {}): Player {
  const owner = { kind: 'user', id: 'uid-1' } as const;
  const byId = new Map<string, Entry>();
  const wallet = { ...createWallet({ walletId: WALLET_ID, env: ENV, owner, readers: ['uid-1'] }), ...settings };
  const { unmetered, status, overdraftLimit } = wallet;
  return {
    wallet,
    entries: [],
    play(command, now) {
      const decision = decide(deepFrozen(this.wallet), this.found(command), command, now);
      if (decision.kind !== 'accepted') return decision;
      this.wallet = decision.wallet;
      for (const entry of decision.entries) {
        this.entries.push(entry);
        byId.set(entry.id, entry);
      }
      return decision;
    },
    found(command) {
      return new Map(reads(this.wallet.walletId, command).map((id) => [id, byId.get(id) ?? null]));
    },
    violations() {
      return audit(this.wallet, this.entries, { unmetered, status, overdraftLimit });
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
