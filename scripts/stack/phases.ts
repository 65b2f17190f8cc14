/** The phases of `up`: what is being done now, how long each took, and a table of them at the end. */
import Table from 'cli-table3';
import colors from 'picocolors';

export interface Phase {
  readonly name: string;
  readonly seconds: number;
}

export class Phases {
  readonly #done: Phase[] = [];
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Runs a phase and prints its seconds. Throws Interrupted before and after it once the signal has come. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#signal.aborted) throw new Interrupted();
    console.log(`${colors.cyan('▸')} ${name}`);
    const startMs = performance.now();
    try {
      return await work();
    } catch (error) {
      throw this.#signal.aborted ? new Interrupted() : error;
    } finally {
      const seconds = (performance.now() - startMs) / 1_000;
      this.#done.push({ name, seconds });
      console.log(colors.dim(`  ${name}: ${seconds.toFixed(1)} s`));
    }
  }

  table(): string {
    const total = this.#done.reduce((sum, { seconds }) => sum + seconds, 0);
    const table = plainTable(['phase', 'seconds'], ['left', 'right']);
    for (const { name, seconds } of [...this.#done, { name: 'all', seconds: total }])
      table.push([name, seconds.toFixed(1)]);
    return table.toString();
  }
}

/** Ctrl-C, as a way out of whatever is under way. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** A table without lines between its rows. */
export function plainTable(head: readonly string[], colAligns: readonly ('left' | 'right')[] = []): Table.Table {
  return new Table({
    head: [...head],
    colAligns: [...colAligns],
    // cli-table3 would colour its lines in a pipe too.
    style: colors.isColorSupported ? { head: ['bold'], border: ['dim'] } : { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
}
