// A refusal is a claim until the wallet was read and THEN, not before it, the command's keys (design section 5). Else an
// answer that was lost, or a commit that another process made of the same key, would charge and yet say 402. Facts are read
// in between: one that shows the command's own effect is older than the key, which then is found.
import { dueAt, type Found, type Wallet } from '@reelbanana/ledger';
import { back, giveUp } from './commit.ts';
import type { Context } from './context.ts';
import type { Lane } from './lane.ts';
import { Pending } from './pending.ts';
import { readEntries, readFacts } from './read.ts';

/**
 * Reads the wallet, then the facts and then the keys of all claims, in one batch each, and decides each claim on exactly that: on what is stored,
 * never on a commit that is still under way. A key that was found is replayed, a refusal that stands is answered, and
 * what turns out acceptable goes back to the front of the queue.
 */
export async function verify(context: Context, lane: Lane, claims: readonly Pending[]): Promise<void> {
  const { epoch } = lane;
  try {
    const state = await context.load(lane.walletId);
    if (state === null) {
      for (const pending of claims) pending.answer({ kind: 'unknownWallet' });
      return;
    }
    const facts = await readFacts(context, lane.walletId, claims);
    const found = await readEntries(context, lane.walletId, claims);
    if (lane.epoch === epoch) lane.see(state);
    for (const entry of found.values()) if (entry !== null) lane.known.set(entry.id, entry);

    const again: Pending[] = [];
    const haunted: Pending[] = [];
    for (const pending of claims) {
      pending.learn(found);
      const decision = context.decide(state.wallet, found, pending.command, context.now(), facts);
      if (decision.kind === 'replayed') pending.answer({ kind: 'answer', answer: decision.answer });
      else if (decision.kind === 'accepted' && decision.entries.length === 0) pending.answer({ kind: 'done' });
      else if (decision.kind === 'accepted') again.push(pending);
      else if (decision.kind === 'unread') pending.throw(new Error(`${pending.command.type} does not name its facts`));
      // A commit beside this reading carried the very same key: another round replays it.
      else if (isWrittenSince(lane, found, pending.entryIds)) again.push(pending);
      // A commit that carries this very command may still land, so it must not be refused: another round.
      else if (lane.mayLand(pending.entryIds, context.timers.elapsedMs(), context.limits)) haunted.push(pending);
      else pending.answer({ kind: 'rejected', rejection: decision.rejection });
    }
    if (haunted.length > 0) lane.pacing.outage();
    back(context, lane, haunted, 'UNAVAILABLE');
    if (haunted.length > 0) exorcise(context, lane, state.wallet);
    back(context, lane, again, 'CONTENTION');
  } catch (error) {
    giveUp(context, lane, claims, error);
  }
}

/**
 * What refuses at an unchanged version is time. Written down it moves the version, and what was sent under the old one can
 * land no more: else on a wallet that nobody else writes the command would have no verdict for `ghostMs`.
 */
function exorcise({ now, timers, limits }: Context, lane: Lane, wallet: Wallet): void {
  const at = timers.elapsedMs();
  const isDue = (dueAt(wallet) ?? Infinity) <= Math.max(now(), wallet.at);
  if (!isDue || !lane.isHaunted(at, limits)) return;
  const tick = new Pending(lane.walletId, { type: 'tick' }, at + limits.deadlineMs, undefined, () => undefined);
  tick.outcome.catch(() => undefined); // a bug is told to the callers that wait behind it
  lane.queue.unshift(tick);
}

/** Known by now, and not yet there when the keys were read. */
function isWrittenSince(lane: Lane, found: Found, entryIds: readonly string[]): boolean {
  return entryIds.some((id) => lane.known.has(id) && !found.get(id));
}
