import type { ServiceDefinition, ServiceId } from '@reelbanana/catalog';
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { Bundle } from '../bundle/index.ts';
import type { Scale } from '../config.ts';
import type { Variable } from '../workload.ts';
import type { Secrets } from './secrets.ts';

export interface SourceServiceArgs {
  readonly service: ServiceId;
  readonly definition: ServiceDefinition;
  readonly bundle: Bundle;
  /** Where the bundle's object goes. */
  readonly sources: gcp.storage.Bucket;
  readonly region: string;
  /** E-mail of the account that it runs as. */
  readonly account: pulumi.Input<string>;
  readonly environment: readonly Variable[];
  readonly secrets: Secrets;
  readonly scale: Scale;
  /** Refuse to delete the running service. */
  readonly protect: boolean;
  /** What must exist before it starts: its account's grants. */
  readonly after: readonly pulumi.Resource[];
}

/** Google's Node 24, kept up to date by Google: the container is this image and our unpacked bundle. */
const baseImage = (region: string): string =>
  `${region}-docker.pkg.dev/serverless-runtimes/google-24-full/runtimes/nodejs24`;

/**
 * One Cloud Run service, deployed from a bundle without an image. An equal bundle and environment make no new revision;
 * a new revision gets the traffic once `/healthz` answers.
 */
export class SourceService extends pulumi.ComponentResource {
  readonly service: gcp.cloudrunv2.Service;

  constructor(name: string, args: SourceServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super('reelbanana:infra:SourceService', name, {}, options);
    const source = this.#source(name, args);
    this.service = this.#service(name, args, source);
    this.registerOutputs({ revision: this.service.latestReadyRevision });
  }

  #source(name: string, { bundle, sources }: SourceServiceArgs): gcp.storage.BucketObject {
    return new gcp.storage.BucketObject(
      `${name}-source`,
      {
        name: bundle.object,
        bucket: sources.name,
        source: new pulumi.asset.FileAsset(bundle.file),
        contentType: 'application/gzip',
      },
      { parent: this },
    );
  }

  #service(name: string, args: SourceServiceArgs, source: gcp.storage.BucketObject): gcp.cloudrunv2.Service {
    const { service, definition, region, scale, protect } = args;
    if (definition.exposure === 'private') throw new Error(`${service}: private services are not built yet`);
    return new gcp.cloudrunv2.Service(
      `${name}-run`,
      {
        name: service,
        location: region,
        ingress: 'INGRESS_TRAFFIC_ALL',
        // Never an allUsers binding, which organisation policies refuse: the app checks every caller's token itself.
        invokerIamDisabled: true,
        deletionProtection: protect,
        // All of them, and no launchStage: what is left out comes back with a value and differs for ever.
        scaling: {
          scalingMode: 'AUTOMATIC',
          manualInstanceCount: 0,
          minInstanceCount: scale.min,
          maxInstanceCount: scale.max,
        },
        template: {
          serviceAccount: args.account,
          timeout: `${definition.timeoutSeconds}s`,
          maxInstanceRequestConcurrency: definition.concurrency,
          scaling: { minInstanceCount: 0, maxInstanceCount: scale.max },
          containers: [this.#container(args, source)],
        },
        traffics: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }],
      },
      { parent: this, protect, dependsOn: [...args.after] },
    );
  }

  #container(
    { definition, region, environment, secrets }: SourceServiceArgs,
    source: gcp.storage.BucketObject,
  ): gcp.types.input.cloudrunv2.ServiceTemplateContainer {
    return {
      image: 'scratch', // what the API asks for beside sourceCode
      baseImageUri: baseImage(region),
      sourceCode: { cloudStorageSource: { bucket: source.bucket, object: source.name } },
      commands: ['node'],
      args: ['index.cjs'],
      envs: environment.map((variable) => environmentVariable(variable, secrets)),
      resources: {
        limits: { cpu: String(definition.cpu), memory: `${definition.memoryMib}Mi` },
        cpuIdle: definition.billing === 'request',
        startupCpuBoost: true,
      },
      // A healthy bundle listens within a second or two; 60 s leave room for a cold machine.
      startupProbe: { httpGet: { path: '/healthz' }, periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 60 },
      livenessProbe: { httpGet: { path: '/healthz' }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    };
  }
}

function environmentVariable(
  variable: Variable,
  secrets: Secrets,
): gcp.types.input.cloudrunv2.ServiceTemplateContainerEnv {
  if ('value' in variable) return { name: variable.name, value: variable.value };
  const { secret, version } = secrets.get(variable.secret);
  return { name: variable.name, valueSource: { secretKeyRef: { secret: secret.secretId, version } } };
}
