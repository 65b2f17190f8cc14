// The storage API against the client that workloads really use.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Storage } from '@google-cloud/storage';
import type { Bucket, CreateResumableUploadOptions, File } from '@google-cloud/storage';
import { OAuth2Client } from 'google-auth-library';
import { startApiOrigin } from '../api.ts';
import type { LocalServer } from '../http.ts';
import { createIam, serviceAccountMember } from '../iam.ts';
import { createTokenIssuer } from '../tokens.ts';
import { createBucketStore } from './store.ts';

const EDITOR = 'narrate@local.iam.gserviceaccount.com';
const READER = 'console@local.iam.gserviceaccount.com';
const WRITER = 'export@local.iam.gserviceaccount.com';
const STRANGER = 'stranger@local.iam.gserviceaccount.com';

const folder = mkdtempSync(join(tmpdir(), 'storage-'));
const iam = createIam('local');
const tokens = createTokenIssuer();
const store = createBucketStore(folder);
let api: LocalServer;
let count = 0;
let bucketName: string;

beforeAll(async () => {
  api = await startApiOrigin({ store, iam, tokens });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  bucketName = `media-${++count}`;
  store.create(bucketName);
  const on = `buckets/${bucketName}`;
  iam.grant({ resource: on, role: 'roles/storage.objectUser', member: serviceAccountMember(EDITOR) });
  iam.grant({ resource: on, role: 'roles/storage.objectViewer', member: serviceAccountMember(READER) });
  iam.grant({ resource: on, role: 'roles/storage.objectCreator', member: serviceAccountMember(WRITER) });
});

function bucketAs(email: string): Bucket {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: tokens.accessToken(email).token });
  const apiEndpoint = `http://${api.host}`;
  // The type of authClient comes from another copy of the library.
  const options = { projectId: 'local', apiEndpoint, useAuthWithCustomEndpoint: true, authClient: authClient as never };
  return new Storage(options).bucket(bucketName);
}

function sized(bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
}

/**
 * A resumable upload with the caller's identity. In 8.4.0 `save()` opens the session without it at a custom endpoint (it
 * does not hand useAuthWithCustomEndpoint down), so the session is opened first, as any client may.
 */
async function saveResumable(
  file: File,
  data: Buffer,
  o: { chunkSize?: number; contentType?: string } & CreateResumableUploadOptions,
) {
  const { chunkSize, contentType, ...session } = o;
  const metadata = { ...(session.metadata as object), ...(contentType === undefined ? {} : { contentType }) };
  const [uri] = await file.createResumableUpload({ ...session, metadata });
  await file.save(data, { uri, resumable: true, ...(chunkSize === undefined ? {} : { chunkSize }) });
}

