// Shared commits (README.md, Lanes): who goes together, when, and how many. On virtual time.
import { describe, expect, it } from '@jest/globals';
import type { WalletCommit } from '../port.ts';
import { script, type Fault, type FaultPlan } from '../stores/faulty.ts';
import { deduct } from '../testing/commands.ts';
import { commitBytes, commitBytesMax } from '../size.ts';
import { codes } from '../testing/house.ts';
import { street } from '../testing/street.ts';

const one = () => deduct('k', 1);
const none: Fault = { kind: 'none' };
const namesIn = (commit: readonly WalletCommit[]) => commit.map(({ walletId }) => walletId);
/** Every outcome is new, and every wallet is charged once. */
const accepted = (outcomes: Parameters<typeof codes>[0]) =>
  expect(new Set(codes(outcomes))).toEqual(new Set(['accepted']));

describe('wallets that share commits', () => {
  it('commit at once when nothing is in flight: the call goes out in the same turn, without a timer', async () => {
    const { execute, all, commits, time, ids } = await street({ wallets: 1 });
    await all(() => deduct('warm', 1));
    commits.length = 0;
    const outcome = execute(ids[0]!, one());
    await new Promise((resolve) => setImmediate(resolve)); // the turn ends; virtual time stands still
    expect(commits.map(namesIn)).toEqual([['w0']]);
    accepted([await time.run(outcome)]);
    await time.advance(0);
    expect(time.armed).toBe(0);
  });

  it('go together into the commit that follows the one in flight, each guarded by its own version', async () => {
    const { all, commits, sizes, shared, sound } = await street({ wallets: 9 });
    accepted(await all(() => deduct('warm', 1)));
    expect(sizes()).toEqual([1, 8]);
    accepted(await all((_, index) => deduct('again', index)));
    expect(new Set(commits[1]?.map(({ expected }) => expected)).size).toBe(8);
    expect(sizes()).toEqual([1, 8]);
    expect(shared).toEqual([
      ['ok', 8],
      ['ok', 8],
    ]);
    await sound();
  });

  it('are joined by the next commands of those who were just answered', async () => {
    const { execute, ids, time, sizes } = await street({ wallets: 20 });
    const caller = async (walletId: string) => {
      for (const key of ['a', 'b', 'c', 'd']) await execute(walletId, deduct(key, 1));
    };
    await time.run(Promise.all(ids.map(caller)));
    // The first went alone, so it and the others take turns; nobody's next command ever misses its commit.
    expect(sizes()).toEqual([1, 20, 20, 20, 19]);
  });

  it('are not there by default: every wallet commits alone', async () => {
    const { all, sizes, shared } = await street({ wallets: 9, limits: { laneWalletsMax: 1 } });
    accepted(await all(one));
    expect(sizes()).toEqual(Array(9).fill(1));
    expect(shared).toEqual([]);
  });

  it('wait for one of the commits in flight, of which there are never more than their bound', async () => {
    let [open, most] = [0, 0];
    const plan: FaultPlan = ({ op }) => {
      if (op === 'commit') most = Math.max(most, ++open);
      return none;
    };
    const home = await street({ wallets: 40, plan, limits: { sharedInFlightMax: 3, laneWalletsMax: 4 } });
    const commit = home.weather.commit.bind(home.weather);
    home.weather.commit = (parts, ms) => commit(parts, ms).finally(() => (open -= 1));
    accepted(await home.all(one));
    expect(most).toBe(3);
    expect(Math.max(...home.sizes())).toBe(4);
  });
});

describe('a shared commit', () => {
  it.each([
    [50, [1, 50]],
    [51, [1, 50, 1]],
  ])('of %i waiting wallets takes no more than 50', async (waiting, sizes) => {
    const home = await street({ wallets: waiting + 1 });
    accepted(await home.all(one));
    expect(home.sizes()).toEqual(sizes);
  });

  it.each([
    [1, 20, [1, 20]],
    [1, 21, [1, 20, 1]],
    [6, 4, [1, 4, 4]],
    [7, 4, [1, 4, 3, 1]],
  ])('of at most 20 entries, with %i commands on each of %i wallets', async (entries, waiting, sizes) => {
    const home = await street({ wallets: waiting + 1, limits: { entriesMax: 20 } });
    const flying = home.execute('w0', one());
    const rest = home.ids
      .slice(1)
      .flatMap((id) => Array.from({ length: entries }, (_, index) => home.execute(id, deduct(`k${index}`, 1))));
    accepted(await home.time.run(Promise.all([flying, ...rest])));
    // The first command of a wallet is on its way before the others of that turn are there.
    expect(home.sizes()).toEqual(sizes);
    await home.sound();
  });

  it('keeps the bound of bytes, and comes as near to it as the next part allows', async () => {
    const home = await street({ wallets: 90 });
    const text = '\u6f22'.repeat(1_024); // 3 bytes each
    const params = Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`text${index}`, text]));
    accepted(await home.all(() => deduct('large', 1, { params })));
    const [, first, second = []] = home.commits;
    expect(commitBytes(first!)).toBeLessThanOrEqual(commitBytesMax);
    expect(commitBytes([...first!, second[0]!])).toBeGreaterThan(commitBytesMax);
    await home.sound();
  });

  it('is not for a wallet that fills most of a commit by itself', async () => {
    const home = await street({ wallets: 9, limits: { entriesMax: 20 } });
    const many = Array.from({ length: 12 }, (_, index) => home.execute('w0', deduct(`k${index}`, 1)));
    const rest = home.ids.slice(1).map((id) => home.execute(id, one()));
    accepted(await home.time.run(Promise.all([...many, ...rest])));
    const large = home.commits.filter((parts) => parts.some(({ entries }) => entries.length > 10));
    expect(large.map((parts) => parts.length)).toEqual([1]);
  });
});

describe('drain', () => {
  it('answers what waits in the pool too, and resolves then', async () => {
    const home = await street({ wallets: 120, plan: script('commit', [{ kind: 'delay', ms: 300 }]) });
    const waiting = home.ids.map((id) => home.execute(id, one()));
    await home.time.run(home.engine.drain());
    accepted(await Promise.all(waiting));
    expect(home.engine.size.pending).toBe(0);
    expect(home.sizes()).toEqual([1, 50, 50, 19]);
    await home.sound();
  });
});

describe('limits of lanes', () => {
  it.each([{ laneWalletsMax: 0 }, { laneWalletsMax: 51 }, { sharedInFlightMax: 0 }, { quarantineMs: -1 }])(
    '%j is refused',
    async (limits) => {
      await expect(street({ wallets: 1, limits })).rejects.toThrow(RangeError);
    },
  );
});
