import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { readingSchema } from '../../../src/configuration/run';
import { openDataset, type TextDataset } from '../../../src/data';
import { useReference } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import { classify } from '../../../src/tasks/classify/classify';
import { language } from '../../../src/tasks/language/language';
import { splitPieces } from '../../../src/tasks/tokens/byte-pair';
import { bytesOf, labelOfBytes, textOfBytes } from '../../../src/tasks/tokens/byte-string';
import { learnMerges } from '../../../src/tasks/tokens/merges';
import { encodeText, encodeTokens, textOf } from '../../../src/tasks/tokens/tokens';
import { vocabularyIndex } from '../../../src/tasks/tokens/vocabulary';
import { translate } from '../../../src/tasks/translate/translate';
import parity from '../../parity/byte_pair.json';

const dataset = (...parts: readonly string[]): TextDataset => ({
  encoding: 'utf-8',
  warnings: [],
  characters: Array.from(parts.join('')).length,
  async *chunks() {
    yield* parts;
  },
});

/** GPT-2's printable character of each byte: those of Latin-1 that show stand for themselves, the others follow from U+0100 on. */
const printable = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrinted = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCharCode(isPrinted ? byte : next++);
  });
})();
const printed = (token: string) => Array.from(token, (byte) => printable[byte.charCodeAt(0)] ?? byte).join('');

const piecesOf = (text: string) => {
  const counts = new Map<string, number>();
  for (const piece of splitPieces(text)) counts.set(bytesOf(piece), (counts.get(bytesOf(piece)) ?? 0) + 1);
  return counts;
};

describe.each(parity)(
  'byte pairs of "$name"',
  ({ text, vocabularySize, vocabulary, merges, ids, unseen, unseenIds }) => {
    test('are joined as HuggingFace tokenizers joins them, and get its ids', async () => {
      const encoded = await encodeText(dataset(text), 'byte-pair', 0, vocabularySize);
      expect(encoded.merges.map((merge) => merge.map(printed))).toEqual(merges);
      expect(encoded.vocabulary.map((token, id) => (id === 0 ? token : printed(token)))).toEqual(vocabulary);
      expect(Array.from(encoded.ids.read(0, encoded.ids.length))).toEqual(ids);
      const tokens = { unit: 'byte-pair', merges: encoded.merges } as const;
      expect(encodeTokens(unseen, tokens, vocabularyIndex(encoded.vocabulary))).toEqual(unseenIds);
    });
  },
);

const characters = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'the', ' ', '  ', '\n', "'s", '12', '—', 'é', '東京', '🙂') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }) },
);
const parts = fc.array(
  fc.array(characters, { minLength: 1, maxLength: 12 }).map((some) => some.join('')),
  { minLength: 1, maxLength: 8 },
);

describe.each(['bytes', 'byte-pair'] as const)('any text in %s', (unit) => {
  test('encoded and decoded is the text, however it is cut, and nothing is unknown', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.double({ min: 0, max: 0.5, noNaN: true }), async (cut, share) => {
        const [several, one] = [
          await encodeText(dataset(...cut), unit, share, 270),
          await encodeText(dataset(cut.join('')), unit, share, 270),
        ];
        const ids = several.ids.read(0, several.ids.length);
        expect(one.ids.read(0, one.ids.length)).toEqual(ids);
        expect({ ...one, ids: 0 }).toEqual({ ...several, ids: 0 });
        expect(ids).not.toContain(0);
        const spell = (part: Uint32Array) =>
          textOf(
            Array.from(part, (id) => several.vocabulary[id] ?? ''),
            unit,
          );
        expect(spell(ids)).toBe(cut.join(''));
        const training = Array.from(spell(ids.subarray(0, several.boundary))).length;
        if (unit === 'bytes') expect(training).toBe(several.trainingCharacters);
        expect(several.trainingCharacters).toBeGreaterThanOrEqual(
          Math.floor(Array.from(cut.join('')).length * (1 - share)),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('typed as a prompt has the ids that it has in the dataset', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (cut) => {
        const { vocabulary, merges, ids } = await encodeText(dataset(...cut), unit, 0, 270);
        const typed = encodeTokens(cut.join(''), { unit, merges }, vocabularyIndex(vocabulary));
        expect(typed).toEqual(Array.from(ids.read(0, ids.length)));
      }),
      { numRuns: 60 },
    );
  });
});

