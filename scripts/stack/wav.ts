/** Looks into a WAV file: is it one, and is there sound in it? */

export interface Wav {
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly seconds: number;
  /** The loudest sample, 0..1. */
  readonly peak: number;
}

const PCM = 1;
const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const SAMPLE_BYTES = 2;

/** Parses 16-bit PCM. Throws with what is wrong: not RIFF/WAVE, another encoding, no samples, cut off. */
export function readWav(file: Buffer): Wav {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('not a RIFF/WAVE file');
  }
  const format = chunk(file, 'fmt ');
  const samples = chunk(file, 'data');
  const [encoding, channels, sampleRateHz, bits] = [0, 2, 4, 14].map((at) =>
    at === 4 ? format.readUInt32LE(at) : format.readUInt16LE(at),
  ) as [number, number, number, number];
  if (encoding !== PCM || bits !== SAMPLE_BYTES * 8)
    throw new Error(`not 16-bit PCM: encoding ${encoding}, ${bits} bits`);
  let peak = 0;
  for (let at = 0; at + 1 < samples.length; at += SAMPLE_BYTES)
    peak = Math.max(peak, Math.abs(samples.readInt16LE(at)));
  return {
    channels,
    sampleRateHz,
    seconds: samples.length / (SAMPLE_BYTES * channels * sampleRateHz),
    peak: peak / 32_768,
  };
}

function chunk(file: Buffer, id: string): Buffer {
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= file.length;) {
    const length = file.readUInt32LE(at + 4);
    const start = at + CHUNK_HEADER_BYTES;
    if (file.toString('latin1', at, at + 4) === id) {
      if (start + length > file.length) throw new Error(`the chunk "${id}" is cut off`);
      return file.subarray(start, start + length);
    }
    at = start + length + (length % 2); // chunks are padded to even lengths
  }
  throw new Error(`no chunk "${id}"`);
}
