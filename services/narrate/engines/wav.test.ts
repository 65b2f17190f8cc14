// Reading WAV headers: half a recording is none.
import { describe, expect, it } from '@jest/globals';
import { tone } from '../testing/wav.ts';
import { readWav } from './wav.ts';

describe('readWav', () => {
  it('tells what the header says, and the length in seconds', () => {
    expect(readWav(tone(1.5))).toEqual({ sampleRate: 22_050, channels: 1, bitsPerSample: 16, seconds: 1.5 });
  });

  it('reads a view into a larger buffer', () => {
    const wav = tone(0.5);
    const buffer = new Uint8Array(wav.length + 7);
    buffer.set(wav, 7);
    expect(readWav(buffer.subarray(7)).seconds).toBe(0.5);
  });

  it.each([
    ['nothing', new Uint8Array(), 'not a WAV file'],
    ['text', Buffer.from('x'.repeat(100)), 'not a WAV file'],
    ['a recording that was cut', tone(1).subarray(0, 20_000), 'a cut WAV file'],
    ['a compressed recording', tone(1).fill(3, 20, 21), 'not a PCM WAV file'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readWav(bytes)).toThrow(message);
  });
});
