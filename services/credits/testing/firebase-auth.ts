/** Signs users in at the Firebase Auth emulator as the web SDK does, over its REST API. */
export interface SignedIn {
  readonly uid: string;
  readonly token: string;
}

export function authClient(host: string, projectId: string) {
  const call = async (
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<Record<string, string>> => {
    const response = await fetch(`http://${host}/identitytoolkit.googleapis.com/v1/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, string>;
  };
  const password = 'correct horse';
  const owner = { Authorization: 'Bearer owner' };
  const signIn = async (email: string): Promise<SignedIn> => {
    const answer = await call('accounts:signInWithPassword?key=any', { email, password, returnSecureToken: true });
    return { uid: answer['localId'] ?? '', token: answer['idToken'] ?? '' };
  };
  return {
    signIn,
    async signUp(email: string): Promise<SignedIn> {
      await call('accounts:signUp?key=any', { email, password, returnSecureToken: true });
      return signIn(email);
    },
    /** The same with a uid of one's choice, as an administrator of the project may. */
    async signUpAs(uid: string, email: string): Promise<SignedIn> {
      await call(`projects/${projectId}/accounts`, { localId: uid, email, password }, owner);
      return signIn(email);
    },
    /** Sets fields of an account as an administrator of the project may: claims, disabled, validSince. */
    async update(uid: string, fields: object): Promise<void> {
      await call(`projects/${projectId}/accounts:update`, { localId: uid, ...fields }, owner);
    },
  };
}
