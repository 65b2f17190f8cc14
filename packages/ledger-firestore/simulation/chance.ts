// Everything random of a run comes out of one seed, through here.
import { seededRandom } from '../testing/virtual-time.ts';

export class Chance {
  /** Numbers in [0, 1). */
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** A chance of its own: what it draws moves nothing that is drawn here. */
  fork(): Chance {
    return new Chance(this.below(2 ** 32));
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  /** An integer in [least, most]. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  maybe(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }
}
