/** The environment of the credits service (`wire.md`, uses). */
import { readConfig, type Config } from '@reelbanana/service-kit';
import { z } from 'zod';
import { keysOf } from './quotes.ts';

const own = {
  FIRESTORE_DATABASE: z.string().min(1),
  /** HMAC key of the pseudonyms: as long as the digest, or it can be guessed. */
  ACTOR_PSEUDONYM_KEY: z.string().min(32, 'must have at least 32 characters'),
  /** HMAC keys of quotes: one, or two while they rotate (quotes.ts). */
  QUOTE_SIGNING_KEY: z
    .string()
    .transform(keysOf)
    .refine((keys) => keys.length >= 1 && keys.length <= 2 && keys.every((key) => key.length >= 32), {
      message: 'must be one or two keys of at least 32 characters, separated by white space',
    }),
  LOAD_TESTS: z.enum(['true', 'false']).default('false'),
};

export type CreditsConfig = Config<typeof own>;

/** Throws ConfigError with everything that is wrong. */
export function readCreditsConfig(env: Readonly<Record<string, string | undefined>> = process.env): CreditsConfig {
  return readConfig(own, env);
}
