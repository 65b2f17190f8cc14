/** What was used and what came of it, from counters by UTC day. Charts read them; balances never do. */
import { limits } from '@reelbanana/catalog';
import { defineContract } from '@reelbanana/service-kit';
import { z } from 'zod';
import { grantKind } from './entry.ts';
import { credits, timeMs } from './fields.ts';

const day = z
  .string()
  .refine(isDay, 'must be a day, YYYY-MM-DD')
  .meta({ description: 'A day of UTC.', examples: ['2026-06-01'] });

/** Both ends are included. */
const days = z
  .strictObject({ from: day.describe('The first day, of UTC.'), to: day.describe('The last day, included.') })
  .superRefine(({ from, to }, context) => {
    if (!isDay(from) || !isDay(to)) return;
    const count = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
    const wrong = (message: string): void => context.addIssue({ code: 'custom', path: ['to'], message });
    if (count < 1) wrong('lies before from');
    if (count > limits.reportDaysMax) wrong(`is more than ${limits.reportDaysMax} days from the first`);
  });

function isDay(text: string): boolean {
  const at = /^20\d\d-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}

/** Sums may fall below zero, where more was refunded in a day than was charged. */
const sum = z.int();

const operationUsage = z.strictObject({
  charges: z.int().min(0).describe('Deductions and settled holds.'),
  credits: sum.describe('What wallets paid for them, less refunds.'),
  waived: sum.describe('What unmetered wallets would have paid.'),
});

export const getUsage = defineContract({
  method: 'GET',
  path: '/v1/admin/usage',
  summary: 'What was used, by day of UTC and operation; load wallets left out',
  principals: ['admin'],
  query: days,
  responses: {
    200: z.strictObject({
      from: day,
      to: day,
      days: z
        .array(z.strictObject({ day, operations: z.record(z.string(), operationUsage) }))
        .describe('In order; days without any use are left out. Counters are some seconds behind.'),
      operations: z.record(z.string(), operationUsage).describe('Of all days together.'),
    }),
  },
  errors: ['OVERLOADED'],
});

export const getRevenue = defineContract({
  method: 'GET',
  path: '/v1/admin/revenue',
  summary: 'Credits granted, paid for, consumed and expired, and what is owed to users; load wallets left out',
  principals: ['admin'],
  query: days,
  responses: {
    200: z.strictObject({
      from: day,
      to: day,
      granted: z.partialRecord(grantKind, z.strictObject({ grants: z.int().min(0), credits })),
      paid: z
        .record(z.string(), z.int())
        .describe(
          'By currency, in its minor units, where a grant says what was paid: before fees, taxes and refunds of money.',
        ),
      consumed: sum.describe('Credits that work has used up, less refunds; what was waived is not in it.'),
      waived: sum,
      expired: sum,
      clawedBack: sum.describe('Taken back with their payments, less what was reinstated.'),
      liability: z
        .strictObject({ credits: sum, debt: sum, asOf: timeMs })
        .describe('Now, whatever the days asked for: credits available and held in all wallets, and what wallets owe.'),
    }),
  },
  errors: ['OVERLOADED'],
});
