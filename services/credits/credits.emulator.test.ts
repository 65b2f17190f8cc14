/**
 * The real thing: credits as a process of its own on Google's Firestore emulator, users signed in at the Firebase Auth
 * emulator, service tokens signed as Google's. The story of the main job: sign in, grant, reserve, settle, history,
 * replays; then revocation, metrics, logs without tokens, and the drain.
 */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jcs, type Json } from '@reelbanana/ledger';
import { openFirestore } from '@reelbanana/ledger-firestore';
import { verifyStatement } from '@reelbanana/ledger/statement';
import { startAuthEmulator, type Emulator } from '@reelbanana/local-cloud/emulators';
import { creditsContracts } from '@reelbanana/metering/contract';
import { expectProblem, startIssuer, type Issuer } from '@reelbanana/service-kit/testing';
import { foundTools } from '../../scripts/lib/tools.ts';
import { authClient, type SignedIn } from './testing/firebase-auth.ts';
import { freePort, ready, startProcess, type ServiceProcess } from './testing/process.ts';

const projectId = 'local';
// The project is the local stack's, because the boot guard wants it so; the database is this run's own.
const databaseId = `credits-${randomBytes(4).toString('hex')}`;
const emailOf = (name: string): string => `${name}@local.iam.gserviceaccount.com`;

let emulator: Emulator;
let issuer: Issuer;
let service: ServiceProcess;
let env: Record<string, string>;
let auth: ReturnType<typeof authClient>;
let ada: SignedIn;
let root: SignedIn;
let narrate: string;

beforeAll(async () => {
  const { node, authEmulator } = foundTools();
  [emulator, issuer] = await Promise.all([startAuthEmulator({ node, bundle: authEmulator, projectId }), startIssuer()]);
  const port = await freePort();
  env = {
    SERVICE: 'credits',
    STACK: 'local',
    SERVICE_URL: `http://127.0.0.1:${port}`,
    ALLOWED_ACCOUNTS: `narrate=${emailOf('narrate')},loadtest=${emailOf('loadtest')}`,
    FIRESTORE_DATABASE: databaseId,
    ACTOR_PSEUDONYM_KEY: randomBytes(32).toString('hex'),
    QUOTE_SIGNING_KEY: randomBytes(32).toString('hex'),
    LOAD_TESTS: 'true',
    LOG_LEVEL: 'debug',
    GOOGLE_CLOUD_PROJECT: projectId,
    METADATA_SERVER_DETECTION: 'none',
    FIRESTORE_EMULATOR_HOST: process.env['FIRESTORE_EMULATOR_HOST'] ?? '',
    FIREBASE_AUTH_EMULATOR_HOST: emulator.host,
    LOCAL_GOOGLE_API: issuer.origin,
  };
  service = startProcess(port, env);
  auth = authClient(emulator.host, projectId);
  ada = await auth.signUp('ada@example.com');
  const { uid } = await auth.signUp('root@example.com');
  await auth.update(uid, { customAttributes: '{"admin":true}' });
  root = await auth.signIn('root@example.com');
  narrate = await serviceToken('narrate');
  await ready(service);
}, 60_000);

afterAll(async () => {
  await service?.stop();
  await Promise.all([emulator?.stop(), issuer?.close()]);
});

function serviceToken(name: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return issuer.sign({
    iss: 'https://accounts.google.com',
    aud: service.url,
    sub: name,
    email: emailOf(name),
    email_verified: true,
    iat: now,
    exp: now + 3_600,
  });
}

