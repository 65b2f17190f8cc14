// The weather of one run, drawn from its seed. Every kind of fault is absent from some runs and heavy in others: a fault
// that is always there hides what happens without it.
import type { EngineLimits } from '../engine/limits.ts';
import { fairWeather, storm, type FaultPlan, type Storm } from '../stores/faulty.ts';
import type { Chance } from './chance.ts';

/** Design section 3: an instance whose clock is further off writes nothing, so no clock here is. */
export const skewMsMax = 5_000;

/** Weights and probabilities are per call, per gate (scheduler.ts) or per request, as each says. */
export interface Weather {
  /** Per call to the store. */
  readonly faults: Storm['weights'];
  /** How long a call is delayed, or a commit held back, at most. */
  readonly faultMsMax: number;
  /** From time to time nothing answers: reads fail, commits land later or never. 0: never. */
  readonly outageEveryMs: number;
  /** One way, at most. */
  readonly latencyMsMax: number;
  /** Per gate: the process dies there. */
  readonly crash: number;
  /** Per gate: the process stands still for a while, then goes on as if nothing had been. */
  readonly pause: number;
  readonly pauseMsMax: number;
  /** How far a clock may be off, and how often it jumps. */
  readonly skewMsMax: number;
  readonly jumpEveryMs: number;
  /** Per request: a copy of it arrives as well, perhaps elsewhere, perhaps much later. */
  readonly duplicate: number;
  readonly duplicateMsMax: number;
  readonly limits: Partial<EngineLimits>;
}

export function weatherOf(chance: Chance): Weather {
  /** Absent from one run of three, heavy in one of six. */
  const some = (most: number): number => chance.pick([0, 0, 1, 1, 1, 4]) * chance.random() * most;
  return {
    faults: {
      delay: some(0.2),
      unavailable: some(0.08),
      lostAnswer: some(0.08),
      silentRetry: some(0.06),
      heldBack: some(0.08),
      lost: some(0.05),
      conflict: some(0.06),
    },
    faultMsMax: chance.pick([50, 2_000, 4_000]),
    outageEveryMs: chance.pick([0, 0, 3_000, 12_000]),
    latencyMsMax: chance.pick([0, 2, 10, 60]),
    crash: some(0.004),
    pause: some(0.002),
    pauseMsMax: chance.pick([500, 5_000, 40_000]),
    skewMsMax: chance.pick([0, 50, 1_000, skewMsMax]),
    jumpEveryMs: chance.pick([1_000, 10_000]),
    duplicate: some(0.3),
    duplicateMsMax: chance.pick([5, 500, 20_000]),
    limits: {
      entriesMax: chance.pick([1, 4, 16, 450]),
      queueMax: chance.pick([6, 4_096, 4_096]),
      attemptsMax: chance.pick([4, 24]),
      rpcDeadlineMs: chance.pick([400, 5_000]),
      walletsMax: chance.pick([1, 2, 10_000]),
      recentMax: chance.pick([0, 8, 20_000]),
      recentPerWalletMax: chance.pick([4, 1_024]),
      laneWalletsMax: chance.pick([1, 8, 8]),
      sharedInFlightMax: chance.pick([1, 2]),
      quarantineMs: chance.pick([0, 0, 500]),
    },
  };
}

/** What becomes of one process's calls to the store. */
export function skies(world: Skies, chance: Chance, { faults, faultMsMax }: Weather): FaultPlan {
  const rough = storm({ random: chance.random, weights: faults, msMax: faultMsMax });
  return (call) => {
    if (world.isCalm) return fairWeather(call);
    if (!world.isOut) return rough(call);
    const kind =
      call.op === 'commit' ? chance.pick(['heldBack', 'heldBack', 'lost', 'unavailable'] as const) : 'unavailable';
    return kind === 'heldBack' ? { kind, ms: chance.random() * faultMsMax } : { kind };
  };
}

interface Skies {
  readonly isCalm: boolean;
  readonly isOut: boolean;
}

/** After so long, in milliseconds, no commit that was sent before can land any more. */
export function landingMsMax({ latencyMsMax, faultMsMax }: Weather): number {
  return latencyMsMax + Math.ceil(faultMsMax) + 1;
}
