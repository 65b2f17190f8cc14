/**
 * Histogram series that stand at zero before their first observation. OpenTelemetry's API cannot make one without an
 * observation, and a series first seen at 1 shows no increase: the first error after a boot would go unseen.
 */
import { hrTime } from './time.ts';
import type { MetricDefinition, MetricName } from '@reelbanana/catalog';
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type MetricProducer,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { ValueType } from '@opentelemetry/api';
import { labelKey, type LabelSet } from './labels.ts';

export interface ZeroHistogram {
  readonly name: MetricName;
  readonly definition: MetricDefinition;
  readonly sets: readonly LabelSet[];
}

export interface ZeroProducer extends MetricProducer {
  /** The series has had an observation: the SDK exports it from now on. */
  seen(name: MetricName, labels: LabelSet): void;
}

/** `scope` must be the meter's, so that zero and later observations are one series. */
export function zeroProducer(scope: { readonly name: string }, histograms: readonly ZeroHistogram[]): ZeroProducer {
  const startTime = hrTime();
  const unseen = new Map(
    histograms.map(({ name, definition, sets }) => [
      name as string,
      { definition, sets: new Map(sets.map((set) => [labelKey(set), set])) },
    ]),
  );
  return {
    seen(name, labels) {
      const metric = unseen.get(name);
      if (metric === undefined || metric.sets.size === 0) return;
      metric.sets.delete(labelKey(labels));
    },
    collect(): Promise<CollectionResult> {
      const endTime = hrTime();
      const all = [...unseen].filter(([, { sets }]) => sets.size > 0);
      const scopeMetrics = {
        scope,
        metrics: all.map(([name, { definition, sets }]) => ({
          descriptor: { name, description: definition.help, unit: '', valueType: ValueType.DOUBLE },
          aggregationTemporality: AggregationTemporality.CUMULATIVE,
          dataPointType: DataPointType.HISTOGRAM as const,
          dataPoints: [...sets.values()].map((attributes) => ({
            startTime,
            endTime,
            attributes: { ...attributes },
            value: zeroOf(definition.buckets ?? []),
          })),
        })),
      };
      return Promise.resolve({
        // Readers take the resource from the SDK's own collection.
        resourceMetrics: {
          resource: undefined as unknown as ResourceMetrics['resource'],
          scopeMetrics: [scopeMetrics],
        },
        errors: [],
      });
    },
  };
}

const zeroOf = (boundaries: readonly number[]) => ({
  buckets: { boundaries: [...boundaries], counts: new Array<number>(boundaries.length + 1).fill(0) },
  sum: 0,
  count: 0,
});
