/** A small paid operation for tests: 'narration' of 150 characters, 2 credits, whose bytes tell the runs apart. */
import type { OperationInput } from '../attempts.ts';
import { requestDigest } from '../ids.ts';

export const narrationCredits = 2;

/** Run `i` of the work makes the bytes [i] and the field run: i. */
export function narration(o: Partial<OperationInput> = {}): OperationInput & { readonly runs: () => number } {
  let runs = 0;
  return {
    uid: 'uid',
    userToken: 'token',
    operation: 'narration',
    params: { characters: 150 },
    key: 'client key',
    requestDigest: requestDigest('narration', { text: 'text' }),
    ttlSeconds: 900,
    signal: new AbortController().signal,
    work: () => {
      runs += 1;
      return Promise.resolve({ contentType: 'audio/wav', bytes: Uint8Array.of(runs), fields: { run: runs } });
    },
    runs: () => runs,
    ...o,
  };
}
