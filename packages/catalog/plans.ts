/** The monthly plans: their credits, what they cost (US cents) and what they allow. */
import { scenesMax } from './operations.ts';

export interface Plan {
  readonly title: string;
  readonly creditsPerMonth: number;
  readonly amountMinor: number;
  readonly currency: 'usd';
  readonly scenesMax: number;
  /** Lines of video resolution. */
  readonly resolutionMax: 480 | 1080 | 2160;
  readonly watermark: boolean;
}

export const plans = {
  free: {
    title: 'Free',
    creditsPerMonth: 50,
    amountMinor: 0,
    currency: 'usd',
    scenesMax: 3,
    resolutionMax: 480,
    watermark: true,
  },
  plus: {
    title: 'Plus',
    creditsPerMonth: 500,
    amountMinor: 900,
    currency: 'usd',
    scenesMax: 15,
    resolutionMax: 1080,
    watermark: false,
  },
  pro: {
    title: 'Pro',
    creditsPerMonth: 2_000,
    amountMinor: 2_900,
    currency: 'usd',
    scenesMax: 30,
    resolutionMax: 1080,
    watermark: false,
  },
  studio: {
    title: 'Studio',
    creditsPerMonth: 10_000,
    amountMinor: 9_900,
    currency: 'usd',
    scenesMax: 50,
    resolutionMax: 2160,
    watermark: false,
  },
} as const satisfies Record<string, Plan>;

export type PlanId = keyof typeof plans;

for (const [id, plan] of Object.entries(plans)) {
  if (plan.scenesMax > scenesMax)
    throw new Error(`plan ${id} allows ${plan.scenesMax} scenes, operations at most ${scenesMax}`);
}
