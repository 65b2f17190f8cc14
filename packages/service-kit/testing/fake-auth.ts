/** Authentication by name instead of by token: `Authorization: Bearer ada`. The rules about principals stay the real ones. */
import { checkPrincipal, type Auth } from '../auth/auth.ts';
import type { Account, User } from '../auth/caller.ts';
import { unauthenticated } from '../auth/reasons.ts';

export interface FakeCallers {
  readonly users: Readonly<Record<string, User>>;
  readonly accounts: Readonly<Record<string, Account>>;
}

export function fakeAuth({ users, accounts }: FakeCallers): Auth {
  const named = <T>(known: Readonly<Record<string, T>>, values: readonly string[] | undefined): T | undefined => {
    if (values === undefined) return undefined;
    const name = (values[0] ?? '').replace(/^Bearer /, '');
    if (!Object.hasOwn(known, name)) throw unauthenticated('The token has expired');
    return known[name];
  };
  return {
    authenticate(headers, principals) {
      if (principals.includes('any')) return Promise.resolve({ tokens: {} });
      return new Promise((resolve) => {
        const account = named(accounts, headers['service-authorization']);
        const found = named(users, headers['authorization']);
        const user = found === undefined ? undefined : { ...found, admin: found.admin && principals.includes('admin') };
        const raw = headers['authorization']?.[0]?.replace(/^Bearer /, '');
        const caller = {
          ...(user === undefined ? {} : { user }),
          ...(account === undefined ? {} : { account }),
          tokens: raw === undefined ? {} : { user: raw },
        };
        checkPrincipal(caller, principals);
        resolve(caller);
      });
    },
  };
}
