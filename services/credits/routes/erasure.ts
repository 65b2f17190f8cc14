/** DELETE /v1/admin/users/{uid}. Of itself idempotent, so it takes no key. */
import { deleteUser } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import type { Context } from './context.ts';

export function erasureRoutes({ ledger, now }: Context): Route[] {
  return [
    route(deleteUser, async ({ caller: { user }, params: { uid }, query: { reasonCode } }) => {
      if (user === undefined) throw new Error("an administrators' route without a user");
      const { erasedAt } = await ledger.users.erase({ uid, audit: { uid: user.uid, reasonCode, at: now() } });
      return reply(200, { erasedAt });
    }),
  ];
}
