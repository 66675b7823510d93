import type { TextDataset } from '../../data';
import { PackedIds } from './ids';
import type { EncodedText } from './tokens';
import { byFrequency, unknownToken } from './vocabulary';

const codePointLimit = 0x110000;
const unknownCode = 0xfffd;

/** Numbers code points through plain tables: hundreds of megabytes pass here. */
export async function encodeCharacters(text: TextDataset, trainingCharacters: number): Promise<EncodedText> {
  const counts = new Uint32Array(codePointLimit);
  let counted = 0;
  let greatest = 0;
  for await (const part of text.chunks()) {
    for (let at = 0; at < part.length && counted < trainingCharacters; counted++) {
      const code = part.codePointAt(at) ?? 0;
      counts[code] = (counts[code] ?? 0) + 1;
      if (code > greatest) greatest = code;
      at += code > 0xffff ? 2 : 1;
    }
  }

  const seen: [string, number][] = [];
  for (let code = 0; code <= greatest; code++) {
    const count = counts[code] ?? 0;
    if (count > 0 && code !== unknownCode) seen.push([String.fromCodePoint(code), count]);
  }
  const vocabulary = [unknownToken, ...byFrequency(seen).map(([token]) => token)];
  const idOf = new Uint32Array(codePointLimit);
  vocabulary.forEach((token, id) => {
    idOf[token.codePointAt(0) ?? 0] = id;
  });

  const ids = new PackedIds();
  for await (const part of text.chunks()) {
    for (let at = 0; at < part.length; ) {
      const code = part.codePointAt(at) ?? 0;
      ids.push(idOf[code] ?? 0);
      at += code > 0xffff ? 2 : 1;
    }
  }
  return { vocabulary, merges: [], ids: ids.finish(), boundary: counted, trainingCharacters: counted, coverage: 1 };
}
