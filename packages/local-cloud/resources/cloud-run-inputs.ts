// The inputs of gcp.cloudrunv2.Service that the local cloud reads; the contract check covers all the others.

export interface ServiceInputs {
  readonly name: string;
  readonly location: string;
  readonly deletionProtection?: boolean;
  readonly invokerIamDisabled?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly scaling?: Scaling;
  readonly template: Template;
  readonly traffics?: readonly Traffic[];
}

export interface Template {
  readonly revision?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly containers?: readonly Container[];
  readonly serviceAccount?: string;
  readonly timeout?: string;
  readonly maxInstanceRequestConcurrency?: number;
  readonly executionEnvironment?: string;
  readonly scaling?: Scaling;
  readonly volumes?: readonly object[];
}

export interface Container {
  readonly name?: string;
  readonly image: string;
  readonly baseImageUri?: string;
  readonly sourceCode?: { readonly cloudStorageSource?: { readonly bucket: string; readonly object: string } };
  readonly commands?: readonly string[];
  readonly args?: readonly string[];
  readonly envs?: readonly EnvVar[];
  readonly ports?: { readonly containerPort?: number; readonly name?: string };
  readonly resources?: { readonly limits?: Readonly<Record<string, string>>; readonly cpuIdle?: boolean };
  readonly startupProbe?: ProbeInputs;
  readonly livenessProbe?: ProbeInputs;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueSource?: { readonly secretKeyRef?: { readonly secret: string; readonly version?: string } };
}

export interface ProbeInputs {
  readonly httpGet?: { readonly path?: string; readonly port?: number };
  readonly tcpSocket?: { readonly port?: number };
  readonly grpc?: { readonly port?: number; readonly service?: string };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

export interface Scaling {
  readonly minInstanceCount?: number;
  readonly maxInstanceCount?: number;
}

export interface Traffic {
  readonly type?: string;
  readonly revision?: string;
  readonly percent?: number;
}

/** Cloud Run's own defaults of a probe, in seconds and attempts. */
export const PROBE_DEFAULTS = { initialDelaySeconds: 0, timeoutSeconds: 1, periodSeconds: 10, failureThreshold: 3 };
