// Random histories of one wallet for property tests: commands with time jumps, repeats, other accounts, hostile numbers.
import fc from 'fast-check';
import { fingerprint, keyId } from '../index.ts';
import type { Actor, Command } from '../index.ts';
import { holdIdOf, WALLET_ID } from './player.ts';
import { chargeIdOf } from './table.ts';

/** One thing that happens, `afterMs` behind the one before it. */
export interface Event {
  readonly afterMs: number;
  readonly command: Command;
}

/** Few keys and accounts, so that repeats, conflicts and ended holds are frequent. */
const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const actor = fc
  .constantFrom('narrate', 'narrate', 'narrate', 'render')
  .map((pseudonym): Actor => ({ kind: 'service', pseudonym }));
const credits = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, NaN, Infinity, -0, 2 ** 53, Number.MAX_SAFE_INTEGER) },
);
const operation = fc.constantFrom('narration', 'story');
const afterMs = fc.oneof(fc.constantFrom(0, 1, 999, 1_000), fc.integer({ min: 0, max: 6_000 }));

/** As the API makes it; numbers that JCS refuses go in as text. */
function keyed(type: string, target: string, name: string, fields: Readonly<Record<string, unknown>>) {
  const text = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, String(value)]));
  return { key: name, fingerprint: fingerprint(type, target, text) };
}

const grant = fc
  .record({
    key,
    credits,
    kind: fc.constantFrom('signup', 'free', 'bonus', 'plan', 'purchase'),
    expiresAt: fc.option(fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.constantFrom(20_000, 40_000)), {
      nil: undefined,
    }),
    rollover: fc.option(
      fc.record({ cap: fc.integer({ min: 0, max: 6 }), forMs: fc.integer({ min: 0, max: 30_000 }) }),
      {
        nil: undefined,
        freq: 2,
      },
    ),
  })
  .map(({ key, credits, kind, expiresAt, rollover }): Command => {
    const fields = {
      kind,
      credits,
      source: 'test',
      reasonCode: 'test',
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(rollover === undefined || kind !== 'plan'
        ? {}
        : { rollover: { cap: rollover.cap, expiresAt: (expiresAt ?? 0) + rollover.forMs } }),
    };
    const admin = { kind: 'admin', pseudonym: 'admin' } as const;
    return { type: 'grant', ...keyed('grant', WALLET_ID, key, fields), ...fields, actor: admin };
  });

const reserve = fc
  .record({
    key,
    credits,
    operation,
    actor,
    ttlMs: fc.constantFrom(1_000, 2_000, 5_000, 20_000),
    earlier: fc.option(key, { nil: undefined, freq: 2 }),
  })
  .map(({ key, credits, operation, actor, ttlMs, earlier }): Command => {
    const supersedes = earlier === undefined ? {} : { supersedes: holdIdOf(earlier) };
    const fields = { operation, credits, ttlMs, ...supersedes };
    const priced = { operation, params: { characters: 100 }, credits, priceVersion: 1 };
    return { type: 'reserve', ...keyed('reserve', WALLET_ID, key, fields), ...priced, actor, ttlMs, ...supersedes };
  });

const extend = fc
  .record({ of: key, key, actor, ttlMs: fc.constantFrom(1_000, 3_000, 9_000, 86_400_000) })
  .map(({ of, key, actor, ttlMs }): Command => {
    const holdId = holdIdOf(of);
    return { type: 'extend', holdId, ...keyed('extend', holdId, key, { ttlMs }), actor, ttlMs };
  });

const settle = fc
  .record({
    of: key,
    key,
    credits: fc.option(credits, { nil: undefined }),
    creditsMax: fc.constantFrom(undefined, 9, 24),
    overrun: fc.constantFrom(undefined, undefined, 'absorb', 'debt'),
    actor,
  })
  .map(({ of, key, credits, creditsMax, overrun, actor }): Command => {
    const holdId = holdIdOf(of);
    const fields = credits === undefined ? {} : { credits };
    const max = { ...(creditsMax === undefined ? {} : { creditsMax }), ...(overrun === undefined ? {} : { overrun }) };
    return { type: 'settle', holdId, ...keyed('settle', holdId, key, fields), ...fields, ...max, actor };
  });

