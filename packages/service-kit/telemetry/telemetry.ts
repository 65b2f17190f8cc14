/**
 * Metrics and traces of a service by OpenTelemetry, without auto-instrumentation: bundling defeats it silently. The
 * instruments are made from the catalog's table, so a name or label that is not in it does not compile.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  context,
  diag,
  DiagLogLevel,
  type DiagLogger,
  metrics as api,
  propagation,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, PeriodicExportingMetricReader, type IMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { metrics, services, type MetricDefinition, type MetricName } from '@reelbanana/catalog';
import { localProjectId, type KitConfig } from '../config.ts';
import type { Log } from '../logging.ts';
import { otlpExporters } from './exporters.ts';
import {
  labelSets,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelSet,
  type Labels,
  type ServedRoute,
} from './labels.ts';
import { zeroProducer } from './zeros.ts';

export interface Telemetry {
  /** Adds to a counter. A metric that the catalog does not give this service is an error at boot of the caller: it throws. */
  count<M extends CounterName>(name: M, labels: Labels<M>, by?: number): void;
  /** Records seconds. */
  observe<M extends HistogramName>(name: M, labels: Labels<M>, seconds: number): void;
  /** Reads a gauge at each export. */
  gauge<M extends GaugeName>(name: M, read: () => number): void;
  readonly tracer: Tracer;
  /** Answers a scrape; undefined but on stack `local`. */
  readonly scrape: RequestListener | undefined;
  /** Sends what has not been sent, then stops. */
  shutdown(): Promise<void>;
}

export interface TelemetryOptions {
  readonly config: Pick<KitConfig, 'service' | 'stack' | 'projectId' | 'revision' | 'otlpEndpoint' | 'serviceUrl'>;
  /** The contracts served: their paths are the values of the label `route`. */
  readonly routes: readonly ServedRoute[];
  readonly exportIntervalMs?: number;
  /** Told when an export fails: telemetry that is lost must not be lost silently. */
  readonly log?: Log;
}

const scope = { name: 'reelbanana' };

/** Starts the SDK and zero-initialises every label set. Once in a process. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { config, routes, exportIntervalMs = 60_000, log } = options;
  if (log !== undefined) diag.setLogger(diagnostics(log), DiagLogLevel.WARN);
  const names: readonly MetricName[] = services[config.service].metrics;
  const definitions = new Map<MetricName, MetricDefinition>(names.map((name) => [name, metrics[name]]));
  const histograms = names.filter((name) => metrics[name].kind === 'histogram');
  const zeros = zeroProducer(
    scope,
    histograms.map((name) => ({ name, definition: metrics[name], sets: labelSets(name, routes) })),
  );

  const readers: IMetricReader[] = [];
  const otlp = otlpExporters(config);
  if (otlp !== undefined) {
    const { metrics: exporter } = otlp;
    readers.push(
      new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: exportIntervalMs, metricProducers: [zeros] }),
    );
  }
  const prometheus = config.projectId === localProjectId ? prometheusReader(zeros) : undefined;
  if (prometheus !== undefined) readers.push(prometheus);

  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: resourceFromAttributes(resourceOf(config)),
    metricReaders: readers,
    views: histograms.map((name) => ({
      instrumentName: name,
      aggregation: {
        type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM as const,
        options: { boundaries: [...(definitions.get(name)?.buckets ?? [])], recordMinMax: false },
      },
    })),
    logRecordProcessors: [],
    ...(otlp === undefined ? { spanProcessors: [] } : { traceExporter: otlp.traces }),
  });
  sdk.start();

  const meter = api.getMeter(scope.name);
  const of = (kind: MetricDefinition['kind']) => names.filter((name) => metrics[name].kind === kind);
  const help = (name: MetricName) => ({ description: metrics[name].help });
  const counters = new Map(of('counter').map((name) => [name, meter.createCounter(name, help(name))]));
  for (const [name, counter] of counters) for (const set of labelSets(name, routes)) counter.add(0, set);
  const durations = new Map(of('histogram').map((name) => [name, meter.createHistogram(name, help(name))]));

  return {
    count(name, labels, by = 1) {
      known(counters.get(name), name).add(by, labels);
    },
    observe(name, labels, seconds) {
      known(durations.get(name), name).record(seconds, labels);
      zeros.seen(name, labels as LabelSet);
    },
    gauge(name, read) {
      if (!definitions.has(name)) known(undefined, name);
      meter.createObservableGauge(name, help(name)).addCallback((result) => result.observe(read()));
    },
    tracer: trace.getTracer(scope.name),
    scrape: prometheus === undefined ? undefined : scraper(prometheus),
    async shutdown() {
      await sdk.shutdown().catch((error: unknown) => diag.warn('telemetry did not shut down cleanly', error));
      // So that a test's next start is not refused.
      for (const registry of [api, trace, context, propagation, diag]) registry.disable();
    },
  };
}

function known<T>(instrument: T | undefined, name: MetricName): T {
  if (instrument === undefined) throw new Error(`the catalog does not give this service the metric ${name}`);
  return instrument;
}

function prometheusReader(zeros: ReturnType<typeof zeroProducer>): PrometheusExporter {
  return new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
    metricProducers: [zeros],
  });
}

function scraper(exporter: PrometheusExporter): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => exporter.getMetricsRequestHandler(request, response);
}

/** OpenTelemetry's own complaints as warnings; their details may quote requests, so only the first text is kept. */
function diagnostics(log: Log): DiagLogger {
  const warn = (message: string): void => log.warn(`telemetry: ${message.slice(0, 500)}`);
  const ignore = (): void => undefined;
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
}

/** What Google's telemetry needs to file a series: project, region, instance. */
function resourceOf(config: TelemetryOptions['config']): Record<string, string> {
  const region = /\.([a-z]+-[a-z]+\d+)\.run\.app$/.exec(new URL(config.serviceUrl).hostname)?.[1];
  return {
    'service.name': config.service,
    'service.instance.id': randomUUID(),
    'deployment.environment.name': config.stack,
    'gcp.project_id': config.projectId,
    ...(config.revision === undefined ? {} : { 'service.version': config.revision }),
    ...(region === undefined
      ? {}
      : { 'cloud.provider': 'gcp', 'cloud.platform': 'gcp_cloud_run', 'cloud.region': region }),
  };
}
