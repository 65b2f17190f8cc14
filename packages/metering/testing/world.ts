/**
 * Several processes, their clients and one credits, under a tape of choices: which pending step happens next, and what
 * becomes of it. Every await of the protocol that leaves the process is a step here, so a crash can come at each.
 */
import { createAttempts, type Attempts, type Made, type OperationInput, type OperationOutcome } from '../attempts.ts';
import type { CreditsClient } from '../credits.ts';
import { CreditsError } from '../errors.ts';
import { memoryResults, type ResultStore } from '../results.ts';
import { ledgerCredits } from './ledger-credits.ts';

/**
 * What becomes of the step that is next. `crash...`: its process dies before or after the effect. `fail`: no effect, no
 * answer. `loseAnswer`: effect, no answer. `late`: no answer, and the effect comes at some later moment. `retried`: the
 * answer was lost and the client asked again by itself, with the same key. `pause`: time passes and the step waits on.
 * `request`: a client (a retry, or a second tab) asks once more.
 */
export const fates = [
  'run',
  'crashBefore',
  'crashAfter',
  'fail',
  'loseAnswer',
  'late',
  'retried',
  'pause',
  'request',
] as const;
export type Fate = (typeof fates)[number];

export interface Choice {
  /** Which of the pending steps, or which process a request goes to. */
  readonly pick: number;
  readonly fate: Fate;
  /** For a pause. */
  readonly ms: number;
}

interface Step {
  /** Absent: on the wire, whoever sent it no longer listens. */
  readonly process?: Process;
  readonly label: string;
  readonly effect: () => Promise<unknown>;
  readonly answer: PromiseWithResolvers<unknown>;
}

interface Process {
  alive: boolean;
  readonly attempts: Attempts;
  readonly work: () => Promise<Made>;
}

export interface World {
  readonly ledger: ReturnType<typeof ledgerCredits>;
  readonly results: ReturnType<typeof memoryResults>;
  /** Every answer that a client got. */
  readonly outcomes: readonly OperationOutcome[];
  readonly failures: readonly unknown[];
  readonly runs: () => number;
  pass(ms: number): void;
  /** One request to the first process, then the tape, then whatever is still pending, without further faults. */
  play(tape: readonly Choice[]): Promise<void>;
  /** A client that asks until it is answered, on a process of its own, without faults. */
  insist(): Promise<OperationOutcome>;
}

const requestsMax = 9; // with the client's own retries still below the 20 attempts of one key

export function createWorld(o: {
  readonly credits: number;
  readonly processes: number;
  readonly ttlMs: number;
}): World {
  let time = Date.UTC(2026, 5, 1);
  let runs = 0;
  let requests = 0;
  const pending: Step[] = [];
  const outcomes: OperationOutcome[] = [];
  const failures: unknown[] = [];
  const ledger = ledgerCredits({ now: () => time, credits: o.credits });
  const results = memoryResults();
  const processes = Array.from({ length: o.processes }, start);

  /** A process of its own: its calls become steps, and after its death nothing of it happens any more. */
  function start(): Process {
    const step = <T>(label: string, effect: () => Promise<T>): Promise<T> => {
      const answer = unheard();
      if (process.alive) pending.push({ process, label, effect, answer });
      return answer.promise as Promise<T>;
    };
    const credits: CreditsClient = {
      reserve: (...a) => step('reserve', () => ledger.reserve(...a)),
      settle: (...a) => step('settle', () => ledger.settle(...a)),
      release: (...a) => step('release', () => ledger.release(...a)),
      balance: (...a) => step('balance', () => ledger.balance(...a)),
    };
    const store: ResultStore = {
      put: (...a) => step('put', () => results.put(...a)),
      get: (...a) => step('get', () => results.get(...a)),
    };
    const process: Process = {
      alive: true,
      attempts: createAttempts({ credits, results: store }),
      work: () => step('work', () => Promise.resolve(make())),
    };
    return process;
  }

  /** Every run makes something else, so that two results cannot be mistaken for one. */
  function make(): Made {
    runs += 1;
    return { contentType: 'audio/wav', bytes: Uint8Array.of(runs), fields: { run: runs } };
  }

  function request(process: Process): void {
    requests += 1;
    process.attempts.run(input(process.work)).then(
      (outcome) => outcomes.push(outcome),
      (error: unknown) => failures.push(error),
    );
  }

  function input(work: () => Promise<Made>): OperationInput {
    return {
      uid: 'uid',
      userToken: 'token',
      operation: 'narration',
      params: { characters: 150 },
      key: 'client key',
      requestDigest: 'digest',
      ttlSeconds: o.ttlMs / 1000,
      signal: new AbortController().signal,
      work,
    };
  }

  async function take({ pick, fate, ms }: Choice): Promise<void> {
    if (fate === 'request') {
      if (requests < requestsMax) request(processes[pick % processes.length] as Process);
      return;
    }
    if (pending.length === 0) return;
    const index = pick % pending.length;
    const step = pending[index] as Step;
    if (fate === 'pause') {
      time += ms;
      return;
    }
    pending.splice(index, 1);
    if (fate === 'crashBefore') {
      crash(step.process);
    } else if (fate === 'fail' || fate === 'late') {
      step.answer.reject(outage(step));
      if (fate === 'late') pending.push({ label: step.label, effect: step.effect, answer: unheard() });
    } else {
      if (fate === 'retried' && step.label !== 'work') await step.effect().catch(() => undefined);
      const effect = step.effect();
      await effect.catch(() => undefined);
      if (fate === 'crashAfter') crash(step.process);
      else if (fate === 'loseAnswer') step.answer.reject(outage(step));
      else step.answer.resolve(effect);
    }
  }

  function crash(process: Process | undefined): void {
    if (process === undefined) return;
    process.alive = false;
    for (let i = pending.length - 1; i >= 0; i -= 1) if (pending[i]?.process === process) pending.splice(i, 1);
    processes[processes.indexOf(process)] = start();
  }

  async function drain(): Promise<void> {
    while (pending.length > 0) {
      await take({ pick: 0, fate: 'run', ms: 0 });
      await quiet();
    }
  }

  return {
    ledger,
    results,
    outcomes,
    failures,
    runs: () => runs,
    pass: (ms) => {
      time += ms;
    },
    play: async (tape) => {
      request(processes[0] as Process);
      for (const choice of tape) {
        await take(choice);
        await quiet();
      }
      await drain();
    },
    insist: async () => {
      const attempts = createAttempts({ credits: ledger, results });
      return await attempts.run(input(() => Promise.resolve(make())));
    },
  };
}

const outage = ({ label }: Step): CreditsError => new CreditsError('OVERLOADED', `${label} got no answer`);

/** An answer that may fail without anybody there to hear it. */
function unheard(): PromiseWithResolvers<unknown> {
  const answer = Promise.withResolvers<unknown>();
  answer.promise.catch(() => undefined);
  return answer;
}

/** Until every process waits for a step. */
const quiet = (): Promise<void> => new Promise((done) => setImmediate(done));
