/**
 * `npm run mutants -- [--properties] [FILE...]`: plants mistakes in the ledger, one at a time, and says which of them no test
 * notices. FILE is a part of a path in packages/ledger; none: every file. A file's own tests judge it (mutants/tests.ts),
 * so the score is a lower bound; with `--properties` all tests do, the property tests from a fixed seed, at several seconds
 * a mutant. Reports: .local/mutants. Exit 1 where fewer than 90 % of a file's mutants are killed, 2 for a wrong call.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { short, table } from '../bench/report.ts';
import { runScript, UsageError } from './lib/script.ts';
import { repositoryRoot } from './lib/tools.ts';
import { known } from './mutants/known.ts';
import { mutantsOf } from './mutants/run.ts';
import { tallyOf, type Tally } from './mutants/tally.ts';

const LEDGER = 'packages/ledger/';
const SCORE_MIN = 0.9;

await runScript('mutants', import.meta, async (args, signal) => {
  const { files, properties } = parse(args);
  const rows = [['file', 'mutants', 'killed', 'score', 'survivors', 'known', 'unjudged', 'minutes']];
  let low = 0;
  for (const file of files) {
    if (signal.aborted) return 130;
    const start = performance.now();
    const tally = tallyOf(file, sourceOf(file), await mutantsOf(file, properties), known);
    if (tally.score < SCORE_MIN) low += 1;
    rows.push(rowOf(file, tally, (performance.now() - start) / 60_000));
    print(file, tally);
  }
  console.log(`\n${table(rows)}`);
  return low === 0 ? 0 : 1;
});

function print(file: string, { survivors, outdated }: Tally): void {
  const { length } = survivors;
  console.log(`${file}: ${length} survivors`);
  for (const { line, text, replacement, reason } of survivors)
    console.log(`${file}:${line}  ${text}  =>  ${replacement}  ${reason ?? 'NOT LISTED'}`);
  for (const { line, replacement } of outdated) console.log(`${file}: listed, but killed: ${line}  =>  ${replacement}`);
}

function rowOf(file: string, tally: Tally, minutes: number): string[] {
  const listed = tally.survivors.filter(({ reason }) => reason !== undefined).length;
  const numbers = [tally.counted, tally.killed].map(String);
  const score = `${(tally.score * 100).toFixed(1)} %`;
  return [file, ...numbers, score, ...[tally.survivors.length, listed, tally.unjudged].map(String), short(minutes)];
}

function sourceOf(file: string): string {
  return readFileSync(join(repositoryRoot, LEDGER, file), 'utf8');
}

function parse(args: readonly string[]): { files: readonly string[]; properties: boolean } {
  const usage = 'usage: npm run mutants -- [--properties] [PART OF A PATH IN packages/ledger]...';
  let call;
  try {
    call = parseArgs({ args: [...args], allowPositionals: true, options: { properties: { type: 'boolean' } } });
  } catch {
    throw new UsageError(usage);
  }
  const all = globSync('**/*.ts', { cwd: join(repositoryRoot, LEDGER) })
    .filter((file) => !/\.test\.ts$|^testing\/|node_modules/.test(file))
    .sort();
  const { positionals: parts, values } = call;
  const files = parts.length === 0 ? all : parts.flatMap((part) => all.filter((file) => file.includes(part)));
  if (files.length === 0) throw new UsageError(`no such file; ${usage}`);
  return { files: [...new Set(files)], properties: values.properties ?? false };
}
