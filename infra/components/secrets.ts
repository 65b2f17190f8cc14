import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { SecretId } from '../config.ts';

export interface SecretsArgs {
  readonly secrets: readonly SecretId[];
  /** The pinned version of each secret that an operator has added. Undefined: this stack declares them, from `valueOf`. */
  readonly versions: Readonly<Record<SecretId, string>> | undefined;
  /** Stack local: the secret setting that becomes a secret's version. */
  readonly valueOf: (secret: SecretId) => pulumi.Output<string>;
  readonly protect: boolean;
}

/** A secret and the number of its version, which workloads pin: a new value is a new number and a reviewed change. */
export interface PinnedSecret {
  readonly secret: gcp.secretmanager.Secret;
  readonly version: pulumi.Input<string>;
}

/** Every secret of the catalog. Only stack local puts values in; elsewhere no value passes through this program. */
export class Secrets extends pulumi.ComponentResource {
  readonly #secrets: ReadonlyMap<SecretId, PinnedSecret>;

  constructor(name: string, args: SecretsArgs, options?: pulumi.ComponentResourceOptions) {
    super('reelbanana:infra:Secrets', name, {}, options);
    this.#secrets = new Map(args.secrets.map((id) => [id, this.#pinned(name, id, args)]));
    this.registerOutputs({ secretIds: [...args.secrets] });
  }

  /** A secret of the catalog. Throws when there is none of that name. */
  get(id: SecretId): PinnedSecret {
    const pinned = this.#secrets.get(id);
    if (!pinned) throw new Error(`no secret ${id}: the catalog declares secrets, one line each`);
    return pinned;
  }

  #pinned(name: string, id: SecretId, { versions, valueOf, protect }: SecretsArgs): PinnedSecret {
    const secret = new gcp.secretmanager.Secret(
      `${name}-${id}`,
      { secretId: id, replication: { auto: {} }, deletionProtection: protect },
      { parent: this, protect },
    );
    if (versions) return { secret, version: versions[id] };
    const { version } = new gcp.secretmanager.SecretVersion(
      `${name}-${id}-version`,
      { secret: secret.id, secretData: valueOf(id) },
      { parent: this, additionalSecretOutputs: ['secretData'] },
    );
    return { secret, version };
  }
}
