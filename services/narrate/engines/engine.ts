/** What narrate needs of a speech engine. Adapters stand beside; config chooses one by its name in the catalog. */
import type { services } from '@reelbanana/catalog';
import type { Voice } from '../voices.ts';

export type EngineName = keyof (typeof services)['narrate']['engines']['narration'];

export interface Utterance {
  /** Well formed, 1 to 10,000 characters; plain text, never markup. */
  readonly text: string;
  readonly voice: Voice;
  /** Aborted when nobody waits any more: the engine stops and rejects. */
  readonly signal: AbortSignal;
}

export interface Speech {
  readonly contentType: 'audio/wav';
  readonly bytes: Uint8Array;
  readonly seconds: number;
}

export interface NarrationEngine {
  /** Rejects with whatever went wrong; the operation is then not charged. */
  speak(utterance: Utterance): Promise<Speech>;
}
