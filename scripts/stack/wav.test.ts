// What the main job takes for sound.
import { describe, expect, it } from '@jest/globals';
import { readWav } from './wav.ts';

/** A mono file of 16-bit samples at 8 kHz, with a chunk of odd length in front. */
function wav(samples: readonly number[], format = 1): Buffer {
  const data = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => data.writeInt16LE(sample, index * 2));
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(format, 0);
  fmt.writeUInt16LE(1, 2);
  fmt.writeUInt32LE(8_000, 4);
  fmt.writeUInt32LE(16_000, 8);
  fmt.writeUInt16LE(2, 12);
  fmt.writeUInt16LE(16, 14);
  const chunks = [chunk('fmt ', fmt), chunk('note', Buffer.from('odd')), chunk('data', data)];
  return Buffer.concat([chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]))]);
}

function chunk(id: string, bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from(id), length, bytes, Buffer.alloc(bytes.length % 2)]);
}

describe('a WAV file', () => {
  it('has a rate, a length and a loudest sample', () => {
    expect(readWav(wav(Array.from({ length: 4_000 }, (_, at) => (at === 7 ? -16_384 : 12))))).toEqual({
      channels: 1,
      sampleRateHz: 8_000,
      seconds: 0.5,
      peak: 0.5,
    });
  });

  it('is silent when every sample is 0', () => {
    expect(readWav(wav([0, 0, 0])).peak).toBe(0);
  });

  it.each([
    ['text', Buffer.from('{"code":"NOT_FOUND"}'), 'not a RIFF/WAVE file'],
    ['another encoding', wav([1], 3), 'not 16-bit PCM'],
    ['a file that is cut off', wav([1, 2, 3]).subarray(0, -2), 'cut off'],
  ])('is not %s', (_, bytes, message) => {
    expect(() => readWav(bytes)).toThrow(message);
  });
});
