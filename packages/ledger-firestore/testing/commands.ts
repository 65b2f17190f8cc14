// Wallets and commands for tests and the benchmark: short to write, legal in every field.
import {
  createWallet,
  decide,
  fingerprint,
  needs,
  type Command,
  type ConfigureCommand,
  type DeductCommand,
  type Entry,
  type ExtendCommand,
  type Fact,
  type Facts,
  type Found,
  type GrantCommand,
  type Json,
  type ReconcilePaymentCommand,
  type RefundCommand,
  type ReleaseCommand,
  type ReserveCommand,
  type Settings,
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

export function extend(key: string, holdId: string, ttlMs: number): ExtendCommand {
  return { type: 'extend', key, fingerprint: fingerprint('extend', holdId, { ttlMs }), actor, holdId, ttlMs };
}

/** By an administrator. */
export function configure(key: string, settings: Partial<Settings>): ConfigureCommand {
  const print = fingerprint('configure', '', settings as Json);
  const admin = { kind: 'admin', pseudonym: 'd'.repeat(32) } as const;
  return { type: 'configure', key, fingerprint: print, actor: admin, ...settings, reasonCode: 'test' };
}

export function release(key: string, holdId: string): ReleaseCommand {
  return { type: 'release', key, fingerprint: fingerprint('release', holdId, {}), actor, holdId, reasonCode: 'test' };
}

/** All that has not been refunded yet, unless `credits` says how much. */
export function refund(key: string, entryId: string, credits?: number): RefundCommand {
  const own = credits === undefined ? {} : { credits };
  const print = fingerprint('refund', entryId, own);
  return { type: 'refund', key, fingerprint: print, actor, entryId, ...own, reasonCode: 'test' };
}

/** A purchase that is worth `granted` credits by now, of which `clawedBack` were taken back. */
export function pay(key: string, paymentId: string, granted: number, clawedBack = 0): ReconcilePaymentCommand {
  const own = { paymentId, kind: 'purchase', granted, clawedBack } as const;
  const print = fingerprint('reconcilePayment', paymentId, own);
  return { type: 'reconcilePayment', key, fingerprint: print, actor, ...own, reasonCode: 'test' };
}

/** What the commands of a commit are decided on beside the wallet. */
export interface Beside {
  readonly found?: Found;
  readonly facts?: Facts;
}

/** The commit that takes `wallet` at `expected` through `commands`, all of which it must accept. What is not given is absent. */
export function commitOf(
  wallet: Wallet,
  expected: string,
  commands: readonly Command[],
  now: number,
  { found = new Map(), facts = new Map() }: Beside = {},
): WalletCommit {
  let current = wallet;
  const entries: Entry[] = [];
  const changed = new Map<string, Fact>();
  for (const command of commands) {
    const absent = needs(command).map((id) => [id, null] as const);
    const decision = decide(
      current,
      found,
      command,
      now,
      new Map<string, Fact | null>([...absent, ...facts, ...changed]),
    );
    if (decision.kind !== 'accepted') throw new Error(`${command.type} was ${decision.kind}`);
    current = decision.wallet;
    entries.push(...decision.entries);
    for (const [id, fact] of decision.facts ?? []) changed.set(id, fact);
  }
  return { walletId: wallet.walletId, expected, wallet: current, entries, facts: changed };
}
