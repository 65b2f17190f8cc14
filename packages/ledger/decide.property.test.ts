// Properties over random histories. A failing history is printed with its seed; run it again with
// fc.assert(..., { seed, path }).
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyTime, decide, dueAt, parseEntry } from './index.ts';
import type { Command, Decision, Wallet } from './index.ts';
import { deepFrozen, newPlayer } from './testing/player.ts';
import type { Player } from './testing/player.ts';
import { history, settings } from './testing/history.ts';
import type { Event } from './testing/history.ts';
import { said } from './testing/table.ts';

const runs = { numRuns: Number(process.env['FC_RUNS'] ?? 150) };

/** Plays a history from 1 s on and hands every step on. */
function play(
  player: Player,
  events: readonly Event[],
  step: (decision: Decision, command: Command, now: number) => void,
): void {
  let now = 1_000;
  for (const { afterMs, command } of events) {
    now += afterMs;
    step(player.play(command, now), command, now);
  }
}

describe('any history', () => {
  it('keeps every invariant after every step', () => {
    fc.assert(
      fc.property(history, settings, (events, set) => {
        const player = newPlayer(set);
        play(player, events, () => expect(player.violations()).toEqual([]));
      }),
      runs,
    );
  });

  it('conserves credits: issued + waived = available + held + consumed + expired + clawedBack - debt', () => {
    fc.assert(
      fc.property(history, settings, (events, set) => {
        const player = newPlayer(set);
        play(player, events, () => {
          const { issued, waived, available, held, consumed, expired, clawedBack, debt } = player.wallet.totals;
          expect(0 - issued - waived).toBe(available + held + consumed + expired + clawedBack + debt);
          expect(player.wallet.debt).toBe(0 - debt);
        });
      }),
      runs,
    );
  });

  it('answers an accepted command again with the stored entry, whenever it is repeated', () => {
    fc.assert(
      fc.property(history, settings, fc.integer({ min: 0, max: 30_000 }), (events, set, laterMs) => {
        const player = newPlayer(set);
        play(player, events, (decision, command, now) => {
          if (decision.kind !== 'accepted' || !decision.answer) return;
          const again = decide(player.wallet, player.found(command), command, now + laterMs, player.needed(command));
          expect(again).toMatchObject({
            kind: 'replayed',
            answer: { entry: decision.answer.entry, body: decision.answer.body },
          });
        });
      }),
      runs,
    );
  });

  it('refuses and replays only what was true at some moment, where the facts were read a step after the wallet', () => {
    fc.assert(
      fc.property(history, history, (events, others) => {
        const player = newPlayer();
        const probes = others.slice(0, 6).map(({ command }) => command);
        let now = 1_000;
        for (const { afterMs, command } of events) {
          now += afterMs;
          const { wallet } = player;
          const earlier = probes.map((probe) =>
            said(decide(wallet, player.found(probe), probe, now, player.needed(probe))),
          );
          player.play(command, now);
          for (const [index, probe] of probes.entries()) {
            const decision = decide(wallet, player.found(probe), probe, now, player.needed(probe));
            if (decision.kind === 'accepted') continue; // its commit fails, the wallet has moved
            const later = said(decide(player.wallet, player.found(probe), probe, now, player.needed(probe)));
            expect([earlier[index], later]).toContain(said(decision));
          }
        }
      }),
      runs,
    );
  });

  it('accepts on some of the facts only what it accepts on all of them, or what a create will refuse', () => {
    fc.assert(
      fc.property(history, history, (events, others) => {
        const player = newPlayer();
        play(player, events, (_decision, _command, now) => {
          const stored = new Set(player.entries.map(({ id }) => id));
          for (const { command } of others.slice(0, 6)) {
            const all = player.found(command);
            const some = [
              new Map(),
              ...[...all.keys()].map((id) => new Map([...all].filter(([other]) => other !== id))),
            ];
            for (const found of some) {
              const decision = decide(player.wallet, found, command, now, player.needed(command));
              if (decision.kind !== 'accepted' || decision.entries.some(({ id }) => stored.has(id))) continue;
              if (decision.entries.length === 0) continue; // that there is nothing to do is a claim too
              expect(decision).toEqual(decide(player.wallet, all, command, now, player.needed(command)));
            }
          }
        });
      }),
      runs,
    );
  });

  it('applying time at any extra moment changes no later answer and no balance', () => {
    fc.assert(
      fc.property(history, settings, fc.infiniteStream(fc.integer({ min: -1, max: 3 })), (events, set, ticks) => {
        const plain = newPlayer(set);
        const ticked = newPlayer(set);
        let now = 1_000;
        for (const { afterMs, command } of events) {
          for (let n = ticks.next().value as number; n > 0; n--)
            ticked.play({ type: 'tick' }, now + Math.floor(afterMs / n));
          now += afterMs;
          const [a, b] = [plain.play(command, now), ticked.play(command, now)];
          expect(timeless(b)).toEqual(timeless(a));
          expect(state(ticked.wallet, now)).toEqual(state(plain.wallet, now));
        }
        expect(ticked.violations()).toEqual([]);
      }),
      runs,
    );
  });

  it('decides the same on a wallet that went through storage, whatever the order of its keys', () => {
    fc.assert(
      fc.property(history, settings, (events, set) => {
        const player = newPlayer(set);
        let now = 1_000;
        for (const { afterMs, command } of events) {
          now += afterMs;
          const stored = shuffled(player.wallet);
          expect(stored).toEqual(player.wallet);
          const other = decide(stored, player.found(command), structuredClone(command), now, player.needed(command));
          expect(other).toEqual(player.play(command, now));
        }
      }),
      runs,
    );
  });

  it('says its body as the bytes do, and its wallet as plain data', () => {
    fc.assert(
      fc.property(history, settings, (events, set) => {
        const player = newPlayer(set);
        play(player, events, (decision) => {
          if (decision.kind !== 'accepted') return;
          for (const entry of decision.entries) expect(parseEntry(entry)).toStrictEqual(JSON.parse(entry.body));
          expect(decision.wallet).toStrictEqual(JSON.parse(JSON.stringify(decision.wallet)));
        });
      }),
      runs,
    );
  });

  it('needs time exactly at dueAt and not a millisecond before', () => {
    fc.assert(
      fc.property(history, settings, (events, set) => {
        const player = newPlayer(set);
        play(player, events, () => {
          const due = dueAt(player.wallet);
          if (due === undefined) return expect(applyTime(player.wallet, 8e15).entries).toEqual([]);
          expect(applyTime(player.wallet, due - 1).entries).toEqual([]);
          expect(applyTime(player.wallet, due).entries.length).toBeGreaterThan(0);
        });
      }),
      runs,
    );
  });
});

