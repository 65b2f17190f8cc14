/** Telemetry that keeps what it is told, for tests that assert it. */
import { trace } from '@opentelemetry/api';
import { labelKey, type LabelSet } from '../telemetry/labels.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface MemoryTelemetry extends Telemetry {
  /** The counter's value, or the number of the histogram's observations. */
  read(name: string, labels: LabelSet): number;
}

export function memoryTelemetry(): MemoryTelemetry {
  const counts = new Map<string, number>();
  const id = (name: string, labels: LabelSet): string => name + labelKey(labels);
  const add = (name: string, labels: LabelSet, by: number): void => {
    counts.set(id(name, labels), (counts.get(id(name, labels)) ?? 0) + by);
  };
  return {
    count: (name, labels, by = 1) => add(name, labels as LabelSet, by),
    observe: (name, labels) => add(name, labels as LabelSet, 1),
    gauge: () => undefined,
    tracer: trace.getTracer('memory'),
    scrape: undefined,
    shutdown: () => Promise.resolve(),
    read: (name, labels) => counts.get(id(name, labels)) ?? 0,
  };
}
