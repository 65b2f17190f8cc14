// `npm run bench`: every figure of bench/README.md, as ratios of one run on this machine. A figure that misses its bound is
// told and no failure, since machines are shared; one that could not be taken is.
import { parseArgs } from 'node:util';
import { choose, families } from '../bench/families.ts';
import type { FigureDefinition } from '../bench/family.ts';
import { figure, judgement, table, type Figure } from '../bench/report.ts';
import { surroundings } from '../bench/surroundings.ts';
import { runScript, UsageError } from './lib/script.ts';

const usage =
  'usage: npm run bench -- [--only ID[,ID]] [--json] [--rounds 1..100, default 5] [--seconds a window, up to 60, default 2]';

interface Options {
  readonly chosen: ReturnType<typeof choose>;
  readonly json: boolean;
  readonly rounds: number;
  readonly seconds: number;
}

await runScript('bench', import.meta, async (args, signal) => {
  const { chosen, json, rounds, seconds } = parse(args);
  const progress = progressLine(json);
  const bench = surroundings({ rounds, seconds, signal, progress });
  const figures: (readonly [FigureDefinition, Figure])[] = [];
  const failures: unknown[] = [];
  try {
    for (const { family, wanted } of chosen) {
      try {
        const { samples, rows } = await family.measure(wanted, bench);
        progress('');
        if (!json) console.log(`${table(rows)}\n`);
        for (const definition of family.figures.filter(({ id }) => wanted.has(id))) {
          figures.push([definition, figure(definition, samples[definition.id])]);
        }
      } catch (error) {
        signal.throwIfAborted();
        // What can be told of the others is still worth knowing.
        failures.push(error);
      }
    }
  } finally {
    progress('');
    await bench.stop();
  }
  console.log(json ? JSON.stringify({ figures: figures.map(([, taken]) => taken) }) : judgement(figures));
  for (const failure of failures)
    console.error(`bench: ${failure instanceof Error ? failure.message : String(failure)}`);
  return failures.length === 0 ? 0 : 1;
});

function parse(args: readonly string[]): Options {
  let values: { json?: boolean; only?: string; rounds?: string; seconds?: string };
  try {
    const text = { type: 'string' } as const;
    ({ values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, only: text, rounds: text, seconds: text },
    }));
  } catch {
    throw new UsageError(usage);
  }
  const positive = (text: string | undefined, otherwise: number, max: number) => {
    if (text === undefined) return otherwise;
    if (!/^\d+(\.\d+)?$/.test(text) || Number(text) <= 0 || Number(text) > max) throw new UsageError(usage);
    return Number(text);
  };
  const rounds = positive(values.rounds, 5, 100);
  if (!Number.isInteger(rounds)) throw new UsageError(usage);
  return {
    chosen: chosenBy(values.only),
    json: values.json === true,
    rounds,
    seconds: positive(values.seconds, 2, 60),
  };
}

function chosenBy(only: string | undefined): Options['chosen'] {
  try {
    return choose(families, only?.split(','));
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/** One line that rewrites itself on a terminal; a line a step elsewhere; nothing on the way of JSON. */
function progressLine(json: boolean): (text: string) => void {
  const { stderr } = process;
  return (text) => {
    if (stderr.isTTY) stderr.write(`\r\x1b[K${text}`);
    else if (!json && text !== '') stderr.write(`${text}\n`);
  };
}
