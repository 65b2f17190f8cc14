// Both emulators as tests and the local cloud use them: they answer as themselves, and leave nothing behind.
import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { foundTools } from '../../../scripts/lib/tools.ts';
import { portAnswers } from '../runtime/ports.ts';
import { startAuthEmulator, startFirestoreEmulator } from './index.ts';
import type { Emulator } from './index.ts';
import { alive } from '../testing/alive.ts';

const { node, java, firestoreEmulatorJar: jar, authEmulator: bundle } = foundTools();
const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
});
const started = async <T extends Emulator>(emulator: Promise<T>): Promise<T> => {
  running.push(await emulator);
  return emulator;
};
const portOf = (emulator: Emulator) => Number(emulator.host.split(':')[1]);

async function post(url: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

describe('emulators', () => {
  it('sign a user up and store a document, side by side; stop frees processes and ports', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'emulators-'));
    const logFile = join(dir, 'firestore.log');
    const [firestore, auth] = await Promise.all([
      started(startFirestoreEmulator({ java, jar, logFile })),
      started(startAuthEmulator({ node, bundle, projectId: 'local' })),
    ]);
    const account = { email: 'ada@example.com', password: 'correct horse', returnSecureToken: true };
    const user = await post(`http://${auth.host}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=any`, account);
    expect(user).toMatchObject({ email: 'ada@example.com', localId: expect.stringMatching(/.+/) });

    const documents = `http://${firestore.host}/v1/projects/local/databases/(default)/documents`;
    await post(`${documents}/users?documentId=ada`, { fields: { uid: { stringValue: String(user['localId']) } } });
    const stored = await (await fetch(`${documents}/users/ada`)).json();
    expect(stored).toMatchObject({ fields: { uid: { stringValue: user['localId'] } } });

    await Promise.all([firestore.stop(), auth.stop()]);
    await firestore.stop();
    for (const emulator of [firestore, auth]) {
      expect(alive(emulator.pid)).toBe(false);
      expect(await portAnswers(portOf(emulator), 500)).toBe(false);
    }
    expect(readFileSync(logFile, 'utf8')).toContain('Dev App Server is now running');
    rmSync(dir, { recursive: true });
  }, 60_000);

  it('enforce the rules that Firestore was started with', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'emulators-'));
    const rulesFile = join(dir, 'firestore.rules');
    writeFileSync(
      rulesFile,
      "rules_version = '2'; service cloud.firestore { match /databases/{d}/documents { match /open/{x} { allow read: if true; } } }",
    );
    const { host } = await started(startFirestoreEmulator({ java, jar, rulesFile }));
    const read = (path: string) =>
      fetch(`http://${host}/v1/projects/local/databases/(default)/documents/${path}`).then((r) => r.status);
    expect([await read('open/x'), await read('closed/x')]).toEqual([404, 403]);
    rmSync(dir, { recursive: true });
  }, 60_000);

  it('show the end of their log when they do not start', async () => {
    await expect(startFirestoreEmulator({ java, jar: '/no/such.jar' })).rejects.toThrow(
      /Firestore emulator ended at start.*ClassNotFoundException/s,
    );
    await expect(startAuthEmulator({ node, bundle: '/no/such.cjs', projectId: 'local' })).rejects.toThrow(
      /Auth emulator ended at start.*Cannot find module/s,
    );
    await expect(startAuthEmulator({ node: '/no/such/node', bundle, projectId: 'local' })).rejects.toThrow(/ENOENT/);
  }, 60_000);

  it('say that a port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(startAuthEmulator({ node, bundle, projectId: 'local', port })).rejects.toThrow(
      `port ${port} is taken`,
    );
    await new Promise((resolve) => taken.close(resolve));
  });

  it('do not outlive a parent that was killed', async () => {
    const script = `
      import { startAuthEmulator } from ${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))};
      const emulator = await startAuthEmulator({ node: ${JSON.stringify(node)}, bundle: ${JSON.stringify(bundle)}, projectId: 'local' });
      console.log(emulator.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(node, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (data: Buffer) => resolve(Number(data))),
    );
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    while (alive(pid)) await delay(20);
    expect(alive(pid)).toBe(false);
  }, 60_000);
});
