// The promise of the attempt protocol, checked against the real ledger under random crashes, lost answers, retries, late
// landings and pauses: charge exactly once, one result, no credit left held.
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { invariants } from '@reelbanana/ledger/invariants';
import { CreditsError } from './errors.ts';
import { WorkFailed } from './attempts.ts';
import { narrationCredits } from './testing/narration.ts';
import { createWorld, fates, type Choice, type World } from './testing/world.ts';

jest.setTimeout(60_000); // hundreds of runs, on a busy machine

const ttlMs = 900_000;

const choices: fc.Arbitrary<Choice> = fc.record({
  pick: fc.nat(5),
  fate: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...fates) },
    { weight: 5, arbitrary: fc.constant('run' as const) },
  ),
  ms: fc.constantFrom(1_000, ttlMs / 2, ttlMs, 2 * ttlMs),
});

/** Whatever happened before: the client that insists is answered, once charged, and everybody agrees on the result. */
async function check(world: World): Promise<void> {
  const last = await world.insist();
  const answers = [...world.outcomes, last];
  expect(new Set(answers.map(({ holdId }) => holdId))).toEqual(new Set([last.holdId]));
  expect(new Set(answers.map(({ fields }) => fields.run))).toEqual(new Set([last.fields.run]));

  const settles = [...world.ledger.entries('settle'), ...world.ledger.entries('lateSettle')];
  expect(settles).toHaveLength(1);
  expect(JSON.parse(settles[0]?.body ?? '')).toMatchObject({ holdId: last.holdId, credits: narrationCredits });

  const published = [...world.results.objects].filter(([name]) => name.startsWith('results/'));
  expect(published.map(([name, { content }]) => [name, [...content]])).toEqual([
    [`results/uid/${last.holdId}`, [last.fields.run]],
  ]);

  world.pass(ttlMs); // what nobody gave back expires
  const wallet = world.ledger.wallet();
  expect(wallet.totals).toMatchObject({ consumed: narrationCredits, held: 0, available: 0 });
  expect(invariants(wallet, world.ledger.entries())).toEqual([]);
  for (const failure of world.failures) expectHonest(failure);
}

/** A client is told of an outage, of contention or of failed work; never of a lack of credits, which there is none. */
function expectHonest(failure: unknown): void {
  if (failure instanceof WorkFailed) return;
  expect(failure).toBeInstanceOf(CreditsError);
  expect(['CONTENTION', 'OVERLOADED']).toContain((failure as CreditsError).code);
}

describe('the attempt protocol under faults', () => {
  // The wallet holds the price of one run: a second hold beside an open one would be refused and be seen.
  it('charges exactly once and keeps one result, whatever happens to two processes and their clients', async () => {
    let works = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(choices, { minLength: 5, maxLength: 60 }), async (tape) => {
        const world = createWorld({ credits: narrationCredits, processes: 2, ttlMs });
        await world.play(tape);
        await check(world);
        works = Math.max(works, world.runs());
      }),
      { numRuns: 400 },
    );
    expect(works).toBeGreaterThan(1); // the tapes do reach the interesting cases
  });

  it('with a process paused past its hold’s time while another goes on: the work runs twice, the charge is one', async () => {
    const world = createWorld({ credits: narrationCredits, processes: 2, ttlMs });
    const run = (pick: number, count: number): Choice[] =>
      Array.from({ length: count }, () => ({ pick, fate: 'run', ms: 0 }));
    await world.play([
      ...run(0, 2), // reserve, work: then process 0 stands still
      { pick: 0, fate: 'pause', ms: ttlMs },
      { pick: 1, fate: 'request', ms: 0 },
      ...run(1, 6), // process 1: reserve 1 (replayed), reserve 2, work, put, settle, put; then process 0 wakes
    ]);
    expect(world.runs()).toBe(2);
    expect(world.outcomes).toHaveLength(2);
    expect(world.outcomes.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
    await check(world);
  });
});
