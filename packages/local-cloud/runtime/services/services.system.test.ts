// Services as processes: what becomes healthy serves, what fails changes nothing, what crashes comes back, what is
// stopped leaves nothing.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FailedPrecondition, InvalidArgument, PermissionDenied, StartFailed } from '../errors.ts';
import { serviceAccountMember } from '../iam.ts';
import { freePort, portAnswers } from '../ports.ts';
import { ACCOUNT, ECHO, startTestCloud } from './testing/test-cloud.ts';
import type { TestCloud } from './testing/test-cloud.ts';
import { alive } from '../../testing/alive.ts';

const quiet = () => undefined;
let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.close());

interface Echo {
  pid: number;
  version?: string;
  env: Record<string, string>;
  cwd: string;
}
async function ask(url: string): Promise<Echo> {
  return (await (await fetch(url)).json()) as Echo;
}
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}

describe('deploy', () => {
  it("serves the bundle with the declared environment, Cloud Run's, and nothing of ours", async () => {
    process.env['SECRET_OF_THE_PARENT'] = 'leak';
    const progress: string[] = [];
    const spec = await cloud.service('echo', ECHO, { env: { VERSION: 'one', EMPTY: '' } });
    const deployed = await cloud.services.deploy(spec, (line) => progress.push(line));
    const { env, pid, cwd } = await ask(deployed.url);
    expect(pid).toBe(deployed.pid);
    expect(env).toMatchObject({
      VERSION: 'one',
      EMPTY: '',
      K_SERVICE: 'echo',
      K_CONFIGURATION: 'echo',
      K_REVISION: deployed.revision,
      GOOGLE_CLOUD_PROJECT: 'local',
      METADATA_SERVER_DETECTION: 'assume-present',
      FIRESTORE_EMULATOR_HOST: '127.0.0.1:1',
      FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:2',
    });
    const declared = ['VERSION', 'EMPTY', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION', 'PORT', 'GOOGLE_CLOUD_PROJECT'];
    const cloudOnly = [
      'METADATA_SERVER_DETECTION',
      'FIRESTORE_EMULATOR_HOST',
      'FIREBASE_AUTH_EMULATOR_HOST',
      'GCE_METADATA_HOST',
      'LOCAL_GOOGLE_API',
    ];
    const base = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
    expect(Object.keys(env).filter((name) => ![...declared, ...cloudOnly, ...base].includes(name))).toEqual([]);
    expect(env['HOME']).not.toBe(process.env['HOME']); // a developer's own Google credentials lie there
    expect(existsSync(join(cwd, 'index.cjs'))).toBe(true);
    expect(deployed.revision).toMatch(/^echo-\d{5}-[0-9a-f]{3}$/);
    expect(progress.at(-1)).toContain(deployed.url);
    expect(readFileSync(deployed.logFile, 'utf8')).toContain(`listening on ${env['PORT']}`);
    expect(cloud.log).toContain(`[echo] listening on ${env['PORT']}`);
    delete process.env['SECRET_OF_THE_PARENT'];
  });

  it('gives the workload its account at its own metadata server', async () => {
    const source = `
      const http = require('node:http');
      const get = (path) => fetch('http://' + process.env.GCE_METADATA_HOST + '/computeMetadata/v1' + path, { headers: { 'Metadata-Flavor': 'Google' } }).then((r) => r.text());
      http.createServer(async (req, res) => res.end(await get('/instance/service-accounts/default/email'))).listen(process.env.PORT);`;
    const [first, second] = await Promise.all(
      ['one', 'two'].map(async (n) => {
        const spec = await cloud.service(`who-${n}`, source, { serviceAccount: `${n}@local.iam.gserviceaccount.com` });
        return (await fetch((await cloud.services.deploy(spec, quiet)).url)).text();
      }),
    );
    expect([first, second]).toEqual(['one@local.iam.gserviceaccount.com', 'two@local.iam.gserviceaccount.com']);
  });

  it('resolves secrets as the service account, and refuses without the role', async () => {
    cloud.secrets.create('api-key');
    cloud.secrets.addVersion('api-key', 'hunter2');
    const spec = await cloud.service('secretive', ECHO, {
      secretEnv: { API_KEY: { secret: 'api-key', version: '1' } },
    });
    const refused = cloud.services.deploy(spec, quiet);
    await expect(refused).rejects.toThrow(PermissionDenied);
    await expect(refused).rejects.toThrow(
      /worker@local.*projects\/local\/secrets\/api-key.*roles\/secretmanager\.secretAccessor/,
    );
    const resource = 'projects/local/secrets/api-key';
    cloud.iam.grant({ resource, role: 'roles/secretmanager.secretAccessor', member: serviceAccountMember(ACCOUNT) });
    expect((await ask((await cloud.services.deploy(spec, quiet)).url)).env['API_KEY']).toBe('hunter2');
    expect(cloud.log.join('\n')).not.toContain('hunter2');
  });

  it('shows why a workload did not start: the end of its log', async () => {
    const spec = await cloud.service(
      'broken',
      `for (let i = 1; i <= 30; i++) console.log('line ' + i); throw new Error('no database configured');`,
    );
    const failure = await cloud.services.deploy(spec, quiet).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartFailed);
    const { message, logTail } = failure as StartFailed;
    expect(message).toContain('service broken did not start: it ended with exit code 1');
    expect(message).toContain('no database configured');
    expect(logTail.split('\n').length).toBeLessThanOrEqual(20);
    expect(cloud.services.list().map((s) => s.name)).not.toContain('broken');
  });

  it('shows a workload that runs but never listens, and stops it', async () => {
    const startupProbe = { tcp: true, initialDelayMs: 0, periodMs: 300, timeoutMs: 300, failureThreshold: 1 } as const;
    const spec = await cloud.service('deaf', `console.log('pid ' + process.pid); setInterval(() => {}, 1000)`, {
      startupProbe,
    });
    const failure = (await cloud.services.deploy(spec, quiet).catch((error: unknown) => error)) as StartFailed;
    expect(failure).toBeInstanceOf(StartFailed);
    expect(failure.message).toContain('startup probe');
    expect(alive(Number(/pid (\d+)/.exec(failure.logTail)?.[1]))).toBe(false);
  });

  it('gives up a start that is cancelled, at once and with no process left; a later cancel changes nothing', async () => {
    const cancel = new AbortController();
    const deaf = await cloud.service('cancelled', `console.log('pid ' + process.pid); setInterval(() => {}, 1000)`);
    const failure = cloud.services.deploy(deaf, quiet, cancel.signal).catch((error: unknown) => error);
    await until(() => cloud.log.some((line) => line.startsWith('[cancelled] pid ')));
    cancel.abort(new Error('the person went home'));
    expect(String(await failure)).toContain('the person went home');
    const pid = Number(/pid (\d+)/.exec(cloud.log.find((line) => line.startsWith('[cancelled] pid ')) ?? '')?.[1]);
    expect(alive(pid)).toBe(false);

    const later = new AbortController();
    const deployed = await cloud.services.deploy(await cloud.service('cancelled', ECHO), quiet, later.signal);
    later.abort();
    expect((await ask(deployed.url)).pid).toBe(deployed.pid);
  });

  it('waits for the declared HTTP probe, not just for the port', async () => {
    const source = `
      const http = require('node:http'); let asked = 0;
      http.createServer((req, res) => { if (req.url === '/healthz') { res.statusCode = ++asked < 4 ? 503 : 200; } res.end(String(asked)); }).listen(process.env.PORT);`;
    const startupProbe = { path: '/healthz', initialDelayMs: 0, periodMs: 1000, timeoutMs: 1000, failureThreshold: 30 };
    const deployed = await cloud.services.deploy(await cloud.service('slow-start', source, { startupProbe }), quiet);
    expect(Number(await (await fetch(deployed.url)).text())).toBe(4);
  });

  it('refuses what it cannot act out or what Cloud Run refuses', async () => {
    const spec = await cloud.service('odd', ECHO);
    await expect(cloud.services.deploy({ ...spec, public: false }, quiet)).rejects.toThrow(
      'private services are not acted out yet',
    );
    await expect(cloud.services.deploy({ ...spec, env: { PORT: '1' } }, quiet)).rejects.toThrow(/reserved.*PORT/);
    await expect(cloud.services.deploy({ ...spec, env: { LOCAL_GOOGLE_API: 'x' } }, quiet)).rejects.toThrow(
      InvalidArgument,
    );
    await expect(cloud.services.deploy({ ...spec, name: '../up' }, quiet)).rejects.toThrow(InvalidArgument);
    await expect(
      cloud.services.deploy({ ...spec, source: { bucket: 'bundles', object: 'none' } }, quiet),
    ).rejects.toThrow('No such object');
    await expect(cloud.services.deploy({ ...spec, command: ['no-such-program'] }, quiet)).rejects.toThrow(
      /no-such-program.*ENOENT/s,
    );
    expect(readdirSync(join(cloud.dir, 'bundles', 'odd'))).toEqual([]);
  });
});

