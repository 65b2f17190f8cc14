// gcp.cloudrunv2: services become supervised processes, made from the bundle, env and secrets that they declare.
import { derive, Unknown } from '../provider/property-values.ts';
import type { Properties } from '../provider/property-values.ts';
import type { DeployedService } from '../runtime/types.ts';
import type { ServiceInputs } from './cloud-run-inputs.ts';
import { serviceRules } from './cloud-run-rules.ts';
import { ignoredParts, serviceSpec } from './cloud-run-spec.ts';
import { iamMember, isPublicMember } from './iam-member.ts';
import type { IamMemberInputs } from './iam-member.ts';
import { lastSegment, resourceType } from './resource.ts';
import type { Cloud, Operation } from './resource.ts';
import { isSet, known } from './rules.ts';
import { requireAccount } from './service-account.ts';

export const cloudRunService = resourceType<ServiceInputs>({
  token: 'gcp:cloudrunv2/service:Service',
  replaceOn: ['name', 'location', 'project', 'tags'],
  rules: serviceRules,
  id: ({ name, location }, cloud) => `projects/${cloud.projectId}/locations/${location}/services/${name}`,
  outputs: (inputs, cloud) => ({
    ...urls(inputs, cloud),
    creator: 'local-cloud',
    lastModifier: 'local-cloud',
    deletionProtection: inputs['deletionProtection'] ?? true,
    ingress: inputs['ingress'] ?? 'INGRESS_TRAFFIC_ALL',
    launchStage: inputs['launchStage'] ?? 'GA',
    invokerIamDisabled: inputs['invokerIamDisabled'] ?? false,
    effectiveAnnotations: inputs['annotations'] ?? {},
    reconciling: false,
    conditions: [],
    terminalConditions: [{ type: 'Ready', state: 'CONDITION_SUCCEEDED' }],
    uid: derive`uid-${inputs['name']}`,
  }),
  knownAfter: [
    'latestReadyRevision',
    'latestCreatedRevision',
    'generation',
    'observedGeneration',
    'updateTime',
    'createTime',
    'etag',
    'trafficStatuses',
  ],
  async create(operation) {
    return { ...(await deploy(operation, 1)), createTime: new Date().toISOString() };
  },
  update(operation) {
    const old = operation.cloud.world.get('gcp:cloudrunv2/service:Service', operation.id);
    return deploy(operation, Number(old?.outputs['generation'] ?? 0) + 1);
  },
  undo: ({ inputs, cloud }) => cloud.runtime.services.remove(inputs.name),
  async remove({ inputs, cloud }) {
    if (inputs.deletionProtection !== false) {
      throw new Error(
        `service ${inputs.name} has deletionProtection (true unless set): set it to false, run up, then destroy`,
      );
    }
    await cloud.runtime.services.remove(inputs.name);
  },
  exists: ({ inputs, cloud }) =>
    inputs.template.containers?.some((container) => container.sourceCode) !== true ||
    cloud.runtime.services.list().some((service) => service.name === inputs.name),
});

async function deploy(operation: Operation<ServiceInputs>, generation: number): Promise<Properties> {
  const { inputs, cloud, progress, warn, signal } = operation;
  const account = inputs.template.serviceAccount;
  if (account !== undefined) requireAccount(cloud, account);
  for (const line of ignoredParts(inputs)) warn(line);
  const spec = serviceSpec(inputs, cloud);
  if (!spec) {
    warn('recorded only: the local cloud runs source bundles (sourceCode), not container images');
    return {
      ...revisionOutputs(inputs.name, generation, undefined),
      uri: cloud.serviceUrls[inputs.name] ?? null,
      urls: [],
    };
  }
  const deployed = await cloud.runtime.services.deploy(spec, progress, signal);
  return { ...revisionOutputs(inputs.name, generation, deployed), uri: deployed.url, urls: [deployed.url] };
}

function revisionOutputs(name: string, generation: number, deployed: DeployedService | undefined): Properties {
  const revision = deployed?.revision ?? `${name}-${String(generation).padStart(5, '0')}`;
  return {
    latestReadyRevision: revision,
    latestCreatedRevision: revision,
    generation: String(generation),
    observedGeneration: String(generation),
    updateTime: new Date().toISOString(),
    etag: `etag-${revision}`,
    trafficStatuses: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }],
  };
}

/** A service whose URL was given has it in previews too; another learns its own when it first runs. */
function urls(inputs: Properties, cloud: Cloud): Properties {
  const name = inputs['name'];
  const url = typeof name === 'string' ? cloud.serviceUrls[name] : undefined;
  return url === undefined ? { uri: Unknown, urls: Unknown } : { uri: url, urls: [url] };
}

const NO_PUBLIC_BINDING =
  'organisation policies refuse access for everybody by IAM: a public service sets invokerIamDisabled: true instead';

interface ServiceIamMemberInputs extends IamMemberInputs {
  readonly name: string;
}

export const cloudRunServiceIamMember = resourceType<ServiceIamMemberInputs>(
  iamMember(
    'gcp:cloudrunv2/serviceIamMember:ServiceIamMember',
    ['name', 'location', 'project'],
    ({ name }) => `services/${lastSegment(name)}`,
    (inputs) => {
      const args = known(inputs);
      return [
        ...(isSet(args?.name) ? [] : [{ path: 'name', reason: 'is required: the service that it speaks of' }]),
        ...(isPublicMember(args?.member) ? [{ path: 'member', reason: NO_PUBLIC_BINDING }] : []),
      ];
    },
  ),
);
