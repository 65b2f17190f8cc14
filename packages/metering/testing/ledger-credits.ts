/**
 * Credits in memory, for tests: one wallet, the real ledger's `decide`, the real price book. A user token stands for
 * its uid; all users share the wallet (a test has one). Synchronous inside: every call takes effect at once.
 */
import { dearestParams, priceBook, type OperationId } from '@reelbanana/catalog';
import { decide, balance as balanceOf, createWallet, fingerprint, parseEntry, price, reads } from '@reelbanana/ledger';
import type { Answer, Command, Entry, EntryType, Wallet } from '@reelbanana/ledger';
import type { Balance, CreditsClient, Reserved, Settled } from '../credits.ts';
import { CreditsError } from '../errors.ts';

export interface LedgerCredits extends CreditsClient {
  readonly walletId: string;
  /** With time applied. */
  wallet(): Wallet;
  entries(type?: EntryType): readonly Entry[];
}

const actor = { kind: 'service', pseudonym: 'b'.repeat(32) } as const;

/** @param now Unix ms, read at every call. */
export function ledgerCredits({ now, credits = 100 }: { now: () => number; credits?: number }): LedgerCredits {
  const walletId = 'testwallet';
  const stored = new Map<string, Entry>();
  let wallet = createWallet({ walletId, env: 'local/(default)', owner: { kind: 'user', id: 'uid' }, readers: [] });

  function execute(command: Command): Answer | undefined {
    const found = new Map(reads(walletId, command).map((id) => [id, stored.get(id) ?? null]));
    const decision = decide(wallet, found, command, now());
    if (decision.kind === 'replayed') return decision.answer;
    if (decision.kind === 'rejected') {
      const { code, detail, data } = decision.rejection;
      throw new CreditsError(code, detail, { data });
    }
    if (decision.kind === 'unread') throw new Error('this wallet keeps no facts');
    wallet = decision.wallet;
    for (const entry of decision.entries) stored.set(entry.id, entry);
    return decision.answer;
  }

  const answered = (command: Command): Answer => execute(command) as Answer;
  const shown = (): Balance => balanceOf(wallet);
  const grant = { kind: 'bonus', credits, source: 'test', reasonCode: 'test' } as const;
  answered({ type: 'grant', key: 'first', fingerprint: fingerprint('grant', walletId, grant), actor, ...grant });

  /** The maximum price of what was reserved. */
  function creditsMaxOf(holdId: string): number {
    const reserve = stored.get(holdId);
    const { operation } = reserve === undefined ? {} : parseEntry(reserve);
    return operation === undefined
      ? 0
      : price(priceBook, operation, dearestParams(operation as OperationId), now()).credits;
  }

  return {
    walletId,
    wallet: () => {
      execute({ type: 'tick' });
      return wallet;
    },
    entries: (type) =>
      [...stored.values()].sort((a, b) => a.seq - b.seq).filter((entry) => type === undefined || entry.type === type),
    reserve: async ({ operation, params, ttlSeconds, supersedes }, { key }) => {
      const fields = { operation, params, ttlSeconds, ...(supersedes === undefined ? {} : { supersedes }) };
      const { body, replayed, holdState, settledCredits } = answered({
        type: 'reserve',
        key,
        fingerprint: fingerprint('reserve', walletId, fields),
        actor,
        operation,
        params,
        ...price(priceBook, operation, params, now()),
        ttlMs: ttlSeconds * 1000,
        ...(supersedes === undefined ? {} : { supersedes }),
      });
      const reserved: Reserved = {
        walletId,
        holdId: body.holdId as string,
        credits: body.credits as number,
        state: holdState as Reserved['state'],
        replayed,
        ...(settledCredits === undefined ? {} : { settledCredits }),
      };
      return await Promise.resolve(reserved);
    },
    settle: async ({ holdId, credits: charge }) => {
      const fields = charge === undefined ? {} : { credits: charge };
      const { body } = answered({
        type: 'settle',
        key: holdId,
        fingerprint: fingerprint('settle', holdId, fields),
        actor,
        holdId,
        ...fields,
        creditsMax: creditsMaxOf(holdId),
      });
      const settled: Settled = { credits: body.credits as number, balance: body.balanceAfter };
      return await Promise.resolve(settled);
    },
    release: async ({ holdId, reasonCode }) => {
      answered({
        type: 'release',
        key: holdId,
        fingerprint: fingerprint('release', holdId, { reasonCode }),
        actor,
        holdId,
        reasonCode,
      });
      await Promise.resolve();
    },
    balance: async () => await Promise.resolve(shown()),
  };
}
