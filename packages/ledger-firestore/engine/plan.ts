// Decides waiting commands one after the other into the next commit. No I/O: what it says holds once the commit lands.
import type { Answer, decide, Entry, Fact, Facts, Wallet } from '@reelbanana/ledger';
import type { AuditRecord } from '../port.ts';
import { auditBytes, entryBytes, factBytes } from '../size.ts';
import type { EngineLimits } from './limits.ts';
import type { Pending } from './pending.ts';

interface Answered {
  readonly pending: Pending;
  readonly answer: Answer | undefined;
}

export interface Plan {
  /** The wallet after `entries`. */
  readonly wallet: Wallet;
  readonly entries: readonly Entry[];
  /** What `entries` change of them. */
  readonly facts: ReadonlyMap<string, Fact>;
  readonly audits: ReadonlyMap<string, AuditRecord>;
  /** To be answered once the commit has landed: its commands, and repeats of them in the same flush. */
  readonly carried: readonly Answered[];
  /** Repeats of entries that are stored: to be answered whatever becomes of the commit. */
  readonly replays: readonly Answered[];
  /** Refusals so far, and what else needs reading before it may be answered. */
  readonly claims: readonly Pending[];
  /** How many of the commands were decided; the others did not fit. */
  readonly taken: number;
}

/**
 * Folds `waiting` over `wallet`. `known` is what is known to be stored; the plan adds its own entries to it, so that a
 * repeated key or a second end of one hold meets the first. `unplan` takes them out again if the commit fails. `facts` are
 * those that the commands need, as they stand with `wallet`.
 */
export function plan(
  wallet: Wallet,
  known: Map<string, Entry>,
  facts: Facts,
  waiting: readonly Pending[],
  now: number,
  limits: EngineLimits,
  decideOn: typeof decide,
): Plan {
  let current = wallet;
  let sizeBytes = 0;
  let taken = 0;
  const entries: Entry[] = [];
  const own = new Set<Entry>();
  const factsNow = new Map(facts);
  const changed = new Map<string, Fact>();
  const audits = new Map<string, AuditRecord>();
  const carried: Answered[] = [];
  const replays: Answered[] = [];
  const claims: Pending[] = [];

  for (const pending of waiting) {
    const decision = decideOn(current, known, pending.command, now, factsNow);
    // What is refused, unread or idle is a claim: it needs reading first.
    if (decision.kind === 'rejected' || decision.kind === 'unread' || isIdle(decision)) claims.push(pending);
    else if (decision.kind === 'replayed') {
      const { answer } = decision;
      if (own.has(answer.entry)) carried.push({ pending, answer });
      // How its hold stands may have changed elsewhere: that needs reading.
      else if (answer.holdState !== undefined || pending.command.type === 'reserve') claims.push(pending);
      else replays.push({ pending, answer });
    } else {
      const audit = decision.answer === undefined ? undefined : pending.audit;
      const addedBytes = bytesOf(decision) + (audit ? auditBytes(audit) : 0);
      const fits =
        entries.length + decision.entries.length <= limits.entriesMax &&
        sizeBytes + addedBytes <= limits.entriesBytesMax;
      if ((!fits || isAgain(decision.entries, known, own)) && entries.length > 0) break;
      sizeBytes += addedBytes;
      current = decision.wallet;
      for (const entry of decision.entries) {
        entries.push(entry);
        own.add(entry);
        known.set(entry.id, entry);
      }
      for (const [id, fact] of decision.facts ?? []) {
        factsNow.set(id, fact);
        changed.set(id, fact);
      }
      if (audit !== undefined && decision.answer !== undefined) audits.set(decision.answer.entry.id, audit);
      carried.push({ pending, answer: decision.answer });
    }
    taken += 1;
  }
  return { wallet: current, entries, facts: changed, audits, carried, replays, claims, taken };
}

function bytesOf({ entries, facts }: Extract<ReturnType<typeof decide>, { kind: 'accepted' }>): number {
  let sum = 0;
  for (const entry of entries) sum += entryBytes(entry);
  for (const fact of facts?.values() ?? []) sum += factBytes(fact);
  return sum;
}

/**
 * Whether a document would stand twice in one commit, which Firestore refuses as a mistake of all its callers. So it is when
 * a repeated reserve that we do not know of seems to open its hold again, behind the expiry that this plan has written. The
 * commit so far will fail, and then the key is read.
 */
function isAgain(entries: readonly Entry[], known: ReadonlyMap<string, Entry>, own: ReadonlySet<Entry>): boolean {
  return entries.some(({ id }) => {
    const other = known.get(id);
    return other !== undefined && own.has(other);
  });
}

/** The entries of a plan are not stored (or not known to be). */
export function unplan(known: Map<string, Entry>, entries: readonly Entry[]): void {
  for (const entry of entries) known.delete(entry.id);
}

/** A tick that finds nothing due: only a fresh read can say so for certain. */
function isIdle(decision: ReturnType<typeof decide>): boolean {
  return decision.kind === 'accepted' && decision.entries.length === 0;
}
