// An engine with lanes over a memory store of many wallets on virtual time, as the tests of shared commits need it.
import { expect } from '@jest/globals';
import type { Command } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { createEngine, type CommitEngine, type ExecuteOptions } from '../engine/engine.ts';
import type { EngineLimits } from '../engine/limits.ts';
import type { Outcome } from '../engine/outcome.ts';
import type { LedgerStore, WalletCommit } from '../port.ts';
import { fairWeather, faulty, type FaultPlan } from '../stores/faulty.ts';
import { MemoryStore } from '../stores/memory.ts';
import { commitOf, emptyWallet, grant } from './commands.ts';
import { seededRandom, VirtualTime } from './virtual-time.ts';

interface Street {
  readonly wallets: number;
  readonly plan?: FaultPlan;
  readonly credits?: number;
  readonly limits?: Partial<EngineLimits>;
}

/** Wallets `w0`, `w1`, ... with credits, behind the faults of `plan`. `commits` logs what reaches the store. */
export async function street({ wallets, plan = fairWeather, credits = 1_000, limits = {} }: Street) {
  const time = new VirtualTime();
  const memory = new MemoryStore();
  const ids = Array.from({ length: wallets }, (_, index) => `w${index}`);
  for (const id of ids) {
    memory.add(emptyWallet(id));
    const { wallet, version } = (await memory.load(id))!;
    memory.commitNow([commitOf(wallet, version, [grant('seed', credits)], time.now())]);
  }
  const commits: (readonly WalletCommit[])[] = [];
  const weather = faulty(memory, plan, time);
  const store: LedgerStore = {
    load: (...asked) => weather.load(...asked),
    find: (...asked) => weather.find(...asked),
    facts: (...asked) => weather.facts(...asked),
    commit: (parts, deadlineMs) => {
      commits.push(parts);
      return weather.commit(parts, deadlineMs);
    },
  };
  const shared: (readonly [outcome: string, wallets: number])[] = [];
  const engine: CommitEngine = createEngine({
    store,
    now: time.now,
    random: seededRandom(1),
    timers: time,
    metrics: { commit: () => undefined, shared: (...event) => void shared.push(event) },
    limits: { laneWalletsMax: 50, sharedInFlightMax: 1, ...limits },
  });
  const execute = (walletId: string, command: Command, options?: ExecuteOptions): Promise<Outcome> =>
    engine.execute(walletId, command, options);
  /** The same command, or each wallet's own, on all of `on`; their outcomes once the engine is idle. */
  const all = async (commandOf: (walletId: string, index: number) => Command, on: readonly string[] = ids) => {
    const outcomes = await time.run(Promise.all(on.map((id, index) => execute(id, commandOf(id, index)))));
    await time.advance(0);
    return outcomes;
  };
  /** A commit of another process: straight into the store. */
  const elsewhere = async (walletId: string, commands: readonly Command[]) => {
    const { wallet, version } = (await memory.load(walletId))!;
    memory.commitNow([commitOf(wallet, version, commands, time.now())]);
  };
  const wallet = async (walletId: string) => (await memory.load(walletId))!.wallet;
  const sound = async () => {
    for (const id of ids) expect(invariants(await wallet(id), memory.entries(id))).toEqual([]);
  };
  /** How many wallets each commit carried, since the last time this was asked. */
  const sizes = () => commits.splice(0).map((parts) => parts.length);
  return { time, memory, weather, engine, execute, all, ids, commits, sizes, shared, elsewhere, wallet, sound };
}
