// What commands are decided on beside the wallet, read for several of them at once.
import type { Entry, Facts, Found } from '@reelbanana/ledger';
import type { Context } from './context.ts';
import type { Pending } from './pending.ts';

/** All entries that these commands are about: what is found may name more (the grants that a charge drew on). */
export async function readEntries(context: Context, walletId: string, pendings: readonly Pending[]): Promise<Found> {
  const found = new Map<string, Entry | null>();
  for (;;) {
    const ids = new Set(pendings.flatMap((pending) => pending.reads(found)).filter((id) => !found.has(id)));
    if (ids.size === 0) return found;
    for (const [id, entry] of await context.find(walletId, [...ids])) found.set(id, entry);
  }
}

/** The facts that these commands need, but for those in `known`. */
export async function readFacts(
  context: Context,
  walletId: string,
  pendings: readonly Pending[],
  known: Facts = new Map(),
): Promise<Facts> {
  const ids = new Set<string>();
  for (const { needs } of pendings) for (const id of needs) if (!known.has(id)) ids.add(id);
  return context.facts(walletId, [...ids]);
}
