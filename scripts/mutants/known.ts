// Mutants that are known to survive, each with the reason. One that is listed and killed by now is shown, to be taken out.

export interface Known {
  /** From packages/ledger. */
  readonly file: string;
  /** The line that it mutates, trimmed: line numbers move. */
  readonly line: string;
  /** What Stryker puts in the place. */
  readonly replacement: string;
  readonly reason: string;
}

export const known: readonly Known[] = [
  {
    file: 'price.ts',
    line: "if (typeof quantity !== 'number' || !Number.isSafeInteger(quantity) || quantity < 0) {",
    replacement: 'false',
    reason: 'equivalent: isSafeInteger refuses what is no number; the typeof is for the compiler',
  },
];
