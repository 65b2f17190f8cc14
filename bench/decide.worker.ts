// decide() alone in a process of its own: nothing else runs, allocates or collects garbage in it.
// Run with --expose-gc and a young generation that holds all that one sample allocates.
import { PerformanceObserver } from 'node:perf_hooks';
import { commandEntryId, decide, type Command, type Found } from '@reelbanana/ledger';
import { deduct, release, reserve } from '@reelbanana/ledger-firestore/testing';
import { answerParent } from './children.ts';
import { rich } from './shapes.ts';

export interface Question {
  /** Commands of one sample. */
  readonly commands: number;
  readonly kind: 'deduct' | 'hold';
}

export interface Answer {
  readonly perSecond: number;
  /** On the heap, garbage included. */
  readonly bytesPerCommand: number;
}

let keys = 0;
let collections = 0;
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] });

/** Made before the clock runs: what a service makes of a request is not part of `decide`. */
function commandsOf({ commands, kind }: Question): Command[] {
  const made: Command[] = [];
  while (made.length < commands) {
    const key = `bench-key-${String(keys++).padStart(26, '0')}`;
    if (kind === 'deduct') made.push(deduct(key, 1));
    else {
      const hold = reserve(key, 1);
      made.push(hold, release(key, commandEntryId('wallet', hold) ?? ''));
    }
  }
  return made;
}

answerParent(async (question: Question): Promise<Answer> => {
  const commands = commandsOf(question);
  let wallet = rich('wallet');
  const none: Found = new Map();
  const now = Date.now();
  globalThis.gc?.();
  await turn();
  collections = 0;
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  for (const command of commands) {
    const decision = decide(wallet, none, command, now);
    if (decision.kind !== 'accepted') throw new Error(`a ${command.type} was ${decision.kind}`);
    wallet = decision.wallet;
  }
  const elapsedMs = performance.now() - start;
  const allocated = process.memoryUsage().heapUsed - before;
  await turn();
  if (collections > 0) throw new Error('garbage was collected meanwhile, so nobody knows what was allocated');
  return { perSecond: (commands.length / elapsedMs) * 1_000, bytesPerCommand: allocated / commands.length };
});

/** Observers are told after the code that they watched. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
