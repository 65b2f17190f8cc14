// The simulation can fail: every planted bug is caught.
import { describe, expect, it, jest } from '@jest/globals';
import { hunt, mutants } from './index.ts';

jest.setTimeout(120_000); // hundreds of runs, on a busy machine

const seeds = 200;

describe('a planted bug is caught', () => {
  it.each(mutants.map((mutant) => [mutant.rule, mutant.bug, mutant] as const))(
    '%s: %s',
    async (_rule, _bug, mutant) => {
      expect((await hunt(mutant, seeds)).seed).toBeGreaterThan(0);
    },
  );

  it('for at least twelve rules, each named once', () => {
    expect(new Set(mutants.map(({ rule, bug }) => `${rule}: ${bug}`)).size).toBe(mutants.length);
    expect(mutants.length).toBeGreaterThanOrEqual(12);
  });
});
