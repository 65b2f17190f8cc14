// Processes of our own that measure: one asks, the other answers, one question at a time. A child ends with its parent.
import { fork } from 'node:child_process';

export interface Child<Question, Answer> {
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

type Reply<Answer> = { readonly answer: Answer } | { readonly error: string };

export interface ChildOptions {
  /** Flags of Node. */
  readonly nodeFlags?: readonly string[];
  /** Beside this process' own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the child: whoever waits for its answer is told. */
  readonly signal: AbortSignal;
}

/** Starts a worker file of this folder, which calls `answerParent`. */
export function startChild<Question, Answer>(file: string, options: ChildOptions): Child<Question, Answer> {
  options.signal.throwIfAborted();
  const child = fork(new URL(file, import.meta.url), {
    execArgv: [...(options.nodeFlags ?? [])],
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = () => child.kill('SIGKILL');
  options.signal.addEventListener('abort', kill, { once: true });
  return {
    ask: async (question) => {
      const reply = new Promise<Reply<Answer>>((resolve) => child.once('message', resolve as (reply: unknown) => void));
      child.send(question as object);
      const gone = exited.then(() => ({ error: `${file} ended before it had answered` }));
      const told = await Promise.race([reply, gone]);
      options.signal.throwIfAborted();
      if ('error' in told) throw new Error(told.error);
      return told.answer;
    },
    stop: async () => {
      options.signal.removeEventListener('abort', kill);
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** In a worker: answers every question until the parent goes. */
export function answerParent<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', (question) => {
    answer(question as Question).then(
      (told) => process.send?.({ answer: told } satisfies Reply<Answer>),
      (error: unknown) => process.send?.({ error: String((error as Error).stack ?? error) } satisfies Reply<Answer>),
    );
  });
  process.once('disconnect', () => process.exit());
}
