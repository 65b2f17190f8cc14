/** What the services really export: to an OTLP receiver, and to a scrape, held against the catalog both ways. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { metrics, services, type MetricDefinition } from '@reelbanana/catalog';
import { z } from 'zod';
import { defineContract, route } from '../http/contract.ts';
import { createService } from '../http/service.ts';
import { createLog } from '../logging.ts';
import { fakeAuth } from '../testing/fake-auth.ts';
import { silentLog } from '../testing/expect-problem.ts';
import { listen } from '../testing/listen.ts';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { labelKey, labelSets, unmatchedRoute } from './labels.ts';
import { otlpExporters } from './exporters.ts';
import { startTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts';

const hello = defineContract({
  method: 'GET',
  path: '/v1/hellos/:name',
  summary: 'Greets',
  principals: ['any'],
  params: z.strictObject({ name: z.string() }),
  responses: { 200: z.strictObject({ hello: z.string() }) },
  errors: [],
});
const config: TelemetryOptions['config'] = {
  service: 'credits',
  stack: 'local',
  projectId: 'local',
  serviceUrl: 'https://credits-123.europe-west1.run.app',
  revision: 'credits-abc',
};
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function start(change: Partial<TelemetryOptions['config']> = {}): Telemetry {
  const telemetry = startTelemetry({ config: { ...config, ...change }, routes: [hello], exportIntervalMs: 3_600_000 });
  stops.push(() => telemetry.shutdown());
  return telemetry;
}
async function serveHello(telemetry: Telemetry): Promise<string> {
  const handler = route(hello, ({ params }) => Promise.resolve({ status: 200, body: { hello: params.name } }));
  const app = createService({
    auth: fakeAuth({ users: {}, accounts: {} }),
    config,
    telemetry,
    log: silentLog,
    routes: [handler],
  });
  const { url, close } = await listen(app);
  stops.push(close);
  return url;
}

/** Prometheus text: family -> type, and each series' name, labels and value. */
function parse(text: string) {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => [name, type]));
  const series = [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries(
      [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text]),
    ),
    value: Number(value),
  }));
  return { types, series };
}
const scrape = async (url: string) => parse(await (await fetch(`${url}/metrics`)).text());

describe('a scrape', () => {
  it('shows, right after boot, exactly the catalog: every name, type and label set, all at zero', async () => {
    const telemetry = start();
    telemetry.gauge('holds_open', () => 0);
    const { types, series } = await scrape(await serveHello(telemetry));
    expect(Object.fromEntries(types)).toEqual(
      Object.fromEntries(services.credits.metrics.map((name) => [name, metrics[name].kind])),
    );
    for (const name of services.credits.metrics) {
      const { kind }: MetricDefinition = metrics[name];
      const shown = series.filter((one) => one.name === (kind === 'histogram' ? `${name}_count` : name));
      expect(shown.map(({ labels }) => labelKey(labels)).sort()).toEqual(labelSets(name, [hello]).map(labelKey).sort());
    }
    expect(series.filter(({ value }) => value !== 0)).toEqual([]);
    const known = services.credits.metrics.flatMap(
      (name) => [name, `${name}_count`, `${name}_sum`, `${name}_bucket`] as string[],
    );
    for (const { name } of series) expect(known).toContain(name);
  });

  it("counts requests by the contract's route; one series each, before and after the first", async () => {
    const telemetry = start();
    const url = await serveHello(telemetry);
    const count = async (route: string, status: string): Promise<number[]> => {
      const { series } = await scrape(url);
      return series
        .filter(
          ({ name, labels }) =>
            name === 'http_server_request_duration_seconds_count' &&
            labels['route'] === route &&
            labels['method'] === 'GET' &&
            labels['status_class'] === status,
        )
        .map(({ value }) => value);
    };
    expect(await count(hello.path, '2xx')).toEqual([0]);
    await (await fetch(`${url}/v1/hellos/ada`)).text();
    await (await fetch(`${url}/v1/hellos/eve`)).text();
    await (await fetch(`${url}/v1/nothing`)).text();
    await (await fetch(`${url}/healthz`)).text();
    expect(await count(hello.path, '2xx')).toEqual([2]);
    expect(await count(hello.path, '5xx')).toEqual([0]);
    expect(await count(unmatchedRoute, '4xx')).toEqual([1]);
  });

  it("has the catalog's buckets", async () => {
    const telemetry = start();
    telemetry.observe('wallet_deduct_seconds', {}, 0.02);
    const { series } = await scrape(await serveHello(telemetry));
    const bounds = (name: string) =>
      series.filter((one) => one.name === `${name}_bucket`).map(({ labels }) => labels['le']);
    expect(bounds('wallet_deduct_seconds')).toEqual([...metrics.wallet_deduct_seconds.buckets.map(String), '+Inf']);
  });

  it('is not there on a deployed stack', () => {
    expect(start({ projectId: 'reelbanana-dev', revision: undefined }).scrape).toBeUndefined();
  });
});

