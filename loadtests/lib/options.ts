/** The shape that every scenario shares: open model, all virtual users made before the start, the thresholds. */
import type { Options } from 'k6/options';
import { duration, ratePerSecond } from './run.ts';

/**
 * A constant arrival rate. A slow service does not slow the arrivals down: what cannot be started in time is a dropped
 * iteration, and one fails the run. Latency has no bound yet: it comes with the SLOs of the catalog.
 */
export function constantRate(): Options {
  // 1.5 times the users that the rate would need if every iteration took half a second.
  const users = Math.max(10, Math.ceil(ratePerSecond * 0.5 * 1.5));
  const main = {
    executor: 'constant-arrival-rate',
    rate: ratePerSecond,
    timeUnit: '1s',
    duration,
    preAllocatedVUs: users,
    maxVUs: users,
    gracefulStop: '30s',
  } as const;
  return {
    scenarios: { main },
    thresholds: { checks: ['rate==1'], dropped_iterations: ['count==0'] },
    summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max', 'count'],
    discardResponseBodies: true,
    noConnectionReuse: false,
  };
}
