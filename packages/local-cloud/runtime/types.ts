// The face of the local Google Cloud's runtime: what the provider drives, and the errors it may meet.
// Knows nothing of any product: everything that runs follows from these inputs.

/** A role that a member holds on one resource, or on the project (then it holds on everything inside). */
export interface Binding {
  /** `projects/local`, `projects/local/secrets/ID`, `buckets/NAME` or `services/NAME`. */
  readonly resource: string;
  /** For example `roles/storage.objectUser`. */
  readonly role: string;
  /** For example `serviceAccount:credits@local.iam.gserviceaccount.com`. */
  readonly member: string;
}

export interface RuntimeOptions {
  /** Too short to exist in Google Cloud: whatever leaks out of here can reach no real project. */
  readonly projectId: 'local';
  readonly projectNumber: string;
  readonly region: string;
  /** State of this run: buckets, unpacked bundles, logs. Made if absent; buckets and bundles of an earlier run are removed at start. */
  readonly dir: string;
  /** Absolute paths of the tools. */
  readonly node: string;
  readonly java: string;
  readonly firestoreEmulatorJar: string;
  readonly authEmulator: string;
  /** Cloud Run service name -> `http://127.0.0.1:PORT` where its front proxy listens; others get a free port. */
  readonly serviceUrls: Readonly<Record<string, string>>;
  readonly onLog?: (line: string) => void;
}

export interface Runtime {
  /** One origin with the Cloud Storage JSON API and the token certificates. */
  readonly apiOrigin: string;
  /** `127.0.0.1:PORT` of Google's Firestore emulator. */
  readonly firestoreHost: string;
  /** `127.0.0.1:PORT` of the Firebase Auth emulator. */
  readonly authHost: string;
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly buckets: Buckets;
  readonly firestore: FirestoreAdmin;
  readonly services: Services;
  readonly identity: Identity;
  /** Resolves when the runtime has stopped; rejects when an emulator died on its own (after stopping the rest). */
  readonly stopped: Promise<void>;
  /** Stops services, servers and emulators; idempotent; resolves when no process and no port is left. */
  stop(): Promise<void>;
}

export interface Iam {
  /** Idempotent. */
  grant(binding: Binding): void;
  /** Idempotent. */
  revoke(binding: Binding): void;
  /** True when the member holds exactly this role on the resource or on the project that contains it. */
  holds(member: string, role: string, resource: string): boolean;
  bindings(): readonly Binding[];
}

/** Secret ids are short (`actor-pseudonym-key`), versions are `1`, `2`, ... or `latest`. Values live in memory only. */
export interface Secrets {
  /** Throws AlreadyExists. */
  create(id: string): void;
  /** Removes the secret and its versions; unknown ids are fine, so that a delete can be repeated. */
  remove(id: string): void;
  /** Returns the version number. Throws NotFound. */
  addVersion(id: string, data: string): string;
  /** The number is never given out again. Unknown versions are fine. */
  removeVersion(id: string, version: string): void;
  /** The value, for a member with roles/secretmanager.secretAccessor. Throws PermissionDenied, then NotFound. */
  access(id: string, version: string, member: string): string;
}

/** The administrator's view of the buckets: no IAM. Workloads use the API origin, which enforces it. */
export interface Buckets {
  /** Throws AlreadyExists, InvalidArgument. */
  create(name: string): void;
  /** Throws FailedPrecondition when objects are left and force is false. Unknown buckets are fine. */
  remove(name: string, force: boolean): void;
  /** Throws NotFound (bucket), InvalidArgument (object name). */
  put(bucket: string, object: string, bytes: Buffer, contentType: string): void;
  /** Throws NotFound. */
  get(bucket: string, object: string): Buffer;
  /** Unknown objects are fine. */
  removeObject(bucket: string, object: string): void;
}

/** Tokens of service accounts for tools that act as one, such as a load test. */
export interface Identity {
  /** An OIDC token of the account for the audience, as its metadata server would issue. */
  idToken(email: string, audience: string): Promise<string>;
}

export interface FirestoreAdmin {
  /** Installs security rules; throws InvalidArgument with the emulator's issues. */
  setRules(databaseId: string, source: string): Promise<void>;
}

export interface Services {
  /**
   * Runs a revision and switches the service's URL to it once it is healthy; an older one keeps serving until then, and
   * for good when this throws. Throws StartFailed, PermissionDenied (secret), NotFound (bundle, secret),
   * FailedPrecondition (private service, port taken). Aborting the signal ends a start that is still under way, with the
   * signal's reason; a service that became healthy no longer listens to it.
   */
  deploy(spec: ServiceSpec, progress: (line: string) => void, signal?: AbortSignal): Promise<DeployedService>;
  /** Stops the service and frees its URL. Unknown names are fine. */
  remove(name: string): Promise<void>;
  list(): readonly DeployedService[];
}

export interface ServiceSpec {
  readonly name: string;
  /** E-mail of the account that the workload runs as. */
  readonly serviceAccount: string;
  /** True when anyone may call it (`invokerIamDisabled`); private services are not acted out yet. */
  readonly public: boolean;
  /** A tar.gz object. */
  readonly source: { readonly bucket: string; readonly object: string };
  /** `node` is the runtime's Node; anything else is looked up on PATH, relative to the unpacked folder. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly secretEnv: Readonly<Record<string, { readonly secret: string; readonly version: string }>>;
  /** Declared container port; the workload gets a free port as PORT whatever this says, as the host is shared. */
  readonly port: number | undefined;
  /** Default: a TCP connect to PORT within 240 s, as Cloud Run's. */
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
}

/** With `path` an HTTP GET that must answer 200..399, else a TCP connect. */
export interface Probe {
  readonly path?: string;
  readonly tcp?: true;
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
}

export interface DeployedService {
  readonly name: string;
  readonly url: string;
  readonly revision: string;
  /** Of the current instance; changes after a crash. */
  readonly pid: number;
  readonly logFile: string;
}
