// The rules across fields that Cloud Run applies to a service; sources: the property documentation of @pulumi/gcp and
// https://cloud.google.com/run/docs/configuring (services/cpu, services/memory-limits, healthchecks).
import type { Problem } from '../contract/contract.ts';
import type { Container, EnvVar, ProbeInputs, Scaling, ServiceInputs, Template } from './cloud-run-inputs.ts';
import { PROBE_DEFAULTS } from './cloud-run-inputs.ts';
import { resourceLimitRules } from './cloud-run-limits.ts';
import type { Unchecked } from './resource.ts';
import { exactlyOne, isSet, known, matches, within } from './rules.ts';

/** Set by Cloud Run itself; it refuses a service that sets them. */
const RESERVED_ENV = new Set(['PORT', 'K_SERVICE', 'K_REVISION', 'K_CONFIGURATION', 'CLOUD_RUN_TIMEOUT_SECONDS']);
const SYSTEM_NAMESPACE =
  /(^|[./])(run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|autoscaling\.knative\.dev)\//;

/** Everything that is wrong with the service's inputs beyond the contract. */
export function serviceRules(inputs: Unchecked<ServiceInputs>): readonly Problem[] {
  const service = known(inputs);
  if (!service) return [];
  const template = known(service.template);
  return [
    ...matches(
      'name',
      service.name,
      /^[a-z]([-a-z0-9]{0,47}[a-z0-9])?$/,
      'must have at most 49 lower-case letters, digits and dashes, begin with a letter and not end with a dash',
    ),
    ...systemKeys('annotations', service.annotations),
    ...systemKeys('labels', service.labels),
    ...scalingRules('scaling', service.scaling),
    ...trafficRules(service),
    ...(template ? templateRules(template) : []),
  ];
}

function templateRules(template: Exclude<Unchecked<Template>, symbol>): readonly Problem[] {
  const containers = known(template.containers) ?? [];
  const serving = containers.filter((container) => isSet(known(container)?.ports));
  return [
    ...systemKeys('template.annotations', template.annotations),
    ...systemKeys('template.labels', template.labels),
    ...scalingRules('template.scaling', template.scaling),
    ...matches('template.timeout', template.timeout, /^\d+(\.\d{1,9})?s$/, 'must be seconds, for example "300s"'),
    ...within('template.timeout', seconds(template.timeout), 1, 3600),
    ...within('template.maxInstanceRequestConcurrency', template.maxInstanceRequestConcurrency, 0, 1000),
    ...(known(template.containers)?.length === 0
      ? [{ path: 'template.containers', reason: 'needs at least one container' }]
      : []),
    ...(containers.length > 1 && serving.length !== 1
      ? [{ path: 'template.containers', reason: 'exactly one of several containers must declare ports' }]
      : []),
    ...containers.flatMap((container, index) => containerRules(template, container, index)),
  ];
}

function containerRules(
  template: Exclude<Unchecked<Template>, symbol>,
  item: Unchecked<Container>,
  index: number,
): readonly Problem[] {
  const container = known(item);
  if (!container) return [];
  const path = `template.containers[${String(index)}]`;
  return [
    ...sourceRules(path, container),
    ...envRules(path, container.envs),
    ...within(`${path}.ports.containerPort`, known(container.ports)?.containerPort, 1, 65_535),
    ...probeRules(`${path}.startupProbe`, container.startupProbe, 240),
    ...probeRules(`${path}.livenessProbe`, container.livenessProbe, 3600),
    ...resourceLimitRules(path, container, template),
  ];
}

function sourceRules(path: string, container: Exclude<Unchecked<Container>, symbol>): readonly Problem[] {
  const source = known(container.sourceCode);
  if (!source) return [];
  return [
    ...(isSet(container.baseImageUri)
      ? []
      : [{ path: `${path}.baseImageUri`, reason: 'is required with sourceCode: the image that the source runs on' }]),
    ...(isSet(source.cloudStorageSource)
      ? []
      : [{ path: `${path}.sourceCode.cloudStorageSource`, reason: 'is required: sourceCode has no other source' }]),
  ];
}

