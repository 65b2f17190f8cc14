// Commits and other audits that land while a wallet is read: what is no violation, and what still is one.
import { describe, expect, it } from '@jest/globals';
import type { Entry, Wallet } from '@reelbanana/ledger';
import { commitOf, deduct, emptyWallet, env, grant } from '../testing/commands.ts';
import { checkpointSigner, keyRing, type Checkpoint } from './checkpoint.ts';
import { examine, open, type Examination } from './examine.ts';
import { privateKey } from './testing/keys.ts';

const walletId = 'w1';
const signer = checkpointSigner(privateKey());

/** A wallet that grows with every look: `before` each call to one of the three, so many deductions land. */
function growing(before: Partial<Record<'checkpoint' | 'wallet' | 'entries', number>>, signEach = false) {
  let wallet: Wallet = emptyWallet(walletId);
  const entries: Entry[] = [];
  let last: Checkpoint | null = null;
  const land = (commands: Parameters<typeof commitOf>[2]): void => {
    const commit = commitOf(wallet, '', commands, 1_000 + entries.length);
    wallet = commit.wallet;
    entries.push(...commit.entries);
    if (signEach) last = signer.sign({ env, walletId, seq: wallet.seq, headHash: wallet.headHash, at: 1 });
  };
  land([grant('g', 1_000)]);
  const grow = (call: keyof typeof before): void => {
    for (let i = 0; i < (before[call] ?? 0); i++) land([deduct(`d${entries.length}`, 1)]);
  };
  const put: Checkpoint[] = [];
  const how: Examination = {
    source: {
      wallet: () => {
        grow('wallet');
        return Promise.resolve(wallet);
      },
      snapshot: async () => ({ wallet: await how.source.wallet(walletId).then((found) => found!), facts: new Map() }),
      entries: async function* () {
        await Promise.resolve();
        grow('entries');
        yield* entries.toReversed();
      },
    },
    checkpoints: {
      latest: () => {
        grow('checkpoint');
        return Promise.resolve(last);
      },
      put: (checkpoint) => Promise.resolve(void put.push(checkpoint)),
      walletIds: () => Promise.resolve([walletId]),
    },
    envs: [env],
    keys: keyRing([signer.publicKey]),
    signer,
    now: () => 5,
    chainEntriesMax: 1_000,
  };
  return { how, put, add: (entry: Entry) => entries.push(entry), entries };
}

const run = async (how: Examination) => examine(how, await open(how, walletId));

describe('a wallet under way', () => {
  it.each(['checkpoint', 'wallet', 'entries'] as const)(
    'is sound while commits land before its %s is read',
    async (call) => {
      const { how } = growing({ [call]: 3 });
      expect((await run(how)).findings).toEqual([]);
    },
  );

  it('is sound while another audit signs a later head with every commit', async () => {
    const { how } = growing({ checkpoint: 2, wallet: 2, entries: 2 }, true);
    expect((await run(how)).findings).toEqual([]);
  });

  it('is signed where it was read, not where it is now', async () => {
    const { how, put } = growing({ entries: 3 });
    expect(await run(how)).toMatchObject({ signed: true, entries: 4 });
    expect(put).toMatchObject([{ walletId, seq: 1, at: 5 }]);
  });

  it('has a stray when an entry is behind the head of now as well', async () => {
    const { how, add, entries } = growing({ entries: 1 });
    add({ ...entries[0]!, id: 'f'.repeat(32), seq: 99 });
    expect(await run(how)).toMatchObject({ signed: false, findings: [{ invariant: 'stray', seq: 99 }] });
  });

  it('is not read on above the bound', async () => {
    const { how } = growing({ entries: 10 });
    const verdict = await run({ ...how, chainEntriesMax: 5 });
    expect(verdict).toMatchObject({ signed: false, findings: [{ invariant: 'unread' }] });
  });
});

it('an outage while the head is looked at once more is no stray: it ends the run', async () => {
  const { how } = growing({ entries: 3 });
  const opened = await open(how, walletId);
  const wallet = () => Promise.reject(new Error('the store is away'));
  await expect(examine({ ...how, source: { ...how.source, wallet } }, opened)).rejects.toThrow('the store is away');
});

it('an outage is no finding: it ends the run', async () => {
  const { how } = growing({});
  const down = { ...how, source: { ...how.source, snapshot: () => Promise.reject(new Error('down')) } };
  await expect(open(down, walletId)).rejects.toThrow('down');
});
