/**
 * Two processes of the service on one wallet, and one of them is killed under load with SIGKILL: at any moment, and right
 * after a commit of it has landed whose answer it never saw. Clients repeat their keys, half of them at the other process.
 * Nothing is lost, nothing doubled, and what was refused was not charged.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { endId, keyId, parseEntry, type Entry } from '@reelbanana/ledger';
import { openFirestore, type Ledger } from '@reelbanana/ledger-firestore';
import { openReader } from '@reelbanana/ledger-firestore/reader';
import { startTcpProxy, type TcpProxy } from '@reelbanana/ledger-firestore/testing';
import { invariants } from '@reelbanana/ledger/invariants';
import { startAuthEmulator, type Emulator } from '@reelbanana/local-cloud/emulators';
import { startIssuer, type Issuer } from '@reelbanana/service-kit/testing';
import { foundTools } from '../../scripts/lib/tools.ts';
import { authClient } from './testing/firebase-auth.ts';
import { freePort, ready, startProcess, type ServiceProcess } from './testing/process.ts';
import { insist, type Definite, type StubbornRequest } from './testing/stubborn-client.ts';

jest.setTimeout(90_000);

const projectId = 'local';
const databaseId = `kill-${randomBytes(4).toString('hex')}`;
const emulatorHost = process.env['FIRESTORE_EMULATOR_HOST'] ?? '';
const email = (name: string): string => `${name}@local.iam.gserviceaccount.com`;
/** All instances of a Cloud Run service are one audience. */
const audience = 'http://credits.local';
const callers = 16;

let authEmulator: Emulator;
let issuer: Issuer;
let proxy: TcpProxy;
let ledger: Ledger;
let steady: ServiceProcess;
let victim: ServiceProcess;
let victimPort: number;
let env: Record<string, string>;
let walletId: string;
let root: Record<string, string>;
let narrate: Record<string, string>;
let narrateAlone: Record<string, string>;

beforeAll(async () => {
  const { node, authEmulator: bundle } = foundTools();
  [authEmulator, issuer, proxy] = await Promise.all([
    startAuthEmulator({ node, bundle, projectId }),
    startIssuer(),
    startTcpProxy(emulatorHost),
  ]);
  env = {
    SERVICE: 'credits',
    STACK: 'local',
    SERVICE_URL: audience,
    ALLOWED_ACCOUNTS: `narrate=${email('narrate')}`,
    FIRESTORE_DATABASE: databaseId,
    ACTOR_PSEUDONYM_KEY: randomBytes(32).toString('hex'),
    QUOTE_SIGNING_KEY: randomBytes(32).toString('hex'),
    GOOGLE_CLOUD_PROJECT: projectId,
    METADATA_SERVER_DETECTION: 'none',
    FIRESTORE_EMULATOR_HOST: emulatorHost,
    FIREBASE_AUTH_EMULATOR_HOST: authEmulator.host,
    LOCAL_GOOGLE_API: issuer.origin,
  };
  let steadyPort: number;
  [steadyPort, victimPort] = await Promise.all([freePort(), freePort()]);
  steady = startProcess(steadyPort, env);
  victim = startVictim();
  ledger = openFirestore({ projectId, databaseId });

  const auth = authClient(authEmulator.host, projectId);
  const ada = await auth.signUp('ada@example.com');
  const { uid } = await auth.signUp('root@example.com');
  await auth.update(uid, { customAttributes: '{"admin":true}' });
  root = { Authorization: `Bearer ${(await auth.signIn('root@example.com')).token}` };
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: audience, sub: 'narrate', email: email('narrate'), email_verified: true };
  const token = await issuer.sign({ iss: 'https://accounts.google.com', ...claims, iat: now, exp: now + 3_600 });
  narrateAlone = { 'Service-Authorization': `Bearer ${token}` };
  narrate = { Authorization: `Bearer ${ada.token}`, ...narrateAlone };
  ({ walletId } = await ledger.users.ensure({ uid: ada.uid, now: Date.now() }));
  await Promise.all([ready(steady), ready(victim)]);
  // More than a user may do: an administrator lets them.
  const change = { caps: { perMinute: 1_000_000 }, reasonCode: 'test', note: 'A storm' };
  const response = await fetch(`${steady.url}/v1/admin/wallets/${walletId}`, {
    method: 'PATCH',
    headers: { ...root, 'Idempotency-Key': 'caps', 'Content-Type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (!response.ok) throw new Error(await response.text());
}, 60_000);

afterAll(async () => {
  await Promise.all([steady?.stop(), victim?.stop()]);
  await Promise.all([authEmulator?.stop(), issuer?.close(), proxy?.close(), ledger?.close()]);
});

/** Its Firestore is behind the proxy. */
function startVictim(): ServiceProcess {
  return startProcess(victimPort, { ...env, FIRESTORE_EMULATOR_HOST: proxy.host });
}

interface Told {
  /** Of the entry that the request makes if it is accepted. */
  readonly id: string;
  readonly command: 'grant' | 'deduct' | 'reserve' | 'settle';
  readonly answer: Definite;
  readonly home: string;
}

/** Everything that was answered, and the entries of the victim's clients that are not. */
const told: Told[] = [];
const awaited = new Set<string>();
let isOver = false;
/** The clients of the steady process pause. */
let isQuiet = false;
const accepted = () => told.filter(({ answer }) => answer.status !== 402).length;

async function ask(number: number, command: Told['command'], id: string, request: Omit<StubbornRequest, 'origins'>) {
  const [home, other] = number % 2 === 0 ? [victim.url, steady.url] : [steady.url, victim.url];
  // Half of the clients of each go to the other one when they get no answer; the rest wait for theirs.
  const origins = number % 4 < 2 ? [home, other] : [home];
  if (home === victim.url) awaited.add(id);
  const answer = await insist({ ...request, origins });
  awaited.delete(id);
  told.push({ id, command, answer, home });
  return answer;
}

/** Clients take a breath, so that the run stays short enough to be read. */
const rest = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 40));

