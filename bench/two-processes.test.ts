import { expect, it } from '@jest/globals';
import type { Answer } from './engine.worker.ts';
import { compare } from './two-processes.ts';

const answer = (latenciesMs: number[], commits: number, commitsFailed: number, refused = 0): Answer => ({
  latenciesMs,
  seconds: 2,
  commits,
  commitsFailed,
  refused,
});

it('compares two processes with one: rates as sums, latencies as one crowd, the share of the weaker, failures of all', () => {
  const one = [
    answer(
      Array.from({ length: 10 }, () => 4),
      5,
      0,
    ),
  ];
  const two = [answer([2, 2, 2, 2, 2, 2], 6, 1), answer([20, 2], 2, 1, 3)];
  expect(compare(one, two)).toEqual({ rate: 0.8, p99: 5, share: 0.25, failed: 0.2, refused: 3 });
});
