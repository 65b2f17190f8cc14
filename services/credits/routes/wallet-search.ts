/** GET /v1/admin/wallets: finding wallets. */
import { applyTime, balance } from '@reelbanana/ledger';
import type { FoundWallet } from '@reelbanana/ledger-firestore';
import { getWallets } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import type { Context } from './context.ts';

const pageDefault = 50;

export function walletSearchRoutes({ ledger, now }: Context): Route[] {
  return [
    route(getWallets, async ({ query }) => {
      const { uid, email, status, cursor, limit = pageDefault } = query;
      const page = await ledger.wallets.find({
        limit,
        ...(uid === undefined ? {} : { uid }),
        // As Firebase gives addresses, and so as they are stored.
        ...(email === undefined ? {} : { emailPrefix: email.toLowerCase() }),
        ...(status === undefined ? {} : { status }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      const next = page.cursor === undefined ? {} : { cursor: page.cursor };
      return reply(200, { wallets: page.wallets.map((found) => foundView(found, now())), ...next });
    }),
  ];
}

/** Like GET wallet: what time has decided shows, though it is not written yet. */
function foundView({ wallet: stored, email, createdAt }: FoundWallet, now: number) {
  const { wallet } = applyTime(stored, now);
  const { walletId, owner, unmetered, status, seq } = wallet;
  return {
    walletId,
    owner,
    ...(email === undefined ? {} : { email }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...balance(wallet),
    unmetered,
    status,
    seq,
  };
}
