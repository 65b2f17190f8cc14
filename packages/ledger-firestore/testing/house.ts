// An engine over a memory store on virtual time, as the tests of its rules need it.
import { expect } from '@jest/globals';
import { needs, type Command } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { createEngine, type CommitEngine, type ExecuteOptions } from '../engine/engine.ts';
import type { EngineLimits } from '../engine/limits.ts';
import type { Outcome } from '../engine/outcome.ts';
import type { WalletCommit } from '../port.ts';
import { fairWeather, faulty, type FaultPlan, type FaultyStore } from '../stores/faulty.ts';
import { MemoryStore } from '../stores/memory.ts';
import { commitOf, emptyWallet, grant } from './commands.ts';
import { seededRandom, VirtualTime } from './virtual-time.ts';

export const w = 'wallet-1';

interface Log {
  readonly op: 'load' | 'find' | 'facts' | 'commit';
  readonly ids: readonly string[];
}

interface House {
  readonly plan?: FaultPlan;
  readonly credits?: number;
  readonly limits?: Partial<EngineLimits>;
}

/** An engine over a memory store on virtual time, behind the faults of `plan`; every call to the store is logged. */
export async function house({ plan = fairWeather, credits = 1_000, limits = {} }: House = {}) {
  const time = new VirtualTime();
  const memory = new MemoryStore();
  memory.add(emptyWallet(w));
  const stored = (await memory.load(w))!;
  if (credits > 0) memory.commitNow([commitOf(stored.wallet, stored.version, [grant('seed', credits)], time.now())]);
  const log: Log[] = [];
  const weather: FaultyStore = faulty(memory, plan, time);
  const commits: WalletCommit[] = [];
  const store = {
    load: (walletId: string, deadlineMs: number) => {
      log.push({ op: 'load', ids: [walletId] });
      return weather.load(walletId, deadlineMs);
    },
    find: (walletId: string, ids: readonly string[], deadlineMs: number) => {
      log.push({ op: 'find', ids });
      return weather.find(walletId, ids, deadlineMs);
    },
    facts: (walletId: string, ids: readonly string[], deadlineMs: number) => {
      log.push({ op: 'facts', ids });
      return weather.facts(walletId, ids, deadlineMs);
    },
    commit: (lane: Parameters<FaultyStore['commit']>[0], deadlineMs: number) => {
      commits.push(...lane);
      log.push({ op: 'commit', ids: lane.flatMap((part) => part.entries.map((entry) => entry.id)) });
      return weather.commit(lane, deadlineMs);
    },
  };
  const engineOf = (seed = 1): CommitEngine =>
    createEngine({ store, now: time.now, random: seededRandom(seed), timers: time, limits });
  const engine = engineOf();
  /** The answer, once the engine is idle again. */
  const idle = async <T>(outcome: Promise<T>): Promise<T> => {
    const answer = await time.run(outcome);
    await time.advance(0);
    return answer;
  };
  const run = (command: Command, options?: ExecuteOptions, by = engine) => idle(by.execute(w, command, options));
  const all = (commands: readonly Command[], by = engine) =>
    idle(Promise.all(commands.map((command) => by.execute(w, command))));
  const ops = () => log.splice(0).map((call) => call.op);
  const wallet = async () => (await memory.load(w))!.wallet;
  const available = async () => (await wallet()).totals.available;
  const sound = async () => expect(invariants(await wallet(), memory.entries(w), memory.allFacts(w))).toEqual([]);
  return { time, memory, weather, engine, engineOf, run, all, log, commits, ops, wallet, available, sound };
}

/** A commit of another process: straight into the store. */
export async function elsewhere(memory: MemoryStore, commands: readonly Command[], now: number) {
  const { wallet, version } = (await memory.load(w))!;
  const { walletId } = wallet;
  const found = new Map(memory.entries(walletId).map((entry) => [entry.id, entry]));
  const facts = await memory.facts(walletId, commands.flatMap(needs));
  memory.commitNow([commitOf(wallet, version, commands, now, { found, facts })]);
}

export const codes = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => {
    if (outcome.kind === 'answer') return outcome.answer.replayed ? 'replayed' : 'accepted';
    if (outcome.kind === 'rejected') return outcome.rejection.code;
    return outcome.kind === 'failed' ? outcome.code : outcome.kind;
  });
