/** What k6 says the service accepted: counters of a run's summary, read strictly. */
import { z } from 'zod';

/** Commands accepted by type, and the credits charged by deductions and settles. */
export interface Tally {
  readonly deduct: number;
  readonly reserve: number;
  readonly settle: number;
  readonly release: number;
  readonly chargedCredits: number;
}

const summarySchema = z.looseObject({
  metrics: z.record(z.string(), z.looseObject({ values: z.record(z.string(), z.number()) })),
});

/** Reads k6's summary (`handleSummary` data). A counter that never counted is 0; a file of another shape throws. */
export function readTally(summary: unknown): Tally {
  const { metrics } = summarySchema.parse(summary);
  const count = (name: string): number => metrics[name]?.values['count'] ?? 0;
  return {
    deduct: count('accepted_deduct'),
    reserve: count('accepted_reserve'),
    settle: count('accepted_settle'),
    release: count('accepted_release'),
    chargedCredits: count('charged_credits'),
  };
}