const release = fc
  .record({ of: key, key, actor, reasonCode: fc.constantFrom('failed', 'timeout') })
  .map(({ of, key, actor, reasonCode }): Command => {
    return {
      type: 'release',
      holdId: holdIdOf(of),
      ...keyed('release', holdIdOf(of), key, { reasonCode }),
      actor,
      reasonCode,
    };
  });

const deduct = fc.record({ key, credits, operation, actor }).map(({ key, credits, operation, actor }): Command => {
  const priced = { operation, params: { characters: 100 }, credits, priceVersion: 1 };
  return { type: 'deduct', ...keyed('deduct', WALLET_ID, key, { operation, credits }), ...priced, actor };
});

const configure = fc
  .record(
    {
      unmetered: fc.constantFrom(false, false, true),
      status: fc.constantFrom('active', 'active', 'frozen'),
      overdraftLimit: fc.constantFrom(0, 4, 12),
      caps: fc.constantFrom({}, { daily: 30 }, { perMinute: 8, monthly: 40 }),
    },
    { requiredKeys: [] },
  )
  .chain((fields) =>
    fc.record({ key, fields: fc.constant(fields), kind: fc.constantFrom('admin', 'admin', 'service') }),
  )
  .map(({ key, fields, kind }): Command => {
    const common = keyed('configure', WALLET_ID, key, { said: JSON.stringify(fields) });
    return { type: 'configure', ...common, ...fields, reasonCode: 'test', actor: { kind, pseudonym: 'admin' } };
  });

const refund = fc
  .record({
    of: key,
    what: fc.constantFrom('deduct', 'settle', 'late', 'reserve', 'refund'),
    key,
    credits: fc.option(credits, { nil: undefined }),
    actor: fc.oneof(actor, fc.constant<Actor>({ kind: 'admin', pseudonym: 'admin' })),
  })
  .map(({ of, what, key, credits, actor }): Command => {
    const entryId = what === 'reserve' || what === 'refund' ? keyId(WALLET_ID, what, of) : chargeIdOf(`${what}:${of}`);
    const fields = { entryId, ...(credits === undefined ? {} : { credits }) };
    return { type: 'refund', ...keyed('refund', WALLET_ID, key, fields), ...fields, actor, reasonCode: 'test' };
  });

const reconcilePayment = fc
  .record({
    paymentId: fc.constantFrom('pi-1', 'pi-2', 'in-3'),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'),
    granted: fc.constantFrom(0, 7, 7, 9, 9, 9),
    clawedBack: fc.constantFrom(0, 0, 0, 2, 5, 7, 9, -1),
    expiresAt: fc.option(fc.integer({ min: 10_000, max: 90_000 }), { nil: undefined }),
    rolls: fc.boolean(),
  })
  .map(({ paymentId, key, granted, clawedBack, expiresAt, rolls }): Command => {
    const kind = paymentId === 'in-3' ? 'plan' : 'purchase';
    const rollover = { cap: 3, expiresAt: (expiresAt ?? 0) + 20_000 };
    const fields = {
      ...({ paymentId, kind, granted, clawedBack } as const),
      ...(expiresAt === undefined ? {} : { expiresAt, ...(rolls && kind === 'plan' ? { rollover } : {}) }),
    };
    const actor = { kind: 'service', pseudonym: 'billing' } as const;
    return {
      type: 'reconcilePayment',
      ...keyed('reconcilePayment', WALLET_ID, key, fields),
      ...fields,
      actor,
      reasonCode: 'test',
    };
  });

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: grant },
  { weight: 5, arbitrary: reserve },
  { weight: 2, arbitrary: extend },
  { weight: 3, arbitrary: settle },
  { weight: 2, arbitrary: release },
  { weight: 2, arbitrary: deduct },
  { weight: 1, arbitrary: configure },
  { weight: 2, arbitrary: refund },
  { weight: 2, arbitrary: reconcilePayment },
  { weight: 1, arbitrary: fc.constant<Command>({ type: 'tick' }) },
);

/** A history of up to 40 events. */
export const history: fc.Arbitrary<readonly Event[]> = fc.array(fc.record({ afterMs, command }), {
  minLength: 1,
  maxLength: 40,
  size: 'max',
});

/** Settings that a wallet has from before its history. */
export const settings = fc.record({ overdraftLimit: fc.constantFrom(0, 0, 0, 9) });
