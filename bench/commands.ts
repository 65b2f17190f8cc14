// The wallet and the commands of the benchmark.
import { createWallet, fingerprint, type DeductCommand, type GrantCommand, type Wallet } from '@reelbanana/ledger';

const actor = { kind: 'service', pseudonym: 'b'.repeat(32) } as const;

export function emptyWallet(walletId: string): Wallet {
  const id = `owner-${walletId}`;
  return createWallet({ walletId, env: 'bench/(default)', owner: { kind: 'user', id }, readers: [id] });
}

export function grant(key: string, credits: number): GrantCommand {
  const print = fingerprint('grant', '', { credits });
  return {
    type: 'grant',
    key,
    fingerprint: print,
    actor,
    kind: 'bonus',
    credits,
    source: 'bench',
    reasonCode: 'bench',
  };
}

export function deduct(key: string, credits: number): DeductCommand {
  const print = fingerprint('deduct', '', { credits });
  const params = { characters: credits * 100 };
  return { type: 'deduct', key, fingerprint: print, actor, operation: 'narration', params, credits, priceVersion: 1 };
}
