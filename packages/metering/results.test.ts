// The bounds that every result store keeps, whatever its client does.
import { describe, expect, it } from '@jest/globals';
import { inTime, memoryResults, type ResultStore } from './results.ts';

const facts = { contentType: 'text/plain', fields: {}, requestDigest: 'd', credits: 1 };
const never = (): Promise<never> => new Promise(() => undefined);

describe('a store in time', () => {
  it.each<[string, (store: ResultStore) => Promise<unknown>]>([
    ['put', (store) => store.put('pending/x', facts, Uint8Array.of(1))],
    ['get', (store) => store.get('pending/x')],
  ])('ends a %s that the storage never answers', async (_what, ask) => {
    await expect(ask(inTime(20, { put: never, get: never }))).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('ends a read of bytes that never come', async () => {
    const store = inTime(20, { put: never, get: () => Promise.resolve({ ...facts, bytes: never }) });
    const found = await store.get('pending/x');
    await expect(found?.bytes()).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('gives what it has, and null where there is nothing', async () => {
    const store = inTime(10_000, memoryResults());
    await store.put('pending/x', facts, Uint8Array.of(7));
    const { bytes, ...said } = (await store.get('pending/x'))!;
    expect([said, [...(await bytes())], await store.get('pending/y')]).toEqual([facts, [7], null]);
  });
});
