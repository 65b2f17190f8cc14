/** Authentication with tokens that are really signed: what is accepted, and every way in which a token is wrong. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import type { Principal } from '../http/contract.ts';
import { Problem } from '../http/problem.ts';
import { startIssuer, unsigned, type Issuer } from '../testing/issuer.ts';
import { createAuth, type Auth, type AuthOptions } from './auth.ts';
import type { UserRecord } from './directory.ts';

const projectId = 'reelbanana-test';
const audience = 'https://credits-1.europe-west1.run.app';
const email = 'narrate@local.iam.gserviceaccount.com';
let issuer: Issuer;
let auth: Auth;
let now = Date.UTC(2026, 5, 1);
const seconds = (): number => Math.floor(now / 1000);
/** The directory of users; a look-up is counted. */
const users = new Map<string, UserRecord>();
let lookups = 0;

const make = (options: Partial<AuthOptions> = {}): Auth =>
  createAuth({
    projectId,
    audience,
    allowedAccounts: new Map([[email, 'narrate']]),
    googleApiOrigin: issuer.origin,
    firebaseKeysUrl: `${issuer.origin}/firebase`,
    now: () => now,
    directory: {
      find(uid) {
        lookups += 1;
        return Promise.resolve(users.get(uid) ?? null);
      },
    },
    ...options,
  });

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());
beforeEach(() => {
  now = Date.UTC(2026, 5, 1);
  issuer.down = false;
  lookups = 0;
  users.clear();
  users.set('ada', { disabled: false, validSinceSeconds: 0 });
  auth = make();
});

const userClaims = (change: JWTPayload = {}): JWTPayload => ({
  iss: `https://securetoken.google.com/${projectId}`,
  aud: projectId,
  sub: 'ada',
  iat: seconds(),
  auth_time: seconds(),
  exp: seconds() + 3_600,
  email: 'ada@example.com',
  email_verified: true,
  firebase: { sign_in_provider: 'password' },
  ...change,
});
const serviceClaims = (change: JWTPayload = {}): JWTPayload => ({
  iss: 'https://accounts.google.com',
  aud: audience,
  sub: '1234567890',
  iat: seconds(),
  exp: seconds() + 3_600,
  email,
  email_verified: true,
  ...change,
});
const bearer = (token: string): string[] => [`Bearer ${token}`];
const asUser = (token: string, principals: Principal[] = ['user']) =>
  auth.authenticate({ authorization: bearer(token) }, principals);
const asService = (token: string, principals: Principal[] = ['service']) =>
  auth.authenticate({ 'service-authorization': bearer(token) }, principals);

/** The refusal, which repeats nothing of the token. */
async function refusal(attempt: Promise<unknown>, token = ''): Promise<[string, string]> {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    for (const part of token.split('.').filter((text) => text.length > 8)) expect(error.message).not.toContain(part);
    return [error.code, error.message];
  }
  throw new Error('it was accepted');
}