function envRules(path: string, envs: Unchecked<readonly EnvVar[]> | undefined): readonly Problem[] {
  const seen = new Set<string>();
  return (known(envs) ?? []).flatMap((item, index) => {
    const env = known(item);
    const at = `${path}.envs[${String(index)}]`;
    const name = known(env?.name);
    const problems: Problem[] = [];
    if (!env) return problems;
    if (isSet(env.value) && isSet(env.valueSource)) {
      problems.push({ path: at, reason: 'takes value or valueSource, not both' });
    }
    if (name === undefined) return problems;
    if (RESERVED_ENV.has(name)) problems.push({ path: `${at}.name`, reason: `${name} is set by Cloud Run itself` });
    if (!/^[A-Za-z_]\w*$/.test(name)) problems.push({ path: `${at}.name`, reason: `${name} is no identifier` });
    if (seen.has(name)) problems.push({ path: `${at}.name`, reason: `${name} is set twice` });
    seen.add(name);
    return problems;
  });
}

/** `most` seconds: the bound of delay and period, which differs between startup and liveness probes. */
function probeRules(path: string, probe: Unchecked<ProbeInputs> | undefined, most: number): readonly Problem[] {
  const inputs = known(probe);
  if (!inputs) return [];
  const period = known(inputs.periodSeconds) ?? PROBE_DEFAULTS.periodSeconds;
  const timeout = known(inputs.timeoutSeconds) ?? PROBE_DEFAULTS.timeoutSeconds;
  return [
    ...exactlyOne(path, { httpGet: inputs.httpGet, tcpSocket: inputs.tcpSocket, grpc: inputs.grpc }),
    ...within(`${path}.initialDelaySeconds`, inputs.initialDelaySeconds, 0, most),
    ...within(`${path}.periodSeconds`, inputs.periodSeconds, 1, most),
    ...within(`${path}.timeoutSeconds`, inputs.timeoutSeconds, 1, 3600),
    ...within(`${path}.failureThreshold`, inputs.failureThreshold, 1, Number.MAX_SAFE_INTEGER),
    ...(timeout > period
      ? [{ path: `${path}.timeoutSeconds`, reason: `must not exceed periodSeconds (${String(period)})` }]
      : []),
  ];
}

function scalingRules(path: string, scaling: Unchecked<Scaling> | undefined): readonly Problem[] {
  const inputs = known(scaling);
  const least = known(inputs?.minInstanceCount);
  const most = known(inputs?.maxInstanceCount);
  if (least === undefined || most === undefined || most === 0 || least <= most) return [];
  return [{ path: `${path}.minInstanceCount`, reason: `must not exceed maxInstanceCount (${String(most)})` }];
}

function trafficRules(service: Exclude<Unchecked<ServiceInputs>, symbol>): readonly Problem[] {
  const traffics = known(service.traffics);
  if (!traffics || traffics.length === 0) return [];
  const problems: Problem[] = [];
  let percent: number | undefined = 0;
  traffics.forEach((item, index) => {
    const traffic = known(item);
    const path = `traffics[${String(index)}]`;
    const share = traffic?.percent === undefined ? 0 : known(traffic.percent);
    percent = percent === undefined || share === undefined || !traffic ? undefined : percent + share;
    if (!traffic) return;
    const byRevision = traffic.type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
    if (byRevision && !isSet(traffic.revision)) {
      problems.push({ path: `${path}.revision`, reason: 'is required when traffic goes by revision' });
    }
    if (traffic.type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' && isSet(traffic.revision)) {
      problems.push({ path: `${path}.revision`, reason: 'has no place where traffic goes to the latest revision' });
    }
  });
  if (percent !== undefined && percent !== 100) {
    problems.push({ path: 'traffics', reason: `percents must sum to 100, not ${String(percent)}` });
  }
  return problems;
}

function systemKeys(path: string, map: Unchecked<Readonly<Record<string, string>>> | undefined): readonly Problem[] {
  return Object.keys(known(map) ?? {})
    .filter((name) => SYSTEM_NAMESPACE.test(name))
    .map((name) => ({
      path: `${path}["${name}"]`,
      reason: 'system namespaces are refused: use the v2 property instead',
    }));
}

function seconds(duration: Unchecked<string> | undefined): number | undefined {
  const number = Number.parseFloat(known(duration) ?? '');
  return Number.isNaN(number) ? undefined : number;
}
