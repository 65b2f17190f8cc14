/** The secrets of the environment: what cannot sign is refused before anything starts. */
import { describe, expect, it } from '@jest/globals';
import { readCreditsConfig } from './config.ts';

const env = {
  SERVICE: 'credits',
  STACK: 'local',
  PROJECT_ID: 'local',
  SERVICE_URL: 'http://127.0.0.1:1',
  ALLOWED_ACCOUNTS: '',
  FIRESTORE_DATABASE: '(default)',
  ACTOR_PSEUDONYM_KEY: 'p'.repeat(32),
  PORT: '1',
};
const [a, b, c] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)];

describe('QUOTE_SIGNING_KEY', () => {
  it.each([
    [a, [a]],
    [`${a}\n`, [a]],
    [`${a}\n${b}\n`, [a, b]],
    [`${a} ${b}`, [a, b]],
  ])('may be %j', (text, keys) => {
    expect(readCreditsConfig({ ...env, QUOTE_SIGNING_KEY: text }).env.QUOTE_SIGNING_KEY).toEqual(keys);
  });

  it.each([undefined, '', ' ', 'short', `${a} short`, `${a} ${b} ${c}`])('may not be %j', (text) => {
    const read = (): unknown =>
      readCreditsConfig({ ...env, ...(text === undefined ? {} : { QUOTE_SIGNING_KEY: text }) });
    expect(read).toThrow(/QUOTE_SIGNING_KEY/);
    if (text?.includes('short')) expect(read).not.toThrow(/short/);
  });
});
