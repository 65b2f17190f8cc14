// A hot wallet in a cloud that takes one commit a second of a document: what users wait for then.
import { startSlowDocuments } from '@reelbanana/ledger-firestore/testing';
import { startChild } from './children.ts';
import type { Answer, Question } from './engine.worker.ts';
import type { Family } from './family.ts';
import { quantileOf } from './measure.ts';
import { short } from './report.ts';
import { richWallet } from './shapes.ts';

const perSecond = 400;
/** Long enough that how it starts is no large part of it. */
const seconds = 20;
const slow = { everyMs: 1_000, delayMs: 30 };

export const slowDocument: Family = {
  figures: [
    { id: 'slow-document-p99-s', bound: { most: 2.5 } },
    { id: 'slow-document-503s', bound: { most: 0 } },
  ],

  async measure(_wanted, { rounds, signal, emulator, database, progress }) {
    const { name, db } = await database();
    const p99s: number[] = [];
    const refusals: number[] = [];
    const rows = [['slow document', 'p50 s', 'p99 s', 'max s', 'commits', 'aborted', '503s']];
    for (let round = 1; round <= rounds; round++) {
      progress(`slow document: round ${round} of ${rounds}`);
      const proxy = await startSlowDocuments(await emulator(), slow);
      const child = startChild<Question, Answer>('engine.worker.ts', {
        env: { FIRESTORE_EMULATOR_HOST: proxy.host },
        signal,
      });
      try {
        const { walletId } = await richWallet(db);
        const answer = await child.ask({ kind: 'open', database: name, walletId, perSecond, seconds });
        const at = (share: number) => quantileOf(answer.latenciesMs, share) / 1_000;
        p99s.push(at(0.99));
        refusals.push(answer.refused);
        rows.push([
          `round ${round}`,
          ...[at(0.5), at(0.99), at(1), answer.commits, answer.commitsFailed, answer.refused].map(short),
        ]);
      } finally {
        await child.stop();
        await proxy.close();
      }
    }
    return { samples: { 'slow-document-p99-s': p99s, 'slow-document-503s': refusals }, rows };
  },
};
