// The figures of a run: as JSON for machines, as a table for people.
import type { Bound, FigureDefinition } from './family.ts';
import { median } from './measure.ts';

/** One figure: the median of its samples, and whether it keeps its bound. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  /** Null: reported, not judged. */
  readonly bound: number | null;
  readonly ok: boolean;
  readonly samples: readonly number[];
}

/** A figure over samples of several rounds. Throws if it has none, or one that is no number: then it was not taken. */
export function figure({ id, bound }: FigureDefinition, samples: readonly number[] | undefined): Figure {
  if (samples === undefined || samples.length === 0) throw new Error(`${id} was not taken`);
  if (!samples.every(Number.isFinite))
    throw new Error(`${id} could not be taken: its rounds are ${samples.join(', ')}`);
  const value = median(samples);
  const ok = bound === undefined || ('least' in bound ? value >= bound.least : value <= bound.most);
  return { id, value: round(value), bound: numberOf(bound), ok, samples: samples.map(round) };
}

/** Every figure with its bound, its value and spread, and whether it was reached. */
export function judgement(figures: readonly (readonly [FigureDefinition, Figure])[]): string {
  const rows = figures.map(([{ id, bound }, { samples, ok }]) => {
    const verdict = bound === undefined ? '' : ok ? 'reached' : 'NOT REACHED';
    return [id, wordsOf(bound), spread(samples), verdict];
  });
  return table([['figure', 'bound', 'median (least .. most)', ''], ...rows]);
}

function numberOf(bound: Bound | undefined): number | null {
  if (bound === undefined) return null;
  return 'least' in bound ? bound.least : bound.most;
}

function wordsOf(bound: Bound | undefined): string {
  if (bound === undefined) return '';
  return 'least' in bound ? `>= ${bound.least}` : `<= ${bound.most}`;
}

/** Four significant digits are more than a noisy machine can tell. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = (rows[0] ?? []).map((_, column) => width(column));
  const pad = (cell: string, width: number, column: number) =>
    column === 0 ? cell.padEnd(width) : cell.padStart(width);
  const line = (row: readonly string[]) =>
    widths.map((width, column) => pad(row[column] ?? '', width, column)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** Whole numbers from 100 on, else three significant digits. */
export function short(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

/** `median (least .. most)`. */
export function spread(samples: readonly number[]): string {
  return `${short(median(samples))} (${short(Math.min(...samples))} .. ${short(Math.max(...samples))})`;
}
