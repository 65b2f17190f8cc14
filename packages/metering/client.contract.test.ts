// The client against a server made of the API's own contracts, strict on both sides, over the real ledger's rules.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Listening } from '@reelbanana/service-kit/testing';
import { createAttempts } from './attempts.ts';
import { createCreditsClient } from './client.ts';
import type { CreditsClient } from './credits.ts';
import { attemptKey, holdIdOf } from './ids.ts';
import { memoryResults } from './results.ts';
import { creditsServer } from './testing/credits-server.ts';
import { ledgerCredits } from './testing/ledger-credits.ts';
import { narration } from './testing/narration.ts';

const ledger = ledgerCredits({ now: Date.now, credits: 10 });
let server: Listening;
let client: CreditsClient;
beforeAll(async () => {
  server = await creditsServer(ledger);
  client = createCreditsClient({ creditsUrl: server.url, identity: () => Promise.resolve('narrate') });
});
afterAll(() => server.close());

const reserve = { operation: 'narration', params: { characters: 150 }, ttlSeconds: 300 };

describe('the client and the contracts', () => {
  it('agree on a hold from reserve to settle, its replays and its end', async () => {
    const as = { userToken: 'ada', key: attemptKey('narration', 'k', 1) };
    const hold = await client.reserve(reserve, as);
    expect(hold).toEqual({
      walletId: ledger.walletId,
      holdId: holdIdOf(ledger.walletId, as.key), // the ids that a loser asks for are the ledger's
      credits: 2,
      state: 'open',
      replayed: false,
    });
    await expect(client.reserve(reserve, as)).resolves.toEqual({ ...hold, replayed: true });
    await expect(client.settle({ ...hold, credits: 2 })).resolves.toEqual({
      credits: 2,
      balance: { available: 8, held: 0, debt: 0 },
    });
    await expect(client.settle({ ...hold, credits: 2 })).resolves.toMatchObject({ credits: 2 });
    await expect(client.release({ ...hold, reasonCode: 'failed' })).rejects.toMatchObject({
      code: 'HOLD_CLOSED',
      data: { state: 'settled', credits: 2 },
    });
    await expect(client.reserve(reserve, as)).resolves.toEqual({ ...hold, state: 'settled', replayed: true });
    await expect(client.balance({ userToken: 'ada' })).resolves.toEqual({ available: 8, held: 0, debt: 0 });
  });

  it('agree on release, supersede and every refusal that the protocol reads', async () => {
    const key = (n: number) => ({ userToken: 'ada', key: attemptKey('narration', 'l', n) });
    const first = await client.reserve(reserve, key(1));
    const second = await client.reserve({ ...reserve, supersedes: first.holdId }, key(2));
    await expect(client.settle({ ...first, credits: 2 })).rejects.toMatchObject({
      code: 'HOLD_CLOSED',
      data: { state: 'released' },
    });
    await expect(client.release({ ...second, reasonCode: 'failed' })).resolves.toBeUndefined();
    const dear = { ...reserve, params: { characters: 5_000 } };
    await expect(client.reserve(dear, key(3))).rejects.toMatchObject({
      code: 'INSUFFICIENT_CREDITS',
      data: { required: 50 },
    });
    await expect(client.reserve({ ...reserve, ttlSeconds: 0 }, key(4))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(client.reserve(reserve, { ...key(5), userToken: 'mallory' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('carry a whole operation', async () => {
    const attempts = createAttempts({ credits: client, results: memoryResults() });
    const input = { ...narration({ key: 'm', userToken: 'ada' }) };
    const first = await attempts.run(input);
    const again = await attempts.run(input);
    expect(again).toEqual({ ...first, replayed: true });
    expect(input.runs()).toBe(1);
  });
});
