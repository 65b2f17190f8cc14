// Who points at a wallet: users and checkpoints. Their wallets must be there, and the users' their own.
import type { Wallet } from '@reelbanana/ledger';
import type { Examination } from './examine.ts';
import { finding, type Finding } from './report.ts';
import { UnreadableWallet, type AuditSource } from './source.ts';

type Source = Pick<AuditSource, 'wallet'>;

interface Found {
  readonly findings: readonly Finding[];
}

/** Users whose wallet is gone or another user's. A wallet without a user is legal: the user was erased. */
export function findMislinked(
  source: Source,
  users: readonly { readonly uid: string; readonly walletId: unknown }[],
): Promise<readonly Found[]> {
  const linked = users.filter(({ walletId }) => walletId !== undefined);
  return Promise.all(
    linked.map(async ({ uid, walletId }) => {
      const id = String(walletId);
      const wallet = await look(source, id);
      if (wallet === null)
        return { findings: [finding(id, 'missing', `user ${uid} is linked to it, and it is not there`)] };
      const isAnothers = wallet !== 'unreadable' && wallet.owner.kind === 'user' && wallet.owner.id !== uid;
      const detail = `user ${uid} is linked to it, and it is another user's`;
      return { findings: isAnothers ? [finding(id, 'identity', detail)] : [] };
    }),
  );
}

/** Wallets that were signed and are gone. */
export function findLost(
  { source, checkpoints }: Pick<Examination, 'checkpoints'> & { readonly source: Source },
  walletIds: readonly string[],
): Promise<readonly Found[]> {
  return Promise.all(
    walletIds.map(async (id) => {
      if ((await look(source, id)) !== null) return { findings: [] };
      const signed = await checkpoints?.latest(id).catch(() => null);
      return { findings: [finding(id, 'missing', 'it was signed, and it is not there', signed?.seq)] };
    }),
  );
}

/** One that cannot be read is there: the walk over wallets has said so. */
async function look(source: Source, walletId: string): Promise<Wallet | 'unreadable' | null> {
  try {
    return await source.wallet(walletId);
  } catch (error) {
    if (error instanceof UnreadableWallet) return 'unreadable';
    throw error;
  }
}
