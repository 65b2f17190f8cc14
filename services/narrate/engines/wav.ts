/** Reads the header of the WAV files that engines make: PCM, one fmt chunk and one data chunk. */

export interface WavFacts {
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  readonly seconds: number;
}

/** Throws when the bytes are no such file, or not as long as the header says: half a recording is none. */
export function readWav(bytes: Uint8Array): WavFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number): string => Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
  if (bytes.byteLength < 44 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE' || tag(12) !== 'fmt ' || tag(36) !== 'data') {
    throw new Error('not a WAV file');
  }
  const channels = view.getUint16(22, true);
  const sampleRate = view.getUint32(24, true);
  const bytesPerSecond = view.getUint32(28, true);
  const bitsPerSample = view.getUint16(34, true);
  const dataBytes = view.getUint32(40, true);
  if (view.getUint16(20, true) !== 1 || bytesPerSecond !== (sampleRate * channels * bitsPerSample) / 8) {
    throw new Error('not a PCM WAV file');
  }
  if (dataBytes !== bytes.byteLength - 44) throw new Error('a cut WAV file');
  return { sampleRate, channels, bitsPerSample, seconds: Math.round((dataBytes / bytesPerSecond) * 1000) / 1000 };
}
