/** The memory of verified tokens: bounded, least recently used first, and never one of failures. */
import { describe, expect, it } from '@jest/globals';
import { createTokenCache } from './cache.ts';

const verifier = () => {
  const seen: string[] = [];
  return {
    seen,
    verify: (token: string) => {
      seen.push(token);
      return token === 'bad' ? Promise.reject(new Error('bad')) : Promise.resolve({ value: token, expiresAtMs: 100 });
    },
  };
};

describe('the token cache', () => {
  it('holds no more than its bound, and forgets the least recently used', async () => {
    const { seen, verify } = verifier();
    const cache = createTokenCache<string>(() => 0, 2);
    for (const token of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.get(token, verify);
    expect(seen).toEqual(['a', 'b', 'c', 'b']);
    expect(cache.size).toBe(2);
  });

  it('verifies again at the very moment of expiry', async () => {
    const { seen, verify } = verifier();
    let now = 99;
    const cache = createTokenCache<string>(() => now);
    await cache.get('a', verify);
    await cache.get('a', verify);
    expect(seen.length).toBe(1);
    now = 100;
    await cache.get('a', verify);
    expect(seen.length).toBe(2);
  });

  it('remembers no failure', async () => {
    const { seen, verify } = verifier();
    const cache = createTokenCache<string>(() => 0);
    for (let i = 0; i < 2; i += 1) await expect(cache.get('bad', verify)).rejects.toThrow('bad');
    expect(seen).toEqual(['bad', 'bad']);
    expect(cache.size).toBe(0);
  });
});
