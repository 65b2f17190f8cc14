// What `http.ts` compares: the credits service and one that does nothing, each a process of its own, with a rich user.
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { createEngine, openFirestore } from '@reelbanana/ledger-firestore';
import { grant } from '@reelbanana/ledger-firestore/testing';
import { startAuthEmulator } from '@reelbanana/local-cloud/emulators';
import { startIssuer } from '@reelbanana/service-kit/testing';
import { foundTools } from '../scripts/lib/tools.ts';
import { authClient } from '../services/credits/testing/firebase-auth.ts';
import { freePort, ready, startProcess } from '../services/credits/testing/process.ts';
import type { Bench } from './family.ts';

/** One kind of request, and the process that answers it. */
export interface Target {
  readonly title: string;
  readonly pid: number;
  /** Rejects unless it is answered as it should be. */
  call(): Promise<void>;
}

export interface Targets {
  readonly deduction: Target;
  /** Authentication alone. */
  readonly bare: Target;
  /** The same request as the deduction. */
  readonly same: Target;
  stop(): Promise<void>;
}

/** Connections that are kept open. */
export const callers = 64;
const audience = 'http://credits.local';
const deductionPath = '/v1/wallets/me/deductions';

/** Starts both, and signs a user in who can pay for any number of deductions. */
export async function startTargets({ emulator, progress }: Bench): Promise<Targets> {
  const projectId = 'local';
  const databaseId = `http-${randomBytes(4).toString('hex')}`;
  const firestoreHost = await emulator();
  progress('HTTP: starting the services');
  const { node, authEmulator: bundle } = foundTools();
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.reverse()) await end();
  };
  try {
    const auth = await startAuthEmulator({ node, bundle, projectId });
    stops.push(() => auth.stop());
    const issuer = await startIssuer();
    stops.push(() => issuer.close());
    const email = 'loadtest@local.iam.gserviceaccount.com';
    const env = {
      SERVICE: 'credits',
      STACK: 'local',
      SERVICE_URL: audience,
      ALLOWED_ACCOUNTS: `loadtest=${email}`,
      LOAD_TESTS: 'true',
      FIRESTORE_DATABASE: databaseId,
      ACTOR_PSEUDONYM_KEY: randomBytes(32).toString('hex'),
      QUOTE_SIGNING_KEY: randomBytes(32).toString('hex'),
      GOOGLE_CLOUD_PROJECT: projectId,
      METADATA_SERVER_DETECTION: 'none',
      FIRESTORE_EMULATOR_HOST: firestoreHost,
      FIREBASE_AUTH_EMULATOR_HOST: auth.host,
      LOCAL_GOOGLE_API: issuer.origin,
    };
    const credits = startProcess(await freePort(), env);
    stops.push(() => credits.stop());
    const noop = startProcess(await freePort(), env, new URL('noop-service.worker.ts', import.meta.url).pathname);
    stops.push(() => noop.stop());
    // No minute limit applies to a load wallet's owner: one user is the whole load.
    const users = authClient(auth.host, projectId);
    const { uid, token } = await users.signUpAs('load-bench', 'load-bench@example.com');
    await fill({ projectId, databaseId }, uid);
    const headers = {
      Authorization: `Bearer ${token}`,
      'Service-Authorization': `Bearer ${await serviceToken(issuer, email)}`,
    };
    const agent = new Agent({ keepAlive: true, maxSockets: callers });
    stops.push(async () => agent.destroy());
    await Promise.all([ready(credits), ready(noop)]);

    let keys = 0;
    const deduct = (url: string, status: number) => () => {
      const key = `bench-key-${String(keys++).padStart(26, '0')}`;
      const more = { ...headers, 'Idempotency-Key': key, 'Content-Type': 'application/json' };
      return post(agent, url + deductionPath, more, body, status);
    };
    return {
      deduction: { title: 'deductions on one wallet', pid: credits.pid, call: deduct(credits.url, 201) },
      bare: {
        title: 'no-op, authentication alone',
        pid: noop.pid,
        call: () => post(agent, `${noop.url}/v1/noop`, headers, '', 200),
      },
      same: { title: 'no-op, the same request', pid: noop.pid, call: deduct(noop.url, 200) },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const body = JSON.stringify({ operation: 'narration', params: { characters: 100 } });

async function serviceToken(issuer: Awaited<ReturnType<typeof startIssuer>>, email: string): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { aud: audience, sub: 'loadtest', email, email_verified: true, iat: now, exp: now + 3_600 };
  return issuer.sign({ iss: 'https://accounts.google.com', ...claims });
}

/** Gives the user credits for any number of deductions. */
async function fill(name: { projectId: string; databaseId: string }, uid: string): Promise<void> {
  const ledger = openFirestore(name);
  const { walletId } = await ledger.users.ensure({ uid, now: Date.now() });
  const engine = createEngine({ store: ledger.store, now: Date.now, random: Math.random });
  const outcome = await engine.execute(walletId, grant('seed', 1_000_000_000));
  await ledger.close();
  if (outcome.kind !== 'answer') throw new Error(`the grant was ${outcome.kind}`);
}

/** Rejects unless the answer has this status. */
function post(agent: Agent, url: string, headers: Record<string, string>, text: string, status: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (answer += chunk));
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === status) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}: ${answer}`));
      });
    });
    sent.once('error', reject);
    sent.end(text);
  });
}
