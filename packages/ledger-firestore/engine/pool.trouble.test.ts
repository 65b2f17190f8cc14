// Trouble in a shared commit (README.md, Lanes): one wallet's stays its own, and the rules of a single wallet's commits hold
// for each wallet in it. On virtual time.
import { describe, expect, it } from '@jest/globals';
import { keyId } from '@reelbanana/ledger';
import { StaleVersion, UnknownOutcome, type WalletCommit } from '../port.ts';
import { sleep } from '../scheduler.ts';
import { script, type Fault, type FaultPlan } from '../stores/faulty.ts';
import { deduct, reserve, settle } from '../testing/commands.ts';
import { codes } from '../testing/house.ts';
import { street } from '../testing/street.ts';
import type { EngineLimits } from './limits.ts';

const one = () => deduct('k', 1);
const none: Fault = { kind: 'none' };
const namesIn = (commit: readonly WalletCommit[]) => commit.map(({ walletId }) => walletId);
const accepted = (outcomes: Parameters<typeof codes>[0]) =>
  expect(new Set(codes(outcomes))).toEqual(new Set(['accepted']));

describe('a conflict in a shared commit', () => {
  it('of one wallet is decided again for it alone; all others land without a second decision', async () => {
    const home = await street({ wallets: 51 });
    accepted(await home.all(() => deduct('warm', 1)));
    await home.elsewhere('w30', [deduct('k', 1)]);
    home.sizes();
    const outcomes = await home.all(() => deduct('k', 1));
    expect(codes(outcomes).filter((code) => code === 'replayed')).toHaveLength(1);
    expect(codes([outcomes[30]!])).toEqual(['replayed']);
    // 50 in one; then in eight pieces, of which one is refused and split into its parts; then the one by itself, whose key is there.
    expect(home.sizes()).toEqual([1, 50, ...Array(7).fill(7), 1, ...Array(7).fill(1), 1]);
    for (const id of home.ids) expect((await home.wallet(id)).totals.consumed).toBe(2);
    await home.sound();
  });

  it.each(['w1', 'w25', 'w50'])('wherever the wallet stands in it (%s)', async (contended) => {
    const home = await street({ wallets: 51 });
    accepted(await home.all(() => deduct('warm', 1)));
    await home.elsewhere(contended, [deduct('other', 1)]);
    accepted(await home.all(one));
    expect((await home.wallet(contended)).totals.consumed).toBe(3);
    await home.sound();
  });

  it('of all wallets at once ends for all of them', async () => {
    const home = await street({ wallets: 51 });
    accepted(await home.all(() => deduct('warm', 1)));
    for (const id of home.ids) await home.elsewhere(id, [deduct('other', 1)]);
    accepted(await home.all(one));
    for (const id of home.ids) expect((await home.wallet(id)).totals.consumed).toBe(3);
    await home.sound();
  });

  it('sends its wallet alone for a while, so that it costs the others one failed commit and no more', async () => {
    let rival: string | undefined;
    const plan: FaultPlan = ({ op, walletIds }) => {
      if (op === 'commit' && rival !== undefined && walletIds.includes('w7')) {
        void home.elsewhere('w7', [deduct(rival, 1)]); // before this one lands
        rival = undefined;
      }
      return { kind: 'delay', ms: 1 };
    };
    const home = await street({ wallets: 21, plan, limits: { quarantineMs: 1_000 } });
    const round = async (key: string) => {
      rival = `rival-${key}`;
      home.commits.length = home.shared.length = 0;
      accepted(await home.all(() => deduct(key, 1)));
      return home.shared.map(([outcome]) => outcome).filter((outcome) => outcome !== 'ok').length;
    };
    accepted(await home.all(() => deduct('warm', 1)));
    expect(await round('first')).toBe(2); // the whole, and the piece that it was in
    for (const key of ['second', 'third']) {
      expect(await round(key)).toBe(0);
      const own = home.commits.filter((parts) => namesIn(parts).includes('w7'));
      expect(own.map((parts) => parts.length)).toEqual([1, 1]);
    }
    await home.time.advance(1_001);
    expect(await round('last')).toBe(2);
    await home.sound();
  });

  it('by a bug in one part is thrown to its own callers alone', async () => {
    const home = await street({ wallets: 20 });
    const commitNow = home.memory.commitNow.bind(home.memory);
    home.memory.commitNow = (parts) => {
      if (namesIn(parts).includes('w9')) throw new TypeError('broken');
      return commitNow(parts);
    };
    const outcomes = await home.time.run(Promise.allSettled(home.ids.map((id) => home.execute(id, one()))));
    expect(outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([9]);
  });
});

describe('an unknown outcome of a shared commit', () => {
  it('is one of each wallet in it: none is refused what may still land', async () => {
    const down: Fault = { kind: 'unavailable' };
    // While no commit goes through, what is due cannot be written down either, and nothing moves the versions.
    const commits: Fault[] = [none, none, none, { kind: 'heldBack' }, ...Array<Fault>(1_000).fill(down)];
    const home = await street({ wallets: 4, plan: script('commit', commits) });
    accepted(await home.all(() => reserve('r', 5, { ttlMs: 1_000 })));
    // The first goes alone and lands. Of the other three nobody knows.
    const settled = home.ids.map((id) => home.execute(id, settle('s', keyId(id, 'reserve', 'r')), { deadlineMs: 1 }));
    await home.time.run(Promise.all(settled));
    await home.time.advance(2_000); // the holds have expired meanwhile, but for what was sent
    const again = await home.all((id) => settle('s', keyId(id, 'reserve', 'r')));
    expect(codes(again)).toEqual(['replayed', 'UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    await home.weather.landHeldBack();
    const last = await home.all((id) => settle('s', keyId(id, 'reserve', 'r')));
    expect(codes(last)).toEqual(Array(4).fill('replayed'));
    for (const id of home.ids) expect((await home.wallet(id)).totals.consumed).toBe(5);
    await home.sound();
  });

  it.each(['lostAnswer', 'silentRetry', 'lost', 'heldBack'] as const)('(%s) charges nobody twice', async (kind) => {
    const fault: Fault = kind === 'heldBack' ? { kind, ms: 30 } : { kind };
    const home = await street({ wallets: 12, plan: script('commit', [none, fault]) });
    const outcomes = await home.all(one);
    expect(codes(outcomes).filter((code) => code !== 'accepted' && code !== 'replayed')).toEqual([]);
    await home.time.advance(1_000);
    for (const id of home.ids) expect((await home.wallet(id)).totals.consumed).toBe(1);
    await home.sound();
  });

  it('of a store that names contention makes all of them suspects, who commit alone until one such commit has landed', async () => {
    const home = await street({ wallets: 9 });
    const commit = home.weather.commit.bind(home.weather);
    home.weather.commit = (parts, ms) =>
      parts.length > 1 ? Promise.reject(new UnknownOutcome('too much contention', true)) : commit(parts, ms);
    accepted(await home.all(one));
    expect(home.sizes()).toEqual([1, 8, ...Array(8).fill(1)]);
    home.weather.commit = commit;
    accepted(await home.all(() => deduct('next', 1)));
    expect(home.sizes()).toEqual([1, 8]);
  });
});

describe('who was answered at its deadline while its part waited', () => {
  it('is not carried out by a commit that begins later; the others of its wallet are', async () => {
    const home = await street({ wallets: 2, plan: script('commit', [none, none, { kind: 'delay', ms: 3_000 }]) });
    accepted(await home.all(() => deduct('warm', 1)));
    const flying = home.execute('w0', one());
    await home.time.advance(1);
    const impatient = home.execute('w1', one(), { deadlineMs: 1_000 });
    const patient = home.execute('w1', deduct('other', 2));
    expect(codes([await home.time.run(impatient)])).toEqual(['UNAVAILABLE']);
    accepted(await home.time.run(Promise.all([flying, patient])));
    expect((await home.wallet('w1')).totals.consumed).toBe(1 + 2);
    await home.sound();
  });

  it('not even by the pieces of a commit that was refused', async () => {
    const home = await street({ wallets: 4 });
    accepted(await home.all(() => deduct('warm', 1)));
    const commit = home.weather.commit.bind(home.weather);
    home.weather.commit = async (parts, ms) => {
      if (parts.length === 1) return commit(parts, ms);
      await sleep(home.time, 2_000);
      throw new StaleVersion(namesIn(parts));
    };
    const first = home.execute('w0', one());
    const rest = ['w1', 'w2'].map((id) => home.execute(id, one()));
    const impatient = home.execute('w3', one(), { deadlineMs: 1_000 });
    expect(codes([await home.time.run(impatient)])).toEqual(['UNAVAILABLE']);
    accepted(await home.time.run(Promise.all([first, ...rest])));
    await home.time.advance(10_000);
    expect((await home.wallet('w3')).totals.consumed).toBe(1);
  });
});

describe('a wallet that conflicts as often as its turns let it, of 20 charges a second', () => {
  const callMs = 5;
  const seconds = 1;

  /** Deductions that 16 callers made on wallets of their own, while another was charged 20 times a second. */
  const made = async (isContended: boolean, more: Partial<EngineLimits> = {}) => {
    let isDue = false;
    let conflicts = 0;
    const plan: FaultPlan = ({ op, walletIds }) => {
      if (op === 'commit' && isDue && walletIds.includes('w0')) {
        isDue = false;
        if (isContended) void home.elsewhere('w0', [deduct(`other-${conflicts++}`, 1)]); // before this one lands
      }
      return { kind: 'delay', ms: callMs };
    };
    const home = await street({ wallets: 17, plan, credits: 1_000_000, limits: more });
    const end = home.time.now() + seconds * 1_000;
    let count = 0;
    const caller = async (walletId: string) => {
      for (let round = 0; home.time.now() < end; round++) {
        accepted([await home.execute(walletId, deduct(`k${round}`, 1))]);
        count += 1;
      }
    };
    const contended = async () => {
      for (let round = 0; home.time.now() < end; round++) {
        const next = home.time.now() + 50;
        isDue = true;
        accepted([await home.execute('w0', deduct(`k${round}`, 1))]);
        await sleep(home.time, next - home.time.now());
      }
    };
    await home.time.run(Promise.all([...home.ids.slice(1).map(caller), contended()]));
    await home.sound();
    return { count, conflicts };
  };

  it('costs the others at most a tenth of their rate; without its quarantine it would cost more', async () => {
    const quiet = await made(false);
    const stormy = await made(true);
    expect(stormy.conflicts).toBeGreaterThanOrEqual(12);
    expect(quiet.count).toBeGreaterThan(16 * 100);
    expect(stormy.count).toBeGreaterThanOrEqual(0.9 * quiet.count);
    const shared = await made(true, { quarantineMs: 0 });
    expect(shared.count).toBeLessThan(stormy.count);
  });
});
