/** A recording as a WAV file of 16 bits: for each letter a tone of its own, between silences. */
export function spelledOut(
  text: string,
  { rate = 8000, pitch = 1, channels = 1, quiet = 1 } = {},
): Uint8Array<ArrayBuffer> {
  const samples: number[] = [];
  const tone = (hertz: number, seconds: number) => {
    for (let at = 0; at < seconds * rate; at++)
      samples.push(Math.round((9000 / quiet) * Math.sin((2 * Math.PI * hertz * at) / rate)));
  };
  tone(0, 0.05);
  for (const letter of text) {
    tone(pitch * (300 + 250 * ((letter.codePointAt(0) ?? 97) - 97)), 0.1);
    tone(0, 0.05);
  }
  return wav(samples, rate, channels);
}

export function wav(samples: readonly number[], rate: number, channels = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 2 * channels * samples.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate * channels, true);
  view.setUint16(32, 2 * channels, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, bytes.length - 44, true);
  samples.forEach((sample, at) => {
    for (let channel = 0; channel < channels; channel++)
      view.setInt16(44 + 2 * (at * channels + channel), sample, true);
  });
  return bytes;
}