describe('uploads', () => {
  const described = { contentType: 'audio/wav', metadata: { metadata: { voice: 'en' } } };
  const kinds: [string, (file: File, data: Buffer) => Promise<void>][] = [
    ['multipart', (file, data) => file.save(data, { resumable: false, ...described })],
    ['resumable, one request', (file, data) => saveResumable(file, data, described)],
    [
      'resumable, chunks of 256 KiB',
      (file, data) => saveResumable(file, data, { ...described, chunkSize: 256 * 1024 }),
    ],
  ];
  for (const [kind, save] of kinds) {
    // For nothing in chunks the client says "bytes 0--1/0", which is no range at all.
    for (const bytes of kind.includes('chunks') ? [1, 262_144, 700_001] : [0, 1, 262_144, 700_001]) {
      it(`stores ${bytes} bytes exactly, with content type and checksums (${kind})`, async () => {
        const data = sized(bytes);
        const file = bucketAs(EDITOR).file('results/u1/speech.wav');
        await save(file, data);
        const [back] = await file.download();
        expect(back.equals(data)).toBe(true);
        const [metadata] = await file.getMetadata();
        expect(metadata).toMatchObject({ contentType: 'audio/wav', size: String(bytes), metadata: { voice: 'en' } });
        expect(store.get(bucketName, 'results/u1/speech.wav').equals(data)).toBe(true);
      });
    }
  }

  it('takes a plain media upload', async () => {
    const response = await fetch(
      `http://${api.host}/upload/storage/v1/b/${bucketName}/o?uploadType=media&name=plain.txt`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens.accessToken(EDITOR).token}`, 'content-type': 'text/plain' },
        body: 'hello',
      },
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ name: 'plain.txt', size: '5', contentType: 'text/plain' });
  });

  it('keeps bytes that look like the multipart delimiter', async () => {
    const body = Buffer.from('--x\r\n\r\nContent-Type: a/b\r\n\r\n--x--\r\n\0\r\n');
    const file = bucketAs(EDITOR).file('tricky');
    await file.save(body, { resumable: false });
    expect((await file.download())[0].equals(body)).toBe(true);
  });

  it('continues a resumable upload where it stopped, and skips bytes that it already has', async () => {
    const data = sized(600_000);
    const file = bucketAs(EDITOR).file('continued');
    const [uri] = await file.createResumableUpload({ metadata: { contentType: 'video/mp4' } });
    const put = (range: string, body?: Buffer) =>
      fetch(uri, {
        method: 'PUT',
        headers: { 'content-range': range },
        ...(body ? { body: new Uint8Array(body) } : {}),
      });
    const first = await put('bytes 0-262143/600000', data.subarray(0, 262_144));
    expect([first.status, first.headers.get('range')]).toEqual([308, 'bytes=0-262143']);
    const asked = await put('bytes */600000');
    expect([asked.status, asked.headers.get('range')]).toEqual([308, 'bytes=0-262143']);
    expect((await put('bytes 262145-599999/600000', data.subarray(262_145))).status).toBe(400);
    const last = await put('bytes 200000-599999/600000', data.subarray(200_000));
    expect(last.status).toBe(200);
    expect(await last.json()).toMatchObject({ size: '600000', contentType: 'video/mp4' });
    expect((await put('bytes */600000')).status).toBe(200); // a repeat gets the same answer
    expect((await file.download())[0].equals(data)).toBe(true);
  });

  it('leaves no temporary file behind, also when an upload is refused at its end', async () => {
    const file = bucketAs(EDITOR).file('once');
    const [uri] = await file.createResumableUpload({ preconditionOpts: { ifGenerationMatch: 0 } });
    await file.save('first', { resumable: false });
    const late = await fetch(uri, { method: 'PUT', body: 'second' });
    expect(late.status).toBe(412);
    expect((await file.download())[0].toString()).toBe('first');
    expect(readdirSync(join(folder, '.uploads'))).toEqual([]);
  });
});

describe('preconditions', () => {
  it('creates once with ifGenerationMatch 0, in both kinds of upload', async () => {
    const once = { preconditionOpts: { ifGenerationMatch: 0 } };
    const bucket = bucketAs(EDITOR);
    for (const save of [
      (file: File, data: Buffer) => file.save(data, { resumable: false, ...once }),
      (file: File, data: Buffer) => saveResumable(file, data, once),
    ]) {
      const file = bucket.file(`claim-${++count}`);
      await save(file, Buffer.from('a'));
      await expect(save(file, Buffer.from('b'))).rejects.toThrow(/pre-conditions/);
      expect((await file.download())[0].toString()).toBe('a');
    }
  });

  it('lets exactly one of many concurrent creators win', async () => {
    const bucket = bucketAs(EDITOR);
    const tries = Array.from({ length: 10 }, (_, i) =>
      bucket.file('race').save(`writer ${i}`, { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } }),
    );
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(1);
  });

  it('replaces only the generation that was named, and every write raises it', async () => {
    const file = bucketAs(EDITOR).file('versioned');
    await file.save('a', { resumable: false });
    const first = Number((await file.getMetadata())[0].generation);
    await file.save('b', { resumable: false, preconditionOpts: { ifGenerationMatch: first } });
    expect(Number((await file.getMetadata())[0].generation)).toBeGreaterThan(first);
    await expect(file.delete({ ifGenerationMatch: first })).rejects.toMatchObject({ code: 412 });
  });
});

describe('objects', () => {
  it('keeps any object name inside its bucket', async () => {
    const names = [
      'a/b/c',
      '../../escape',
      '/etc/passwd',
      'a//b',
      'ünï ☃ 😀',
      'per%2Fcent',
      '?q=1#x',
      '.hidden',
      `long/${'x'.repeat(1000)}`,
    ];
    const bucket = bucketAs(EDITOR);
    for (const name of names) await bucket.file(name).save(`I am ${name}`, { resumable: false });
    for (const name of names) expect((await bucket.file(name).download())[0].toString()).toBe(`I am ${name}`);
    const [files] = await bucket.getFiles();
    expect(files.map((f) => f.name).sort()).toEqual([...names].sort());
    expect(readdirSync(join(folder, bucketName))).toHaveLength(names.length * 2);
  });

  it('serves ranges', async () => {
    const file = bucketAs(EDITOR).file('ranges');
    await file.save('0123456789', { resumable: false });
    const read = (o: { start?: number; end?: number }) => text(file.createReadStream(o));
    expect(await read({ start: 2, end: 4 })).toBe('234');
    expect(await read({ start: 7 })).toBe('789');
    expect(await read({ end: -3 })).toBe('789');
    await expect(read({ start: 10 })).rejects.toMatchObject({ code: 416 });
  });

  it('lists by prefix, folds by delimiter, and pages', async () => {
    const bucket = bucketAs(EDITOR);
    for (const name of ['a/1', 'a/2', 'a/b/3', 'c', 'd/4']) await bucket.file(name).save('x', { resumable: false });
    const names = (files: { name: string }[]) => files.map((f) => f.name);
    expect(names((await bucket.getFiles({ prefix: 'a/' }))[0])).toEqual(['a/1', 'a/2', 'a/b/3']);
    const [top, , answer] = await bucket.getFiles({ delimiter: '/', autoPaginate: false });
    expect(names(top)).toEqual(['c']);
    expect(answer).toMatchObject({ prefixes: ['a/', 'd/'] });
    expect(names((await bucket.getFiles({ prefix: 'a/', startOffset: 'a/2' }))[0])).toEqual(['a/2', 'a/b/3']);
    const paged: string[] = [];
    let pageToken: string | undefined;
    do {
      const [page, next] = await bucket.getFiles({
        maxResults: 2,
        autoPaginate: false,
        ...(pageToken ? { pageToken } : {}),
      });
      expect(page.length).toBeLessThanOrEqual(2);
      paged.push(...names(page));
      pageToken = (next as { pageToken?: string } | null)?.pageToken;
    } while (pageToken !== undefined);
    expect(paged).toEqual(['a/1', 'a/2', 'a/b/3', 'c', 'd/4']);
  });

  it('deletes, and then knows the object no more', async () => {
    const file = bucketAs(EDITOR).file('gone');
    await file.save('x', { resumable: false });
    expect(await file.exists()).toEqual([true]);
    await file.delete();
    expect(await file.exists()).toEqual([false]);
    await expect(file.download()).rejects.toMatchObject({ code: 404, message: `No such object: ${bucketName}/gone` });
    await expect(file.delete()).rejects.toMatchObject({ code: 404 });
    expect(readdirSync(join(folder, bucketName))).toEqual([]);
  });

  it('changes metadata without touching the bytes', async () => {
    const file = bucketAs(EDITOR).file('described');
    await file.save('x', { resumable: false, contentType: 'text/plain' });
    await file.setMetadata({ cacheControl: 'private' });
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({ cacheControl: 'private', contentType: 'text/plain', metageneration: '2' });
    expect((await file.download())[0].toString()).toBe('x');
  });
});

describe('access', () => {
  it('tells a caller without a role which role it lacks, as whom and where', async () => {
    const file = bucketAs(STRANGER).file('x');
    const refused = {
      code: 403,
      message: expect.stringMatching(new RegExp(`${STRANGER}.*buckets/${bucketName}.*roles/storage\\.`)),
    };
    await expect(file.save('x', { resumable: false })).rejects.toMatchObject(refused);
    await expect(file.getMetadata()).rejects.toMatchObject(refused);
    await expect(file.download()).rejects.toMatchObject(refused);
    await expect(file.delete()).rejects.toMatchObject(refused);
    await expect(file.createResumableUpload()).rejects.toMatchObject({ status: 403 });
    await expect(bucketAs(STRANGER).getFiles()).rejects.toMatchObject(refused);
  });

  it('gives a viewer reading only, and a creator neither reading nor replacing', async () => {
    await bucketAs(EDITOR).file('shared').save('x', { resumable: false });
    expect((await bucketAs(READER).file('shared').download())[0].toString()).toBe('x');
    await expect(bucketAs(READER).file('new').save('y', { resumable: false })).rejects.toMatchObject({ code: 403 });
    await bucketAs(WRITER).file('new').save('y', { resumable: false });
    await expect(bucketAs(WRITER).file('new').save('z', { resumable: false })).rejects.toMatchObject({ code: 403 });
    await expect(bucketAs(WRITER).file('new').download()).rejects.toMatchObject({ code: 403 });
  });

  it('stops at once when the role is taken away', async () => {
    const file = bucketAs(EDITOR).file('revoked');
    await file.save('x', { resumable: false });
    iam.revoke({
      resource: `buckets/${bucketName}`,
      role: 'roles/storage.objectUser',
      member: serviceAccountMember(EDITOR),
    });
    await expect(file.download()).rejects.toMatchObject({ code: 403 });
  });

  it('accepts no missing and no invented token', async () => {
    const url = `http://${api.host}/storage/v1/b/${bucketName}/o/x`;
    const invented = `ya29.local-${Buffer.from(EDITOR).toString('base64url')}`;
    for (const headers of [{}, { authorization: `Bearer ${invented}` }, { authorization: 'Basic eDp5' }]) {
      const response = await fetch(url, { headers });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 401, errors: [{ reason: 'authError' }] } });
    }
  });

  it('answers 404 for a bucket and a path that do not exist', async () => {
    iam.grant({
      resource: 'projects/local',
      role: 'roles/storage.objectAdmin',
      member: serviceAccountMember(STRANGER),
    });
    const headers = { authorization: `Bearer ${tokens.accessToken(STRANGER).token}` };
    for (const path of ['/storage/v1/b/no-such-bucket/o/x', '/storage/v1/unknown', '/nothing/here']) {
      expect((await fetch(`http://${api.host}${path}`, { headers })).status).toBe(404);
    }
    iam.revoke({
      resource: 'projects/local',
      role: 'roles/storage.objectAdmin',
      member: serviceAccountMember(STRANGER),
    });
  });
});