describe('addresses', () => {
  it('serves the URL that was asked for, and says which port is taken', async () => {
    const [free, taken] = [await freePort(), createServer()];
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const takenPort = (taken.address() as AddressInfo).port;
    const own = await startTestCloud({ ok: `http://127.0.0.1:${free}`, clash: `http://127.0.0.1:${takenPort}` });
    try {
      const deployed = await own.services.deploy(await own.service('ok', ECHO), quiet);
      expect(deployed.url).toBe(`http://127.0.0.1:${free}`);
      expect((await ask(deployed.url)).pid).toBe(deployed.pid);
      const clash = own.services.deploy(await own.service('clash', ECHO), quiet);
      await expect(clash).rejects.toThrow(FailedPrecondition);
      await expect(clash).rejects.toThrow(`port ${takenPort} is taken`);
    } finally {
      await own.close();
      await new Promise((resolve) => taken.close(resolve));
    }
    expect(await portAnswers(free, 500)).toBe(false);
  });
});

describe('a crash', () => {
  it('is followed by a restart; requests meanwhile wait and are served', async () => {
    const deployed = await cloud.services.deploy(await cloud.service('phoenix', ECHO), quiet);
    const first = deployed.pid;
    const crash = await fetch(`${deployed.url}/crash`);
    expect(crash.status).toBe(503);
    expect(await crash.json()).toMatchObject({ error: { code: 503, status: 'UNAVAILABLE' } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(deployed.url)));
    expect(new Set(answers.map((a) => a.pid)).size).toBe(1);
    expect(answers[0]?.pid).not.toBe(first);
    expect(deployed.pid).toBe(answers[0]?.pid);
    expect(cloud.services.list().find((s) => s.name === 'phoenix')?.pid).toBe(deployed.pid);
  });

  it('by SIGKILL under load loses no request that had not reached the process', async () => {
    const deployed = await cloud.services.deploy(await cloud.service('victim', ECHO), quiet);
    const killed = deployed.pid;
    process.kill(killed, 'SIGKILL');
    const statuses = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        fetch(deployed.url, i % 2 === 0 ? {} : { method: 'POST', body: `body ${i}` }).then((r) => r.status),
      ),
    );
    // Requests written to the dead process's sockets before its end was seen may answer 503; later ones are served.
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    expect((await ask(deployed.url)).pid).not.toBe(killed);
  });

  it('of a liveness probe restarts the workload', async () => {
    const source = `
      const http = require('node:http'); let sick = false;
      http.createServer((req, res) => { if (req.url === '/sick') sick = true; if (req.url === '/live' && sick) res.statusCode = 500; res.end(String(process.pid)); }).listen(process.env.PORT);`;
    const livenessProbe = { path: '/live', initialDelayMs: 0, periodMs: 50, timeoutMs: 500, failureThreshold: 2 };
    const deployed = await cloud.services.deploy(await cloud.service('sickly', source, { livenessProbe }), quiet);
    const first = deployed.pid;
    await fetch(`${deployed.url}/sick`);
    await until(() => deployed.pid !== first);
    expect(await (await fetch(deployed.url)).text()).toBe(String(deployed.pid));
    expect(alive(first)).toBe(false);
  });
});

