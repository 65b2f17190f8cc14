/** WAV files for tests: a tone, and how loud a recording is. */

/** 22,050 Hz mono 16-bit, `seconds` of a 440 Hz tone. */
export function tone(seconds: number): Uint8Array {
  const samples = Int16Array.from({ length: Math.round(seconds * 22_050) }, (_, i) => Math.sin(i * 0.1254) * 12_000);
  const bytes = Buffer.alloc(44 + samples.byteLength);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + samples.byteLength, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(22_050, 24);
  bytes.writeUInt32LE(44_100, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples.byteLength, 40);
  bytes.set(new Uint8Array(samples.buffer), 44);
  return bytes;
}

/** Peak and root mean square of a 16-bit recording, 0..1, and how much of it (in tenths of a second) is not silent. */
export function loudness(wav: Uint8Array): { peak: number; rms: number; spokenShare: number } {
  const data = Uint8Array.from(wav.subarray(44)); // a copy of its own, so that it begins on an even address
  const samples = new Int16Array(data.buffer, 0, data.byteLength >> 1);
  let peak = 0;
  let squares = 0;
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    squares += sample * sample;
  }
  const window = 2_205;
  let spoken = 0;
  const windows = Math.floor(samples.length / window);
  for (let i = 0; i < windows; i += 1) {
    if (samples.subarray(i * window, (i + 1) * window).some((sample) => Math.abs(sample) > 1_000)) spoken += 1;
  }
  return { peak: peak / 32_768, rms: Math.sqrt(squares / samples.length) / 32_768, spokenShare: spoken / windows };
}