test('merges are learned from the training part alone', async () => {
  const { vocabulary } = await encodeText(dataset(`${'ab '.repeat(50)}${'xy '.repeat(50)}`), 'byte-pair', 0.5);
  expect(vocabulary).toContain(' ab');
  expect(vocabulary).not.toContain('xy');
});

test('a pair that comes once is no habit: merges end there, and a piece of many thousand bytes is no burden', () => {
  expect(learnMerges(new Map([['abc', 1]]), 1000)).toEqual([]);
  expect(Math.max(...[...splitPieces('x'.repeat(100_000))].map((piece) => piece.length))).toBe(64);
  const [most] = learnMerges(piecesOf('gene gene gene '), 257);
  expect(most).toEqual(['e', 'n']);
});

test('a token that is a part of a character is named by its bytes, and a broken text is shown as such', () => {
  expect(labelOfBytes(bytesOf('é '))).toBe('é ');
  expect(labelOfBytes('\u00e2\u0080')).toBe('\\xE2\\x80');
  expect(textOfBytes(`a${'\u00e2\u0080'}b`)).toBe('a\uFFFDb');
});

describe('byte pairs in a task', () => {
  beforeAll(async () => void (await useReference()));
  const open = (name: string, text: string) => openDataset({ kind: 'text', name, text });
  const size = { timeSteps: 8, batchSize: 2 };
  const choice = { cell: builtinCell('lstm'), units: 4, layers: 1, dropout: 0 };

  test('go with a model of language, whose bits per character are told of characters, not of tokens', async () => {
    const text = 'the café by the sea — the café by the lake\n'.repeat(60);
    const reading = readingSchema.parse({ task: 'language', tokens: 'byte-pair', vocabularySize: 270 });
    const { encoding, report, evaluate } = await language.prepare(await open('a.txt', text), reading, {
      validationShare: 0.25,
    });
    expect(report.text).toMatchObject({ tokens: 'byte-pair', vocabularySize: 271 });
    expect(encoding.merges).toHaveLength(14);
    const model = Model.initialise(language.spec(encoding, choice), randomFromSeed(1));
    const { validationLoss, language: scores } = await evaluate(model, size, async () => {});
    expect(scores?.perplexity).toBeCloseTo(Math.exp(validationLoss), 6);
    // Lines are all alike, so that all parts have as many tokens a character.
    const tokensPerCharacter = (report.text?.tokenCount ?? 0) / Array.from(text).length;
    const expected = (validationLoss * tokensPerCharacter) / Math.LN2;
    expect(Math.abs((scores?.bitsPerCharacter ?? 0) / expected - 1)).toBeLessThan(0.02);
    const probe = await language.probeInput(encoding, 'é∞');
    expect(probe.labels.at(-1)).toMatch(/^\\x[0-9A-F]{2}$/);
    probe.input.dispose();
    model.dispose();
  });

  test('go with a classifier and a translator, which read and write texts by them', async () => {
    const rows = Array.from({ length: 60 }, (_, at) =>
      `good thing number ${at},${at % 2 ? 'ja, genau' : 'nein'}`.replace(', ', ' '),
    );
    const reading = { tokens: 'byte-pair', vocabularySize: 300, header: 'yes' } as const;
    const csv = await open('a.csv', `text,label\n${rows.join('\n')}`);
    const classified = await classify.prepare(csv, readingSchema.parse({ ...reading, task: 'classify' }), {
      validationShare: 0.2,
    });
    const { input } = classified.encoding;
    if (input.kind !== 'tokens') throw new Error('no tokens');
    expect(input.vocabulary).toContain(' number');
    const translated = await translate.prepare(
      csv,
      readingSchema.parse({ ...reading, task: 'translate', columns: ['text'], target: 'label' }),
      { validationShare: 0.2 },
    );
    const { source, target } = translated.encoding;
    expect(source.merges?.length).toBeGreaterThan(0);
    expect(target.vocabulary).toContain('nein');
    const probe = await translate.probeInput(translated.encoding, 'good thing');
    expect(probe.labels).toEqual(['good', ' thing']);
    probe.input.dispose();
  });
});
