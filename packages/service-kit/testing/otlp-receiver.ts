/**
 * A small OTLP/HTTP receiver: takes protobuf as a real one does and keeps what it was told.
 * Field numbers: https://github.com/open-telemetry/opentelemetry-proto (metrics.proto, trace.proto, common.proto).
 */
import { buffers, decode, hex, messages, text, type Message } from './protobuf.ts';
import { listen } from './listen.ts';

export interface ReceivedPoint {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** A counter's or gauge's value, a histogram's number of observations. */
  readonly value: number;
  /** Upper bounds of a histogram's buckets. */
  readonly bounds?: readonly number[];
  readonly resource: Readonly<Record<string, string>>;
}

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly points: ReceivedPoint[];
  readonly spans: ReceivedSpan[];
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const points: ReceivedPoint[] = [];
  const spans: ReceivedSpan[] = [];
  const server = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const right = request.method === 'POST' && request.headers['content-type'] === 'application/x-protobuf';
      const message = decode(Buffer.concat(chunks));
      if (right && request.url === '/v1/metrics') points.push(...pointsOf(message));
      else if (right && request.url === '/v1/traces') spans.push(...spansOf(message));
      else response.statusCode = 400;
      response.setHeader('Content-Type', 'application/x-protobuf');
      response.end();
    });
  });
  return { url: server.url, points, spans, close: server.close };
}

/** AnyValue: string 1, int 3. */
function attributes(keyValues: readonly Message[]): Record<string, string> {
  return Object.fromEntries(
    keyValues.map((pair) => {
      const [value] = messages(pair, 2);
      const number = value?.get(3)?.[0];
      return [text(pair, 1), number === undefined ? text(value ?? new Map(), 1) : String(number)];
    }),
  );
}

const resourceOf = (owner: Message): Record<string, string> =>
  attributes(messages(owner, 1).flatMap((resource) => messages(resource, 1)));

function pointsOf(request: Message): ReceivedPoint[] {
  return messages(request, 1).flatMap((owner) => {
    const resource = resourceOf(owner);
    return messages(owner, 2)
      .flatMap((scope) => messages(scope, 2))
      .flatMap((metric) => [
        // Gauge 5 and Sum 7 have NumberDataPoints, Histogram 9 its own.
        ...[5, 7]
          .flatMap((kind) => dataPoints(metric, kind))
          .map((point) => ({ ...named(metric, point, 7), value: number(point), resource })),
        ...dataPoints(metric, 9).map((point) => ({
          ...named(metric, point, 9),
          value: Number(buffers(point, 4)[0]?.readBigUInt64LE() ?? 0n),
          bounds: doubles(buffers(point, 7)),
          resource,
        })),
      ]);
  });
}

const dataPoints = (metric: Message, kind: number): Message[] =>
  messages(metric, kind).flatMap((data) => messages(data, 1));
const named = (metric: Message, point: Message, labels: number) => ({
  metric: text(metric, 1),
  labels: attributes(messages(point, labels)),
});

/** as_double 4, as_int 6. */
function number(point: Message): number {
  const [double] = buffers(point, 4);
  return double === undefined ? Number(buffers(point, 6)[0]?.readBigInt64LE() ?? 0n) : double.readDoubleLE();
}

/** Packed, or one by one. */
function doubles(parts: readonly Buffer[]): number[] {
  const all = Buffer.concat([...parts]);
  return Array.from({ length: all.length / 8 }, (_, index) => all.readDoubleLE(index * 8));
}

function spansOf(request: Message): ReceivedSpan[] {
  return messages(request, 1).flatMap((owner) => {
    const resource = resourceOf(owner);
    return messages(owner, 2)
      .flatMap((scope) => messages(scope, 2))
      .map((span) => ({
        name: text(span, 5),
        traceId: hex(span, 1),
        parentSpanId: hex(span, 4),
        attributes: attributes(messages(span, 9)),
        resource,
      }));
  });
}
