/** Bearer tokens for the running stack: users by Firebase Auth, service accounts by the identity that the local cloud gives. */
import { UsageError } from '../lib/script.ts';
import { requestIdToken, requireSession } from './session.ts';
import { signIn } from './accounts.ts';
import type { StackAccount, StackFile } from './stack-file.ts';

/** A Firebase ID token of an account. Throws when the emulator refuses, for example after the password was changed. */
export async function userToken(stack: StackFile, account: StackAccount): Promise<string> {
  return (await signIn(stack.auth, account.email, account.password)).idToken;
}

/** The account with this e-mail. Throws UsageError, which lists those there are. */
export function accountByEmail(stack: StackFile, email: string): StackAccount {
  const account = stack.accounts.find((one) => one.email === email);
  if (account) return account;
  throw new UsageError(`no account ${email}: there are ${stack.accounts.map((one) => one.email).join(', ')}`);
}

/** A Google OIDC token of a service account (`narrate`, `loadtest`) for the service that will receive it. */
export async function serviceToken(stack: StackFile, account: string, audience: string): Promise<string> {
  if (!Object.hasOwn(stack.services, audience)) {
    throw new UsageError(`no service ${audience}: there are ${Object.keys(stack.services).join(', ')}`);
  }
  return requestIdToken(await requireSession(), account, audience);
}
