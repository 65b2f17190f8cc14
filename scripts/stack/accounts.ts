/** Accounts of Firebase Auth, by its REST API: what a browser does to sign in, and what an administrator of the emulator may do. */
import { randomBytes } from 'node:crypto';

/** Where Firebase Auth is, as in `.local/stack.json`. */
export interface AuthAddress {
  readonly emulatorHost: string;
  readonly apiKey: string;
  readonly projectId: string;
}

export interface SeedAccount {
  readonly email: string;
  readonly admin: boolean;
}

/** One administrator and two users whose e-mail is verified. */
export const seedAccounts: readonly SeedAccount[] = [
  { email: 'admin@reelbanana.example', admin: true },
  { email: 'creator1@reelbanana.example', admin: false },
  { email: 'creator2@reelbanana.example', admin: false },
];

export interface SeededAccount extends SeedAccount {
  readonly password: string;
  readonly uid: string;
}

/** Creates an account with a random password; an administrator gets the claim `admin`. */
export async function seedAccount(auth: AuthAddress, { email, admin }: SeedAccount): Promise<SeededAccount> {
  const password = randomBytes(12).toString('base64url');
  const accounts = `projects/${auth.projectId}/accounts`;
  const created = { email, password, emailVerified: true, displayName: email.split('@')[0] };
  const { localId: uid } = await call<{ localId: string }>(auth, accounts, created);
  if (admin)
    await call(auth, `${accounts}:update`, { localId: uid, customAttributes: JSON.stringify({ admin: true }) });
  return { email, admin, password, uid };
}

/** Signs a user in with e-mail and password, as a browser does. */
export function signIn(
  auth: AuthAddress,
  email: string,
  password: string,
): Promise<{ idToken: string; localId: string }> {
  return call(auth, 'accounts:signInWithPassword', { email, password, returnSecureToken: true });
}

async function call<Answer>(auth: AuthAddress, path: string, body: object): Promise<Answer> {
  const url = `http://${auth.emulatorHost}/identitytoolkit.googleapis.com/v1/${path}?key=${auth.apiKey}`;
  const response = await fetch(url, {
    method: 'POST',
    // The emulator takes `owner` for a service account's credentials; a sign-in needs none.
    headers: {
      'content-type': 'application/json',
      ...(path.startsWith('projects/') ? { authorization: 'Bearer owner' } : {}),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = (await response.json()) as Answer & { error?: { message?: string } };
  if (!response.ok) throw new Error(`Firebase Auth refused ${path}: ${answer.error?.message ?? response.status}`);
  return answer;
}
