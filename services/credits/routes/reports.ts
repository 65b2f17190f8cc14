/** GET /v1/admin/usage and /v1/admin/revenue: from counters, so some seconds behind and for charts alone. */
import { getRevenue, getUsage } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { accountOf, grantedOf, operationsOf, paidOf, sumOf } from '../reports/reports.ts';
import type { Context } from './context.ts';

export function reportRoutes({ ledger, now }: Context): Route[] {
  return [
    route(getUsage, async ({ query: { from, to } }) => {
      const counts = await ledger.usage.days(from, to);
      const days = [...counts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, sums]) => ({ day, operations: operationsOf(sums) }))
        .filter(({ operations }) => Object.keys(operations).length > 0);
      return reply(200, { from, to, days, operations: operationsOf(sumOf(counts.values())) });
    }),

    route(getRevenue, async ({ query: { from, to } }) => {
      const [counts, all] = await Promise.all([ledger.usage.days(from, to), ledger.usage.total()]);
      const sums = sumOf(counts.values());
      const waived = 0 - accountOf(sums, 'waived');
      return reply(200, {
        from,
        to,
        granted: grantedOf(sums),
        paid: paidOf(sums),
        consumed: accountOf(sums, 'consumed') - waived,
        waived,
        expired: accountOf(sums, 'expired'),
        clawedBack: accountOf(sums, 'clawedBack'),
        liability: {
          credits: accountOf(all, 'available') + accountOf(all, 'held'),
          debt: 0 - accountOf(all, 'debt'),
          asOf: now(),
        },
      });
    }),
  ];
}
