import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatasetFile } from '../../../src/data';
import { readText } from '../../../src/data';
import { firstInvalid } from '../../../src/data/text/code-points';
import { gathered, openFile, openText, userError } from './temporary';

const mark = '\ufeff';
const utf16le = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const bytes = (...values: number[]) => Uint8Array.from(values);

/** Bytes as a file that arrives in parts cut anywhere. */
function inParts(content: Uint8Array, cuts: readonly number[]): DatasetFile {
  const edges = [0, ...[...cuts].map((cut) => cut % (content.length + 1)).sort((a, b) => a - b), content.length];
  return {
    name: 'parts.txt',
    path: 'parts.txt',
    bytes: content.length,
    fingerprint: { bytes: content.length, sha256: '' },
    head: content.subarray(0, 65_536),
    async *chunks() {
      for (const [i, edge] of edges.entries()) yield content.subarray(edges[i - 1] ?? 0, edge);
    },
  };
}

async function read(content: string | Uint8Array, reading = {}, name?: string) {
  const text = await readText(await openFile(content, name), reading);
  return { ...text, text: await gathered(text.chunks()) };
}

describe('readText', () => {
  it.each([
    ['UTF-8', 'Grüße, 世界 🎈\n', 'utf-8'],
    ['UTF-8 with a mark', `${mark}Grüße`, 'utf-8'],
    ['UTF-16 LE with a mark', utf16le(`${mark}Grüße 🎈`), 'utf-16le'],
    ['UTF-16 BE with a mark', utf16be(`${mark}Grüße 🎈`), 'utf-16be'],
    ['UTF-16 LE without a mark', utf16le('Plain English text.\nIn two lines.'), 'utf-16le'],
    ['UTF-16 BE without a mark', utf16be('Plain English text.\nIn two lines.'), 'utf-16be'],
    ['Russian UTF-16 LE without a mark', utf16le('Все счастливые семьи похожи друг на друга.\n'), 'utf-16le'],
    ['Chinese UTF-16 BE without a mark', utf16be('道可道，非常道。\n名可名，非常名。\n'), 'utf-16be'],
  ])('finds %s', async (_, content, encoding) => {
    const expected = (typeof content === 'string' ? content : new TextDecoder(encoding).decode(content)).replace(
      mark,
      '',
    );
    const found = await read(content);
    expect(found).toMatchObject({ encoding, text: expected, characters: Array.from(expected).length });
  });

  it('says so when UTF-16 was found by its pattern alone', async () => {
    expect((await read(utf16le('a b c d'))).warnings).toEqual([expect.stringContaining('UTF-16 (little-endian)')]);
    expect((await read(utf16le(`${mark}a b c d`))).warnings).toEqual([]);
  });

  it('reads each code point whole, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.constantFrom('utf-8' as const, 'utf-16le' as const, 'utf-16be' as const),
        async (text, cuts, encoding) => {
          const content = { 'utf-8': Buffer.from(text), 'utf-16le': utf16le(text), 'utf-16be': utf16be(text) }[
            encoding
          ];
          const dataset = await readText(inParts(content, cuts), { encoding });
          const parts: string[] = [];
          for await (const part of dataset.chunks()) parts.push(part);
          expect(parts.join('')).toBe(text);
          expect(parts.every((part) => !/\p{Cs}/u.test(part))).toBe(true);
          expect(dataset.characters).toBe(Array.from(text).length);
        },
      ),
    );
  });

  it('makes every line end LF, also one that is cut, and says so', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', '\r', '\n', '\r\n', 'é'), { minLength: 1 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        async (pieces, cuts) => {
          const text = pieces.join('');
          const dataset = await readText(inParts(Buffer.from(text), cuts), {});
          expect(await gathered(dataset.chunks())).toBe(text.replace(/\r\n?/g, '\n'));
          expect(dataset.warnings.length).toBe(text.includes('\r') ? 1 : 0);
        },
      ),
    );
  });

  it('points at the first invalid byte and offers Latin-1', async () => {
    const content = Buffer.concat([Buffer.from('Grüße\r\nan 🎈 caf'), bytes(0xe9), Buffer.from('s\n')]);
    const error = await userError(read(content, {}, 'menu.txt'));
    expect(error.what).toContain('not valid UTF-8: byte 0xE9');
    expect(error.where).toMatch(/menu\.txt, line 2, column 9, byte offset 20$/);
    expect(error.wayOut).toContain('--encoding latin1');
    expect(error.wayOut).toContain('--invalid replace');
    expect(error.actions?.map(({ choices }) => choices.reading)).toEqual([
      { encoding: 'latin1' },
      { invalid: 'replace' },
    ]);
  });

  it('points at it beyond the first part of the file too', async () => {
    const content = Buffer.concat([Buffer.from('0123456789\n'.repeat(200_000)), Buffer.from('ab'), bytes(0xff)]);
    expect((await userError(read(content))).where).toContain('line 200001, column 3, byte offset 2200002');
  });

  it.each([
    ['a sequence cut by the end of the file', Buffer.from('price: 5 €').subarray(0, -1), 'column 10'],
    ['an overlong slash', bytes(0x61, 0xc0, 0xaf), 'column 2'],
    ['a surrogate in UTF-8', bytes(0x61, 0xed, 0xa0, 0x80), 'column 2'],
    ['a lone surrogate in UTF-16', Buffer.concat([utf16le(`${mark}ab `), bytes(0x00, 0xd8), utf16le('c')]), 'column 4'],
    ['half a unit of UTF-16', Buffer.concat([utf16le(`${mark}ab c`), bytes(0x61)]), 'column 5'],
  ])('refuses %s', async (_, content, where) => {
    expect((await userError(read(content))).where).toContain(where);
  });

  it('agrees with the decoder on which bytes are valid', () => {
    const encodings = fc.constantFrom('utf-8' as const, 'utf-16le' as const, 'utf-16be' as const);
    const awkward = fc.oneof(fc.constantFrom(0xe0, 0xa0, 0xed, 0x9f, 0xf4, 0x90, 0x80, 0xc2, 0xd8, 0xdc), fc.nat(255));
    fc.assert(
      fc.property(fc.array(awkward, { maxLength: 8 }), encodings, (values, encoding) => {
        const decode = () => new TextDecoder(encoding, { fatal: true }).decode(bytes(...values));
        if (firstInvalid(bytes(...values), encoding) === undefined) expect(decode).not.toThrow();
        else expect(decode).toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('replaces invalid bytes when asked, and counts only those', async () => {
    const content = Buffer.concat([Buffer.from('was \ufffd, '), bytes(0xe9), Buffer.from(' and '), bytes(0xff)]);
    expect(await read(content, { invalid: 'replace' })).toMatchObject({
      text: 'was \ufffd, \ufffd and \ufffd',
      warnings: [expect.stringContaining('2 invalid sequences')],
    });
  });

  it('reads Latin-1 as Windows-1252, with its quotes and euro sign', async () => {
    const found = await read(bytes(0x93, 0xe9, 0x94, 0x20, 0x80, 0x0d, 0x0a), { encoding: 'latin1' });
    expect(found).toMatchObject({ encoding: 'latin1', text: '“é” €\n' });
  });

  it.each([
    ['a PNG picture', bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13), 'plot.csv'],
    ['a JPEG picture', bytes(0xff, 0xd8, 0xff, 0xe0, 0, 16), 'photo.txt'],
    ['a PDF document', Buffer.from('%PDF-1.7\n1 0 obj'), 'paper.txt'],
    ['a gzip archive', bytes(0x1f, 0x8b, 8, 0), 'log.txt'],
    ['a WAV recording', Buffer.from('RIFF\x10\0\0\0WAVEfmt '), 'sound.txt'],
    ['a Windows program', Buffer.from('MZ\x90\0\x03\0\0\0'), 'tool.txt'],
    ['NUL bytes', Buffer.from(Float64Array.of(1, 2, 3).buffer), 'numbers.csv'],
    ['control characters', bytes(...Array.from({ length: 300 }, (_, i) => (i % 8) + 1)), 'odd.txt'],
  ])('refuses %s whatever its name', async (kind, content, name) => {
    const error = await userError(read(content, {}, name));
    expect(error.what).toContain('not text');
    expect(error.what).toContain(kind);
    expect(error.where).toContain(name);
    expect((await userError(read(content, { encoding: 'latin1' }))).what).toContain(kind);
  });

  it('takes texts for texts that merely begin like a binary file, and logs with colours', async () => {
    expect((await read('MZ is a German bank.')).text).toContain('MZ');
    expect((await read('BMW and GIF89 are words')).text).toContain('BMW');
    expect((await read('\u001b[31mred\u001b[0m \u001b[32mgreen\u001b[0m\n')).characters).toBe(28);
  });

  it('refuses NUL characters that come late', async () => {
    expect((await userError(read(`${'a'.repeat(100_000)}\0`))).what).toContain('NUL');
  });

  it('refuses a file that holds a byte-order mark alone', async () => {
    expect((await userError(read(mark))).what).toBe('The file is empty');
  });

  it('reads the text of an editor as it is, whatever encoding the reading names', async () => {
    const dataset = await readText(await openText('Grüße\r\n'), { encoding: 'latin1' });
    expect(await gathered(dataset.chunks())).toBe('Grüße\n');
    expect(dataset.encoding).toBe('utf-8');
  });

  it('gives a big file in parts of at most 64 KiB', async () => {
    const dataset = await readText(await openFile('Zwölf Boxkämpfer jagen Viktor.\n'.repeat(150_000)), {});
    let parts = 0;
    for await (const part of dataset.chunks()) {
      parts += 1;
      expect(part.length).toBeLessThanOrEqual(64 * 1024);
    }
    expect(parts).toBeGreaterThan(4);
    expect(dataset.characters).toBe(31 * 150_000);
  });
});
