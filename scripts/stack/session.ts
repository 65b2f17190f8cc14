/**
 * One `up` at a time, and how other commands reach it: `.local/up.json` (for the owner's eyes only) names its process, a
 * control server on the loopback with a random key, and what the Pulumi CLI needs. Gone when `up` has ended; left by a
 * killed `up`, it is found dead because its control server does not answer.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { UsageError } from '../lib/script.ts';
import { repositoryRoot } from '../lib/tools.ts';
import type { PulumiCli } from './pulumi-cli.ts';

const FOLDER = join(repositoryRoot, '.local');
const fileIn = (folder: string): string => join(folder, 'up.json');
/** A live `up` answers in milliseconds, a busy one in a second or two. */
const ANSWER_TIMEOUT_MS = 5_000;
const REQUEST_BYTES_MAX = 4_096;

export interface Session {
  readonly pid: number;
  readonly origin: string;
  readonly key: string;
  /** Once the local cloud runs. */
  readonly pulumi?: PulumiCli;
}

/** What the running `up` does for other commands. */
export interface SessionHandlers {
  /** An OIDC token of a service account for a service. Throws UsageError for names it does not know. */
  idToken(account: string, audience: string): Promise<string>;
}

export interface OpenSession {
  /** Tells other commands how to run the Pulumi CLI. */
  publish(pulumi: PulumiCli): void;
  close(): Promise<void>;
}

/** Becomes the one `up` of this folder. Throws UsageError, which names the other's pid, while another lives. */
export async function openSession(handlers: SessionHandlers, folder: string = FOLDER): Promise<OpenSession> {
  mkdirSync(folder, { recursive: true });
  const file = fileIn(folder);
  const key = randomBytes(32).toString('base64url');
  const server = await startControl(key, handlers);
  const session: Session = { pid: process.pid, origin: originOf(server), key };
  const close = () =>
    new Promise<void>((resolve) => {
      if (readSession(file)?.key === key) rmSync(file, { force: true });
      server.close(() => resolve());
      server.closeAllConnections();
    });
  try {
    await claim(session, file);
  } catch (error) {
    await close();
    throw error;
  }
  return { publish: (pulumi) => writeFileSync(file, JSON.stringify({ ...session, pulumi }), { mode: 0o600 }), close };
}

/** The session of the running `up`. Throws UsageError when there is none. */
export async function requireSession(folder: string = FOLDER): Promise<Session> {
  const session = readSession(fileIn(folder));
  if (!session || !(await isAlive(session))) throw new UsageError('no stack is running: start one with `npm run up`');
  return session;
}

/** Asks the running `up` for a service account's token. Throws UsageError with its reason. */
export async function requestIdToken(session: Session, account: string, audience: string): Promise<string> {
  const response = await ask(session, '/id-token', { account, audience });
  const body = await response.text();
  if (response.status === 400) throw new UsageError(body);
  if (!response.ok) throw new Error(`the stack refused a token (${response.status}): ${body}`);
  return body;
}

async function claim(session: Session, file: string): Promise<void> {
  for (;;) {
    try {
      return writeFileSync(file, JSON.stringify(session), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const other = readSession(file);
    if (other && (await isAlive(other))) {
      throw new UsageError(`the stack is already up (pid ${other.pid}): stop that one first with Ctrl-C`);
    }
    if (readSession(file)?.key === other?.key) rmSync(file, { force: true });
  }
}

function readSession(file: string): Session | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Session;
  } catch {
    return undefined; // absent, or cut off by a killed process
  }
}

async function isAlive(session: Session): Promise<boolean> {
  try {
    return (await ask(session, '/alive', {})).ok;
  } catch (error) {
    // Nobody listens there: dead. No answer in time: alive and busy.
    return (error as Error).name === 'TimeoutError';
  }
}

function ask({ origin, key }: Session, path: string, body: object): Promise<Response> {
  return fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, connection: 'close' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
}

function startControl(key: string, handlers: SessionHandlers): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, key, handlers)
      .catch((error: unknown): Answer => {
        const usage = error instanceof UsageError;
        return { status: usage ? 400 : 500, body: error instanceof Error ? error.message : String(error) };
      })
      .then(({ status, body }) => response.writeHead(status, { 'content-type': 'text/plain' }).end(body));
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function answer(request: IncomingMessage, key: string, handlers: SessionHandlers): Promise<Answer> {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${key}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return { status: 401, body: 'wrong key' };
  if (Number(request.headers['content-length'] ?? 0) > REQUEST_BYTES_MAX) return { status: 413, body: 'too long' };
  const { account, audience } = JSON.parse(await text(request)) as { account?: unknown; audience?: unknown };
  if (request.url === '/alive') return { status: 200, body: String(process.pid) };
  if (request.url === '/id-token' && typeof account === 'string' && typeof audience === 'string') {
    return { status: 200, body: await handlers.idToken(account, audience) };
  }
  return { status: 404, body: 'no such request' };
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
