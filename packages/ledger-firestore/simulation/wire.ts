// The store as a process reaches it: over a network that takes time, through the weather, with a deadline of its own.
import { StoreUnavailable, UnknownOutcome, type LedgerStore, type WalletCommit } from '../port.ts';
import { faulty } from '../stores/faulty.ts';
import { skies } from './faults.ts';
import type { Process } from './scheduler.ts';
import type { World } from './world.ts';

/** The port of one process. Every commit is marked with who sent it, and when. */
export function wired(world: World, process: Process): LedgerStore {
  const store = faulty(world.history, skies(world, world.chance, world.weather), world.time);

  const inTime = <T>(what: string, deadlineMs: number, effect: () => Promise<T>, late: () => Error): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = process.timers.setTimeout(() => reject(late()), deadlineMs);
      process
        .call(what, effect)
        .finally(() => process.timers.clearTimeout(timer))
        .then(resolve, reject);
    });
  const unread = () => new StoreUnavailable('no answer in time');
  const unknown = () => new UnknownOutcome('no answer in time', false);

  return {
    load: (walletId, ms) => inTime('load', ms, () => store.load(walletId, ms), unread),
    find: (walletId, ids, ms) => inTime('find', ms, () => store.find(walletId, ids, ms), unread),
    facts: (walletId, ids, ms) => inTime('facts', ms, () => store.facts(walletId, ids, ms), unread),
    commit: async (parts, ms) => {
      const lane: readonly WalletCommit[] = [...parts]; // its own, even where the same parts are sent again
      world.history.sent.set(lane, { by: process.name, moment: world.trace.next() });
      const entries = lane.reduce((sum, part) => sum + part.entries.length, 0);
      world.log(`${process.name} commits ${entries} under ${lane.map(({ expected }) => expected).join()}`);
      const count = (what: string) => {
        world.tally.count('commit', what);
        if (lane.length > 1) world.tally.count('shared', what);
      };
      try {
        const versions = await inTime('commit', ms, () => store.commit(lane, ms), unknown);
        count('ok');
        return versions;
      } catch (error) {
        const { name } = error as Error;
        world.log(`${process.name} hears ${name}`);
        count(name);
        throw error;
      }
    },
  };
}
