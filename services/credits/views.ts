/** Wallets and entries as the API shows them. */
import { balance, parseEntry, type Entry, type EntryBody, type Wallet } from '@reelbanana/ledger';
import type { EntryView, WalletView } from '@reelbanana/metering/contract';

/** The wallet keeps its grants in burn-down order; those of which only held credits are left are not spendable. */
export function walletView(wallet: Wallet): WalletView {
  const { available, held, debt } = balance(wallet);
  return {
    walletId: wallet.walletId,
    available,
    held,
    total: available + held,
    debt,
    grants: wallet.grants
      .filter(({ remaining }) => remaining > 0)
      .map(({ grantId, kind, remaining, expiresAt }) => ({
        grantId,
        kind,
        remaining,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      })),
    unmetered: wallet.unmetered,
    status: wallet.status,
    seq: wallet.seq,
  };
}

/** The parsed body with prevHash and hash: whoever takes these two off again has exactly what was hashed. */
export function entryView(entry: Entry, body: EntryBody = parseEntry(entry)): EntryView {
  return { ...(body as unknown as EntryView), prevHash: entry.prevHash, hash: entry.hash };
}

/** What an end of a hold gave back to the wallet or was released: the credits that left `held`. */
export function creditsUnheld({ postings }: EntryBody): number {
  return postings.reduce((sum, { account, credits }) => (account === 'held' ? sum - credits : sum), 0);
}
