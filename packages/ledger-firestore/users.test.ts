// What an instance remembers of users, with Firestore's answers held back.
import { expect, it } from '@jest/globals';
import type { Firestore } from '@google-cloud/firestore';
import { Connection } from './firestore/connection.ts';
import { UserErased, Users } from './users.ts';

type Fields = Readonly<Record<string, unknown>>;

it('an erasure is not forgotten for a link that was read before it and answered after it', async () => {
  let answer: (fields: Fields) => void = () => undefined;
  const early = new Promise<Fields>((resolve) => (answer = resolve));
  const erased = { erasedAt: 2 };
  const reads: (Fields | Promise<Fields>)[] = [early, erased, erased];
  const get = async () => {
    const fields = (await reads.shift()) ?? {};
    return { get: (name: string) => fields[name] };
  };
  const db = { collection: () => ({ doc: () => ({ get }) }) } as unknown as Firestore;
  const users = new Users(db, new Connection({ projectId: 'test', databaseId: '(default)' }), 'test/(default)');

  const before = users.ensure({ uid: 'ada', now: 1 });
  await users.erase({ uid: 'ada', audit: { uid: 'root', reasonCode: 'user-asked', at: 2 } });
  answer({ walletId: 'w' });
  await before;
  await expect(users.ensure({ uid: 'ada', now: 3 })).rejects.toBeInstanceOf(UserErased);
});
