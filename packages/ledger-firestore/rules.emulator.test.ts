// firestore.rules on Google's emulator: who may do what, as a table.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setLogLevel } from 'firebase/firestore';
import {
  assertFails,
  assertSucceeds,
  initializeTestEnvironment,
  type RulesTestEnvironment,
} from '@firebase/rules-unit-testing';

jest.setTimeout(60_000);
setLogLevel('error'); // every denial is a warning of the web SDK

const rules = readFileSync(join(import.meta.dirname, '..', '..', 'firestore.rules'), 'utf8');
const host = process.env['FIRESTORE_EMULATOR_HOST']!;
const projectId = `rules-${process.pid}-${Date.now()}`;
let environment: RulesTestEnvironment;

beforeAll(async () => {
  const [hostname, port] = host.split(':');
  environment = await initializeTestEnvironment({
    projectId,
    firestore: { rules, host: hostname!, port: Number(port) },
  });
  await environment.withSecurityRulesDisabled(async (context) => {
    const db = context.firestore();
    for (const owner of ['alice', 'bob']) {
      await db.doc(`wallets/w-${owner}`).set({ readers: [owner, `${owner}-reader`], seq: 1 });
      await db.doc(`wallets/w-${owner}/entries/e1`).set({ seq: 1, seqShard: 0 });
      await db.doc(`wallets/w-${owner}/refs/r1`).set({ refunded: 1 });
      await db.doc(`wallets/w-${owner}/memos/e1`).set({ text: 'secret' });
      await db.doc(`users/${owner}`).set({ walletId: `w-${owner}` });
    }
    await db.doc('adminAudit/e1').set({ uid: 'root' });
    await db.doc('payments/p1').set({ uid: 'alice' });
  });
});

afterAll(() => environment.cleanup());

type Db = ReturnType<ReturnType<RulesTestEnvironment['unauthenticatedContext']>['firestore']>;

function as(who: string): Db {
  if (who === 'nobody') return environment.unauthenticatedContext().firestore();
  const provider = who.endsWith('(anonymous)') ? 'anonymous' : 'password';
  const uid = who.replace(' (anonymous)', '').replace(' (admin)', '');
  const admin = who.endsWith('(admin)') ? { admin: true } : {};
  return environment
    .authenticatedContext(uid, { firebase: { sign_in_provider: provider, identities: {} }, ...admin })
    .firestore();
}

const operations = {
  get: (db: Db, path: string) => db.doc(path).get(),
  'list 100': (db: Db, path: string) => db.collection(path).limit(100).get(),
  'list 101': (db: Db, path: string) => db.collection(path).limit(101).get(),
  'list all': (db: Db, path: string) => db.collection(path).get(),
  'newest 20': (db: Db, path: string) =>
    db.collection(path).where('seqShard', '==', 0).orderBy('seq', 'desc').limit(20).get(),
  group: (db: Db, path: string) => db.collectionGroup(path).limit(10).get(),
  create: (db: Db, path: string) => db.doc(path).set({ made: true }),
  update: (db: Db, path: string) => db.doc(path).update({ seq: 99 }),
  delete: (db: Db, path: string) => db.doc(path).delete(),
};

describe('firestore.rules', () => {
  /** The emulator takes rules with an unknown method and only reports it as an issue. */
  const issuesOf = async (content: string) => {
    const url = `http://${host}/emulator/v1/projects/${projectId}-issues:securityRules`;
    const body = JSON.stringify({ rules: { files: [{ name: 'firestore.rules', content }] } });
    const answer = await fetch(url, { method: 'PUT', body });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { issues?: unknown[] }).issues ?? [];
  };

  it('compile without a syntax error and without an issue', async () => {
    expect(await issuesOf(rules)).toEqual([]);
    expect(await issuesOf(rules.replace('request.query.limit', 'request.query.limit.really()'))).not.toEqual([]);
  });

  it.each<[string, keyof typeof operations, string, 'allowed' | 'denied']>([
    // the own wallet, and nothing else of wallets
    ['alice', 'get', 'wallets/w-alice', 'allowed'],
    ['alice-reader', 'get', 'wallets/w-alice', 'allowed'],
    ['alice', 'get', 'wallets/w-bob', 'denied'],
    ['alice', 'get', 'wallets/w-nobody', 'denied'],
    ['alice', 'list 100', 'wallets', 'denied'],
    ['alice (anonymous)', 'get', 'wallets/w-alice', 'denied'],
    ['alice (admin)', 'get', 'wallets/w-bob', 'denied'],
    ['nobody', 'get', 'wallets/w-alice', 'denied'],
    // the own history, in bounded lists
    ['alice', 'list 100', 'wallets/w-alice/entries', 'allowed'],
    ['alice', 'newest 20', 'wallets/w-alice/entries', 'allowed'],
    ['alice-reader', 'list 100', 'wallets/w-alice/entries', 'allowed'],
    ['alice', 'list 101', 'wallets/w-alice/entries', 'denied'],
    ['alice', 'list all', 'wallets/w-alice/entries', 'denied'],
    ['alice', 'get', 'wallets/w-alice/entries/e1', 'denied'],
    ['alice', 'list 100', 'wallets/w-bob/entries', 'denied'],
    ['alice', 'list 100', 'wallets/w-nobody/entries', 'denied'],
    ['alice (anonymous)', 'list 100', 'wallets/w-alice/entries', 'denied'],
    ['alice (admin)', 'list 100', 'wallets/w-bob/entries', 'denied'],
    ['nobody', 'list 100', 'wallets/w-alice/entries', 'denied'],
    ['alice', 'group', 'entries', 'denied'],
    // the own profile
    ['alice', 'get', 'users/alice', 'allowed'],
    ['alice', 'get', 'users/bob', 'denied'],
    ['alice', 'list 100', 'users', 'denied'],
    ['alice (anonymous)', 'get', 'users/alice', 'denied'],
    ['nobody', 'get', 'users/alice', 'denied'],
    // nothing else, not even of one's own
    ['alice', 'get', 'wallets/w-alice/refs/r1', 'denied'],
    ['alice', 'get', 'wallets/w-alice/memos/e1', 'denied'],
    ['alice', 'get', 'adminAudit/e1', 'denied'],
    ['alice (admin)', 'get', 'adminAudit/e1', 'denied'],
    ['alice', 'get', 'payments/p1', 'denied'],
    ['alice', 'get', 'audits/latest', 'denied'],
    ['alice (admin)', 'get', 'audits/latest', 'denied'],
    ['alice (admin)', 'create', 'audits/latest', 'denied'],
    ['alice', 'get', 'anything/else', 'denied'],
    // clients write nothing
    ['alice', 'create', 'wallets/new', 'denied'],
    ['alice', 'update', 'wallets/w-alice', 'denied'],
    ['alice', 'delete', 'wallets/w-alice', 'denied'],
    ['alice', 'create', 'wallets/w-alice/entries/e2', 'denied'],
    ['alice', 'update', 'wallets/w-alice/entries/e1', 'denied'],
    ['alice', 'delete', 'wallets/w-alice/entries/e1', 'denied'],
    ['alice', 'update', 'users/alice', 'denied'],
    ['carol', 'create', 'users/carol', 'denied'],
    ['alice (admin)', 'create', 'adminAudit/e2', 'denied'],
    ['alice (admin)', 'update', 'wallets/w-bob', 'denied'],
  ])('%s: %s %s is %s', async (who, operation, path, verdict) => {
    const attempt: Promise<unknown> = operations[operation](as(who), path);
    await (verdict === 'allowed' ? assertSucceeds(attempt) : assertFails(attempt));
  });
});