describe('an update', () => {
  it('loses no request, switches when healthy, and stops the old instance', async () => {
    const before = await cloud.services.deploy(await cloud.service('app', ECHO, { env: { VERSION: 'one' } }), quiet);
    const oldPid = before.pid;
    const seen: (string | undefined)[] = [];
    let going = true;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (going) seen.push((await ask(before.url)).version);
      }),
    );
    const slow = fetch(`${before.url}/slow`).then((r) => r.text());
    await until(() => seen.length > 20);
    const after = await cloud.services.deploy(await cloud.service('app', ECHO, { env: { VERSION: 'two' } }), quiet);
    expect(after.url).toBe(before.url);
    expect(after.revision).not.toBe(before.revision);
    const switched = seen.length;
    await until(() => seen.length > switched + 20);
    going = false;
    await load;
    expect(seen.at(-1)).toBe('two');
    expect(seen).toContain('one');
    expect(await slow).toBe('slow done'); // was under way in the old instance
    await until(() => !alive(oldPid));
    await until(() => readdirSync(join(cloud.dir, 'bundles', 'app')).length === 1);
  });

  it('that fails leaves the old one serving', async () => {
    const before = await cloud.services.deploy(await cloud.service('steady', ECHO, { env: { VERSION: 'one' } }), quiet);
    const bad = await cloud.service('steady', `console.error('bad release'); process.exit(1)`);
    await expect(cloud.services.deploy(bad, quiet)).rejects.toThrow(/bad release/);
    expect(await ask(before.url)).toMatchObject({ version: 'one', pid: before.pid });
    expect(cloud.services.list().find((s) => s.name === 'steady')?.revision).toBe(before.revision);
  });
});

