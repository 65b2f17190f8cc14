/** The engine that config names. */
import type { EngineName, NarrationEngine } from './engine.ts';
import { espeakEngine } from './espeak.ts';

export type { EngineName, NarrationEngine, Speech, Utterance } from './engine.ts';

/** Every engine of the catalog's list must have its adapter here, or this does not compile. */
const adapters: Readonly<Record<EngineName, (o: { workersFolder: string }) => NarrationEngine>> = {
  'espeak-ng': ({ workersFolder }) => espeakEngine({ workerFile: `${workersFolder}/espeak-worker.mjs` }),
};

/** @param workersFolder where the engines' own programs lie: `engines/` beside the entry file. */
export function createEngine(name: EngineName, workersFolder: string): NarrationEngine {
  return adapters[name]({ workersFolder });
}
