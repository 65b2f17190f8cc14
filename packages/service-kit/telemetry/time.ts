/** OpenTelemetry's time: [seconds, nanoseconds] since the epoch. */
export function hrTime(nowMs: number = Date.now()): [number, number] {
  return [Math.trunc(nowMs / 1000), (nowMs % 1000) * 1_000_000];
}