/** Every third client holds and settles; the others charge at once. */
async function client(number: number): Promise<void> {
  for (let count = 0; !isOver; count++) {
    await rest();
    if (isQuiet && number % 2 === 1) continue;
    const key = `${number}-${count}`;
    const body = { operation: 'narration', params: { characters: 100 * (1 + (count % 3)) } };
    const command = number % 3 === 0 ? 'reserve' : 'deduct';
    const path = `/v1/wallets/me/${command === 'reserve' ? 'holds' : 'deductions'}`;
    const { status } = await ask(number, command, keyId(walletId, command, key), { path, key, headers: narrate, body });
    if (command === 'deduct' || status === 402) continue;
    const holdId = keyId(walletId, 'reserve', key);
    // All of it: what a settle gave back could pay for something else in the same lost commit (README of the engine).
    const settle = { path: `/v1/wallets/${walletId}/holds/${holdId}/settle`, key, headers: narrateAlone, body: {} };
    await ask(number, 'settle', endId(holdId), settle);
  }
}

/** Pays in less than the clients ask for, so that some are refused all the time; by the process that is never killed. */
async function payer(): Promise<void> {
  for (let count = 0; !isOver; count++) {
    await rest();
    if (!isQuiet) await pay(`pay-${count}`, callers);
  }
}

async function pay(key: string, credits: number): Promise<void> {
  const body = { kind: 'bonus', credits, source: 'test', reasonCode: 'welcome' };
  const request = { origins: [steady.url], path: `/v1/wallets/${walletId}/grants`, key, headers: root, body };
  told.push({ id: keyId(walletId, 'grant', key), command: 'grant', answer: await insist(request), home: steady.url });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function restart(): Promise<void> {
  victim = startVictim();
  await ready(victim);
}

it('loses and doubles nothing when one of two processes on a wallet is killed under load', async () => {
  const clients = Promise.all([payer(), ...Array.from({ length: callers }, (_, number) => client(number))]);
  const failing = clients.then(() => Promise.reject(new Error('the clients ended early')));
  failing.catch(() => undefined);
  const comes = (condition: () => boolean | Promise<boolean>) => Promise.race([until(condition), failing]);

  // In the middle of anything.
  await comes(() => accepted() >= 200);
  await victim.kill();
  let mark = accepted();
  await comes(() => accepted() >= mark + 50); // the other one goes on alone
  await restart();

  // After a commit that landed and before its answer: the process that made it never knew.
  mark = accepted();
  await comes(() => accepted() >= mark + 50);
  isQuiet = true; // or the other one's commits would keep it from landing one
  await pay('enough', 2_000);
  await comes(() => told.slice(-callers).every(({ home }) => home === victim.url));
  proxy.dropAnswers();
  let orphans: string[] = [];
  await comes(async () => {
    const found = await ledger.store.find(walletId, [...awaited], 10_000);
    orphans = [...found].flatMap(([id, entry]) => (entry !== null && awaited.has(id) ? [id] : []));
    return orphans.length > 0;
  });
  await victim.kill();
  isQuiet = false;
  proxy.pass();
  await restart();
  mark = accepted();
  await comes(() => accepted() >= mark + 100);
  isOver = true;
  await clients;

  const reader = openReader({ projectId, databaseId });
  const entries: Entry[] = [];
  for await (const entry of reader.entries(walletId)) entries.push(entry);
  const wallet = (await reader.wallet(walletId))!;
  await reader.close();
  expect(invariants(wallet, entries)).toEqual([]);
  const stored = new Map(entries.map((entry) => [entry.id, parseEntry(entry)]));
  const sums = { grant: 0, deduct: 0, reserve: 0, settle: 0 };
  for (const { id, command, answer } of told) {
    const entry = stored.get(id);
    if (answer.status === 402) {
      expect({ id, answer, entry }).toEqual({ id, answer, entry: undefined });
      continue;
    }
    const credits = entry?.credits ?? entry?.grant?.credits ?? 0;
    expect({ type: entry?.type, credits }).toEqual({ type: command, credits: answer.body['credits'] });
    sums[command] += credits;
  }
  expect(entries).toHaveLength(accepted() + 1); // and the cap's
  expect(sums.settle).toBe(sums.reserve);
  const consumed = sums.deduct + sums.settle;
  expect(wallet.totals).toMatchObject({ available: sums.grant - consumed, consumed, held: 0 });
  expect(wallet.holds).toEqual({});
  // All of it happened: refusals, attempts without an answer, and commits whose answer was lost with their process.
  expect(told.length).toBeGreaterThan(accepted());
  expect(told.some(({ answer }) => answer.outages > 0)).toBe(true);
  for (const id of orphans) {
    expect(told.find((one) => one.id === id)?.answer).toMatchObject({ replayed: true, outages: expect.any(Number) });
  }
});