type Body = Record<string, unknown>;
interface Call {
  readonly user?: SignedIn;
  readonly account?: string;
  readonly key?: string;
  readonly body?: object;
}
function call(method: string, path: string, { user, account, key, body }: Call): Promise<Response> {
  const headers: Record<string, string> = {};
  if (user !== undefined) headers['Authorization'] = `Bearer ${user.token}`;
  if (account !== undefined) headers['Service-Authorization'] = `Bearer ${account}`;
  if (key !== undefined) headers['Idempotency-Key'] = key;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  return fetch(service.url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}
async function ok(response: Promise<Response>, status: number): Promise<Body> {
  const got = await response;
  const text = await got.text();
  if (got.status !== status) throw new Error(`not ${status}: ${got.status} ${text}`);
  return { ...(JSON.parse(text) as Body), replayed: got.headers.get('idempotent-replayed') === 'true' };
}

const speech = (characters: number) => ({ operation: 'narration', params: { characters } });
const bonus = (credits: number) => ({ kind: 'bonus', credits, source: 'test', reasonCode: 'welcome' });
const balanceOf = async (user: SignedIn): Promise<Body> => ok(call('GET', '/v1/wallets/me', { user }), 200);

describe('credits on the emulators', () => {
  let walletId: unknown;
  let holdId: unknown;

  it('makes one wallet for a user, though the first calls come at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => balanceOf(ada)));
    const ids = new Set(answers.map((answer) => answer['walletId']));
    expect(ids.size).toBe(1);
    [walletId] = ids;
    expect(walletId).toMatch(/^[a-z2-7]{26}$/);
    expect(answers[0]).toMatchObject({ available: 0, seq: 0 });
  });

  it('takes a bonus from an administrator once, however often it is sent', async () => {
    const grant = () =>
      ok(call('POST', `/v1/wallets/${String(walletId)}/grants`, { user: root, key: 'g', body: bonus(100) }), 201);
    const first = await grant();
    expect(first).toMatchObject({ credits: 100, replayed: false });
    expect(await grant()).toEqual({ ...first, replayed: true });
    expect(await balanceOf(ada)).toMatchObject({ available: 100, seq: 1 });
  });

  it('reserves for the user whose token the service carries, and settles at the actual cost', async () => {
    const reserve = () =>
      ok(call('POST', '/v1/wallets/me/holds', { user: ada, account: narrate, key: 'h', body: speech(1_000) }), 201);
    const hold = await reserve();
    expect(hold).toMatchObject({ walletId, credits: 10, state: 'open', balance: { available: 90, held: 10, debt: 0 } });
    ({ holdId } = hold);
    expect(await reserve()).toMatchObject({ holdId, state: 'open', replayed: true });
    const settle = () =>
      ok(
        call('POST', `/v1/wallets/${String(walletId)}/holds/${String(holdId)}/settle`, {
          account: narrate,
          key: 's',
          body: { credits: 7 },
        }),
        200,
      );
    expect(await settle()).toMatchObject({ credits: 7, balance: { available: 93, held: 0 }, replayed: false });
    expect(await settle()).toMatchObject({ credits: 7, replayed: true });
    expect(await reserve()).toMatchObject({ holdId, state: 'settled', settledCredits: 7, replayed: true });
  });

  it('charges at once, and many at the same time exactly once each', async () => {
    const keys = Array.from({ length: 20 }, (_, n) => `d-${n}`);
    const deduct = (key: string) =>
      ok(call('POST', '/v1/wallets/me/deductions', { user: ada, account: narrate, key, body: speech(1) }), 201);
    const answers = await Promise.all([...keys, ...keys].map(deduct));
    expect(answers.filter(({ replayed }) => replayed === true).length).toBe(20);
    expect(await balanceOf(ada)).toMatchObject({ available: 73, held: 0 });
  });

  it('gives a hold back when its time is over, without anybody asking, and takes a late settle', async () => {
    const body = { ...speech(100), ttlSeconds: 1 };
    const hold = await ok(
      call('POST', '/v1/wallets/me/holds', { user: ada, account: narrate, key: 'short', body }),
      201,
    );
    expect(hold).toMatchObject({ balance: { available: 72, held: 1 } });
    let wallet = await balanceOf(ada);
    while (wallet['held'] !== 0) wallet = await balanceOf(ada);
    expect(Date.now()).toBeGreaterThanOrEqual(hold['expiresAt'] as number);
    expect(wallet).toMatchObject({ available: 73 });
    const late = call('POST', `/v1/wallets/${String(walletId)}/holds/${String(hold['holdId'])}/settle`, {
      account: narrate,
      key: 'late',
      body: {},
    });
    expect(await ok(late, 200)).toMatchObject({ credits: 1, balance: { available: 72, held: 0 } });
  });

  it('shows the whole history, newest first, with a chain that holds', async () => {
    const entries: Body[] = [];
    for (let query = '?limit=7'; ;) {
      const page = await ok(call('GET', `/v1/wallets/me/entries${query}`, { user: ada }), 200);
      entries.push(...(page['entries'] as Body[]));
      if (page['cursor'] === undefined) break;
      query = `?limit=7&cursor=${page['cursor'] as string}`;
    }
    expect(entries.length).toBe(26);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => 26 - index));
    for (const [index, { prevHash, hash, ...body }] of entries.entries()) {
      expect(
        createHash('sha256')
          .update(String(prevHash) + jcs(body as Json))
          .digest('hex'),
      ).toBe(hash);
      if (index > 0) expect(entries[index - 1]?.['prevHash']).toBe(hash);
    }
    const env = `${projectId}/${databaseId}`;
    const genesis = createHash('sha256')
      .update(jcs([1, env, String(walletId), 'credit']))
      .digest('hex');
    expect(entries.at(-1)).toMatchObject({ type: 'grant', env, prevHash: genesis });
  });

  it('gives statements that prove themselves, of a month and of a range', async () => {
    const month = new Date().toISOString().slice(0, 7);
    for (const query of ['', `?month=${month}`, '?fromSeq=3&toSeq=20']) {
      const { replayed: _, ...statement } = await ok(
        call('GET', `/v1/wallets/me/statement${query}`, { user: ada }),
        200,
      );
      expect(verifyStatement(statement)).toMatchObject({ kind: 'sound', walletId });
    }
    const csv = await (
      await call('GET', '/v1/wallets/me/statement?format=csv&fromSeq=1&toSeq=24', { user: ada })
    ).text();
    expect(csv.split('\r\n')).toHaveLength(26);
  });

  it("refuses what is not the caller's", async () => {
    const eve = await auth.signUp('eve@example.com');
    await expectProblem(await call('GET', `/v1/wallets/${String(walletId)}`, { user: eve }), 'FORBIDDEN');
    await expectProblem(
      await call('POST', `/v1/wallets/${String(walletId)}/grants`, { user: eve, key: 'g', body: bonus(1) }),
      'FORBIDDEN',
    );
    const broke = call('POST', '/v1/wallets/me/holds', { user: eve, account: narrate, key: 'h', body: speech(1) });
    expect(await expectProblem(await broke, 'INSUFFICIENT_CREDITS')).toMatchObject({ required: 1, available: 0 });
    const foreign = await serviceToken('credits');
    await expectProblem(
      await call('POST', '/v1/wallets/me/holds', { user: ada, account: foreign, key: 'h', body: speech(1) }),
      'FORBIDDEN',
    );
    await expectProblem(await call('GET', '/v1/wallets/me', { user: { uid: '', token: narrate } }), 'UNAUTHENTICATED');
    await expectProblem(
      await call('GET', '/v1/wallets/me/entries?cursor=bm9uc2Vuc2U', { user: ada }),
      'VALIDATION_FAILED',
    );
    await expectProblem(await call('GET', '/v1/wallets/nobody', { user: root }), 'WALLET_NOT_FOUND');
  });

  it('lets the load-test account act on a load wallet by its id, and on no other', async () => {
    const loadtest = await serviceToken('loadtest');
    await expectProblem(await call('GET', `/v1/wallets/${String(walletId)}`, { account: loadtest }), 'FORBIDDEN');
    await expectProblem(await call('GET', '/v1/wallets/me', { user: ada, account: loadtest }), 'FORBIDDEN');
  });

  it('refuses an administrator from the moment of a revocation', async () => {
    const read = () => call('GET', `/v1/wallets/${String(walletId)}`, { user: root });
    expect((await read()).status).toBe(200);
    await auth.update(root.uid, { validSince: String(Math.floor(Date.now() / 1000) + 10) });
    expect((await expectProblem(await read(), 'UNAUTHENTICATED')).detail).toMatch(/revoked/);
  });

  it('counts what it did, under the routes of its contracts', async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const value = (series: string): number =>
      Number(new RegExp(`^${series.replaceAll(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('wallet_deductions_total{outcome="ok"}')).toBe(22);
    expect(value('wallet_deductions_total{outcome="duplicate"}')).toBe(22);
    expect(value('wallet_deductions_total{outcome="insufficient"}')).toBe(1);
    expect(value('wallet_deductions_total{outcome="error"}')).toBe(0);
    expect(value('ledger_commits_total{outcome="ok"}')).toBeGreaterThan(0);
    const routes = new Set([...text.matchAll(/route="([^"]*)"/g)].map(([, route]) => route));
    expect([...routes].sort()).toEqual([...new Set([...creditsContracts.map(({ path }) => path), 'unmatched'])].sort());
  });

  it('ends within its time on SIGTERM, with its counters written, and has logged no token and no address', async () => {
    expect(await service.stop()).toBe(0);
    const { usage, close } = openFirestore({ projectId, databaseId });
    const counts = await usage.total();
    await close();
    expect(counts.get('operation/narration/charges')).toBe(22);
    expect(counts.get('operation/narration/credits')).toBe(28);
    const log = service.lines.join('\n');
    for (const line of service.lines)
      expect(JSON.parse(line)).toMatchObject({ severity: expect.any(String), message: expect.any(String) });
    expect(log).toContain('"requestUrl":"/v1/wallets/:walletId/holds"');
    for (const secret of [ada.token, root.token, narrate, 'example.com', ada.uid, env['ACTOR_PSEUDONYM_KEY'] ?? ''])
      expect(log).not.toContain(secret);
  });
});

describe('the boot guard of the process', () => {
  it('refuses emulators beside a project that could be real, in one line, with exit code 2', async () => {
    const refused = startProcess(await freePort(), { ...env, GOOGLE_CLOUD_PROJECT: 'reelbanana-dev' });
    expect(await refused.exited).toBe(2);
    expect(refused.lines.length).toBe(1);
    expect(refused.lines[0]).toMatch(
      /refusing to start: FIREBASE_AUTH_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST, LOCAL_GOOGLE_API/,
    );
  });
});