describe("an end user's ID token", () => {
  it('is taken when Firebase signed it for this project', async () => {
    const token = await issuer.sign(userClaims());
    expect(await asUser(token)).toEqual({
      user: { uid: 'ada', email: 'ada@example.com', emailVerified: true, admin: false, anonymous: false },
      tokens: { user: token },
    });
    expect(lookups).toBe(0);
  });

  it.each<[string, JWTPayload, RegExp]>([
    ['expired', { exp: 1 }, /expired/],
    ['without expiry', { exp: undefined } as unknown as JWTPayload, /"exp"/],
    ['for another project', { aud: 'another' }, /another audience/],
    ['of another project', { iss: 'https://securetoken.google.com/another' }, /another issuer/],
    ['of no issuer', { iss: undefined } as unknown as JWTPayload, /issuer|"iss"/],
    ['without a subject', { sub: '' }, /"sub"/],
    ['with an endless subject', { sub: 'x'.repeat(129) }, /"sub"/],
    ['signed in tomorrow', { auth_time: Date.UTC(2026, 5, 2) / 1000 }, /"auth_time"/],
    ['not yet valid', { nbf: Date.UTC(2026, 5, 2) / 1000 }, /"nbf"/],
  ])('is refused %s', async (_what, change, detail) => {
    const token = await issuer.sign(userClaims(change));
    const [code, message] = await refusal(asUser(token), token);
    expect(code).toBe('UNAUTHENTICATED');
    expect(message).toMatch(detail);
  });

  it('is refused unsigned, also with every claim right', async () => {
    const token = unsigned(userClaims());
    expect((await refusal(asUser(token), token))[0]).toBe('UNAUTHENTICATED');
  });

  it('is refused signed by another key, under a known and an unknown key id', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    for (const kid of ['k1', 'k2']) {
      const token = await issuer.sign(userClaims(), { key: privateKey, kid });
      expect(await refusal(asUser(token), token)).toEqual([
        'UNAUTHENTICATED',
        expect.stringMatching(/not signed by its issuer/),
      ]);
    }
  });

  it('is refused signed with a shared secret, as if the public key were one', async () => {
    const token = await new SignJWT(userClaims())
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(new TextEncoder().encode('x'.repeat(64)));
    expect(await refusal(asUser(token), token)).toEqual(['UNAUTHENTICATED', expect.stringMatching(/RS256/)]);
  });

  it('is refused with a payload changed after signing', async () => {
    const [head, , signature] = (await issuer.sign(userClaims())).split('.');
    const forged = [head, unsigned(userClaims({ sub: 'eve' })).split('.')[1], signature].join('.');
    expect((await refusal(asUser(forged), forged))[0]).toBe('UNAUTHENTICATED');
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearer a b',
    'Bearer abc',
    'Bearer a.b.c',
    `Bearer ${'x'.repeat(9_000)}`,
  ])('is refused as %p', async (header) => {
    expect((await refusal(auth.authenticate({ authorization: [header] }, ['user'])))[0]).toBe('UNAUTHENTICATED');
  });

  it('is refused twice in one request', async () => {
    const token = await issuer.sign(userClaims());
    const twice = { authorization: [...bearer(token), ...bearer(token)] };
    expect((await refusal(auth.authenticate(twice, ['user'])))[0]).toBe('UNAUTHENTICATED');
  });

  it('knows an anonymous user, and an address only as verified when the claim is boolean true', async () => {
    const token = await issuer.sign(
      userClaims({ email_verified: 'true', firebase: { sign_in_provider: 'anonymous' } }),
    );
    expect((await asUser(token)).user).toMatchObject({ emailVerified: false, anonymous: true });
  });
});

describe('an administrator', () => {
  const adminToken = (change: JWTPayload = {}): Promise<string> => issuer.sign(userClaims({ admin: true, ...change }));

  it('is a user whose claim is boolean true and nothing like it', async () => {
    expect((await asUser(await adminToken(), ['admin'])).user?.admin).toBe(true);
    for (const admin of ['true', 'false', 1, {}, [true], null]) {
      expect((await refusal(asUser(await adminToken({ admin }), ['admin'])))[0]).toBe('FORBIDDEN');
    }
  });

  it('is checked for revocation at every request, and a user is not', async () => {
    const token = await adminToken();
    await asUser(token, ['admin']);
    await asUser(token, ['admin']);
    expect(lookups).toBe(2);
    users.set('ada', { disabled: false, validSinceSeconds: seconds() + 1 });
    expect(await refusal(asUser(token, ['admin']), token)).toEqual([
      'UNAUTHENTICATED',
      expect.stringMatching(/revoked/),
    ]);
    users.set('ada', { disabled: true, validSinceSeconds: 0 });
    expect(await refusal(asUser(token, ['admin']), token)).toEqual([
      'UNAUTHENTICATED',
      expect.stringMatching(/disabled/),
    ]);
    users.delete('ada');
    expect((await refusal(asUser(token, ['admin']), token))[0]).toBe('UNAUTHENTICATED');
  });

  it('is an administrator only on routes that take them', async () => {
    expect((await asUser(await adminToken(), ['user'])).user?.admin).toBe(false);
    expect(lookups).toBe(0);
  });
});

describe('a service token', () => {
  it('is taken for an allowed account, its issuer written with https or without', async () => {
    for (const iss of ['https://accounts.google.com', 'accounts.google.com']) {
      expect(await asService(await issuer.sign(serviceClaims({ iss })))).toEqual({
        account: { id: 'narrate', email },
        tokens: {},
      });
    }
  });

  it.each<[string, JWTPayload, RegExp]>([
    ['expired', { exp: 1 }, /expired/],
    ['for another service', { aud: 'https://billing-1.europe-west1.run.app' }, /another audience/],
    ['for this and that', { aud: undefined } as unknown as JWTPayload, /audience|"aud"/],
    ['of another issuer', { iss: `https://securetoken.google.com/${projectId}` }, /another issuer/],
    ['of a like issuer', { iss: 'https://accounts.google.com.evil.example' }, /another issuer/],
    ['with an unverified address', { email_verified: false }, /no verified/],
    ['with "true" for verified', { email_verified: 'true' }, /no verified/],
    ['without an address', { email: undefined }, /"email"/],
  ])('is refused %s', async (_what, change, detail) => {
    const token = await issuer.sign(serviceClaims(change));
    const [code, message] = await refusal(asService(token), token);
    expect(code).toBe('UNAUTHENTICATED');
    expect(message).toMatch(detail);
  });

  it('is refused unsigned', async () => {
    expect((await refusal(asService(unsigned(serviceClaims()))))[0]).toBe('UNAUTHENTICATED');
    auth = make({ authEmulatorHost: '127.0.0.1:1' });
    expect((await refusal(asService(unsigned(serviceClaims()))))[0]).toBe('UNAUTHENTICATED');
  });

  it('is genuine but not allowed: 403', async () => {
    const token = await issuer.sign(serviceClaims({ email: 'someone@else.iam.gserviceaccount.com' }));
    expect((await refusal(asService(token), token))[0]).toBe('FORBIDDEN');
  });
});

