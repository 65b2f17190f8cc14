/** The scenarios by name, with the size of a run when no flag says otherwise. `npm run load -- NAME` runs one. */

export interface Scenario {
  readonly title: string;
  readonly ratePerSecond: number;
  readonly durationSeconds: number;
  /** How many load wallets it spreads over. */
  readonly wallets: number;
  /** The most credits that one iteration may charge or hold on its wallet: sizes the grants. */
  readonly creditsPerIterationMax: number;
}

export const scenarios = {
  smoke: {
    title: 'every call of the deduction path, gently',
    ratePerSecond: 5,
    durationSeconds: 10,
    wallets: 5,
    creditsPerIterationMax: 3,
  },
  'hot-wallet': {
    title: 'deductions from one wallet',
    // k6, the service and the emulator share one laptop: a rate that two busy cores sustain.
    ratePerSecond: 200,
    durationSeconds: 20,
    wallets: 1,
    creditsPerIterationMax: 1,
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
