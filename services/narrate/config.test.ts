// narrate's configuration: all mistakes at once, and no local engine on any other stack.
import { describe, expect, it } from '@jest/globals';
import { readNarrateConfig } from './config.ts';

const local = {
  SERVICE: 'narrate',
  STACK: 'local',
  PORT: '8080',
  GOOGLE_CLOUD_PROJECT: 'local',
  SERVICE_URL: 'http://127.0.0.1:8080',
  SERVICE_URL_CREDITS: 'http://127.0.0.1:8081',
  BUCKET_MEDIA: 'local-media',
  NARRATION_ENGINE: 'espeak-ng',
};
const dev = { ...local, STACK: 'dev', GOOGLE_CLOUD_PROJECT: 'reelbanana-dev' };

describe('config', () => {
  it('is read from the environment', () => {
    expect(readNarrateConfig(local)).toMatchObject({
      engine: 'espeak-ng',
      creditsUrl: 'http://127.0.0.1:8081',
      bucket: 'local-media',
      holdTtlSeconds: 300,
    });
    expect(readNarrateConfig({ ...local, NARRATION_HOLD_TTL_SECONDS: '5' }).holdTtlSeconds).toBe(5);
  });

  it('refuses the local engine on any other stack, in one clear line', () => {
    expect(() => readNarrateConfig(dev)).toThrow(
      /^NARRATION_ENGINE: espeak-ng is for stack local alone .*; stack dev needs another engine, and none exists yet$/,
    );
  });

  it.each([
    ['no engine', { NARRATION_ENGINE: undefined }, 'NARRATION_ENGINE is missing'],
    ['an unknown engine', { NARRATION_ENGINE: 'gramophone' }, 'NARRATION_ENGINE: '],
    ['no bucket', { BUCKET_MEDIA: undefined }, 'BUCKET_MEDIA is missing'],
    ['a hold that leaves no time', { NARRATION_HOLD_TTL_SECONDS: '1' }, 'NARRATION_HOLD_TTL_SECONDS: '],
    ['a hold in words', { NARRATION_HOLD_TTL_SECONDS: 'five' }, 'NARRATION_HOLD_TTL_SECONDS: '],
  ])('names what is wrong with %s', (_, change, message) => {
    expect(() => readNarrateConfig({ ...local, ...change })).toThrow(message);
  });

  it('tells all that is wrong at once', () => {
    const env = { ...local, BUCKET_MEDIA: undefined, NARRATION_ENGINE: undefined, SERVICE_URL_CREDITS: 'credits' };
    expect(() => readNarrateConfig(env)).toThrow(/BUCKET_MEDIA.*NARRATION_ENGINE|NARRATION_ENGINE.*BUCKET_MEDIA/);
    expect(() => readNarrateConfig(env)).toThrow(/SERVICE_URL_CREDITS: /);
  });
});
