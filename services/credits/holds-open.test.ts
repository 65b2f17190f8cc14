/** The gauge of open holds follows the wallets that pass through the store. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createWallet, fingerprint, type Command } from '@reelbanana/ledger';
import { createEngine, MemoryStore, type CommitEngine } from '@reelbanana/ledger-firestore';
import { countHolds, type CountedStore } from './holds-open.ts';

let memory: MemoryStore;
let store: CountedStore;
let engine: CommitEngine;
let n = 0;
const meta = () => ({
  key: `k${(n += 1)}`,
  fingerprint: fingerprint('test', String(n), {}),
  actor: { kind: 'service', pseudonym: 'narrate' } as const,
});

async function run(walletId: string, command: Command): Promise<string> {
  const outcome = await engine.execute(walletId, command);
  return outcome.kind === 'answer' ? outcome.answer.entry.id : outcome.kind;
}
const reserve = (walletId: string): Promise<string> =>
  run(walletId, {
    type: 'reserve',
    ...meta(),
    operation: 'narration',
    params: {},
    credits: 1,
    priceVersion: 1,
    ttlMs: 60_000,
  });

beforeEach(async () => {
  memory = new MemoryStore();
  store = countHolds(memory, 2);
  engine = createEngine({ store, now: () => 1_000, random: () => 0.5 });
  for (const walletId of ['a', 'b', 'c']) {
    memory.add(createWallet({ walletId, env: 'test/(default)', owner: { kind: 'user', id: walletId }, readers: [] }));
    await run(walletId, { type: 'grant', ...meta(), kind: 'bonus', credits: 10, source: 'test', reasonCode: 'test' });
  }
});

describe('holds_open', () => {
  it('rises with a reserve and falls with its end', async () => {
    const holdId = await reserve('a');
    await reserve('a');
    expect(store.holdsOpen).toBe(2);
    await run('a', { type: 'settle', ...meta(), holdId });
    expect(store.holdsOpen).toBe(1);
  });

  it('counts what another instance opened, once the wallet is read here', async () => {
    await reserve('a');
    const elsewhere = countHolds(memory);
    expect(elsewhere.holdsOpen).toBe(0);
    await elsewhere.load('a', 1_000);
    await elsewhere.load('a', 1_000);
    expect(elsewhere.holdsOpen).toBe(1);
  });

  it('is not moved by a commit that fails', async () => {
    await reserve('a');
    const wallet = (await memory.load('a'))!.wallet;
    await expect(
      store.commit([{ walletId: 'a', expected: 'stale', wallet: { ...wallet, holds: {} }, entries: [] }], 1_000),
    ).rejects.toThrow();
    expect(store.holdsOpen).toBe(1);
  });

  it('keeps to its bound of wallets', async () => {
    for (const walletId of ['a', 'b', 'c']) await reserve(walletId);
    expect(store.holdsOpen).toBe(2);
  });
});
