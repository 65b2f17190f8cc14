// The short run of the simulation (a long one: `npm run sim -- --minutes 5`): every promise of the package's README.md in bad
// weather.
import { describe, expect, it, jest } from '@jest/globals';
import { failureOf, hunt, mutants, replayOf, rowsOf, run, simulate } from './index.ts';
import { Tally } from './tally.ts';

jest.setTimeout(120_000); // thousands of commands, on a busy machine

const seeds = 100;
const seedsAtOnce = 20;
const huntedSeeds = 100;

describe('a simulated run', () => {
  const total = new Tally();
  const firsts = Array.from({ length: seeds / seedsAtOnce }, (_, index) => 1 + index * seedsAtOnce);

  it.each(firsts)('keeps every rule after every step and at its end (from seed %i)', async (firstSeed) => {
    const { failed, tally, runs } = await simulate({ firstSeed, seeds: seedsAtOnce });
    expect(failed === undefined ? '' : failureOf(failed)).toBe('');
    expect(runs).toBe(seedsAtOnce);
    total.add(tally);
  });

  it('has met, in all, every refusal, fault and crash that there is', () => {
    expect(total.missing).toEqual([]);
    expect(rowsOf(total).length).toBeGreaterThan(50);
  });

  it('is the same, event by event, whenever its seed is the same', async () => {
    const twice = [await run(7), await run(7)].map(({ digest, tally }) => [digest, tally.commands]);
    expect(twice[0]).toEqual(twice[1]);
    expect((await run(8)).digest).not.toBe(twice[0]?.[0]);
  });

  it('that breaks a rule says which, shows its last events and the command that replays it', async () => {
    const mutant = mutants.find(({ bug }) => bug === 'answers when it is sent')!;
    const verdict = await hunt(mutant, huntedSeeds);
    const broken = await run(verdict.seed!, mutant.seams());
    expect(failureOf(broken)).toContain(`\nreplay: ${replayOf(broken)} `);
    expect(replayOf(broken)).toBe(`npm run sim -- --seed ${verdict.seed}`);
    expect(failureOf(broken)).toContain('engine-1 is asked');
  });
});
