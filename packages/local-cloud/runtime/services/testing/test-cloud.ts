// For tests: services over real buckets, secrets and tokens in a temporary folder, without emulators; and tiny bundles.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { startApiOrigin } from '../../api.ts';
import { createIam } from '../../iam.ts';
import { createSecrets } from '../../secrets.ts';
import { createBucketStore } from '../../storage/store.ts';
import { createTokenIssuer } from '../../tokens.ts';
import type { Iam, Secrets, ServiceSpec } from '../../types.ts';
import { createServices } from '../services.ts';
import type { RunningServices } from '../services.ts';

export const ACCOUNT = 'worker@local.iam.gserviceaccount.com';

export interface TestCloud {
  readonly services: RunningServices;
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly dir: string;
  readonly log: string[];
  /** Puts the source as index.cjs into a bundle; returns a spec that runs it. */
  service(name: string, source: string, changes?: Partial<ServiceSpec>): Promise<ServiceSpec>;
  close(): Promise<void>;
}

export async function startTestCloud(serviceUrls: Record<string, string> = {}): Promise<TestCloud> {
  const dir = mkdtempSync(join(tmpdir(), 'local-cloud-'));
  const iam = createIam('local');
  const secrets = createSecrets('local', iam);
  const buckets = createBucketStore(join(dir, 'buckets'));
  const tokens = createTokenIssuer();
  const api = await startApiOrigin({ store: buckets, iam, tokens });
  const log: string[] = [];
  const cloud = {
    projectId: 'local',
    apiOrigin: `http://${api.host}`,
    firestoreHost: '127.0.0.1:1',
    authHost: '127.0.0.1:2',
  };
  const services = createServices({
    dir,
    node: process.execPath,
    region: 'us-central1',
    projectNumber: '123456789012',
    serviceUrls,
    cloud,
    buckets,
    secrets,
    tokens,
    onLog: (line) => log.push(line),
  });
  buckets.create('bundles');
  let bundles = 0;
  return {
    services,
    iam,
    secrets,
    dir,
    log,
    service: async (name, source, changes) => {
      const object = `bundles/${name}-${++bundles}.tar.gz`;
      buckets.put('bundles', object, await bundleOf(source), 'application/gzip');
      return {
        name,
        serviceAccount: ACCOUNT,
        public: true,
        source: { bucket: 'bundles', object },
        command: ['node'],
        args: ['index.cjs'],
        env: {},
        secretEnv: {},
        port: 8080,
        ...changes,
      };
    },
    close: async () => {
      await services.stop();
      await api.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A tar.gz with the source as index.cjs. */
export async function bundleOf(source: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    writeFileSync(join(folder, 'index.cjs'), source);
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: folder, gzip: true, portable: true }, ['index.cjs'])) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers its pid, its environment and its arguments; /crash ends it; SIGTERM drains it. */
export const ECHO = `
const http = require('node:http');
const server = http.createServer((req, res) => {
  if (req.url === '/crash') { console.error('crashing as asked'); process.exit(3); }
  if (req.url === '/slow') return void setTimeout(() => res.end('slow done'), 400);
  res.end(JSON.stringify({ pid: process.pid, version: process.env.VERSION, env: process.env, cwd: process.cwd() }));
});
server.listen(process.env.PORT, '127.0.0.1', () => console.log('listening on ' + process.env.PORT));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;
