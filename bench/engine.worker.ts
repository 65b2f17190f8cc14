// A process with a commit engine of its own on a wallet that it may share with others: what two instances of a service are.
import { Connection, createEngine, FirestoreStore, type DatabaseName } from '@reelbanana/ledger-firestore';
import { deduct } from '@reelbanana/ledger-firestore/testing';
import { answerParent } from './children.ts';
import { closedLoop, openLoop } from './measure.ts';
import { Counts } from './shapes.ts';

export type Question = {
  readonly database: DatabaseName;
  readonly walletId: string;
  readonly seconds: number;
} & (
  | { readonly kind: 'closed'; readonly callers: number; readonly leadInSeconds: number }
  | { readonly kind: 'open'; readonly perSecond: number }
);

export interface Answer {
  readonly latenciesMs: readonly number[];
  readonly seconds: number;
  /** Commits that landed, and that did not. */
  readonly commits: number;
  readonly commitsFailed: number;
  /** Commands that the engine gave up: each is a 503 to its client. */
  readonly refused: number;
}

const never = new AbortController().signal; // the parent kills
let connection: Connection | undefined;
let commands = 0;

answerParent(async (question: Question): Promise<Answer> => {
  connection ??= new Connection(question.database);
  const counts = new Counts();
  let refused = 0;
  const engine = createEngine({
    store: new FirestoreStore(connection),
    now: Date.now,
    random: Math.random,
    metrics: counts,
  });
  /** As a client does: repeated with its key until the answer is definite. */
  const operation = async () => {
    const command = deduct(`${process.pid}-${commands++}`, 1);
    for (;;) {
      const outcome = await engine.execute(question.walletId, command);
      if (outcome.kind === 'answer') return;
      if (outcome.kind !== 'failed') throw new Error(`the engine answered ${outcome.kind}`);
      refused += 1;
      await new Promise((resolve) => setTimeout(resolve, outcome.retryAfterMs));
    }
  };
  const onStart = () => {
    counts.reset();
    refused = 0;
  };
  const load =
    question.kind === 'open'
      ? await openLoop(question.perSecond, question.seconds, operation, never)
      : await closedLoop(question.callers, question.seconds, operation, never, { ...question, onStart });
  return { ...load, commits: counts.commits - counts.failed, commitsFailed: counts.failed, refused };
});
