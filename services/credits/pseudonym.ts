/** Who did something, as entries say it: first 32 hex of HMAC-SHA256(key, kind + ':' + subject) (`wire.md`, Entry). */
import { createHmac } from 'node:crypto';
import type { AccountId } from '@reelbanana/catalog';
import type { Actor } from '@reelbanana/ledger';

export interface Actors {
  /** By its name in the catalog, which is the same in every project; its address is not. */
  service(id: AccountId): Actor;
  admin(uid: string): Actor;
}

export function createActors(pseudonymKey: string): Actors {
  const pseudonym = (kind: string, subject: string): string =>
    createHmac('sha256', pseudonymKey).update(`${kind}:${subject}`).digest('hex').slice(0, 32);
  const services = new Map<AccountId, Actor>();
  return {
    service(id) {
      let actor = services.get(id);
      if (actor === undefined) {
        actor = { kind: 'service', pseudonym: pseudonym('service', id) };
        services.set(id, actor);
      }
      return actor;
    },
    admin: (uid) => ({ kind: 'admin', pseudonym: pseudonym('admin', uid) }),
  };
}