describe('any command whatever', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  const field = fc.oneof(
    anything,
    fc.constantFrom(
      NaN,
      -1,
      0,
      -0,
      0.5,
      1e300,
      Infinity,
      2 ** 53,
      '__proto__',
      'constructor',
      '',
      '\ud800',
      null,
      {},
      [],
    ),
  );
  const names = ['key', 'fingerprint', 'actor', 'kind', 'credits', 'expiresAt', 'source', 'reasonCode', 'paid', 'operation',
    'params', 'priceVersion', 'ttlMs', 'unmetered', 'status', 'overdraftLimit', 'caps', 'perMinuteMax', 'creditsMax', 'overrun', 'supersedes', 'holdId', 'entryId', 'paymentId', 'granted', 'clawedBack', 'rollover', '__proto__', 'toString', 'foreign']; // prettier-ignore
  const mangled = fc
    .tuple(history, fc.dictionary(fc.constantFrom(...names), field, { maxKeys: 3 }))
    .map(([events, fields]) => ({ ...(events[0] as Event).command, ...fields }));
  const odd = fc.oneof(
    { weight: 4, arbitrary: mangled },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom(
          'grant',
          'reserve',
          'extend',
          'settle',
          'release',
          'deduct',
          'configure',
          'refund',
          'reconcilePayment',
          'constructor',
        ),
        key: field,
        holdId: field,
      }),
    },
    { weight: 1, arbitrary: anything },
  );
  const now = fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.constantFrom(NaN, -1, 0.5, Infinity, -Infinity, 1e300));

  it('gets a decision, never a throw; what is refused writes nothing, what is accepted keeps the invariants', () => {
    fc.assert(
      fc.property(history, fc.array(fc.tuple(odd, now), { maxLength: 8 }), (events, commands) => {
        const player = newPlayer();
        play(player, events, () => undefined);
        for (const [command, at] of commands) {
          const before = JSON.stringify(deepFrozen(player.wallet));
          const decision = player.play(command as Command, at);
          if (decision.kind !== 'accepted') expect(JSON.stringify(player.wallet)).toBe(before);
          expect(player.violations()).toEqual([]);
        }
      }),
      { numRuns: runs.numRuns * 3 },
    );
  });
});

/** A decision without what tells when time was written down: hashes, and which entries went before. */
function timeless(decision: Decision): unknown {
  if (decision.kind === 'rejected') return decision.rejection;
  if (decision.kind === 'unread') return decision.facts;
  const answer = decision.answer;
  if (!answer) return decision.kind;
  const { entry, body, ...rest } = answer;
  return [decision.kind === 'replayed' ? said(decision) : 'accepted', entry.id, body, rest];
}

/** Everything that a wallet says at `now` but the hashes and the moment of its last entry. */
function state(wallet: Wallet, now: number): unknown {
  return { ...applyTime(wallet, now).wallet, headHash: '', at: 0 };
}

/** The same wallet as new objects, its holds in another order. */
function shuffled(wallet: Wallet): Wallet {
  const copy = structuredClone(wallet);
  return { ...copy, holds: Object.fromEntries(Object.entries(copy.holds).reverse()) };
}
