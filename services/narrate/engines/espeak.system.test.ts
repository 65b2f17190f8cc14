// The real voice: a child process per utterance that makes real speech, and can be stopped.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loudness } from '../testing/wav.ts';
import { voices } from '../voices.ts';
import { espeakEngine } from './espeak.ts';
import { readWav } from './wav.ts';

jest.setTimeout(90_000); // children of low priority on a busy machine

const workerFile = join(import.meta.dirname, 'espeak-worker.mjs');
const { signal } = new AbortController();
const sentence = 'The quick brown fox jumps over the lazy dog, and nobody minds.';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'narrate-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A worker of the test's own, in place of eSpeak. */
async function worker(source: string): Promise<string> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(file, source);
  return file;
}

describe('eSpeak NG', () => {
  it.each(voices)(
    'speaks as %s: a mono 16-bit WAV at 22,050 Hz with speech in it, as loud as its neighbours',
    async (voice) => {
      const { bytes, seconds, contentType } = await espeakEngine({ workerFile }).speak({
        text: sentence,
        voice,
        signal,
      });
      expect(contentType).toBe('audio/wav');
      expect(readWav(bytes)).toEqual({ sampleRate: 22_050, channels: 1, bitsPerSample: 16, seconds });
      // People read out 10 to 25 characters a second.
      expect(sentence.length / seconds).toBeGreaterThan(8);
      expect(sentence.length / seconds).toBeLessThan(30);
      const { peak, rms, spokenShare } = loudness(bytes);
      expect(peak).toBeGreaterThan(0.69);
      expect(peak).toBeLessThan(0.72);
      expect(rms).toBeGreaterThan(0.03); // silence is 0, full scale noise 0.6
      expect(spokenShare).toBeGreaterThan(0.7);
    },
  );

  it('makes the same bytes of the same text, and others of another voice', async () => {
    const engine = espeakEngine({ workerFile });
    const speak = (voice: 'en-us' | 'en-gb') => engine.speak({ text: sentence, voice, signal });
    const [first, second, other] = await Promise.all([speak('en-us'), speak('en-us'), speak('en-gb')]);
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
    expect(Buffer.compare(first.bytes, other.bytes)).not.toBe(0);
  });

  it.each([
    ['markup', 'Wait <break time="90s"/> here.', 15],
    ['an entity', 'Fish &amp; chips', 6],
    ['phonemes', 'Say [[h@loU]] now.', 15],
    ['a mark within', 'a < b & c > d', 10],
  ])('reads %s as text, not as instructions', async (_, text, secondsMax) => {
    const { seconds } = await espeakEngine({ workerFile }).speak({ text, voice: 'en-us', signal });
    expect(seconds).toBeGreaterThan(0.3);
    expect(seconds).toBeLessThan(secondsMax);
  });

  it.each(['[[[', '[[[['])('reads %s as brackets, never as the beginning of phonemes', async (brackets) => {
    const speak = (text: string) => espeakEngine({ workerFile }).speak({ text, voice: 'en-us', signal });
    const spoken = await speak(`Say ${brackets}h@l'oU]] now.`);
    const apart = await speak(`Say ${[...brackets].join(' ')}h@l'oU]] now.`);
    expect(Buffer.compare(spoken.bytes, apart.bytes)).toBe(0);
  });

  it('speaks ten thousand characters', async () => {
    const text = 'It was a bright cold day in April. '.repeat(286).slice(0, 10_000);
    const { seconds } = await espeakEngine({ workerFile }).speak({ text, voice: 'en-us', signal });
    expect(text.length / seconds).toBeGreaterThan(8);
    expect(text.length / seconds).toBeLessThan(30);
  });

  it('refuses a text that would speak for an hour, instead of filling the memory', async () => {
    const speech = espeakEngine({ workerFile }).speak({ text: '\u{1f600} '.repeat(5_000), voice: 'en-us', signal });
    await expect(speech).rejects.toThrow(/more than 1200 s of speech/);
  });
});

describe('a child process', () => {
  const utterance = { text: sentence, voice: 'en-us', signal } as const;
  /** Writes its pid to a file, then lives for ever. */
  const hanging = (pidFile: string) =>
    `import { writeFileSync } from 'node:fs';
     writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
     setInterval(() => undefined, 1000);`;
  const pidOf = async (file: string): Promise<number> => {
    const { readFile } = await import('node:fs/promises');
    for (;;) {
      const text = await readFile(file, 'utf8').catch(() => '');
      if (text !== '') return Number(text);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const gone = async (pid: number): Promise<void> => {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  };

  it('is killed when nobody waits any more', async () => {
    const pidFile = join(folder, 'aborted.pid');
    const caller = new AbortController();
    const speech = espeakEngine({ workerFile: await worker(hanging(pidFile)) }).speak({
      ...utterance,
      signal: caller.signal,
    });
    const pid = await pidOf(pidFile);
    caller.abort(new Error('the client went away'));
    await expect(speech).rejects.toThrow('the client went away');
    await gone(pid);
  });

  it('is killed when it takes too long', async () => {
    const pidFile = join(folder, 'slow.pid');
    const engine = espeakEngine({ workerFile: await worker(hanging(pidFile)), timeoutMs: 1_500 });
    const speech = engine.speak(utterance);
    const pid = await Promise.race([pidOf(pidFile), speech.then(() => 0)]);
    await expect(speech).rejects.toThrow(/timeout/i);
    await gone(pid);
  });

  it.each([
    ['that ends with an error', `console.error('out of breath'); process.exit(3);`, /ended with 3: out of breath/],
    ['that says nothing', ``, /not a WAV file/],
    [
      'that speaks without end',
      `for (;;) process.stdout.write(Buffer.alloc(1 << 20)) || (await new Promise((r) => process.stdout.once('drain', r)));`,
      /ended with SIGKILL/,
    ],
  ])('%s is a failure', async (_, source, message) => {
    await expect(espeakEngine({ workerFile: await worker(source) }).speak(utterance)).rejects.toThrow(message);
  });

  it('gets none of our environment', async () => {
    process.env['NARRATE_TEST_SECRET'] = 'secret';
    const source = `console.error(Object.keys(process.env).join()); process.exit(1);`;
    const speech = espeakEngine({ workerFile: await worker(source) }).speak(utterance);
    await expect(speech).rejects.not.toThrow(/NARRATE_TEST_SECRET/);
    delete process.env['NARRATE_TEST_SECRET'];
  });
});
