// The front of one service: what Google's front end is to Cloud Run. Streams requests to the healthy instance; holds
// them for a moment while it restarts.
import { request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { sendJson, startServer } from '../http.ts';
import type { LocalServer } from '../http.ts';
import { LOOPBACK } from '../ports.ts';
import { forwardedHeaders, responseHeaders } from './forwarded-headers.ts';
import type { Instance } from './instance.ts';

/** Longer than a restart takes, shorter than clients wait. */
const HOLD_MS = 5_000;
/** After a broken connection the instance has probably ended: new requests wait this long to see its exit. */
const SUSPECT_MS = 50;

/** Where requests go now. */
export interface Backend {
  current(): Instance | undefined;
  whenHealthy(timeoutMs: number): Promise<Instance | undefined>;
}

export interface FrontProxyOptions {
  /** 0: a free one. */
  readonly port: number;
  /** For messages. */
  readonly service: string;
  readonly backend: () => Backend | undefined;
  /** How long a request waits for a healthy instance. */
  readonly holdMs?: number;
}

/** One request on its way. */
interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly o: FrontProxyOptions;
  readonly holdMs: number;
  /** Set when it first had to wait (clock of performance.now()). */
  deadlineMs: number | undefined;
}

/** Listens on 127.0.0.1. Rejects with EADDRINUSE when the port is taken. */
export function startFrontProxy(o: FrontProxyOptions): Promise<LocalServer> {
  const holdMs = o.holdMs ?? HOLD_MS;
  return startServer((req, res) => {
    const instance = o.backend()?.current();
    const exchange: Exchange = { req, res, o, holdMs, deadlineMs: undefined };
    if (instance === undefined || isSuspect(instance)) void hold(exchange);
    else forward(exchange, instance);
  }, o.port);
}

/** Waits for a healthy instance; the request's body stays unread meanwhile. */
async function hold(exchange: Exchange): Promise<void> {
  const { res, o } = exchange;
  const deadlineMs = (exchange.deadlineMs ??= performance.now() + exchange.holdMs);
  const suspect = o.backend()?.current();
  if (suspect !== undefined && isSuspect(suspect)) await Promise.race([suspect.exited, delay(SUSPECT_MS)]);
  const instance = await nextInstance(o.backend, deadlineMs);
  if (res.destroyed) return;
  if (instance === undefined) unavailable(exchange, `No instance of service ${o.service} is available.`);
  else forward(exchange, instance);
}

/** Follows the service to its new revision when the one that it waits for is replaced. */
async function nextInstance(backend: () => Backend | undefined, deadlineMs: number): Promise<Instance | undefined> {
  for (;;) {
    const asked = backend();
    const leftMs = deadlineMs - performance.now();
    const instance = await asked?.whenHealthy(Math.max(0, leftMs));
    if (instance !== undefined || leftMs <= 0 || backend() === asked) return instance;
  }
}

function forward(exchange: Exchange, instance: Instance): void {
  const { req, res, o } = exchange;
  const hasBody = req.headers['content-length'] !== undefined || req.headers['transfer-encoding'] !== undefined;
  const out = request({
    host: LOOPBACK,
    port: instance.port,
    agent: instance.agent,
    method: req.method,
    path: req.url,
    headers: forwardedHeaders(req),
    setHost: false,
  });
  let answered = false;
  let finished = false;
  instance.inFlight += 1;
  const finish = () => {
    if (finished) return;
    finished = true;
    instance.inFlight -= 1;
    res.off('close', onClientGone);
  };
  const onClientGone = () => {
    finish();
    out.destroy();
  };
  res.once('close', onClientGone);

  out.once('response', (answer) => {
    answered = true;
    res.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', responseHeaders(answer.rawHeaders));
    answer.once('error', () => res.destroy()); // cut off in the middle: the client must not take it for whole
    answer.once('close', finish);
    answer.pipe(res);
    // A stream of unknown length: its head must not wait for its first bytes.
    if (answer.headers['content-length'] === undefined) res.flushHeaders();
  });
  out.once('error', (error: NodeJS.ErrnoException) => {
    finish();
    if (answered || res.destroyed) return void res.destroy();
    instance.suspectUntilMs = performance.now() + SUSPECT_MS;
    // Refused: nothing of the request has reached the instance, so it may go to the next one. After any other error the
    // instance may have acted on it: only the caller can know whether to try again.
    const mayWait = exchange.deadlineMs === undefined || performance.now() < exchange.deadlineMs;
    if (error.code === 'ECONNREFUSED' && mayWait) return void hold(exchange);
    unavailable(exchange, `The connection to the instance of service ${o.service} had an error: ${error.message}`);
  });
  if (!hasBody) {
    out.end();
    return;
  }
  out.once('socket', (socket) => {
    const start = () => {
      if (finished) return;
      req.pipe(out);
      // As with answers: of a stream of unknown length the head goes ahead.
      if (req.headers['content-length'] === undefined) out.flushHeaders();
    };
    if (socket.connecting) socket.once('connect', start);
    else start();
  });
}

function isSuspect(instance: Instance): boolean {
  return instance.suspectUntilMs > 0 && performance.now() < instance.suspectUntilMs;
}

function unavailable({ req, res }: Exchange, message: string): void {
  sendJson(res, 503, { error: { code: 503, message, status: 'UNAVAILABLE' } });
  req.resume(); // what is left of the body, so that the connection can serve the next request
}
