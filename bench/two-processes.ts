// Two processes on one wallet against one, with as many callers in all: what a second instance of a service costs.
import { startChild } from './children.ts';
import type { Answer, Question } from './engine.worker.ts';
import type { Family } from './family.ts';
import { quantileOf } from './measure.ts';
import { short } from './report.ts';
import { richWallet } from './shapes.ts';

const callers = 64;
/** Two that meet for the first time need a while to find their gaps. */
const leadInSeconds = 1;
/** Longer than other windows: a gap is up to a second. */
const secondsMin = 4;

export const twoProcesses: Family = {
  figures: [
    { id: 'two-process-rate', bound: { least: 0.8 } },
    { id: 'two-process-p99', bound: { most: 5 } },
    { id: 'two-process-share', bound: { least: 0.3 } },
    { id: 'two-process-failed', bound: { most: 0.05 } },
    { id: 'two-process-503s' },
  ],

  async measure(_wanted, bench) {
    const { name, db } = await bench.database();
    const seconds = Math.max(secondsMin, bench.seconds);
    const children = [0, 1].map(() => startChild<Question, Answer>('engine.worker.ts', bench));
    /** So many of the processes at once on a wallet of their own. */
    const together = async (processes: number) => {
      const { walletId } = await richWallet(db);
      const load = { kind: 'closed', callers: callers / processes, leadInSeconds, seconds } as const;
      return Promise.all(children.slice(0, processes).map((child) => child.ask({ ...load, database: name, walletId })));
    };
    const rounds: Comparison[] = [];
    const rows = [['processes on one wallet', 'entries a second', 'p50 ms', 'p99 ms', 'commits', 'failed', '503s']];
    try {
      bench.progress('two processes: warming up');
      await together(2);
      for (let round = 1; round <= bench.rounds; round++) {
        bench.progress(`two processes: round ${round} of ${bench.rounds}`);
        const one = await together(1);
        const two = await together(2);
        rounds.push(compare(one, two));
        rows.push(row(`round ${round}: one`, one), row(`round ${round}: two`, two));
      }
    } finally {
      await Promise.all(children.map((child) => child.stop()));
    }
    const all = (pick: (comparison: Comparison) => number) => rounds.map(pick);
    const samples = {
      'two-process-rate': all(({ rate }) => rate),
      'two-process-p99': all(({ p99 }) => p99),
      'two-process-share': all(({ share }) => share),
      'two-process-failed': all(({ failed }) => failed),
      'two-process-503s': all(({ refused }) => refused),
    };
    return { samples, rows };
  },
};

export interface Comparison {
  readonly rate: number;
  readonly p99: number;
  /** Of the process that got less. */
  readonly share: number;
  /** Of all commits. */
  readonly failed: number;
  readonly refused: number;
}

export function compare(one: readonly Answer[], two: readonly Answer[]): Comparison {
  const rates = two.map(rateOf);
  const commits = sum(two.map((answer) => answer.commits + answer.commitsFailed));
  return {
    rate: sum(rates) / sum(one.map(rateOf)),
    p99: quantileOf(latencies(two), 0.99) / quantileOf(latencies(one), 0.99),
    share: Math.min(...rates) / sum(rates),
    failed: sum(two.map(({ commitsFailed }) => commitsFailed)) / commits,
    refused: sum(two.map(({ refused }) => refused)),
  };
}

const rateOf = ({ latenciesMs, seconds }: Answer) => latenciesMs.length / seconds;
const latencies = (answers: readonly Answer[]) => answers.flatMap(({ latenciesMs }) => latenciesMs);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function row(title: string, answers: readonly Answer[]): string[] {
  const all = latencies(answers);
  const total = (pick: (answer: Answer) => number) => short(sum(answers.map(pick)));
  const quantiles = [quantileOf(all, 0.5), quantileOf(all, 0.99)].map(short);
  const rates = answers.map((answer) => short(rateOf(answer))).join(' + ');
  const counts = [total(({ commits }) => commits), total((answer) => answer.commitsFailed), total((a) => a.refused)];
  return [title, rates, ...quantiles, ...counts];
}
