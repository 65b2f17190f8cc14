// A stack's settings: the files of the repository parse, and every mistake is reported at once, by its key.
import { describe, expect, it } from '@jest/globals';
import { ConfigError, parseConfig, type RawConfig } from './config.ts';
import { cloudConfig, devConfig, localConfig, pseudonymKey, servicesWithTestEngine } from './testing/stacks.ts';

function mistakesOf(raw: RawConfig, services?: typeof servicesWithTestEngine): readonly string[] {
  try {
    parseConfig(raw, services);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('the settings of the repository', () => {
  it('parse for stack local as `up` completes it', () => {
    expect(parseConfig(localConfig())).toEqual({
      stack: 'local',
      project: 'local',
      projectNumber: '100000000000',
      region: 'us-central1',
      databaseId: '(default)',
      databaseLocation: 'us-central1',
      protect: false,
      loadTests: true,
      engines: { narration: 'espeak-ng' },
      scale: { credits: { min: 1, max: 1 }, narrate: { min: 1, max: 1 } },
      serviceUrls: { credits: 'http://127.0.0.1:41001', narrate: 'http://127.0.0.1:41002' },
      secretVersions: undefined,
    });
  });

  it('protect what cannot be made again where people depend on it', () => {
    const protect = (stack: 'dev' | 'staging' | 'prod') =>
      parseConfig(cloudConfig(stack), servicesWithTestEngine).protect;
    expect([protect('dev'), protect('staging'), protect('prod')]).toEqual([false, true, true]);
  });

  it('parse for stack dev with an engine that may leave a laptop', () => {
    const { engines, serviceUrls, secretVersions } = parseConfig(devConfig(), servicesWithTestEngine);
    expect({ engines, serviceUrls, secretVersions }).toEqual({
      engines: { narration: 'test-voice' },
      serviceUrls: undefined,
      secretVersions: { 'actor-pseudonym-key': '1', 'quote-signing-key': '1' },
    });
  });

  it('are refused on stack dev while no engine may leave a laptop, whichever it names', () => {
    const noEngine = 'no engine may run outside stack local yet, so it cannot be deployed';
    expect(mistakesOf(devConfig({ 'reelbanana:narrationEngine': '' }))).toEqual([
      `reelbanana:narrationEngine is required; ${noEngine}`,
    ]);
    expect(mistakesOf(devConfig({ 'reelbanana:narrationEngine': 'espeak-ng' }))).toEqual([
      `reelbanana:narrationEngine espeak-ng is for stack local alone; ${noEngine}`,
    ]);
  });
});

describe('mistakes', () => {
  it('are reported all at once, one line each, with key and path', () => {
    const raw = localConfig({
      'gcp:project': 'some-real-project',
      'gcp:region': 'mars',
      'reelbanana:projectNumber': '',
      'reelbanana:protect': 'perhaps',
      'reelbanana:narrationEngine': 'parrot',
      'reelbanana:scale': '{"credits":{"min":3,"max":2},"narrate":{"min":"one","max":1},"extra":{"min":1,"max":1}}',
      'reelbanana:serviceUrls': '{"credits":"http://0.0.0.0:80"}',
      'reelbanana:secretVersions': '{"actor-pseudonym-key":1}',
      'reelbanana:loadTest': 'true',
    });
    const mistakes = mistakesOf(raw);
    expect(mistakes).toEqual([
      'gcp:project must be local on stack local',
      'gcp:region must be a region such as us-central1',
      'reelbanana:loadTest is no setting',
      'reelbanana:narrationEngine names no engine: parrot; use espeak-ng',
      'reelbanana:projectNumber must be the number of the project, digits alone',
      'reelbanana:protect must be true or false',
      'reelbanana:scale has no place for extra',
      'reelbanana:scale.credits min must not exceed max',
      'reelbanana:scale.narrate.min must be a whole number',
      'reelbanana:secretVersions must be empty: stack local declares the versions',
      'reelbanana:serviceUrls.credits must be http://127.0.0.1:PORT',
      'reelbanana:serviceUrls.narrate must be a URL',
    ]);
    expect(new ConfigError('local', mistakes).message.split('\n')).toHaveLength(mistakes.length);
  });

  it('never repeat a secret value', () => {
    const plain = { ...localConfig(), secretKeys: [] };
    expect(mistakesOf(plain)).toEqual([
      'reelbanana:actorPseudonymKey must be encrypted: set it with --secret',
      'reelbanana:quoteSigningKey must be encrypted: set it with --secret',
    ]);
    expect(mistakesOf(plain).join()).not.toContain(pseudonymKey);
  });

  it('include what belongs to stack local alone', () => {
    const raw = devConfig({
      'reelbanana:actorPseudonymKey': pseudonymKey,
      'reelbanana:serviceUrls': '{"credits":"http://127.0.0.1:1","narrate":"http://127.0.0.1:2"}',
      'gcp:project': 'local',
    });
    expect(mistakesOf(raw, servicesWithTestEngine)).toEqual([
      'gcp:project must be the id of a Google Cloud project',
      'reelbanana:actorPseudonymKey is for stack local alone: add a version to the secret',
      'reelbanana:serviceUrls is for stack local alone',
    ]);
  });

  it('include settings that are not there at all', () => {
    expect(mistakesOf({ stack: 'staging', settings: {}, secretKeys: [] }, servicesWithTestEngine)).toEqual([
      'gcp:project is required',
      'gcp:region is required',
      'reelbanana:databaseId is required',
      'reelbanana:databaseLocation is required',
      'reelbanana:loadTests must be true or false',
      'reelbanana:narrationEngine is required; use test-voice',
      'reelbanana:projectNumber is required',
      'reelbanana:protect must be true or false',
      'reelbanana:scale.credits must be {min, max}',
      'reelbanana:scale.narrate must be {min, max}',
      'reelbanana:secretVersions.actor-pseudonym-key must be the number of a version',
      'reelbanana:secretVersions.quote-signing-key must be the number of a version',
    ]);
  });
});
