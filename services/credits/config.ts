/** The environment of the credits service (`wire.md`, uses). */
import { readConfig, type Config } from '@reelbanana/service-kit';
import { z } from 'zod';

const own = {
  FIRESTORE_DATABASE: z.string().min(1),
  /** HMAC key of the pseudonyms: as long as the digest, or it can be guessed. */
  ACTOR_PSEUDONYM_KEY: z.string().min(32, 'must have at least 32 characters'),
  LOAD_TESTS: z.enum(['true', 'false']).default('false'),
};

export type CreditsConfig = Config<typeof own>;

/** Throws ConfigError with everything that is wrong. */
export function readCreditsConfig(env: Readonly<Record<string, string | undefined>> = process.env): CreditsConfig {
  return readConfig(own, env);
}
