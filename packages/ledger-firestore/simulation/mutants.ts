// One planted bug for each rule of design sections 3 to 5 that exists now: a simulation that does not catch them proves
// nothing. They stand around the port, around `decide` and around the SDK's calls; the code that is deployed knows none.
import type { Seams } from './world.ts';
import { engineBugs } from './mutants/engine.ts';
import { laterBugs, ledgerBugs } from './mutants/ledger.ts';
import { sdkBugs } from './mutants/sdk.ts';
import { run } from './run.ts';

export interface Mutant {
  /** The rule that it breaks. */
  readonly rule: string;
  /** What it does instead. */
  readonly bug: string;
  /** Made for each run, since a bug may have a memory. */
  readonly seams: () => Seams;
}

export const mutants: readonly Mutant[] = [...engineBugs, ...ledgerBugs, ...laterBugs, ...sdkBugs];

export interface Verdict {
  readonly mutant: Mutant;
  /** The first seed that caught it, and what broke; absent: it got away. */
  readonly seed?: number;
  readonly detail?: string;
}

/** Runs seed after seed until one breaks a rule. */
export async function hunt(mutant: Mutant, seedsMax: number): Promise<Verdict> {
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { violation } = await run(seed, mutant.seams());
    if (violation !== undefined) return { mutant, seed, detail: `${violation.rule}: ${violation.detail}` };
  }
  return { mutant };
}
