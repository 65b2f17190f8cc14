// Waits for a lane's turn (turns.ts): reads the wallet while others write it, and leaves its newest state in the lane.
import type { StoredWallet } from '../port.ts';
import { sleep } from '../scheduler.ts';
import type { Context } from './context.ts';
import type { Lane } from './lane.ts';

/** Reads are sent so many a commit's duration, beside each other: what they notice late is time in which nobody writes. */
const readsPerTrip = 4;
const readsInFlightMax = 4;
const readGapMsMin = 2;
/** A wallet that is not moved for so much longer than it ever took stands still. */
const quietFactor = 1.2;
/** Commits of others that a loser lets pass before it tries its luck behind one: as many as it has lost, at most this. */
const passedMax = 12;

/** Resolves when the lane may send its next commit; undefined, in the same turn and without a read, where it may at once. */
export function takeTurn(context: Context, lane: Lane): Promise<void> | undefined {
  const { turns } = lane;
  if (lane.state === undefined) return turns.isLosing ? outlast(context, lane) : undefined;
  if (turns.isWayDue) return giveWay(context, lane);
  return turns.isStillDue ? standStill(context, lane) : undefined;
}

async function outlast(context: Context, lane: Lane): Promise<void> {
  const { losses, tripMs } = lane.turns;
  await watch(context, lane, Math.min(passedMax, losses), { usualMs: tripMs });
}

async function giveWay(context: Context, lane: Lane): Promise<void> {
  const { turns } = lane;
  const patience = { quietMs: turns.patienceMs, since: turns.landedAt };
  turns.gaveWay(await watch(context, lane, turns.others, patience));
  // Else two who take turns would shut out a third for ever.
  if (!turns.isStillDue) return;
  const still = { quietMs: turns.stillMs, since: context.timers.elapsedMs() };
  turns.stoodStill(await watch(context, lane, 1, still));
}

async function standStill({ timers }: Context, { turns }: Lane): Promise<void> {
  await sleep(timers, Math.max(0, Math.ceil(turns.landedAt + turns.stillMs - timers.elapsedMs())));
  turns.stoodStill(0);
}

/** How long the wallet has to stand still: a time from its last move that is known, or a bit longer than it ever takes. */
type Quiet = { readonly quietMs: number; readonly since: number } | { readonly usualMs: number };

/** Reads on until the wallet was moved `movesMax` times, or stands still, or cannot be read. Answers how often it moved. */
function watch(context: Context, lane: Lane, movesMax: number, quiet: Quiet): Promise<number> {
  const { timers } = context;
  const gapMs = Math.max(readGapMsMin, Math.ceil(lane.turns.tripMs / readsPerTrip));
  let seq = lane.state?.wallet.seq;
  let movedAt = 'since' in quiet ? quiet.since : timers.elapsedMs();
  let quietMs = 'since' in quiet ? quiet.quietMs : quietFactor * quiet.usualMs;
  let moves = 0;
  let flying = 0;
  return new Promise((resolve) => {
    let timer: unknown;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      timers.clearTimeout(timer);
      resolve(moves);
    };
    const hear = (state: StoredWallet | null): void => {
      flying -= 1;
      if (isOver) return;
      if (state === null) return end();
      const stillMs = timers.elapsedMs() - movedAt;
      if (seq !== undefined && state.wallet.seq <= seq) return stillMs > quietMs ? end() : undefined;
      if (seq !== undefined) moves += 1;
      if ('usualMs' in quiet && moves > 1) quietMs = Math.max(quietMs, quietFactor * stillMs);
      seq = state.wallet.seq;
      movedAt = timers.elapsedMs();
      // A newer one may have been read beside this (verify.ts).
      if (lane.state === undefined || lane.state.wallet.seq < seq) lane.see(state);
      if (moves >= movesMax) end();
    };
    const read = (): void => {
      timer = timers.setTimeout(read, gapMs);
      if (flying >= readsInFlightMax) return;
      flying += 1;
      context.load(lane.walletId).then(hear, end);
    };
    read();
  });
}
