// The environment of a workload: what its resource declares, what Cloud Run adds, what stands for the cloud around it.
import { baseEnvironment } from '../child.ts';
import { InvalidArgument } from '../errors.ts';
import { serviceAccountMember } from '../iam.ts';
import type { Secrets, ServiceSpec } from '../types.ts';

/** Where the local cloud's parts listen; the same for every workload but for its own metadata server. */
export interface CloudAddresses {
  readonly projectId: string;
  readonly apiOrigin: string;
  readonly firestoreHost: string;
  readonly authHost: string;
}

export interface InstanceIdentity {
  readonly revision: string;
  readonly port: number;
  readonly metadataHost: string;
  /** An empty folder: credentials that lie in the developer's own home must never reach a local workload. */
  readonly home: string;
}

/** Throws InvalidArgument for a reserved name, PermissionDenied or NotFound for a secret. */
export function workloadEnvironment(
  spec: ServiceSpec,
  cloud: CloudAddresses,
  identity: InstanceIdentity,
  secrets: Secrets,
): Record<string, string> {
  const injected: Record<string, string> = {
    PORT: String(identity.port),
    K_SERVICE: spec.name,
    K_REVISION: identity.revision,
    K_CONFIGURATION: spec.name,
    GOOGLE_CLOUD_PROJECT: cloud.projectId,
    FIRESTORE_EMULATOR_HOST: cloud.firestoreHost,
    FIREBASE_AUTH_EMULATOR_HOST: cloud.authHost,
    GCE_METADATA_HOST: identity.metadataHost,
    METADATA_SERVER_DETECTION: 'assume-present',
    LOCAL_GOOGLE_API: cloud.apiOrigin,
  };
  const reserved = [...Object.keys(spec.env), ...Object.keys(spec.secretEnv)].filter((name) => name in injected);
  if (reserved.length > 0) {
    throw new InvalidArgument(`service ${spec.name} declares reserved environment variables: ${reserved.join(', ')}`);
  }
  const member = serviceAccountMember(spec.serviceAccount);
  const secretValues = Object.fromEntries(
    Object.entries(spec.secretEnv).map(([name, { secret, version }]) => [
      name,
      secrets.access(secret, version, member),
    ]),
  );
  return { ...baseEnvironment(), HOME: identity.home, ...spec.env, ...secretValues, ...injected };
}
