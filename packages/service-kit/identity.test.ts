/** The workload's own tokens: asked for as the metadata server wants it, kept until shortly before they expire. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { googleClientOptions } from './google.ts';
import { serviceIdentity } from './identity.ts';
import { unsigned } from './testing/issuer.ts';
import { listen, type Listening } from './testing/listen.ts';

let server: Listening;
let asked: { url: string; flavor: unknown }[];
let answer: (n: number) => { status: number; text: string };
let now = Date.UTC(2026, 5, 1);

beforeEach(async () => {
  asked = [];
  now = Date.UTC(2026, 5, 1);
  answer = (n) => ({ status: 200, text: unsigned({ n, exp: now / 1000 + 3_600 }) });
  server = await listen((request, response) => {
    asked.push({ url: request.url ?? '', flavor: request.headers['metadata-flavor'] });
    const { status, text } = answer(asked.length);
    response.statusCode = status;
    response.end(`${text}\n`);
  });
});
afterEach(() => server.close());
const identity = () => serviceIdentity({ metadataHost: new URL(server.url).host, now: () => now });

describe('serviceIdentity', () => {
  it('asks for a full token of the audience, and keeps it apart from those of others', async () => {
    const tokenFor = identity();
    const [a, b] = [await tokenFor('https://a.example'), await tokenFor('https://b.example')];
    expect(await tokenFor('https://a.example')).toBe(a);
    expect(b).not.toBe(a);
    expect(asked).toEqual([
      {
        url: '/computeMetadata/v1/instance/service-accounts/default/identity?audience=https%3A%2F%2Fa.example&format=full',
        flavor: 'Google',
      },
      expect.objectContaining({ flavor: 'Google' }),
    ]);
  });

  it('asks once for many at the same time', async () => {
    const tokenFor = identity();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenFor('https://a.example')));
    expect(new Set(tokens).size).toBe(1);
    expect(asked.length).toBe(1);
  });

  it('renews before the token expires', async () => {
    const tokenFor = identity();
    await tokenFor('https://a.example');
    now += 3_600_000 - 119_000;
    await tokenFor('https://a.example');
    expect(asked.length).toBe(2);
  });

  it('tries again when the server fails, and tells a definite no at once in its own words', async () => {
    answer = (n) =>
      n === 1 ? { status: 503, text: 'busy' } : { status: 200, text: unsigned({ exp: now / 1000 + 3_600 }) };
    await identity()('https://a.example');
    expect(asked.length).toBe(2);
    answer = () => ({ status: 403, text: 'narrate@x was not granted roles/run.invoker on https://a.example' });
    await expect(identity()('https://a.example')).rejects.toThrow(/403 narrate@x was not granted roles\/run.invoker/);
    expect(asked.length).toBe(3);
  });

  it('remembers no failure', async () => {
    const tokenFor = identity();
    answer = () => ({ status: 404, text: 'no such account' });
    await expect(tokenFor('https://a.example')).rejects.toThrow('no such account');
    answer = () => ({ status: 200, text: unsigned({ exp: now / 1000 + 3_600 }) });
    await tokenFor('https://a.example');
  });
});

describe('googleClientOptions', () => {
  it('changes nothing unless the local cloud says where its API is', () => {
    expect(googleClientOptions('storage', {})).toEqual({});
    expect(googleClientOptions('storage', { LOCAL_GOOGLE_API: 'http://127.0.0.1:9' })).toEqual({
      apiEndpoint: 'http://127.0.0.1:9',
      useAuthWithCustomEndpoint: true,
    });
  });
});
