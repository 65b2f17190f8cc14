// Many runs, one after the other, until the seeds or the patience end or a rule breaks.
import { run, type Run } from './run.ts';
import { Tally } from './tally.ts';

export interface Plan {
  readonly firstSeed: number;
  /** How many seeds, at most. */
  readonly seeds: number;
  /** Asked before each run. */
  readonly isOver?: () => boolean;
  readonly onRun?: (run: Run) => void;
}

export interface Summary {
  readonly runs: number;
  readonly tally: Tally;
  /** The first run that broke a rule: none came after it. */
  readonly failed?: Run;
  /** The run with the most commands. */
  readonly longest: { readonly seed: number; readonly commands: number };
}

export async function simulate({ firstSeed, seeds, isOver = () => false, onRun }: Plan): Promise<Summary> {
  const tally = new Tally();
  let longest = { seed: firstSeed, commands: 0 };
  let runs = 0;
  while (runs < seeds && !isOver()) {
    const done = await run(firstSeed + runs);
    runs += 1;
    tally.add(done.tally);
    if (done.tally.commands > longest.commands) longest = { seed: done.seed, commands: done.tally.commands };
    onRun?.(done);
    if (done.violation !== undefined) return { runs, tally, failed: done, longest };
  }
  return { runs, tally, longest };
}
