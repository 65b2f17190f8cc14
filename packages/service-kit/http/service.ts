/**
 * The app factory: every route of every service runs authentication, key, body and validation in this order, and every
 * failure leaves as problem+json with a code of the catalog.
 */
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Auth } from '../auth/auth.ts';
import type { KitConfig } from '../config.ts';
import type { Log } from '../logging.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { addReference } from '../openapi/reference.ts';
import { readJson } from './body.ts';
import type { Route, RouteContract } from './contract.ts';
import { errorsOf } from './errors.ts';
import { readKey, refuseKey } from './key.ts';
import { observe, type Observation } from './observe.ts';
import { invalid, Problem } from './problem.ts';
import { sendProblem, sendReply } from './send.ts';
import { readQuery, validate } from './validate.ts';

export interface ServiceOptions {
  readonly routes: readonly Route[];
  readonly auth: Auth;
  readonly config: Pick<KitConfig, 'service' | 'projectId'>;
  readonly telemetry: Telemetry;
  readonly log: Log;
  /** Throws or rejects if a dependency cannot be reached: /readyz then answers 503. */
  readonly ready?: () => Promise<void>;
  /** Expected failures of the service's dependencies, as problems; undefined for everything else (a bug: INTERNAL). */
  readonly mapError?: (error: unknown) => Problem | undefined;
  /** Holds every reply against its contract (tests). */
  readonly checkReplies?: boolean;
  /** Holds every handler's Problem against the errors that its contract declares (tests). */
  readonly checkErrors?: boolean;
}

/** Of a request: a field of it, because a map of all weak references costs the garbage collector more. */
const observed = Symbol('observation');
type Observed = Request & { [observed]?: Observation };

export function createService(options: ServiceOptions): Express {
  const app = express();
  // Express' last resort, where even our own error handler fails: no stack in the answer, whatever NODE_ENV says.
  app.set('env', 'production');
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);

  addProbes(app, options);
  addReference(app, { service: options.config.service, contracts: options.routes.map(({ contract }) => contract) });
  app.use((request: Observed, response: Response, next: NextFunction) => {
    observe(request, response, options, (observation) => {
      request[observed] = observation;
      next();
    });
  });
  for (const route of options.routes) addRoute(app, route, options);
  addMethodRefusals(app, options.routes);
  app.use(() => {
    throw new Problem('ROUTE_NOT_FOUND', 'No route has this path');
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    fail(error, request, response, options.log);
  });
  return app;
}

/** /healthz: the process runs. /readyz: its dependencies answer. /metrics: on the local stack. None is measured or logged. */
function addProbes(app: Express, { ready, telemetry, log }: ServiceOptions): void {
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    try {
      await ready?.();
      response.json({ status: 'ok' });
    } catch (error) {
      log.warn({ error }, 'not ready');
      sendProblem(response, new Problem('OVERLOADED', 'A dependency does not answer'));
    }
  });
  const { scrape } = telemetry;
  if (scrape !== undefined) app.get('/metrics', (request, response) => scrape(request, response));
}

type Verb = 'get' | 'post' | 'patch' | 'delete';

function addRoute(app: Express, { contract, handler }: Route, options: ServiceOptions): void {
  const verb = contract.method.toLowerCase() as Verb;
  app[verb](contract.path, async (request: Observed, response: Response) => {
    const observation = request[observed];
    if (observation === undefined) throw new Error('a request that is not observed');
    observation.route = contract.path;
    const caller = await options.auth.authenticate(request.headersDistinct, contract.principals);
    const key = keyOf(contract, request);
    const parts = validate(contract, {
      params: request.params,
      query: readQuery(request.url),
      body: await readJson(request, contract.bodyBytesMax),
    });
    let signal: AbortSignal | undefined;
    const typed = {
      caller,
      key,
      ...parts,
      traceId: observation.trace.traceId,
      // Made when first used: most handlers need neither.
      get log() {
        return observation.log;
      },
      get signal() {
        return (signal ??= gone(response));
      },
    };
    try {
      await sendReply(response, contract, await handler(typed), options.checkReplies === true);
    } catch (error) {
      const expected = options.mapError?.(error) ?? error;
      if (options.checkErrors === true && expected instanceof Problem) checkDeclared(contract, expected);
      throw expected;
    }
  });
}

function keyOf({ key }: RouteContract, request: Request): string {
  const sent = request.headersDistinct['idempotency-key'];
  if (key === 'in-body') return refuseKey(sent);
  return key === true ? readKey(sent) : '';
}

function checkDeclared(contract: RouteContract, problem: Problem): void {
  if (errorsOf(contract).includes(problem.code)) return;
  throw new Error(`${contract.method} ${contract.path} answered an undeclared ${problem.code}`);
}

/** Tells that the client went away without its answer, so that nobody works for it any longer. */
function gone(response: Response): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    if (!response.writableFinished) controller.abort(new Error('the client went away'));
  };
  if (response.closed) abort();
  else response.once('close', abort);
  return controller.signal;
}

/** 405 with Allow for a known path and another method. */
function addMethodRefusals(app: Express, routes: readonly Route[]): void {
  const methodsOf = Map.groupBy(routes, ({ contract }) => contract.path);
  for (const [path, served] of methodsOf) {
    const methods = served.map(({ contract }) => contract.method);
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
    app.all(path, () => {
      throw new Problem('METHOD_NOT_ALLOWED', `This path takes ${allow}`, {}, { Allow: allow });
    });
  }
}

function fail(error: unknown, request: Observed, response: Response, fallback: Log): void {
  const observation = request[observed];
  const problem = problemOf(error, observation);
  if (problem.code === 'INTERNAL')
    (observation?.log ?? fallback).error({ error }, 'a bug, or a failure that no handler expected');
  else if (problem.cause !== undefined) (observation?.log ?? fallback).warn({ error: problem.cause }, problem.message);
  if (response.headersSent) {
    // Half an answer cannot be mended; the client must see that it was cut. One who has left has seen to it.
    if (observation !== undefined && !response.destroyed) observation.cut = true;
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) if (name !== 'x-request-id') response.removeHeader(name);
  sendProblem(response, problem);
}

function problemOf(error: unknown, observation: Observation | undefined): Problem {
  if (error instanceof Problem) return error;
  // Express' own: a path that is no valid percent-encoding.
  if (error instanceof URIError) return invalid([{ path: 'path', message: 'is not valid percent-encoding' }]);
  const traceId = observation?.trace.traceId;
  return new Problem('INTERNAL', 'Something failed on our side', traceId === undefined ? {} : { traceId });
}
