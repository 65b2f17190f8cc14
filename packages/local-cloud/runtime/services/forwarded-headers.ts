// Header work of the front proxy: hop-by-hop headers end here, the client's address and a trace go along.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** RFC 9110, section 7.6.1. Transfer-Encoding is kept towards the instance, where it frames the body anew. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
]);

/** Raw header pairs for the instance. */
export function forwardedHeaders(req: IncomingMessage): string[] {
  const { headers, rawHeaders } = req;
  const named = headers.connection === undefined ? undefined : connectionTokens(headers.connection);
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || REPLACED.has(lower) || named?.has(lower)) continue;
    out.push(name, rawHeaders[i + 1] as string);
  }
  if (headers.host === undefined) out.push('Host', 'localhost'); // HTTP/1.0
  const client = req.socket.remoteAddress ?? 'unknown';
  const before = headers['x-forwarded-for'];
  const trace = traceOf(headers.traceparent, headers['x-cloud-trace-context']);
  out.push('X-Forwarded-For', before === undefined ? client : `${String(before)},${client}`);
  out.push('X-Forwarded-Proto', 'http');
  out.push('Forwarded', `for="${client}";proto=http`);
  out.push('X-Cloud-Trace-Context', trace.cloud, 'traceparent', trace.w3c);
  return out;
}

const REPLACED = new Set([
  'x-forwarded-for',
  'x-forwarded-proto',
  'forwarded',
  'x-cloud-trace-context',
  'traceparent',
  'expect',
]);

/** Raw header pairs for the client. */
export function responseHeaders(rawHeaders: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const lower = (rawHeaders[i] as string).toLowerCase();
    // Node frames the body towards the client by itself.
    if (HOP_BY_HOP.has(lower) || lower === 'transfer-encoding') continue;
    out.push(rawHeaders[i] as string, rawHeaders[i + 1] as string);
  }
  return out;
}

function connectionTokens(header: string): Set<string> | undefined {
  if (header === 'keep-alive' || header === 'close') return undefined; // nearly always
  return new Set(header.split(',').map((token) => token.trim().toLowerCase()));
}

/** Both forms of one trace: the caller's where it sent one (W3C first), else a new one. */
export function traceOf(w3c: unknown, cloud: unknown): { w3c: string; cloud: string } {
  const fromW3c = typeof w3c === 'string' ? /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(w3c) : null;
  if (fromW3c !== null) {
    const [, traceId = '', spanId = '', flags = ''] = fromW3c;
    const sampled = parseInt(flags, 16) & 1;
    return { w3c: w3c as string, cloud: `${traceId}/${BigInt(`0x${spanId}`)};o=${sampled}` };
  }
  const fromCloud = typeof cloud === 'string' ? /^([0-9a-f]{32})\/(\d{1,20})(?:;o=(\d))?$/.exec(cloud) : null;
  if (fromCloud !== null) {
    const [, traceId = '', span = '0', sampled = '0'] = fromCloud;
    const spanId = BigInt.asUintN(64, BigInt(span)).toString(16).padStart(16, '0');
    return { w3c: `00-${traceId}-${spanId}-0${sampled === '1' ? '1' : '0'}`, cloud: cloud as string };
  }
  const fresh = randomBytes(24).toString('hex');
  const [traceId, spanId] = [fresh.slice(0, 32), fresh.slice(32)];
  return { w3c: `00-${traceId}-${spanId}-00`, cloud: `${traceId}/${BigInt(`0x${spanId}`)};o=0` };
}
