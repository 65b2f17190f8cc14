// From a service's inputs to what the runtime starts.
import type { Probe, ServiceSpec } from '../runtime/types.ts';
import type { Container, ProbeInputs, ServiceInputs } from './cloud-run-inputs.ts';
import { PROBE_DEFAULTS } from './cloud-run-inputs.ts';
import type { Cloud } from './resource.ts';
import { lastSegment } from './resource.ts';

/** What to run, or undefined when the serving container is an image. */
export function serviceSpec(inputs: ServiceInputs, cloud: Cloud): ServiceSpec | undefined {
  const container = servingContainer(inputs);
  const source = container?.sourceCode?.cloudStorageSource;
  if (!container || !source) return undefined;
  const env: Record<string, string> = {};
  const secretEnv: Record<string, { secret: string; version: string }> = {};
  for (const { name, value, valueSource } of container.envs ?? []) {
    const ref = valueSource?.secretKeyRef;
    if (ref) secretEnv[name] = { secret: lastSegment(ref.secret), version: ref.version ?? 'latest' };
    else env[name] = value ?? '';
  }
  return {
    name: inputs.name,
    serviceAccount: inputs.template.serviceAccount ?? `${cloud.projectNumber}-compute@developer.gserviceaccount.com`,
    public: inputs.invokerIamDisabled === true,
    source: { bucket: source.bucket, object: source.object },
    command: container.commands ?? [],
    args: container.args ?? [],
    env,
    secretEnv,
    port: container.ports?.containerPort,
    ...probe('startupProbe', container.startupProbe),
    ...probe('livenessProbe', container.livenessProbe),
  };
}

/** What the service declares and the local cloud does not act out, one line each. */
export function ignoredParts(inputs: ServiceInputs): readonly string[] {
  const lines: string[] = [];
  const serving = servingContainer(inputs);
  for (const container of inputs.template.containers ?? []) {
    if (container !== serving) lines.push(`sidecar ${container.name ?? container.image} is recorded only`);
  }
  if (serving?.startupProbe?.grpc ?? serving?.livenessProbe?.grpc) {
    lines.push('gRPC probes are recorded only: the local cloud waits for the port');
  }
  if (inputs.template.volumes?.length) lines.push('volumes are recorded only');
  return lines;
}

/** The container with ports; a service with one container needs none. */
function servingContainer(inputs: ServiceInputs): Container | undefined {
  const containers = inputs.template.containers ?? [];
  return containers.find((container) => container.ports) ?? containers[0];
}

function probe<Name extends string>(name: Name, inputs: ProbeInputs | undefined): { readonly [key in Name]?: Probe } {
  if (!inputs) return {};
  const { initialDelaySeconds, timeoutSeconds, periodSeconds, failureThreshold } = { ...PROBE_DEFAULTS, ...inputs };
  return {
    [name]: {
      ...(inputs.httpGet ? { path: inputs.httpGet.path ?? '/' } : { tcp: true }),
      initialDelayMs: initialDelaySeconds * 1000,
      periodMs: periodSeconds * 1000,
      timeoutMs: timeoutSeconds * 1000,
      failureThreshold,
    },
  } as { readonly [key in Name]?: Probe };
}
