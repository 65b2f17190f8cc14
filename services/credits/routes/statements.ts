/** GET /v1/wallets/{id or me}/statement. */
import { getStatement } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { csvOf } from '../statements/csv.ts';
import { jsonOf } from '../statements/json.ts';
import { openStatement, type Period } from '../statements/statement.ts';
import type { Context } from './context.ts';

export function statementRoutes(context: Context): Route[] {
  const { principals, now } = context;
  return [
    route(getStatement, async ({ caller, params, query }) => {
      const walletId = await principals.wallet(caller, params.walletId);
      const { fromSeq, toSeq, month, format = 'json' } = query;
      const period: Period =
        fromSeq === undefined || toSeq === undefined
          ? { month: month ?? new Date(now()).toISOString().slice(0, 7) }
          : { fromSeq, toSeq };
      const statement = await openStatement(context, walletId, period);
      const name = `statement-${walletId}-${statement.month ?? `${statement.fromSeq}-${statement.toSeq}`}.${format}`;
      const headers = { 'Content-Disposition': `attachment; filename="${name}"` };
      return format === 'csv'
        ? reply(200, { type: 'text/csv; charset=utf-8' as const, pieces: csvOf(statement) }, headers)
        : reply(200, { type: 'application/json' as const, pieces: jsonOf(statement) }, headers);
    }),
  ];
}
