/** The narrate service from its parts: main.ts gives it real ones, tests give it their own. */
import { createMetering, type CreditsClient, type Metering, type ResultStore } from '@reelbanana/metering';
import { createService, type ServiceOptions } from '@reelbanana/service-kit';
import { getNarration, postNarration } from './contract.ts';
import type { NarrationEngine } from './engines/index.ts';
import { narrations } from './handlers/narrations.ts';
import { recording } from './handlers/recording.ts';

/** What it serves; telemetry takes its routes from here. */
export const narrateContracts = [postNarration, getNarration] as const;

export interface NarrateOptions extends Omit<ServiceOptions, 'routes' | 'config'> {
  readonly config: ServiceOptions['config'] & { readonly serviceUrl: string; readonly holdTtlSeconds: number };
  readonly credits: CreditsClient;
  readonly results: ResultStore;
  readonly engine: NarrationEngine;
}

export interface Narrate {
  readonly app: ReturnType<typeof createService>;
  /** Stops what is still being spoken and gives its credits back. */
  readonly drain: Metering['drain'];
}

export function createNarrate({ credits, results, engine, ...service }: NarrateOptions): Narrate {
  const { serviceUrl, holdTtlSeconds } = service.config;
  const metering = createMetering({ credits, results, serviceUrl, holdTtlSeconds });
  const routes = [narrations(metering, engine), recording(metering)];
  return { app: createService({ ...service, routes }), drain: metering.drain };
}
