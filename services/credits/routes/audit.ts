/** GET /v1/admin/audit. */
import { getAudit } from '@reelbanana/metering/contract';
import { Problem, reply, route, type Route } from '@reelbanana/service-kit';
import type { Context } from './context.ts';

export function auditRoutes({ ledger }: Pick<Context, 'ledger'>): Route[] {
  return [
    route(getAudit, async () => {
      const report = await ledger.audits.latest();
      if (report === null) throw new Problem('RESULT_NOT_FOUND', 'The ledger has not been audited yet');
      // How the report is stored, and where a run goes on, is nobody's matter here.
      const { v: _version, cursor: _cursor, findings, ...shown } = report;
      return reply(200, { ...shown, findings: [...findings] });
    }),
  ];
}
