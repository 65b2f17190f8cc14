// What the engine remembers of wallets: memory a wallet, and that the bound on it holds.
import { startChild } from './children.ts';
import type { Family } from './family.ts';
import { short, spread } from './report.ts';
import type { Answer, Question } from './wallet-cache.worker.ts';

/** The first is the engine's bound (walletsMax); the others are past it. */
const wallets = [10_000, 50_000, 100_000] as const;
const mib = 1024 * 1024;

export const walletCache: Family = {
  figures: [{ id: 'wallet-cache-memory', bound: { most: 1.1 } }, { id: 'wallet-cache-bytes-per-wallet' }],

  async measure(_wanted, { rounds, signal, progress }) {
    const answers: Answer[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`wallet cache: round ${round} of ${rounds}`);
      const child = startChild<Question, Answer>('wallet-cache.worker.ts', { nodeFlags: ['--expose-gc'], signal });
      try {
        answers.push(await child.ask({ wallets }));
      } finally {
        await child.stop();
      }
    }
    const held = (index: number) => answers.map(({ heldBytes }) => heldBytes[index] ?? Number.NaN);
    const [full, past, farPast] = [held(0), held(1), held(2)];
    const rows = wallets.map((count, index) => [short(count), spread(held(index).map((bytes) => bytes / mib))]);
    return {
      samples: {
        'wallet-cache-memory': farPast.map((bytes, round) => bytes / past[round]!),
        'wallet-cache-bytes-per-wallet': answers.map(({ walletsMax }, round) => full[round]! / walletsMax),
      },
      rows: [['wallets touched', 'MiB held by the engine'], ...rows],
    };
  },
};
