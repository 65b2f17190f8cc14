import type { AccountId } from '@reelbanana/catalog';
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { SecretId } from '../config.ts';
import type { Need } from '../workload.ts';
import type { Buckets } from './buckets.ts';
import type { Database } from './database.ts';
import type { Identity } from './identity.ts';
import type { Secrets } from './secrets.ts';

export interface GrantsArgs {
  /** The roles to give, from the catalog's `uses`. */
  readonly needs: readonly Need[];
  readonly project: string;
  readonly identity: Identity;
  readonly database: Database;
  readonly secrets: Secrets;
  readonly buckets: Buckets;
}

/** Every role that an account holds: one member, one role, one resource each, so nothing else in a policy is touched. */
export class Grants extends pulumi.ComponentResource {
  readonly #byAccount = new Map<AccountId, pulumi.Resource[]>();

  constructor(name: string, args: GrantsArgs, options?: pulumi.ComponentResourceOptions) {
    super('reelbanana:infra:Grants', name, {}, options);
    for (const need of args.needs) {
      const held = this.#byAccount.get(need.account) ?? [];
      this.#byAccount.set(need.account, [...held, this.#grant(name, need, args)]);
    }
    this.registerOutputs({});
  }

  /** An account's grants: a workload waits for them, since a new revision may need them to start. */
  of(account: AccountId): readonly pulumi.Resource[] {
    return this.#byAccount.get(account) ?? [];
  }

  #grant(name: string, { account, role, use }: Need, args: GrantsArgs): pulumi.Resource {
    const member = pulumi.interpolate`serviceAccount:${args.identity.email(account)}`;
    const child = `${name}-${account}-${use.kind}`;
    const options = { parent: this };
    switch (use.kind) {
      case 'database':
        return this.#databaseGrant(child, role, member, args);
      case 'bucket': {
        const bucket = args.buckets.get(use.name).name;
        return new gcp.storage.BucketIAMMember(`${child}-${use.name}`, { bucket, role, member }, options);
      }
      case 'secret': {
        const secretId = args.secrets.get(use.name as SecretId).secret.id;
        return new gcp.secretmanager.SecretIamMember(`${child}-${use.name}`, { secretId, role, member }, options);
      }
      // Firebase Auth has no resource below the project.
      case 'auth':
        return new gcp.projects.IAMMember(child, { project: args.project, role, member }, options);
      case 'service':
      case 'topic':
        throw new Error(`${account} needs ${role}: grants on a ${use.kind} are not built yet`);
    }
  }

  /** Firestore has no policy of its own: a role on the project, bound by a condition to the one database. */
  #databaseGrant(
    child: string,
    role: string,
    member: pulumi.Output<string>,
    { project, database }: GrantsArgs,
  ): pulumi.Resource {
    const databaseId = database.database.name;
    return new gcp.projects.IAMMember(
      child,
      {
        project,
        role,
        member,
        condition: {
          title: pulumi.interpolate`database ${databaseId} alone`,
          expression: pulumi.interpolate`resource.name == "projects/${project}/databases/${databaseId}"`,
        },
      },
      { parent: this },
    );
  }
}
