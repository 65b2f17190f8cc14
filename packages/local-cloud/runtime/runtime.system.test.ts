// The whole runtime: a bundle deployed into it reaches every part with its own identity, and stop leaves nothing.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { foundTools } from '../../../scripts/lib/tools.ts';
import { InvalidArgument, startRuntime } from './index.ts';
import type { Runtime } from './index.ts';
import { portAnswers } from './ports.ts';
import { bundleOf } from './services/testing/test-cloud.ts';

const { node, java, firestoreEmulatorJar, authEmulator } = foundTools();
const ACCOUNT = 'worker@local.iam.gserviceaccount.com';
const RULES =
  "rules_version = '2'; service cloud.firestore { match /databases/{d}/documents { match /{any=**} { allow read, write: if false; } } }";
/** Uses Google's own clients, configured by the environment alone. */
const WORKER = `
import { createServer } from 'node:http';
import { Storage } from '@google-cloud/storage';
import { Firestore } from '@google-cloud/firestore';
const storage = new Storage({ apiEndpoint: process.env.LOCAL_GOOGLE_API, useAuthWithCustomEndpoint: true });
const firestore = new Firestore({ projectId: process.env.GOOGLE_CLOUD_PROJECT });
createServer(async (req, res) => {
  try {
    const file = storage.bucket('media').file('made/by/worker.txt');
    await file.save('written by the worker', { resumable: false, contentType: 'text/plain' });
    await firestore.doc('jobs/one').set({ done: true });
    res.end(JSON.stringify({ done: (await firestore.doc('jobs/one').get()).get('done') }));
  } catch (error) {
    res.statusCode = 500;
    res.end(String(error.message));
  }
}).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));`;

let dir: string;
let runtime: Runtime;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'runtime-'));
  const tools = { node, java, firestoreEmulatorJar, authEmulator };
  runtime = await startRuntime({
    projectId: 'local',
    projectNumber: '123456789012',
    region: 'us-central1',
    dir,
    serviceUrls: {},
    ...tools,
  });
}, 60_000);
afterAll(async () => {
  await runtime.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('runtime', () => {
  it("lets a workload use storage and Firestore by Google's clients, as far as its roles go", async () => {
    const contents = WORKER;
    const resolveDir = import.meta.dirname;
    const built = await build({
      stdin: { contents, resolveDir },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      write: false,
      logLevel: 'error',
    });
    runtime.buckets.create('bundles');
    runtime.buckets.create('media');
    runtime.buckets.put(
      'bundles',
      'worker.tar.gz',
      await bundleOf(built.outputFiles[0]?.text ?? ''),
      'application/gzip',
    );
    const spec = {
      name: 'worker',
      serviceAccount: ACCOUNT,
      public: true,
      command: ['node'],
      args: ['index.cjs'],
      env: {},
      secretEnv: {},
      port: 8080,
    };
    const { url } = await runtime.services.deploy(
      { ...spec, source: { bucket: 'bundles', object: 'worker.tar.gz' } },
      () => undefined,
    );
    const refused = await fetch(url);
    expect(await refused.text()).toMatch(/worker@local.*storage\.objects\.create.*buckets\/media/);
    runtime.iam.grant({
      resource: 'buckets/media',
      role: 'roles/storage.objectUser',
      member: `serviceAccount:${ACCOUNT}`,
    });
    expect(await (await fetch(url)).json()).toEqual({ done: true });
    expect(runtime.buckets.get('media', 'made/by/worker.txt').toString()).toBe('written by the worker');
  }, 60_000);

  it('installs security rules, and refuses those with mistakes, naming line and reason', async () => {
    const read = () =>
      fetch(`http://${runtime.firestoreHost}/v1/projects/local/databases/(default)/documents/jobs/one`);
    await runtime.firestore.setRules('(default)', RULES);
    expect((await read()).status).toBe(403);
    const unknown = RULES.replace('if false', 'if noSuchFunction()');
    await expect(runtime.firestore.setRules('(default)', unknown)).rejects.toThrow(/line 1.*noSuchFunction/s);
    await expect(runtime.firestore.setRules('(default)', 'service {')).rejects.toThrow(InvalidArgument);
    expect((await read()).status).toBe(403);
  });

  it('gives tools the identity of an account', async () => {
    const token = await runtime.identity.idToken(ACCOUNT, 'http://127.0.0.1:4000');
    const keys = createRemoteJWKSet(new URL(`${runtime.apiOrigin}/oauth2/v3/certs`));
    expect((await jwtVerify(token, keys, { audience: 'http://127.0.0.1:4000' })).payload['email']).toBe(ACCOUNT);
  });

  it('stops everything, once', async () => {
    const hosts = [
      runtime.firestoreHost,
      runtime.authHost,
      new URL(runtime.apiOrigin).host,
      ...runtime.services.list().map((s) => new URL(s.url).host),
    ];
    expect(hosts).toHaveLength(4);
    await Promise.all([runtime.stop(), runtime.stop()]);
    await runtime.stopped;
    for (const host of hosts) expect(await portAnswers(Number(host.split(':')[1]), 500)).toBe(false);
  }, 60_000);

  it('that loses an emulator stops the rest and says so', async () => {
    const other = mkdtempSync(join(tmpdir(), 'runtime-'));
    const tools = { node, java, firestoreEmulatorJar, authEmulator };
    const lines: string[] = [];
    const doomed = await startRuntime({
      projectId: 'local',
      projectNumber: '1',
      region: 'us-central1',
      dir: other,
      serviceUrls: {},
      onLog: (line) => lines.push(line),
      ...tools,
    });
    // Its own emulator, found by the port that it was given.
    const response = await fetch(`http://${doomed.firestoreHost}/shutdown`, { method: 'POST' });
    await response.text();
    await expect(doomed.stopped).rejects.toThrow(/Firestore emulator ended/);
    expect(await portAnswers(Number(doomed.authHost.split(':')[1]), 500)).toBe(false);
    expect(lines.join('\n')).toContain('Firestore emulator ended');
    rmSync(other, { recursive: true, force: true });
  }, 60_000);
});
