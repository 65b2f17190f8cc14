/**
 * The trace of the request in hand: taken from the caller's headers, shown in logs and INTERNAL answers, passed on to
 * the next service. https://www.w3.org/TR/trace-context/ and Google's older X-Cloud-Trace-Context.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface TraceContext {
  /** 32 hex. */
  readonly traceId: string;
  /** 16 hex. */
  readonly spanId: string;
  readonly sampled: boolean;
}

const w3c = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const google = /^([0-9a-f]{32})(?:\/(\d{1,20}))?(?:;o=(\d))?$/;
const zeros = /^0+$/;

/** The caller's trace context, if its headers carry a valid one. */
export function readTrace(headers: IncomingHttpHeaders): TraceContext | undefined {
  const parent = w3c.exec(String(headers['traceparent'] ?? ''));
  if (parent?.[1] !== undefined && parent[2] !== undefined && !zeros.test(parent[1]) && !zeros.test(parent[2])) {
    return { traceId: parent[1], spanId: parent[2], sampled: (parseInt(parent[3] ?? '0', 16) & 1) === 1 };
  }
  const [, traceId, span = '0', sampled] = google.exec(String(headers['x-cloud-trace-context'] ?? '')) ?? [];
  if (traceId === undefined || zeros.test(traceId)) return undefined;
  const spanId = (BigInt(span) & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
  return { traceId, spanId: zeros.test(spanId) ? newSpanId() : spanId, sampled: sampled === '1' };
}

/** A trace of our own, for a request that brought none. */
export function newTrace(): TraceContext {
  return { traceId: randomHex(16), spanId: newSpanId(), sampled: false };
}

const newSpanId = (): string => randomHex(8);

/** Drawn ahead for many ids: drawing costs far more than the bytes do. */
const random = Buffer.alloc(4_096);
let used = random.length;

function randomHex(bytes: number): string {
  if (used + bytes > random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += bytes;
  return random.toString('hex', used - bytes, used);
}

const current = new AsyncLocalStorage<TraceContext>();

/** Runs `work` with `trace` as the trace of the request in hand. */
export function withTrace<T>(trace: TraceContext, work: () => T): T {
  return current.run(trace, work);
}

/** Headers that continue the trace of the request in hand in a call to another service; {} outside a request. */
export function traceHeaders(): Record<string, string> {
  const trace = current.getStore();
  return trace === undefined
    ? {}
    : { traceparent: `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}` };
}

/** The fields by which Cloud Logging joins a log line to its trace. */
export function traceFields({ traceId, spanId, sampled }: TraceContext, projectId: string): Record<string, unknown> {
  return {
    'logging.googleapis.com/trace': `projects/${projectId}/traces/${traceId}`,
    'logging.googleapis.com/spanId': spanId,
    'logging.googleapis.com/trace_sampled': sampled,
  };
}
