/**
 * The metrics of the platform: names carry their unit (`_seconds`) or `_total`, labels are finite unions. service-kit
 * makes the instruments from this table and starts every label set at zero, so that a first error is seen as an increase.
 */

export interface MetricDefinition {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly help: string;
  /** Label name -> every value it takes; `route` is filled from the service's own routes. */
  readonly labels: Readonly<Record<string, readonly string[] | 'route'>>;
  /** Upper bounds of histogram buckets, seconds: at most 12 (each non-empty bucket is a billed sample). */
  readonly buckets?: readonly number[];
}

const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export const metrics = {
  http_server_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from the first byte of a request to the last of its response',
    labels: {
      route: 'route',
      method: ['GET', 'POST', 'PATCH', 'DELETE', 'OTHER'],
      status_class: ['2xx', '3xx', '4xx', '5xx'],
    },
    buckets: latencyBuckets,
  },
  wallet_deductions_total: {
    kind: 'counter',
    help: 'Reserves and deductions by outcome; only `error` burns the error budget',
    labels: { outcome: ['ok', 'insufficient', 'duplicate', 'conflict', 'error'] },
  },
  wallet_deduct_seconds: {
    kind: 'histogram',
    help: 'Time of a reserve or deduction in the commit engine',
    labels: {},
    buckets: latencyBuckets,
  },
  ledger_commits_total: {
    kind: 'counter',
    help: 'Commits to the ledger by outcome',
    labels: { outcome: ['ok', 'conflict', 'unknown', 'error'] },
  },
  holds_open: {
    kind: 'gauge',
    help: 'Open holds in the wallets that this instance has cached',
    labels: {},
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;
