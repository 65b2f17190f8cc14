/** The command line of `up`. */
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/script.ts';

export interface UpFlags {
  /** Up, main job, a preview that must show no change, destroy; then end. */
  readonly once: boolean;
}

/** Throws UsageError with one line. */
export function readFlags(args: readonly string[]): UpFlags {
  try {
    return parseArgs({ args: [...args], options: { once: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('.')[0]}; the only flag is --once`);
  }
}
