/** POST /v1/quotes: what an operation would cost, and a token that holds the price for a while. */
import { postQuote } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { checkWork, priceNow } from '../commands.ts';
import type { Context } from './context.ts';

export function quoteRoutes({ principals, priceBook, quotes, now }: Context): Route[] {
  return [
    route(postQuote, async ({ caller, body }) => {
      const work = checkWork(body);
      const walletId = await principals.wallet(caller, 'me');
      const at = now();
      const price = priceNow(priceBook, work, at);
      const { quoteToken, exp } = quotes.issue(walletId, work, price, at);
      return reply(200, { walletId, ...work, params: { ...work.params }, ...price, expiresAt: exp, quoteToken });
    }),
  ];
}
