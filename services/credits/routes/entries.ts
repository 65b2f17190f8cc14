/** GET /v1/wallets/{id or me}/entries. */
import { getEntries } from '@reelbanana/metering/contract';
import { Problem, reply, route, type Route } from '@reelbanana/service-kit';
import { walletNotFound } from '../principals.ts';
import { rateLimitOf } from '../rate-limit.ts';
import { entryView } from '../views.ts';
import type { Context } from './context.ts';

const pageDefault = 50;

export function entryRoutes({ engine, ledger, principals, now }: Context): Route[] {
  return [
    route(getEntries, async ({ caller, params, query }) => {
      if (caller.account !== undefined && params.walletId === 'me')
        throw new Problem('FORBIDDEN', "A user's history is for the user alone, not for services");
      const walletId = await principals.wallet(caller, params.walletId);
      const { limit = pageDefault, cursor, type, operation } = query;
      const mine = params.walletId === 'me';
      const found = ledger.entries.page(walletId, {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(type === undefined ? {} : { type }),
        ...(operation === undefined ? {} : { operation }),
      });
      // Up to a hundred documents are read here: one more tells the user how their minute stands.
      const [page, wallet] = await Promise.all([found, mine ? engine.wallet(walletId) : null]);
      // Nothing was found: of an empty wallet, or of none.
      if (page.entries.length === 0 && !mine && (await engine.wallet(walletId)) === null) throw walletNotFound();
      const next = page.cursor === undefined ? {} : { cursor: page.cursor };
      const headers = wallet === null ? {} : rateLimitOf(wallet, now());
      return reply(200, { entries: page.entries.map((entry) => entryView(entry)), ...next }, headers);
    }),
  ];
}
