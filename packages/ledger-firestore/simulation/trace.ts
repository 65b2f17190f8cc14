// What happened in a run, in order: the last events for a person to read, all of them as one number to compare runs by.

const shownMax = 60;

export class Trace {
  #moment = 0;
  readonly #last: string[] = [];
  #digest = 0x811c9dc5;

  /** @param at virtual Unix ms */
  add(at: number, event: string): void {
    const line = `${at} ${event}`;
    for (let index = 0; index < line.length; index++) {
      this.#digest = Math.imul(this.#digest ^ line.charCodeAt(index), 0x01000193);
    }
    this.#last.push(line);
    if (this.#last.length > 2 * shownMax) this.#last.splice(0, shownMax);
  }

  /** A moment of the run, finer than its clock: later ones are greater. */
  next(): number {
    return ++this.#moment;
  }

  /** Equal for equal runs (FNV-1a over all events). */
  get digest(): string {
    return (this.#digest >>> 0).toString(16).padStart(8, '0');
  }

  get last(): readonly string[] {
    return this.#last.slice(-shownMax);
  }
}
