/** Looks users up: whether they exist, are disabled, and since when their tokens are good. */
import { cannotVerify } from './reasons.ts';

export interface UserRecord {
  readonly disabled: boolean;
  /** Tokens of sign-ins before this were revoked. Unix seconds. */
  readonly validSinceSeconds: number;
}

export interface UserDirectory {
  /** Null: no such user. Throws a 503 Problem if it cannot be told. */
  find(uid: string): Promise<UserRecord | null>;
}

/** Google's directory. firebase-admin is loaded with the first look-up, which only administrators cause. */
export function firebaseDirectory(projectId: string): UserDirectory {
  const open = async () => {
    const [{ initializeApp }, { getAuth }] = await Promise.all([
      import('firebase-admin/app'),
      import('firebase-admin/auth'),
    ]);
    return getAuth(initializeApp({ projectId }, `directory-${projectId}`));
  };
  let opened: ReturnType<typeof open> | undefined;
  return {
    async find(uid) {
      try {
        const auth = await (opened ??= open().catch((error: unknown) => {
          opened = undefined; // or one bad moment would refuse every administrator until the next start
          throw error;
        }));
        const { disabled, tokensValidAfterTime } = await auth.getUser(uid);
        return { disabled, validSinceSeconds: Math.floor(Date.parse(tokensValidAfterTime ?? '1970-01-01') / 1000) };
      } catch (error) {
        if ((error as { code?: string }).code === 'auth/user-not-found') return null;
        throw cannotVerify(error);
      }
    },
  };
}

interface LookupAnswer {
  readonly users?: readonly { readonly disabled?: boolean; readonly validSince?: string }[];
}

/** The Firebase Auth emulator's directory, at `host` ("127.0.0.1:PORT"). */
export function emulatorDirectory(host: string, projectId: string): UserDirectory {
  const url = `http://${host}/identitytoolkit.googleapis.com/v1/projects/${projectId}/accounts:lookup`;
  return {
    async find(uid) {
      let response: Response;
      try {
        response = await fetch(url, {
          method: 'POST',
          headers: { Authorization: 'Bearer owner', 'Content-Type': 'application/json' },
          body: JSON.stringify({ localId: [uid] }),
          signal: AbortSignal.timeout(5_000),
        });
      } catch (error) {
        throw cannotVerify(error);
      }
      if (!response.ok) throw cannotVerify(new Error(`the Auth emulator answered ${response.status}`));
      const [user] = ((await response.json()) as LookupAnswer).users ?? [];
      if (user === undefined) return null;
      return { disabled: user.disabled === true, validSinceSeconds: Number(user.validSince ?? 0) };
    },
  };
}
