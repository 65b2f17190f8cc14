/**
 * What a service may reach, and what follows from it: the role it is given on the resource, and the environment variable
 * that tells it where the resource is (`wire.md`, uses).
 */

export type Use =
  | { readonly kind: 'database'; readonly access: 'read-write' }
  | { readonly kind: 'bucket'; readonly name: string; readonly access: 'read-write' }
  | { readonly kind: 'secret'; readonly name: string; readonly access: 'read' }
  | { readonly kind: 'service'; readonly name: string; readonly access: 'call' }
  | { readonly kind: 'topic'; readonly name: string; readonly access: 'publish' }
  /** read: look users up. manage: also change them (claims, deletion). */
  | { readonly kind: 'auth'; readonly access: 'read' | 'manage' };

/** `actor-pseudonym-key` -> `ACTOR_PSEUDONYM_KEY`. */
const upperSnake = (name: string): string => name.replaceAll('-', '_').toUpperCase();

/** The role that a use needs, on the resource itself where the resource has a policy of its own. Null: no role (public services check the caller themselves). */
export function roleOf(use: Use, exposureOfTarget: 'public' | 'private' = 'private'): string | null {
  switch (use.kind) {
    case 'database':
      return 'roles/datastore.user';
    case 'bucket':
      return 'roles/storage.objectUser';
    case 'secret':
      return 'roles/secretmanager.secretAccessor';
    case 'service':
      return exposureOfTarget === 'private' ? 'roles/run.invoker' : null;
    case 'topic':
      return 'roles/pubsub.publisher';
    case 'auth':
      return use.access === 'manage' ? 'roles/firebaseauth.admin' : 'roles/firebaseauth.viewer';
  }
}

/** The name of the variable that carries a use's resource; null where a use needs none. */
export function envNameOf(use: Use): string | null {
  switch (use.kind) {
    case 'database':
      return 'FIRESTORE_DATABASE';
    case 'bucket':
      return `BUCKET_${upperSnake(use.name)}`;
    case 'secret':
      return upperSnake(use.name);
    case 'service':
      return `SERVICE_URL_${upperSnake(use.name)}`;
    case 'topic':
      return `TOPIC_${upperSnake(use.name)}`;
    case 'auth':
      return null;
  }
}