describe('OTLP', () => {
  it('brings metrics and a trace to a receiver, flushed at shutdown, with the instance that sent them', async () => {
    const receiver = await startOtlpReceiver();
    stops.push(receiver.close);
    const telemetry = startTelemetry({
      config: { ...config, otlpEndpoint: receiver.url },
      routes: [hello],
      exportIntervalMs: 3_600_000,
    });
    const url = await serveHello(telemetry);
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const response = await fetch(`${url}/v1/hellos/ada`, {
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    expect(response.headers.get('x-request-id')).toBe(traceId);
    await response.text();
    telemetry.count('wallet_deductions_total', { outcome: 'ok' }, 3);
    await telemetry.shutdown();

    const find = (metric: string, labels: Record<string, string>) =>
      receiver.points.filter((point) => point.metric === metric && labelKey(point.labels) === labelKey(labels));
    const served = { route: hello.path, method: 'GET', status_class: '2xx' };
    expect(find('http_server_request_duration_seconds', served)).toMatchObject([
      { value: 1, bounds: [...metrics.http_server_request_duration_seconds.buckets] },
    ]);
    expect(find('http_server_request_duration_seconds', { ...served, status_class: '5xx' })).toMatchObject([
      { value: 0 },
    ]);
    expect(find('wallet_deductions_total', { outcome: 'ok' })).toMatchObject([{ value: 3 }]);
    expect(find('wallet_deductions_total', { outcome: 'error' })).toMatchObject([{ value: 0 }]);
    expect(receiver.spans).toMatchObject([
      {
        name: `GET ${hello.path}`,
        traceId,
        parentSpanId: '00f067aa0ba902b7',
        attributes: { 'http.route': hello.path, 'http.response.status_code': '200' },
      },
    ]);
    for (const { resource } of [...receiver.points, ...receiver.spans]) {
      expect(resource).toMatchObject({
        'service.name': 'credits',
        'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'service.version': 'credits-abc',
        'gcp.project_id': 'local',
        'cloud.region': 'europe-west1',
      });
    }
  });

  it('goes to Google on Google Cloud, and nowhere from a machine that is neither', () => {
    expect(
      otlpExporters({ projectId: 'reelbanana-dev', revision: 'credits-abc', otlpEndpoint: undefined }),
    ).toBeDefined();
    expect(
      otlpExporters({ projectId: 'reelbanana-dev', revision: undefined, otlpEndpoint: undefined }),
    ).toBeUndefined();
    expect(otlpExporters({ projectId: 'local', revision: 'credits-abc', otlpEndpoint: undefined })).toBeUndefined();
  });
});

describe('an export that fails', () => {
  it('is told in the log, without what was to be sent', async () => {
    const lines: string[] = [];
    const log = createLog({ service: 'credits', destination: { write: (line) => void lines.push(line) } });
    const refusing = await listen((_request, response) => {
      response.statusCode = 403;
      response.end('no');
    });
    stops.push(refusing.close);
    const telemetry = startTelemetry({ config: { ...config, otlpEndpoint: refusing.url }, routes: [hello], log });
    await telemetry.shutdown();
    expect(lines.join('')).toMatch(/"severity":"WARNING".*"message":"telemetry: .*(403|Forbidden)/);
    expect(lines.join('')).not.toContain('wallet_deductions_total');
  });
});

describe('instruments', () => {
  it('are those that the catalog gives the service', () => {
    const narrate = start({ service: 'narrate' });
    expect(() => narrate.count('wallet_deductions_total', { outcome: 'ok' })).toThrow(/does not give this service/);
    expect(() => narrate.gauge('holds_open', () => 0)).toThrow(/does not give this service/);
  });
});
