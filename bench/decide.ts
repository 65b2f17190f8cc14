// The pure ledger on one core: what is left when nothing is stored.
import { startChild } from './children.ts';
import type { Answer, Question } from './decide.worker.ts';
import type { Family } from './family.ts';
import { short, spread } from './report.ts';

/** Some 15 KiB each: well below the young generation, so that no garbage is collected within a sample. */
const commands = 10_000;
const nodeFlags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
/** Until the code is compiled. */
const warmUps = 3;
const kinds = ['deduct', 'hold'] as const;

export const decideAlone: Family = {
  figures: [
    { id: 'decide-rate' },
    { id: 'decide-bytes' },
    { id: 'decide-rate-of-holds' },
    { id: 'decide-bytes-of-holds' },
  ],

  async measure(_wanted, { rounds, signal, progress }) {
    const children = kinds.map((kind) => {
      const child = startChild<Question, Answer>('decide.worker.ts', { nodeFlags, signal });
      return { kind, child, answers: [] as Answer[] };
    });
    try {
      progress('decide() alone: warming up');
      for (let round = 1 - warmUps; round <= rounds; round++) {
        if (round > 0) progress(`decide() alone: round ${round} of ${rounds}`);
        for (const { kind, child, answers } of children) {
          const answer = await child.ask({ commands, kind });
          if (round > 0) answers.push(answer);
        }
      }
    } finally {
      await Promise.all(children.map(({ child }) => child.stop()));
    }
    const [deducts, holds] = children.map(({ answers }) => ({
      rates: answers.map(({ perSecond }) => perSecond),
      bytes: answers.map(({ bytesPerCommand }) => bytesPerCommand),
    }));
    const row = (title: string, { rates, bytes }: typeof deducts & object) => [title, spread(rates), spread(bytes)];
    return {
      samples: {
        'decide-rate': deducts!.rates,
        'decide-bytes': deducts!.bytes,
        'decide-rate-of-holds': holds!.rates,
        'decide-bytes-of-holds': holds!.bytes,
      },
      rows: [
        [`decide(), ${short(commands)} commands`, 'commands a second', 'bytes a command'],
        row('deduct', deducts!),
        row('reserve, release', holds!),
      ],
    };
  },
};
