import type { AccountId } from '@reelbanana/catalog';
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';

export interface IdentityArgs {
  readonly accounts: readonly { readonly id: AccountId; readonly title: string }[];
}

/** A service account for every workload and caller, without a role: what each may do is up to Grants. */
export class Identity extends pulumi.ComponentResource {
  readonly #accounts: ReadonlyMap<AccountId, gcp.serviceaccount.Account>;

  constructor(name: string, args: IdentityArgs, options?: pulumi.ComponentResourceOptions) {
    super('reelbanana:infra:Identity', name, {}, options);
    this.#accounts = new Map(args.accounts.map(({ id, title }) => [id, this.#account(name, id, title)]));
    this.registerOutputs({ emails: [...this.#accounts.values()].map(({ email }) => email) });
  }

  /** An account's e-mail, known once it exists. Throws when this stack has no such account. */
  email(id: AccountId): pulumi.Output<string> {
    const account = this.#accounts.get(id);
    if (!account) throw new Error(`this stack has no account ${id}`);
    return account.email;
  }

  #account(name: string, id: AccountId, displayName: string): gcp.serviceaccount.Account {
    return new gcp.serviceaccount.Account(`${name}-${id}`, { accountId: id, displayName }, { parent: this });
  }
}
