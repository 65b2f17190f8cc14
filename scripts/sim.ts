/**
 * `npm run sim -- [--seeds N] [--minutes M] [--seed S]`: the deterministic simulation, one run a seed. Stops at the first
 * broken rule with the command that replays it. `--seed S` alone runs that one; with `--seeds` or `--minutes` it is the
 * first. `--mutants`: plants every known bug and says which seed catches it. Exit 1 for a broken rule, for something that
 * was never met, for a bug that got away; 2 for a wrong call.
 */
import { parseArgs } from 'node:util';
import {
  failureOf,
  hunt,
  mutants,
  rowOf,
  rowsOf,
  simulate,
  type Summary,
} from '@reelbanana/ledger-firestore/simulation';
import { short, table } from '../bench/report.ts';
import { runScript, UsageError } from './lib/script.ts';

const usage = 'usage: npm run sim -- [--seeds N] [--minutes M] [--seed FIRST] | --mutants [--seeds N]';
const seedsDefault = 500;
const huntedSeedsDefault = 200;

interface Options {
  readonly seeds: number;
  readonly minutes: number;
  readonly firstSeed: number;
  /** A replay of one seed: nobody expects it to meet everything. */
  readonly isReplay: boolean;
  readonly mutants: boolean;
}

await runScript('sim', import.meta, async (args, signal) => {
  const options = parse(args);
  return options.mutants ? await huntAll(options, signal) : await runAll(options, signal);
});

async function runAll({ firstSeed, seeds, minutes, isReplay }: Options, signal: AbortSignal): Promise<number> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const isOver = () => signal.aborted || seconds() >= minutes * 60;
  const summary = await simulate({ firstSeed, seeds, isOver });
  print(summary, seconds());
  if (summary.failed !== undefined) {
    console.log(`\n${failureOf(summary.failed)}`);
    return 1;
  }
  const { missing } = summary.tally;
  if (isReplay || missing.length === 0) return summary.runs > 0 ? 0 : 1;
  console.log(`\nnever met: ${missing.join('; ')}`);
  return 1;
}

function print({ runs, tally, longest }: Summary, seconds: number): void {
  console.log(table([['subject', 'what', 'count'], ...rowsOf(tally)]));
  const rate = `${short(tally.commands)} commands in ${short(seconds)} s, ${short(tally.commands / seconds)} a second`;
  console.log(`\n${short(runs)} runs, ${rate}; the longest is seed ${longest.seed} with ${longest.commands} commands`);
}

async function huntAll({ seeds }: Options, signal: AbortSignal): Promise<number> {
  const rows: (readonly string[])[] = [['rule', 'planted bug', 'caught by seed', 'as']];
  let escaped = 0;
  for (const mutant of mutants) {
    if (signal.aborted) return 130;
    const verdict = await hunt(mutant, seeds);
    if (verdict.seed === undefined) escaped += 1;
    rows.push(rowOf(verdict));
  }
  console.log(table(rows));
  console.log(`\n${mutants.length - escaped} of ${mutants.length} planted bugs caught, within ${seeds} seeds each`);
  return escaped === 0 ? 0 : 1;
}

function parse(args: readonly string[]): Options {
  let values: { seeds?: string; minutes?: string; seed?: string; mutants?: boolean };
  try {
    const text = { type: 'string' } as const;
    const options = { seeds: text, minutes: text, seed: text, mutants: { type: 'boolean' } } as const;
    ({ values } = parseArgs({ args: [...args], options }));
  } catch {
    throw new UsageError(usage);
  }
  const whole = (value: string | undefined, otherwise: number): number => {
    if (value === undefined) return otherwise;
    if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(usage);
    return Number(value);
  };
  const { mutants: isHunt = false } = values;
  if (isHunt && (values.seed ?? values.minutes) !== undefined) throw new UsageError(usage);
  if (values.minutes !== undefined && !/^\d{1,4}(\.\d+)?$/.test(values.minutes)) throw new UsageError(usage);
  const isReplay = values.seed !== undefined && (values.seeds ?? values.minutes) === undefined;
  const unbounded = values.minutes === undefined ? (isHunt ? huntedSeedsDefault : seedsDefault) : Infinity;
  return {
    seeds: isReplay ? 1 : whole(values.seeds, unbounded),
    minutes: values.minutes === undefined ? Infinity : Number(values.minutes),
    firstSeed: whole(values.seed, 1),
    isReplay,
    mutants: isHunt,
  };
}
