// Bugs of the attempt protocol, acted out where it calls credits.
import type { Mutant } from '../mutants.ts';

export const sdkBugs: readonly Mutant[] = [
  {
    rule: 'attempt n+1 closes attempt n',
    bug: 'reserves beside it',
    seams: () => ({ sdk: 'forgets to supersede' }),
  },
  {
    rule: 'work runs only on a hold of one’s own',
    bug: 'works on every hold it is told of',
    seams: () => ({ sdk: 'works on every hold' }),
  },
];
