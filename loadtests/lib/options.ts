/** The shape that every scenario shares: open model, all virtual users made before the start, the thresholds. */
import type { Options } from 'k6/options';
import { duration, ratePerSecond } from './run.ts';

/**
 * A constant arrival rate. A slow service does not slow the arrivals down: what cannot be started in time is a dropped
 * iteration, and one fails the run. Latency has no bound yet: it comes with the SLOs of the catalog.
 */
export function constantRate(): Options {
  // As many as the rate needs if every iteration takes two seconds: far above any bound to come, so that an iteration
  // is dropped because the service fell behind and not because the machine was busy for a moment.
  const users = Math.max(50, ratePerSecond * 2);
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
