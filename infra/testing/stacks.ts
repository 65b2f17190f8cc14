/** Settings of the stacks as tests use them: what the stack files say, and what `up` adds to stack local. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { services, type ServiceDefinition, type ServiceId } from '@reelbanana/catalog';
import { parse } from 'yaml';
import type { RawConfig } from '../config.ts';

/** The catalog with an engine that may leave a laptop: there is none yet, and stack dev needs one. */
export const servicesWithTestEngine: Readonly<Record<ServiceId, ServiceDefinition>> = {
  ...services,
  narrate: {
    ...services.narrate,
    engines: {
      narration: {
        ...services.narrate.engines.narration,
        'test-voice': { localOnly: false, bundleFolders: [], bundleFiles: [] },
      },
    },
  },
};

export const pseudonymKey = 'b5ae0b4a-not-a-real-key-7d1f9c0e3a';
export const quoteKey = '91c7d2ee-not-a-real-key-either-0b6a';

/** Stack local as `up` completes it. */
export function localConfig(more: Record<string, string> = {}): RawConfig {
  const serviceUrls = JSON.stringify({ credits: 'http://127.0.0.1:41001', narrate: 'http://127.0.0.1:41002' });
  const added = {
    'reelbanana:serviceUrls': serviceUrls,
    'reelbanana:actorPseudonymKey': pseudonymKey,
    'reelbanana:quoteSigningKey': quoteKey,
  };
  return {
    stack: 'local',
    settings: { ...projectDefaults(), ...stackFile('local'), ...added, ...more },
    secretKeys: ['reelbanana:actorPseudonymKey', 'reelbanana:quoteSigningKey'],
  };
}

/** Stack dev with the test's engine. */
export const devConfig = (more: Record<string, string> = {}): RawConfig => cloudConfig('dev', more);

/** A stack in the cloud with the test's engine. */
export function cloudConfig(stack: 'dev' | 'staging' | 'prod', more: Record<string, string> = {}): RawConfig {
  const engine = { 'reelbanana:narrationEngine': 'test-voice' };
  return { stack, settings: { ...projectDefaults(), ...stackFile(stack), ...engine, ...more }, secretKeys: [] };
}

/** A stack's file as the engine hands it over: text, objects as JSON. */
function stackFile(stack: string): Record<string, string> {
  const { config } = readYaml(`Pulumi.${stack}.yaml`) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, textOf(value)]));
}

/** The defaults that Pulumi.yaml declares. */
function projectDefaults(): Record<string, string> {
  const { config } = readYaml('Pulumi.yaml') as { config: Record<string, { default?: unknown }> };
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, declared]) =>
      declared.default === undefined ? [] : [[`reelbanana:${key}`, textOf(declared.default)]],
    ),
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const readYaml = (file: string): unknown => parse(readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8'));
