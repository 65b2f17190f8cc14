// One `up` at a time: a living one is named, a dead one is no hindrance, and strangers get nothing from it.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UsageError } from '../lib/script.ts';
import { openSession, requestIdToken, requireSession, type SessionHandlers } from './session.ts';

let folder: string;
const file = () => join(folder, 'up.json');

const handlers: SessionHandlers = {
  idToken: (account, audience) =>
    account === 'narrate'
      ? Promise.resolve(`token of ${account} for ${audience}`)
      : Promise.reject(new UsageError(`no service account ${account}`)),
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'session-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a session', () => {
  it('is found while it is open, and not after', async () => {
    await expect(requireSession(folder)).rejects.toThrow('no stack is running: start one with `npm run up`');
    const session = await openSession(handlers, folder);
    expect((await requireSession(folder)).pid).toBe(process.pid);
    await session.close();
    await expect(requireSession(folder)).rejects.toThrow(UsageError);
  });

  it('keeps a second one out and names its process', async () => {
    const session = await openSession(handlers, folder);
    await expect(openSession(handlers, folder)).rejects.toThrow(`the stack is already up (pid ${process.pid})`);
    expect((await requireSession(folder)).pid).toBe(process.pid);
    await session.close();
  });

  it.each([
    ['whose process was killed', JSON.stringify({ pid: 1, origin: 'http://127.0.0.1:1', key: 'old' })],
    ['whose file was cut off', '{"pid":1,"orig'],
  ])('takes the place of one %s', async (_, left) => {
    writeFileSync(file(), left);
    await expect(requireSession(folder)).rejects.toThrow(UsageError);
    const session = await openSession(handlers, folder);
    expect((await requireSession(folder)).pid).toBe(process.pid);
    await session.close();
  });

  it('tells other commands how to run Pulumi, for the owner of the file alone', async () => {
    const session = await openSession(handlers, folder);
    const cli = { pulumi: '/bin/pulumi', cwd: folder, env: { PULUMI_CONFIG_PASSPHRASE: 'secret' } };
    session.publish(cli);
    expect((await requireSession(folder)).pulumi).toEqual(cli);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    await session.close();
  });
});

describe('a token', () => {
  it('is given to who knows the key, with the reason where there is none', async () => {
    const session = await openSession(handlers, folder);
    const known = await requireSession(folder);
    await expect(requestIdToken(known, 'narrate', 'credits')).resolves.toBe('token of narrate for credits');
    await expect(requestIdToken(known, 'nobody', 'credits')).rejects.toThrow('no service account nobody');
    await expect(requestIdToken({ ...known, key: 'guessed' }, 'narrate', 'credits')).rejects.toThrow('401');
    await session.close();
  });

  it('is not given to a page that a browser shows', async () => {
    const session = await openSession(handlers, folder);
    const { origin } = JSON.parse(readFileSync(file(), 'utf8')) as { origin: string };
    const response = await fetch(`${origin}/id-token`, {
      method: 'POST',
      body: '{"account":"narrate","audience":"credits"}',
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    await session.close();
  });
});
