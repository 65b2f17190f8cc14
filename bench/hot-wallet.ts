// One hot wallet: what group commit gains over a transaction a deduction, and how near it comes to what the store can do.
import type { Bench, Database, Family, FigureDefinition } from './family.ts';
import { closedWindow, median, ratios, type Window } from './measure.ts';
import { short, spread } from './report.ts';
import { bareCommit, Counts, engine, floor, reference, warmUp, type Shape } from './shapes.ts';

const floorBatch = 256;
const warmUpCalls = 40;

interface Run {
  readonly title: string;
  readonly callers: number;
  /** Entries that one operation writes. */
  readonly each: number;
  shape(database: Database, counts: Counts): Shape;
}

const runs = {
  reference: { title: 'reference', callers: 1, each: 1, shape: reference },
  bare: { title: 'bare commits, 1 entry', callers: 1, each: 1, shape: (database) => bareCommit(database, 1) },
  bare64: { title: 'bare commits, 64 entries', callers: 1, each: 64, shape: (database) => bareCommit(database, 64) },
  one: { title: 'engine, 1 caller', callers: 1, each: 1, shape: engine },
  sixtyFour: { title: 'engine, 64 callers', callers: 64, each: 1, shape: engine },
  many: { title: 'engine, 256 callers', callers: 256, each: 1, shape: engine },
  raw: {
    title: `raw creates, ${floorBatch} a commit`,
    callers: 1,
    each: floorBatch,
    shape: (database) => floor(database, floorBatch),
  },
} satisfies Record<string, Run>;

type RunName = keyof typeof runs;

interface Round extends Window {
  /** What an engine's commits and reads were; zero for the others. */
  readonly counts: { readonly commits: number; readonly entries: number; readonly reads: number };
}
type Rounds = Readonly<Record<RunName, readonly Round[]>>;

interface HotFigure extends FigureDefinition {
  /** The runs that it is made of. */
  readonly of: readonly RunName[];
  samples(rounds: Rounds): number[];
}

const rate = ({ perSecond }: Window) => perSecond;
const p50 = ({ p50Ms }: Window) => p50Ms;
const p99 = ({ p99Ms }: Window) => p99Ms;

function ratio(
  id: string,
  of: RunName,
  to: RunName,
  pick: (window: Window) => number,
  bound?: FigureDefinition['bound'],
) {
  const samples = (rounds: Rounds) => ratios(rounds[of], rounds[to], pick);
  return { id, of: [of, to], samples, ...(bound === undefined ? {} : { bound }) };
}

function perDeduction(id: string, most: number, pick: (counts: Round['counts']) => number): HotFigure {
  const samples = ({ sixtyFour }: Rounds) => sixtyFour.map(({ counts }) => pick(counts) / counts.entries);
  return { id, of: ['sixtyFour'], bound: { most }, samples };
}

const figures: readonly HotFigure[] = [
  // About half of what group commit was measured to reach at 64 callers (111): below it something is broken.
  ratio('hot64-vs-reference', 'sixtyFour', 'reference', rate, { least: 60 }),
  ratio('hot256-vs-reference', 'many', 'reference', rate, { least: 200 }),
  ratio('hot256-vs-raw', 'many', 'raw', rate, { least: 0.85 }),
  ratio('p99-hot64-vs-commit', 'sixtyFour', 'bare', p99, { most: 1.2 }),
  ratio('p99-hot64-vs-commit-of-64', 'sixtyFour', 'bare64', p99),
  ratio('p50-hot64-vs-commit', 'sixtyFour', 'bare', p50),
  ratio('p50-hot64-vs-commit-of-64', 'sixtyFour', 'bare64', p50),
  perDeduction('reads-per-deduction', 0.01, ({ reads }) => reads),
  // A commit writes its entries and the wallet.
  perDeduction('writes-per-deduction', 1.03, ({ commits, entries }) => entries + commits),
  ratio('hot1-vs-reference', 'one', 'reference', rate),
  { id: 'cpu-ms-per-deduction', of: ['sixtyFour'], samples: (rounds) => rounds.sixtyFour.map(({ cpuMs }) => cpuMs) },
];

export const hotWallet: Family = {
  figures,

  async measure(wanted, bench) {
    const chosen = figures.filter(({ id }) => wanted.has(id));
    const names = (Object.keys(runs) as RunName[]).filter((name) => chosen.some(({ of }) => of.includes(name)));
    const rounds = await measureRuns(names, bench);
    const header = ['one hot wallet', 'entries a second', 'p50 ms', 'p99 ms', 'CPU ms an entry'];
    return {
      samples: Object.fromEntries(chosen.map(({ id, samples }) => [id, samples(rounds)])),
      rows: [header, ...names.map((name) => row(runs[name].title, rounds[name]))],
    };
  },
};

async function measureRuns(names: readonly RunName[], bench: Bench): Promise<Rounds> {
  const database = await bench.database();
  const counts = new Counts();
  const shapes = names.map((name) => ({ name, ...runs[name], shape: runs[name].shape(database, counts) }));
  bench.progress('hot wallet: warming up');
  for (const { shape } of shapes) await warmUp(shape, warmUpCalls);
  const rounds = Object.fromEntries(Object.keys(runs).map((name) => [name, []])) as unknown as Record<RunName, Round[]>;
  for (let round = 1; round <= bench.rounds; round++) {
    for (const { name, title, callers, each, shape } of shapes) {
      bench.progress(`hot wallet: round ${round} of ${bench.rounds}: ${title}`);
      const operation = await shape();
      counts.reset();
      const window = await closedWindow(callers, bench.seconds, operation, bench.signal, each);
      const { commits, entries, reads } = counts;
      rounds[name].push({ ...window, counts: { commits, entries, reads } });
    }
  }
  return rounds;
}

function row(title: string, windows: readonly Window[]): string[] {
  const columns = [p50, p99, ({ cpuMs }: Window) => cpuMs].map((pick) => short(median(windows.map(pick))));
  return [title, spread(windows.map(rate)), ...columns];
}
