/** Around every request: its server span, its trace for logs and calls, its duration by route, and one log line. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { KitConfig } from '../config.ts';
import type { Log } from '../logging.ts';
import { httpDurations, unmatchedRoute, type Labels } from '../telemetry/labels.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { newTrace, readTrace, traceFields, withTrace, type TraceContext } from './trace.ts';

/** What the pipeline learns of a request on its way. */
export interface Observation {
  readonly trace: TraceContext;
  readonly log: Log;
  /** The contract's path, once one has matched. */
  route: string;
  /** Set where we cut an answer in the middle: that it has no end is then our fault, not the client's leaving. */
  cut?: true;
}

export interface ObserveOptions {
  readonly telemetry: Telemetry;
  readonly log: Log;
  readonly config: Pick<KitConfig, 'projectId'>;
}

type HttpLabels = Labels<typeof httpDurations>;
const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PATCH', 'DELETE']);

/** Runs `work` inside the request's trace; records when the response has been sent or the client has gone. */
export function observe(
  request: IncomingMessage,
  response: ServerResponse,
  { telemetry, log, config }: ObserveOptions,
  work: (observation: Observation) => void,
): void {
  const startedAtMs = performance.now();
  const parent = readTrace(request.headers);
  const method = request.method ?? '';
  const parentContext =
    parent === undefined
      ? context.active()
      : trace.setSpanContext(context.active(), {
          traceId: parent.traceId,
          spanId: parent.spanId,
          traceFlags: parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
          isRemote: true,
        });
  const span = telemetry.tracer.startSpan(method, { kind: SpanKind.SERVER }, parentContext);
  const own = span.spanContext();
  // Without an exporter spans are no-ops that repeat the parent's ids, or none.
  const traceContext: TraceContext = trace.isSpanContextValid(own)
    ? { traceId: own.traceId, spanId: own.spanId, sampled: (own.traceFlags & TraceFlags.SAMPLED) !== 0 }
    : (parent ?? newTrace());
  let requestLog: Log | undefined;
  const observation: Observation = {
    trace: traceContext,
    // Made when first used: most requests log nothing.
    get log() {
      return (requestLog ??= log.child(traceFields(traceContext, config.projectId)));
    },
    route: unmatchedRoute,
  };
  response.setHeader('X-Request-Id', traceContext.traceId);

  response.once('close', () => {
    const seconds = (performance.now() - startedAtMs) / 1000;
    const { route } = observation;
    // The client left before an answer: 499, as proxies log it.
    const unfinished = observation.cut === true ? 500 : 499;
    const status = response.writableFinished ? response.statusCode : unfinished;
    const labels: HttpLabels = { route, method: methodLabel(method), status_class: statusClass(status) };
    telemetry.observe(httpDurations, labels, seconds);
    span.updateName(`${method} ${route}`);
    span.setAttributes({ 'http.request.method': method, 'http.route': route, 'http.response.status_code': status });
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    const level = levelOf(status);
    if (!log.isLevelEnabled(level)) return; // or every request would make a log of its own
    const httpRequest = { requestMethod: method, requestUrl: route, status, latency: `${seconds.toFixed(6)}s` };
    observation.log[level]({ httpRequest }, `${method} ${route} ${status}`);
  });
  context.with(trace.setSpan(parentContext, span), () => withTrace(traceContext, () => work(observation)));
}

/** Cloud Run logs every request itself, so what went well is not told twice (LOG_LEVEL=debug tells it). */
function levelOf(status: number): 'debug' | 'info' | 'warn' | 'error' {
  if (status < 400) return 'debug';
  if (status < 500) return 'info';
  return status === 503 ? 'warn' : 'error';
}

function methodLabel(method: string): HttpLabels['method'] {
  if (method === 'HEAD') return 'GET';
  return methods.has(method) ? (method as HttpLabels['method']) : 'OTHER';
}

function statusClass(status: number): HttpLabels['status_class'] {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
