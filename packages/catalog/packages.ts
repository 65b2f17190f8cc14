/** What a buyer may buy once. Amounts are US cents. Bought credits do not expire unless a package says so. */

export interface CreditPackage {
  readonly title: string;
  readonly credits: number;
  readonly amountMinor: number;
  readonly currency: 'usd';
}

export const packages = {
  starter: { title: 'Starter', credits: 100, amountMinor: 1_000, currency: 'usd' },
  creator: { title: 'Creator', credits: 500, amountMinor: 4_000, currency: 'usd' },
  pro: { title: 'Pro', credits: 1_000, amountMinor: 7_000, currency: 'usd' },
  studio: { title: 'Studio', credits: 5_000, amountMinor: 30_000, currency: 'usd' },
} as const satisfies Record<string, CreditPackage>;

export type PackageId = keyof typeof packages;
