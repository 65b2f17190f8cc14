// The counters on Google's emulator: increments from several instances add up, by day and in all.
import { afterAll, expect, it } from '@jest/globals';
import { openFirestore } from '../open.ts';
import { freshDatabase } from '../testing/emulator.ts';

const { db, ...name } = freshDatabase();
const ledgers = [openFirestore(name), openFirestore(name), openFirestore(name)];
afterAll(() => Promise.all([db.terminate(), ...ledgers.map((ledger) => ledger.close())]));

const [june, july] = ['2026-06-30', '2026-07-01'];
const narrations = 'operation/story-generation/charges';

it('adds up what instances count, by day and in all', async () => {
  const [reader] = ledgers;
  expect(await reader!.usage.days(june, july)).toEqual(new Map());
  expect(await reader!.usage.total()).toEqual(new Map());
  for (const { usage } of ledgers) {
    await usage.add(new Map([[june, new Map([[narrations, 2]])]]), 5_000);
    await usage.add(
      new Map([
        [june, new Map([[narrations, 1]])],
        [
          july,
          new Map([
            [narrations, 4],
            ['account/held', -3],
          ]),
        ],
      ]),
      5_000,
    );
  }
  expect(await reader!.usage.days('2026-06-01', '2026-07-31')).toEqual(
    new Map([
      [june, new Map([[narrations, 9]])],
      [
        july,
        new Map([
          [narrations, 12],
          ['account/held', -9],
        ]),
      ],
    ]),
  );
  expect(await reader!.usage.days(july, july)).toHaveProperty('size', 1);
  expect(await reader!.usage.total()).toEqual(
    new Map([
      [narrations, 21],
      ['account/held', -9],
    ]),
  );
});