describe('tokens in the wrong place', () => {
  it('are refused: a service token in Authorization, with the place where it belongs', async () => {
    const token = await issuer.sign(serviceClaims());
    expect(await refusal(asUser(token), token)).toEqual([
      'UNAUTHENTICATED',
      expect.stringMatching(/belongs in Service-Authorization/),
    ]);
  });

  it('are refused: a user token in Service-Authorization', async () => {
    const token = await issuer.sign(userClaims());
    expect((await refusal(asService(token), token))[0]).toBe('UNAUTHENTICATED');
  });

  it('are refused even where the other token would do', async () => {
    const [user, service] = [await issuer.sign(userClaims()), await issuer.sign(serviceClaims())];
    const swapped = { authorization: bearer(service), 'service-authorization': bearer(user) };
    expect((await refusal(auth.authenticate(swapped, ['service', 'user', 'userAndService'])))[0]).toBe(
      'UNAUTHENTICATED',
    );
    const both = { authorization: bearer(user), 'service-authorization': bearer(service) };
    expect(await auth.authenticate(both, ['userAndService'])).toMatchObject({
      user: { uid: 'ada' },
      account: { id: 'narrate' },
    });
  });
});

describe('verified tokens', () => {
  it('are remembered until they expire, and not beyond', async () => {
    const before = issuer.fetches();
    const token = await issuer.sign(userClaims());
    await asUser(token);
    issuer.down = true;
    await asUser(token);
    expect(issuer.fetches()).toBe(before + 1);
    now += 3_600_000;
    expect(await refusal(asUser(token), token)).toEqual(['UNAUTHENTICATED', expect.stringMatching(/expired/)]);
  });

  it('are asked for once by equal requests at the same time', async () => {
    auth = make({ authEmulatorHost: '127.0.0.1:1' });
    const token = unsigned(userClaims());
    await Promise.all(Array.from({ length: 50 }, () => asUser(token)));
    expect(lookups).toBe(1);
  });

  it('cannot be told where the keys cannot be had: 503, never 401', async () => {
    issuer.down = true;
    expect((await refusal(asUser(await issuer.sign(userClaims()))))[0]).toBe('OVERLOADED');
    expect((await refusal(asService(await issuer.sign(serviceClaims()))))[0]).toBe('OVERLOADED');
    auth = make({ googleApiOrigin: 'http://127.0.0.1:1' });
    expect((await refusal(asService(await issuer.sign(serviceClaims()))))[0]).toBe('OVERLOADED');
  });
});

describe("the emulator's unsigned tokens", () => {
  beforeEach(() => {
    auth = make({ authEmulatorHost: '127.0.0.1:1' });
  });

  it('are taken only where the emulator is configured', async () => {
    expect((await asUser(unsigned(userClaims()))).user?.uid).toBe('ada');
  });

  it.each<[string, JWTPayload]>([
    ['expired', { exp: 1 }],
    ['for another project', { aud: 'another' }],
    ['of another issuer', { iss: 'https://securetoken.google.com/another' }],
    ['without a subject', { sub: '' }],
    ['of a user who does not exist', { sub: 'nobody' }],
  ])('are refused %s', async (_what, change) => {
    expect((await refusal(asUser(unsigned(userClaims(change)))))[0]).toBe('UNAUTHENTICATED');
  });

  it('are refused of a disabled user, and from before a revocation', async () => {
    users.set('ada', { disabled: true, validSinceSeconds: 0 });
    expect((await refusal(asUser(unsigned(userClaims()))))[0]).toBe('UNAUTHENTICATED');
    users.set('ada', { disabled: false, validSinceSeconds: seconds() + 60 });
    expect((await refusal(asUser(unsigned(userClaims()))))[0]).toBe('UNAUTHENTICATED');
  });

  it('are refused signed: an emulator signs nothing', async () => {
    expect((await refusal(asUser(await issuer.sign(userClaims()))))[0]).toBe('UNAUTHENTICATED');
  });
});
