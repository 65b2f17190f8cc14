/** Pseudonyms are stored for ever: the bytes are fixed here, computed apart from the code. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createActors } from './pseudonym.ts';

const key = 'a key for tests that is long enough';
const expected = (text: string): string => createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, 32);

describe('actors', () => {
  it('are named as wire.md says: HMAC-SHA256 of kind, colon and subject, its first 32 hex', () => {
    const actors = createActors(key);
    expect(actors.service('narrate')).toEqual({ kind: 'service', pseudonym: expected('service:narrate') });
    expect(actors.admin('Üid/1')).toEqual({ kind: 'admin', pseudonym: expected('admin:Üid/1') });
    // printf 'service:narrate' | openssl dgst -sha256 -hmac 'a key for tests that is long enough'
    expect(actors.service('narrate').pseudonym).toBe('cc6a1145b592af0b13e4219a27f7f794');
  });

  it('are others under another key, and for another kind of the same subject', () => {
    expect(createActors('another').service('narrate')).not.toEqual(createActors(key).service('narrate'));
    expect(createActors(key).admin('narrate').pseudonym).not.toBe(createActors(key).service('narrate').pseudonym);
  });
});
