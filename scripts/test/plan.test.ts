// What `npm test` runs for which arguments.
import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../lib/script.ts';
import { checkNames, planOf, projectNames } from './plan.ts';

describe('planOf', () => {
  it('runs everything when nothing is named', () => {
    expect(planOf([])).toEqual({ checks: checkNames, projects: projectNames, paths: [], title: undefined });
  });

  it('runs only what is named, in the order of the whole', () => {
    expect(planOf(['system', 'lint', 'unit'])).toMatchObject({ checks: ['lint'], projects: ['unit', 'system'] });
  });

  it('takes other words for parts of paths', () => {
    const plan = planOf(['emulator', 'packages/ledger-firestore']);
    expect(plan).toMatchObject({ checks: [], projects: ['emulator'], paths: ['packages/ledger-firestore'] });
  });

  it.each([[['packages/ledger']], [['-t', 'never charges twice']]])(
    'looks in all projects, without static checks, for %j',
    (args) => {
      expect(planOf(args)).toMatchObject({ checks: [], projects: projectNames });
    },
  );

  it.each([[['--fast']], [['-t']]])('refuses %j in one line', (args) => {
    expect(() => planOf(args)).toThrow(UsageError);
    expect(() => planOf(args)).toThrow(/^.*usage: npm test.*$/);
  });
});
