// The metadata server against the libraries that workloads really use: google-auth-library asks, jose verifies.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoogleAuth, OAuth2Client } from 'google-auth-library';
import { createRemoteJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { startApiOrigin } from './api.ts';
import type { LocalServer } from './http.ts';
import { createIam } from './iam.ts';
import { startMetadataServer } from './metadata.ts';
import { createBucketStore } from './storage/store.ts';
import { createTokenIssuer } from './tokens.ts';

const EMAIL = 'narrate@local.iam.gserviceaccount.com';
const AUDIENCE = 'http://127.0.0.1:4001';
const ENVIRONMENT = [
  'GOOGLE_CLOUD_PROJECT',
  'GCE_METADATA_HOST',
  'METADATA_SERVER_DETECTION',
  'HOME',
  'GOOGLE_APPLICATION_CREDENTIALS',
];
const before = Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]]));
const tokens = createTokenIssuer();
let api: LocalServer;
let metadata: LocalServer;

beforeAll(async () => {
  api = await startApiOrigin({ store: createBucketStore(join(tmpdir(), `unused`)), iam: createIam('local'), tokens });
  const identity = { email: EMAIL, projectId: 'local', projectNumber: '123456789012', region: 'us-central1' };
  metadata = await startMetadataServer(identity, tokens);
  delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
  Object.assign(process.env, {
    GCE_METADATA_HOST: metadata.host,
    METADATA_SERVER_DETECTION: 'assume-present',
    HOME: '/nonexistent',
    // As every workload has it: without it the library runs `gcloud` (seconds, and the developer's own project).
    GOOGLE_CLOUD_PROJECT: 'local',
  });
});
afterAll(async () => {
  for (const name of ENVIRONMENT) {
    const value = before[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await Promise.all([api.close(), metadata.close()]);
});

async function idTokenFor(audience: string): Promise<string> {
  const client = await new GoogleAuth().getIdTokenClient(audience);
  const headers = await client.getRequestHeaders();
  return (headers.get('authorization') ?? '').replace('Bearer ', '');
}

describe('identity tokens', () => {
  it('verify against the published JWKS for their audience, and for no other', async () => {
    const token = await idTokenFor(AUDIENCE);
    const keys = createRemoteJWKSet(new URL(`http://${api.host}/oauth2/v3/certs`));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: 'https://accounts.google.com',
      audience: AUDIENCE,
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ email: EMAIL, email_verified: true, aud: AUDIENCE });
    await expect(jwtVerify(token, keys, { audience: 'http://127.0.0.1:4002' })).rejects.toThrow(/aud/);
  });

  it('verify with google-auth-library against the PEM map', async () => {
    const endpoints = { oauth2FederatedSignonPemCertsUrl: `http://${api.host}/oauth2/v1/certs` };
    const client = new OAuth2Client({ endpoints });
    const ticket = await client.verifyIdToken({ idToken: await idTokenFor(AUDIENCE), audience: AUDIENCE });
    expect(ticket.getPayload()).toMatchObject({ email: EMAIL });
  });

  it('cannot be signed with another key under the same key id', async () => {
    const real = await idTokenFor(AUDIENCE);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const kid = JSON.parse(Buffer.from(real.split('.')[0] ?? '', 'base64url').toString()).kid as string;
    const forged = await new SignJWT({ ...decodeJwt(real) }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
    const keys = createRemoteJWKSet(new URL(`http://${api.host}/oauth2/v3/certs`));
    await expect(jwtVerify(forged, keys)).rejects.toThrow(/signature/);
  });

  it('need an audience', async () => {
    const url = `http://${metadata.host}/computeMetadata/v1/instance/service-accounts/default/identity`;
    expect((await fetch(url, { headers: { 'metadata-flavor': 'Google' } })).status).toBe(400);
  });
});

describe('access tokens', () => {
  it('are the account of this server, and unguessable', async () => {
    const auth = new GoogleAuth();
    const token = await auth.getAccessToken();
    expect(tokens.accountOf(token ?? '')).toBe(EMAIL);
    expect(token).not.toContain(Buffer.from(EMAIL).toString('base64url'));
    expect(tokens.accountOf(`${token}x`)).toBeUndefined();
  });

  it('end with their lifetime, and are renewed before it', () => {
    let now = 1_000_000;
    const issuer = createTokenIssuer(() => now);
    const first = issuer.accessToken(EMAIL);
    now += 1_000_000;
    expect(issuer.accessToken(EMAIL)).toEqual({ token: first.token, expiresInS: 2_600 });
    now += 2_400_000;
    const second = issuer.accessToken(EMAIL);
    expect(second.token).not.toBe(first.token);
    expect(issuer.accountOf(first.token)).toBe(EMAIL);
    now += 200_001;
    expect(issuer.accountOf(first.token)).toBeUndefined();
    expect(issuer.accountOf(second.token)).toBe(EMAIL);
  });
});

describe('the server', () => {
  const get = (path: string, headers: Record<string, string>) => fetch(`http://${metadata.host}${path}`, { headers });
  it("refuses without Google's header, and what was forwarded", async () => {
    const path = '/computeMetadata/v1/instance/service-accounts/default/token';
    expect((await get(path, {})).status).toBe(403);
    expect((await get(path, { 'metadata-flavor': 'Google', 'x-forwarded-for': '10.0.0.1' })).status).toBe(403);
    expect((await get(path, { 'metadata-flavor': 'Google' })).status).toBe(200);
  });

  it('tells project, region and account, by alias and by e-mail', async () => {
    const value = async (path: string) =>
      (await get(`/computeMetadata/v1${path}`, { 'metadata-flavor': 'Google' })).text();
    expect(await value('/project/project-id')).toBe('local');
    expect(await value('/project/numeric-project-id')).toBe('123456789012');
    expect(await value('/instance/region')).toBe('projects/123456789012/regions/us-central1');
    expect(await value('/instance/service-accounts/default/email')).toBe(EMAIL);
    expect(await value(`/instance/service-accounts/${EMAIL}/email`)).toBe(EMAIL);
    expect(
      (await get('/computeMetadata/v1/instance/service-accounts/other@x/token', { 'metadata-flavor': 'Google' }))
        .status,
    ).toBe(404);
  });
});
