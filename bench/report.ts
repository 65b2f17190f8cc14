// The figures of a run: as JSON for machines, as a table for people.
import { median } from './measure.ts';

/** One figure: the median of its samples, and whether it keeps its bound. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  /** Null: reported, not judged. */
  readonly bound: number | null;
  readonly ok: boolean;
  /** False for a goal still to be reached: it is shown, and a miss does not fail the run. */
  readonly required: boolean;
  readonly samples: readonly number[];
  /** The bound in words. */
  readonly says: string;
}

/** What a figure has to be. */
export interface Bound {
  readonly least?: number;
  readonly most?: number;
  /** See `Figure.required`. */
  readonly required: boolean;
}

const unbound: Bound = { required: false };

/** A figure over samples of several rounds. */
export function figure(id: string, samples: readonly number[], { least, most, required }: Bound = unbound): Figure {
  const value = median(samples);
  const ok = value >= (least ?? -Infinity) && value <= (most ?? Infinity);
  const says = least !== undefined ? `at least ${least}` : most !== undefined ? `at most ${most}` : '';
  const rounded = samples.map(round);
  return { id, value: round(value), bound: least ?? most ?? null, ok, required, samples: rounded, says };
}

/** Three significant digits are more than a noisy machine can tell. */
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
