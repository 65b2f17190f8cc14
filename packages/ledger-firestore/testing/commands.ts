// Wallets and commands for tests and the benchmark: short to write, legal in every field.
import {
  createWallet,
  decide,
  fingerprint,
  type Command,
  type DeductCommand,
  type Entry,
  type Found,
  type GrantCommand,
  type ReleaseCommand,
  type ReserveCommand,
  type SettleCommand,
  type Wallet,
} from '@reelbanana/ledger';
import type { WalletCommit } from '../port.ts';

export const env = 'test/(default)';
export const actor = { kind: 'service', pseudonym: 'a'.repeat(32) } as const;

export function emptyWallet(walletId: string): Wallet {
  return createWallet({
    walletId,
    env,
    owner: { kind: 'user', id: `owner-${walletId}` },
    readers: [`owner-${walletId}`],
  });
}

export function grant(key: string, credits: number, more: Partial<GrantCommand> = {}): GrantCommand {
  const print = fingerprint('grant', '', { credits });
  return {
    type: 'grant',
    key,
    fingerprint: print,
    actor,
    kind: 'bonus',
    credits,
    source: 'test',
    reasonCode: 'test',
    ...more,
  };
}

export function deduct(key: string, credits: number, more: Partial<DeductCommand> = {}): DeductCommand {
  const print = fingerprint('deduct', '', { credits });
  const priced = { operation: 'narration', params: { characters: credits * 100 }, credits, priceVersion: 1 };
  return { type: 'deduct', key, fingerprint: print, actor, ...priced, ...more };
}

export function reserve(key: string, credits: number, more: Partial<ReserveCommand> = {}): ReserveCommand {
  return {
    ...deduct(key, credits),
    type: 'reserve',
    fingerprint: fingerprint('reserve', '', { credits }),
    ttlMs: 60_000,
    ...more,
  };
}

export function settle(key: string, holdId: string, credits?: number): SettleCommand {
  const print = fingerprint('settle', holdId, credits === undefined ? {} : { credits });
  const command = { type: 'settle', key, fingerprint: print, actor, holdId } as const;
  return credits === undefined ? command : { ...command, credits };
}

export function release(key: string, holdId: string): ReleaseCommand {
  return { type: 'release', key, fingerprint: fingerprint('release', holdId, {}), actor, holdId, reasonCode: 'test' };
}

const none: Found = new Map();

/** The commit that takes `wallet` at `expected` through `commands`, all of which it must accept. */
export function commitOf(wallet: Wallet, expected: string, commands: readonly Command[], now: number): WalletCommit {
  let current = wallet;
  const entries: Entry[] = [];
  for (const command of commands) {
    const decision = decide(current, none, command, now);
    if (decision.kind !== 'accepted') throw new Error(`${command.type} was ${decision.kind}`);
    current = decision.wallet;
    entries.push(...decision.entries);
  }
  return { walletId: wallet.walletId, expected, wallet: current, entries };
}
