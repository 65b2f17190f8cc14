/** What a person sees after a run: the latencies, the proof, the verdict. Colour only on a terminal. */
import Table from 'cli-table3';
import color from 'picocolors';
import { z } from 'zod';
import type { Tally } from './verify/tally.ts';
import type { Verdict } from './verify/verify.ts';

const metricsSchema = z.looseObject({
  metrics: z.record(
    z.string(),
    z.looseObject({
      values: z.record(z.string(), z.number()),
      thresholds: z.record(z.string(), z.looseObject({ ok: z.boolean() })).optional(),
    }),
  ),
});

/** Names of the thresholds that failed, as `metric: expression`. */
export function failedThresholds(summary: unknown): readonly string[] {
  const { metrics } = metricsSchema.parse(summary);
  return Object.entries(metrics).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds).flatMap(([expression, { ok }]) => (ok ? [] : [`${metric}: ${expression}`])),
  );
}

/** The table of a run. */
export function report(summary: unknown, accepted: Tally, verdict: Verdict): string {
  const { metrics } = metricsSchema.parse(summary);
  const duration = metrics['http_req_duration']?.values ?? {};
  const ms = (name: string): string => `${(duration[name] ?? 0).toFixed(1)} ms`;
  const table = new Table({ head: ['run', 'value'], style: { head: [], border: [] } });
  table.push(
    ['iterations', String(metrics['iterations']?.values['count'] ?? 0)],
    ['dropped iterations', String(metrics['dropped_iterations']?.values['count'] ?? 0)],
    ['requests a second', (metrics['http_reqs']?.values['rate'] ?? 0).toFixed(1)],
    ['latency median, p95, p99', `${ms('med')}, ${ms('p(95)')}, ${ms('p(99)')}`],
    ['checks passed', `${((metrics['checks']?.values['rate'] ?? 0) * 100).toFixed(2)} %`],
    [
      'accepted: deduct, reserve, settle, release',
      [accepted.deduct, accepted.reserve, accepted.settle, accepted.release].join(', '),
    ],
    ['credits accepted / in the ledger', `${accepted.chargedCredits} / ${verdict.stored.chargedCredits}`],
    ['wallets, entries verified', `${verdict.wallets}, ${verdict.entries}`],
  );
  const lines = verdict.findings
    .slice(0, 20)
    .map(({ walletId, rule, detail }) => color.red(`  ${walletId}: ${rule}: ${detail}`));
  const more = verdict.findings.length > 20 ? [`  and ${verdict.findings.length - 20} more`] : [];
  const proof =
    verdict.findings.length === 0
      ? color.green('ledger proved: accepted = charged, no duplicate, no negative, chain intact')
      : color.red(`the ledger does not agree (${verdict.findings.length} findings)`);
  return [table.toString(), proof, ...lines, ...more].join('\n');
}
