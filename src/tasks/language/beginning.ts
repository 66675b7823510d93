import type { TextDataset } from '../../data';

/** Characters that are taken of a text: some minutes of training see a small part of it, and a byte or two are kept of each. */
export const mostCharacters = 1_000_000_000;

/** The beginning of a text that is longer than can be kept, with a sentence that says so; any other text as it is. */
export function beginningOf(text: TextDataset, most = mostCharacters): TextDataset {
  if (text.characters <= most) return text;
  const share = ((100 * most) / text.characters).toFixed(0);
  const notice = `Of ${text.characters.toLocaleString('en')} characters the first ${most.toLocaleString('en')} are taken (${share} %), so that memory is bounded; split the file to learn from another part.`;
  return {
    ...text,
    characters: most,
    warnings: [...text.warnings, notice],
    async *chunks() {
      let left = most;
      for await (const part of text.chunks()) {
        const characters = part.length <= left ? undefined : Array.from(part);
        if (characters && characters.length >= left) {
          yield characters.slice(0, left).join('');
          return;
        }
        left -= characters?.length ?? countOf(part);
        yield part;
      }
    },
  };
}

function countOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
