/**
 * eSpeak NG, offline: one child process per utterance, running espeak-worker.mjs. A process, because the engine is GPL
 * (never part of the bundle's code), blocks while it speaks, and must be killable.
 */
import { spawn } from 'node:child_process';
import type { Voice } from '../voices.ts';
import type { NarrationEngine, Speech, Utterance } from './engine.ts';
import { createLimiter } from './limiter.ts';
import { readWav } from './wav.ts';

export interface EspeakOptions {
  /** Path of espeak-worker.mjs, from which its npm package can be found. */
  readonly workerFile: string;
  /** For one utterance. The slowest text of 10,000 characters takes a few seconds. */
  readonly timeoutMs?: number;
  /** A child takes about 150 MB and a CPU: more of them at once are slower for everybody. */
  readonly atOnceMax?: number;
}

/** eSpeak's own names. */
const espeakVoices: Readonly<Record<Voice, string>> = {
  'en-us': 'en-us',
  'en-gb': 'en',
  de: 'de',
  fr: 'fr',
  es: 'es',
  it: 'it',
};

/** 10,000 characters of prose take about 700 s; 10,000 emoji, each read out by its name, would take an hour. */
export const speechSecondsMax = 1_200;
const outputBytesMax = 44 + speechSecondsMax * 22_050 * 2 + 1_000_000; // the worker stops at its own bound first
const errorTextMax = 2_000;

export function espeakEngine({ workerFile, timeoutMs = 60_000, atOnceMax = 2 }: EspeakOptions): NarrationEngine {
  const limited = createLimiter(atOnceMax);
  return {
    speak: async ({ text, voice, signal }: Utterance): Promise<Speech> => {
      const bytes = await limited(signal, () => {
        const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        return run([workerFile, espeakVoices[voice], String(speechSecondsMax)], text, stop);
      });
      const { seconds } = readWav(bytes);
      if (seconds === 0) throw new Error('the text has nothing to speak');
      return { contentType: 'audio/wav', bytes, seconds };
    },
  };
}

/** Runs Node with `args`, `input` on its stdin; resolves to its stdout. Killed when the signal is aborted. */
function run(args: readonly string[], input: string, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // Without our environment: it has secrets, and the child needs none of it.
    const child = spawn(process.execPath, args, { stdio: 'pipe', env: {}, signal, killSignal: 'SIGKILL' });
    // First of all: a child that cannot even start says so here, and unheard it would end the service.
    child.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    const output: Buffer[] = [];
    let outputBytes = 0;
    let errorText = '';
    child.stdout.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length;
      if (outputBytes > outputBytesMax) child.kill('SIGKILL');
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errorText = (errorText + chunk.toString()).slice(-errorTextMax);
    });
    child.stdin.on('error', () => undefined); // it ended early: `close` says why
    child.stdin.end(input);
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new Error(`eSpeak NG ended with ${code ?? killedBy}: ${errorText.trim()}`));
    });
  });
}
