/**
 * One utterance by eSpeak NG: text on stdin, one WAV on stdout, exit code 0; anything else is a failure with a line on
 * stderr. Arguments: eSpeak's voice, the most seconds of speech.
 *
 * A program of its own and no part of the service's bundle: eSpeak NG is GPL-3.0 and its synthesis blocks, so it runs in
 * a process that can be killed. A fresh instance per utterance also makes the same text the same bytes.
 */
import { text } from 'node:stream/consumers';
import { setPriority } from 'node:os';
import espeak from '@echogarden/espeak-ng-emscripten';

const sampleRate = 22_050;
/** -3 dBFS: eSpeak itself speaks at about -12, too quiet beside music. Above this, resampling may clip. */
const peakTarget = Math.round(32_767 * 0.708);

const wordsPerMinute = 165;

const [voice = 'en-us', secondsMax = '60'] = process.argv.slice(2);
setPriority(10); // the service's own event loop goes first

const module = await espeak();
const worker = await new module.eSpeakNGWorker();
worker.set_voice(voice, '', 0, 0, 0);
worker.set_rate(wordsPerMinute);
const chunks = [];
let samplesLeft = Number(secondsMax) * sampleRate;
worker.synthesize(plain(await text(process.stdin)), (samples) => {
  if (samples?.length > 0) chunks.push(Int16Array.from(samples));
  samplesLeft -= samples?.length ?? 0;
  return samplesLeft < 0; // true: stop
});
if (samplesLeft < 0) throw new Error(`more than ${secondsMax} s of speech`);
process.stdout.write(wav(normalised(chunks)));

/** This build reads SSML and [[phonemes]]: text must stay text (`<break time="9999s"/>` would fill the memory). */
function plain(words) {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/\[(?=\[)/g, '[ ');
}

/** All samples in one array, loudest at the target peak; silence stays silence. */
function normalised(parts) {
  const samples = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  let peak = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
    for (const sample of part) peak = Math.max(peak, Math.abs(sample));
  }
  if (peak > 0) for (let i = 0; i < samples.length; i += 1) samples[i] = Math.round((samples[i] * peakTarget) / peak);
  return samples;
}

/** RIFF WAVE, PCM, mono, 16 bit, little endian. */
function wav(samples) {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength); // little endian on every Node platform
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'ascii');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'ascii');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // channels
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28); // bytes a second
  header.writeUInt16LE(2, 32); // bytes a frame
  header.writeUInt16LE(16, 34); // bits a sample
  header.write('data', 36, 'ascii');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
