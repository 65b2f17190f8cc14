// One flush of one wallet: make sure of its state, decide what waits, commit, and deal with every way that can end.
import type { Answer, Facts } from '@reelbanana/ledger';
import {
  Conflict,
  StaleVersion,
  StoreUnavailable,
  UnknownOutcome,
  type StoredWallet,
  type WalletCommit,
} from '../port.ts';
import type { Context } from './context.ts';
import { nothing, type Lane } from './lane.ts';
import { failed, outcomeOf, type FailureCode, type Outcome } from './outcome.ts';
import type { Pending } from './pending.ts';
import { plan, unplan, type Plan } from './plan.ts';
import { Unsent } from './pool.ts';
import { readEntries, readFacts } from './read.ts';

/**
 * Takes what waits and moves it one step on: answered, claimed, or back in the queue. Returns what must be read before
 * it can be answered; those go to `verify`.
 */
export async function flush(context: Context, lane: Lane): Promise<readonly Pending[]> {
  const taken = take(context, lane);
  if (taken.length === 0) return [];
  let prepared: Prepared | null;
  try {
    prepared = await prepare(context, lane, taken);
  } catch (error) {
    lane.forget();
    giveUp(context, lane, taken, error);
    return [];
  }
  if (prepared === null) {
    for (const pending of taken) pending.answer({ kind: 'unknownWallet' });
    return [];
  }
  const { state, facts } = prepared;
  // Whoever was answered at its deadline while the wallet was read must not be charged now.
  const waiting = taken.filter((pending) => !pending.done);
  for (const pending of waiting) for (const entry of pending.entries) lane.known.set(entry.id, entry);
  let planned: Plan;
  try {
    planned = plan(state.wallet, lane.known, facts, waiting, context.now(), context.limits, context.decide);
  } catch (bug) {
    lane.known.clear(); // it may name entries of the plan that was not made
    for (const pending of waiting) pending.throw(bug);
    return [];
  }
  lane.queue.unshift(...waiting.slice(planned.taken));
  for (const { pending, answer } of planned.replays) pending.answer(answered(answer));
  if (planned.entries.length === 0) return planned.claims;
  return (await send(context, lane, state, planned)) ? planned.claims : [];
}

function take(context: Context, lane: Lane): Pending[] {
  const taken = lane.queue.splice(0, context.limits.entriesMax).filter((pending) => !pending.done);
  for (const pending of taken) pending.obstacle = 'UNAVAILABLE'; // from here on it waits for the store
  return taken;
}

interface Prepared {
  readonly state: StoredWallet;
  readonly facts: Facts;
}

/**
 * The state to decide on: the remembered one, or a fresh one; what is stored under the keys of commands whose commit failed,
 * in one batched find; and then, since they may change with it, the facts that are needed. A command that is new here and
 * needs no fact needs no read: `create` guards its key.
 */
async function prepare(context: Context, lane: Lane, waiting: readonly Pending[]): Promise<Prepared | null> {
  const unsure = waiting.filter((pending) => pending.mustRead);
  const [state] = await Promise.all([lane.state ?? context.load(lane.walletId), learn(context, lane, unsure)]);
  for (const pending of unsure) pending.mustRead = false;
  if (state === null) return null;
  if (state !== lane.state) {
    if (lane.seq !== undefined && lane.seq < state.wallet.seq) lane.pacing.moved();
    lane.see(state);
  }
  const { facts } = lane;
  for (const [id, fact] of await readFacts(context, lane.walletId, waiting, facts)) facts.set(id, fact);
  return { state, facts };
}

async function learn(context: Context, lane: Lane, unsure: readonly Pending[]): Promise<void> {
  const found = await readEntries(context, lane.walletId, unsure);
  for (const pending of unsure) pending.learn(found);
}

/** Commits a plan; false if its commands, and the refusals that rest on it, have to be decided again. */
async function send(context: Context, lane: Lane, state: StoredWallet, planned: Plan): Promise<boolean> {
  const { walletId } = lane;
  const { wallet, entries, facts, audits, carried, claims } = planned;
  const commit: WalletCommit = { walletId, expected: state.version, wallet, entries, facts, audits };
  const sentAt = context.timers.elapsedMs();
  lane.flying = new Set(entries.map((entry) => entry.id));
  try {
    const version = await context.commit(commit, () => carried.every(({ pending }) => !pending.done));
    context.metrics.commit('ok', entries.length);
    lane.landed({ wallet, version }, facts);
    lane.pacing.landed(context.timers.elapsedMs() - sentAt);
    lane.turns.landed(context.timers.elapsedMs() - sentAt);
    for (const { pending, answer } of carried) pending.answer(answered(answer));
    return true;
  } catch (error) {
    unplan(lane.known, entries);
    const decided = [...carried.map(({ pending }) => pending), ...claims];
    if (error instanceof Unsent) {
      lane.queue.unshift(...decided.filter((pending) => !pending.done));
      return false;
    }
    lane.forget();
    // A repeated key says nothing of other writers: once it has been read, the others go at once.
    if (error instanceof StaleVersion) lane.turns.lost(context.timers.elapsedMs() - sentAt);
    if (error instanceof UnknownOutcome) {
      lane.haunt(state.version, lane.flying, context.timers.elapsedMs(), context.limits);
    }
    // Under another version every key is guarded by its `create` again: reading them first would only lose the next turn, too.
    for (const { pending } of carried) pending.mustRead = !(error instanceof StaleVersion);
    context.metrics.commit(outcomeOf(error), entries.length);
    giveUp(context, lane, decided, error);
    return false;
  } finally {
    lane.flying = nothing;
  }
}

/** A round failed: what that says of the wallet's pace, and whether its commands go into another one. */
export function giveUp(context: Context, lane: Lane, pendings: readonly Pending[], error: unknown): void {
  if (error instanceof Conflict) return back(context, lane, pendings, 'CONTENTION');
  if (error instanceof UnknownOutcome || error instanceof StoreUnavailable) {
    const isSlow = error instanceof UnknownOutcome && error.contended;
    if (isSlow) lane.pacing.contended();
    else lane.pacing.outage();
    return back(context, lane, pendings, 'UNAVAILABLE', isSlow ? 0 : 1);
  }
  for (const pending of pendings) pending.throw(error);
}

/**
 * Puts commands back in front, in their order; those whose last round this was are answered. What a slow document refuses
 * counts as no round: such retries are many, paced, and end with the command's deadline.
 */
export function back(
  context: Context,
  lane: Lane,
  pendings: readonly Pending[],
  obstacle: FailureCode,
  rounds: 0 | 1 = 1,
): void {
  const again: Pending[] = [];
  for (const pending of pendings) {
    pending.attempts += rounds;
    pending.obstacle = obstacle;
    if (pending.done) continue;
    if (pending.attempts < context.limits.attemptsMax) again.push(pending);
    else pending.answer(failed(obstacle, context.random));
  }
  lane.queue.unshift(...again);
}

function answered(answer: Answer | undefined): Outcome {
  return answer === undefined ? { kind: 'done' } : { kind: 'answer', answer };
}