describe('stopping', () => {
  it('a service leaves no process and no port, even when it ignores SIGTERM or has children', async () => {
    const stubborn = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      process.on('SIGTERM', () => process.exit(0));
      require('node:http').createServer((req, res) => res.end(String(child.pid))).listen(process.env.PORT);`;
    const deployed = await cloud.services.deploy(await cloud.service('parent', stubborn), quiet);
    const grandchild = Number(await (await fetch(deployed.url)).text());
    const { pid, url } = deployed;
    await cloud.services.remove('parent');
    await cloud.services.remove('parent');
    await until(() => !alive(grandchild));
    expect([alive(pid), await portAnswers(Number(new URL(url).port), 500)]).toEqual([false, false]);
    expect(cloud.services.list().map((s) => s.name)).not.toContain('parent');
  });

  it('all, with a deploy under way, leaves nothing', async () => {
    const own = await startTestCloud();
    const running = await own.services.deploy(await own.service('running', ECHO), quiet);
    const starting = own.services.deploy(
      await own.service('starting', `console.log('pid ' + process.pid); setInterval(() => {}, 1000)`),
      quiet,
    );
    const failure = starting.catch((error: unknown) => error);
    await until(() => own.log.some((line) => line.startsWith('[starting] pid ')));
    const pid = Number(/pid (\d+)/.exec(own.log.find((line) => line.startsWith('[starting] pid ')) ?? '')?.[1]);
    const { pid: runningPid, url } = running;
    await own.close();
    expect(String(await failure)).toContain('stopping');
    expect([alive(pid), alive(runningPid), await portAnswers(Number(new URL(url).port), 500)]).toEqual([
      false,
      false,
      false,
    ]);
    await expect(
      own.services.deploy(await own.service('late', ECHO).catch(() => ({ name: 'late' }) as never), quiet),
    ).rejects.toThrow();
  });
});
