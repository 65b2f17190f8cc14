/** narrate's own configuration, beside what every service has (service-kit, readConfig). */
import { services } from '@reelbanana/catalog';
import { ConfigError, readConfig } from '@reelbanana/service-kit';
import { z } from 'zod';
import type { EngineName } from './engines/index.ts';

const engines = services.narrate.engines.narration;

/**
 * Credits stay held this long for one narration; the work gets four fifths of it (packages/metering), which together
 * with storing and settling fits into the service's timeout of 300 s.
 */
const holdTtlSecondsDefault = 300;

const seconds = z
  .string()
  .regex(/^\d{1,4}$/, 'must be whole seconds')
  .transform(Number)
  .pipe(z.int().min(2).max(3_600));

export type NarrateConfig = ReturnType<typeof readNarrateConfig>;

/** Throws ConfigError with everything that is wrong, one of them an engine that this stack may not use. */
export function readNarrateConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const config = readConfig(
    {
      SERVICE_URL_CREDITS: z.url(),
      BUCKET_MEDIA: z.string().min(3),
      NARRATION_ENGINE: z.enum(Object.keys(engines) as [EngineName, ...EngineName[]]),
      NARRATION_HOLD_TTL_SECONDS: seconds.prefault(String(holdTtlSecondsDefault)),
    },
    env,
  );
  const { NARRATION_ENGINE: engine, SERVICE_URL_CREDITS, BUCKET_MEDIA, NARRATION_HOLD_TTL_SECONDS } = config.env;
  if (engines[engine].localOnly && config.stack !== 'local') {
    throw new ConfigError(
      `NARRATION_ENGINE: ${engine} is for stack local alone (its licence, its voice); stack ${config.stack} needs another engine, and none exists yet`,
    );
  }
  return {
    ...config,
    engine,
    creditsUrl: SERVICE_URL_CREDITS,
    bucket: BUCKET_MEDIA,
    holdTtlSeconds: NARRATION_HOLD_TTL_SECONDS,
  };
}
