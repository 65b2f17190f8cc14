// What people read of a simulation: counts as rows, a broken rule with the command that replays it.
import type { Verdict } from './mutants.ts';
import type { Run } from './run.ts';
import { expected, type Subject, type Tally } from './tally.ts';

/** Subject, what, count: everything that was met, and what should have been. */
export function rowsOf(tally: Tally): readonly (readonly string[])[] {
  return (Object.keys(expected) as Subject[]).flatMap((subject) =>
    tally.of(subject).map(([what, count], index) => [index === 0 ? subject : '', what, count.toLocaleString('en')]),
  );
}

/** The command that gives the same run again. */
export function replayOf({ seed }: Pick<Run, 'seed'>): string {
  return `npm run sim -- --seed ${seed}`;
}

/** The last events of a run that broke a rule, which one, and how to see it again. */
export function failureOf(run: Run): string {
  const { violation, last, digest } = run;
  if (violation === undefined) throw new Error(`seed ${run.seed} broke no rule`);
  const said = `seed ${run.seed} broke the rule "${violation.rule}": ${violation.detail}`;
  return ['last events (virtual ms, what):', ...last, '', said, `replay: ${replayOf(run)}   (digest ${digest})`].join(
    '\n',
  );
}

const detailMax = 60;

/** Rule, planted bug, the seed that catches it, what it broke. */
export function rowOf({ mutant, seed, detail = '' }: Verdict): readonly string[] {
  const caught = seed === undefined ? 'GOT AWAY' : String(seed);
  return [mutant.rule, mutant.bug, caught, detail.replaceAll(/\s+/g, ' ').slice(0, detailMax)];
}
