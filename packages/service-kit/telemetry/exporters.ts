/**
 * Where telemetry goes: an OTLP endpoint if one is named, Google's on Cloud Run, Prometheus' scrape on the local stack.
 * https://cloud.google.com/stackdriver/docs/reference/telemetry/overview
 */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { localProjectId, type KitConfig } from '../config.ts';

export const googleTelemetryUrl = 'https://telemetry.googleapis.com';

export interface OtlpExporters {
  readonly metrics: OTLPMetricExporter;
  readonly traces: OTLPTraceExporter;
}

/** Undefined where there is nowhere to send to: the local stack without an endpoint, a test. */
export function otlpExporters(
  config: Pick<KitConfig, 'otlpEndpoint' | 'projectId' | 'revision'>,
): OtlpExporters | undefined {
  if (config.otlpEndpoint !== undefined) return exporters(config.otlpEndpoint, undefined);
  const onGoogleCloud = config.revision !== undefined && config.projectId !== localProjectId;
  return onGoogleCloud ? exporters(googleTelemetryUrl, () => googleHeaders(config.projectId)) : undefined;
}

function exporters(origin: string, headers: (() => Promise<Record<string, string>>) | undefined): OtlpExporters {
  const options = (signal: string) => ({
    url: `${origin.replace(/\/$/, '')}/v1/${signal}`,
    timeoutMillis: 5_000,
    ...(headers === undefined ? {} : { headers }),
  });
  return { metrics: new OTLPMetricExporter(options('metrics')), traces: new OTLPTraceExporter(options('traces')) };
}

let client: Promise<{ getRequestHeaders(): Promise<Headers> }> | undefined;

/** An access token of this workload, cached and renewed by google-auth-library. Must not throw: the export then fails by itself. */
async function googleHeaders(projectId: string): Promise<Record<string, string>> {
  try {
    client ??= import('google-auth-library').then(({ GoogleAuth }) =>
      new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' }).getClient(),
    );
    const headers = await (await client).getRequestHeaders();
    return { ...Object.fromEntries(headers.entries()), 'x-goog-user-project': projectId };
  } catch {
    client = undefined;
    return {};
  }
}
