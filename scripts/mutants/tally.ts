// What a run over one file comes to: the score, and the survivors with what is known of them. Pure.
import type { Known } from './known.ts';

/** The part of Stryker's result that counts. */
export interface Result {
  readonly status: string;
  readonly replacement?: string | undefined;
  /** Lines count from 1. */
  readonly location: { readonly start: { readonly line: number } };
}

export interface Survivor {
  readonly line: number;
  readonly text: string;
  readonly replacement: string;
  /** Why it may survive; undefined where nobody has said. */
  readonly reason: string | undefined;
}

export interface Tally {
  /** Without those that were ignored or that are no programs. */
  readonly counted: number;
  readonly killed: number;
  /** Killed of counted, 0 .. 1; 1 where there are none. Known survivors count as survivors. */
  readonly score: number;
  readonly survivors: readonly Survivor[];
  /** Listed for this file and survived no more. */
  readonly outdated: readonly Known[];
  /** Those that were ignored, and those that kept the tests from loading: Stryker judges neither. */
  readonly unjudged: number;
}

const KILLED = ['Killed', 'Timeout'];
const SURVIVED = ['Survived', 'NoCoverage'];

/** Counts the mutants of a file. */
export function tallyOf(file: string, source: string, results: readonly Result[], known: readonly Known[]): Tally {
  const lines = source.split('\n');
  const killed = results.filter(({ status }) => KILLED.includes(status)).length;
  const survived = results.filter(({ status }) => SURVIVED.includes(status));
  const listed = known.filter((one) => one.file === file);
  const survivors = survived.map(({ location, replacement = '' }) => {
    const { line } = location.start;
    const text = (lines[line - 1] ?? '').trim();
    const reason = listed.find((one) => one.line === text && one.replacement === replacement)?.reason;
    return { line, text, replacement, reason };
  });
  const outdated = listed.filter(
    (one) => !survivors.some(({ text, replacement }) => text === one.line && replacement === one.replacement),
  );
  const counted = killed + survived.length;
  return {
    counted,
    killed,
    score: counted === 0 ? 1 : killed / counted,
    survivors,
    outdated,
    unjudged: results.length - counted,
  };
}
