import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading, TokenUnit } from '../../configuration/run';
import { type DatasetFile, holdsObjects, readText, textOfColumn } from '../../data';
import { tf } from '../../engine/tensors';
import type { LanguageSample } from '../../protocol/run';
import { usualLength } from '../../samples/language';
import type { ProbeInput, Task } from '../task';
import type { TokenIds } from '../tokens/ids';
import type { Merge } from '../tokens/merges';
import { encodeText, encodeTokens, labelOf, textOf } from '../tokens/tokens';
import { frequentTokens, unknownToken, vocabularyIndex } from '../tokens/vocabulary';
import { languageBaselines } from './baselines';
import { evaluateLanguage, languageWindows } from './batches';
import { beginningOf } from './beginning';
import { candidates, generate } from './generate';

/** What a trained model needs besides its weights; kept with the run. */
export interface LanguageEncoding {
  readonly task: 'language';
  readonly unit: TokenUnit;
  readonly merges?: readonly Merge[];
  /** Token of each id; of bytes and byte pairs as strings of bytes. */
  readonly vocabulary: readonly string[];
  /** From the beginning of the validation part, where a line begins: what samples start with, and probes read, unless asked otherwise. */
  readonly prompt: string;
  readonly probeInput: string;
}

const promptTokens = { chars: 16, words: 4, bytes: 16, 'byte-pair': 6 } as const;
const probeTokens = { chars: 48, words: 24, bytes: 48, 'byte-pair': 24 } as const;

/** Longer inputs would not fit a picture, nor an answer between two training steps. */
const longestProbe = 512;
const longestSample = 20_000;
const shownCandidates = 8;
/** Tokens that are counted to tell the most frequent ones. */
const mostCounted = 2_000_000;

/** Next-token prediction on text: embedding, recurrent layers, softmax. */
export const language: Task<LanguageEncoding> = {
  name: 'language',

  async prepare(file, reading, { validationShare }) {
    const column = isTable(file, reading) ? await textOfColumn(file, reading) : undefined;
    const text = beginningOf(column ?? (await readText(file, reading)));
    const unit = reading.tokens === 'auto' ? 'chars' : reading.tokens;
    const encoded = await encodeText(text, unit, validationShare, reading.vocabularySize);
    const { vocabulary, merges, ids, boundary, coverage } = encoded;
    const frequent = mostFrequent(ids, boundary, vocabulary);
    if (frequent.length < 2) throw nothingToPredict(file.name, unit, frequent[0], validationShare);
    const tokensPerCharacter = (ids.length - boundary) / Math.max(1, text.characters - encoded.trainingCharacters);
    const spell = (from: number, count: number) =>
      textOf(
        Array.from(ids.read(from, count), (id) => vocabulary[id] ?? ''),
        unit,
      );
    const opening = beginningOfLine(ids, boundary, vocabulary);
    const warnings = [...text.warnings];
    const recordLength = lineLength(ids, boundary, vocabulary);
    if (coverage < 0.98) {
      warnings.push(
        `The ${vocabulary.length - 1} most frequent words cover ${(100 * coverage).toFixed(1)} % of the training part; the others are read as unknown.`,
      );
    }
    return {
      encoding: {
        task: 'language',
        unit,
        vocabulary,
        ...(merges.length > 0 && { merges }),
        prompt: spell(opening, promptTokens[unit]),
        probeInput: spell(opening, probeTokens[unit]),
      },
      report: {
        task: 'language',
        name: file.name,
        path: file.path,
        fingerprint: file.fingerprint,
        reading: {
          ...reading,
          ...{ task: 'language', tokens: unit, encoding: text.encoding },
          ...(column && { delimiter: column.delimiter as Reading['delimiter'], columns: [column.column] }),
        },
        text: {
          encoding: text.encoding,
          tokens: unit,
          tokenCount: ids.length,
          vocabularySize: vocabulary.length,
          vocabulary: frequent.map((token) => labelOf(token, unit)),
        },
        ...(recordLength !== undefined && { usualLongest: recordLength }),
        split: { training: boundary, validation: ids.length - boundary },
        baselines: languageBaselines(ids, boundary, vocabulary.length),
        warnings,
      },
      windows: (training) => languageWindows(ids.part(0, boundary), training, file.name),
      evaluate: (model, training, breathe) =>
        evaluateLanguage(model, ids.part(boundary), training, tokensPerCharacter, breathe),
    };
  },

  spec: ({ vocabulary }, { cell, units, layers, dropout, embeddingSize }) => ({
    cell,
    units,
    layers,
    dropout,
    input: { kind: 'tokens', vocabularySize: vocabulary.length, embeddingSize: embeddingSize || Math.min(units, 64) },
    outputs: vocabulary.length,
  }),

  loss: 'crossEntropy',

  async sample(model, encoding, request, { step, seed: defaultSeed, random, breathe }): Promise<LanguageSample> {
    const { unit, vocabulary } = encoding;
    const prompt = request.prompt || encoding.prompt;
    const length = Math.min(request.length ?? usualLength[unit], longestSample);
    const temperature = request.temperature ?? 0.8;
    const topK = request.topK ?? 0;
    const seed = request.seed ?? defaultSeed;
    const index = vocabularyIndex(vocabulary);
    if (unit === 'chars') refuseUnknown(request.prompt ?? '', index, 'prompt');
    const read = encodeTokens(prompt, encoding, index);
    const ids = await generate(model, {
      prompt: read,
      length,
      temperature,
      topK,
      random: random(seed),
      breathe,
    });
    const next = candidates(model, read, shownCandidates).map(({ id, probability }) => ({
      token: labelOf(vocabulary[id] ?? '', unit),
      probability,
    }));
    const text = textOf(
      ids.map((id) => vocabulary[id] ?? ''),
      unit,
    );
    return { task: 'language', step, prompt, text, next, temperature, topK, seed };
  },

  probeInput(encoding, text): ProbeInput {
    const { unit, vocabulary, probeInput } = encoding;
    const index = vocabularyIndex(vocabulary);
    if (unit === 'chars') refuseUnknown(text ?? '', index, 'input');
    const ids = encodeTokens(text || probeInput, encoding, index).slice(0, longestProbe);
    return {
      labels: ids.map((id) => labelOf(vocabulary[id] ?? unknownToken, unit)),
      input: tf.tensor2d(ids, [1, ids.length], 'int32'),
    };
  },
};

function nothingToPredict(name: string, unit: TokenUnit, only: string | undefined, validationShare: number): UserError {
  const part = `The training part, the first ${Math.round(100 * (1 - validationShare))} % of the text,`;
  const token = { chars: 'character', words: 'word', bytes: 'byte', 'byte-pair': 'token' }[unit];
  return new UserError({
    what:
      only === undefined
        ? `${part} is empty`
        : `${part} has one distinct ${token} only, "${excerpt(labelOf(only, unit))}"`,
    where: name,
    wayOut: `There is nothing to predict in it: choose a text with at least two distinct ${token}s.`,
  });
}

/** Words outside the vocabulary are common, and have their own id; a character outside it is a mistake. */
function refuseUnknown(text: string, index: ReadonlyMap<string, number>, where: string): void {
  const unknown = [...new Set(text)].filter((character) => !index.has(character));
  if (unknown.length === 0) return;
  const named = unknown.slice(0, 10).map((character) => `"${excerpt(character)}"`);
  throw new UserError({
    what: `The model has never seen ${named.join(', ')}${unknown.length > named.length ? ' and others' : ''}`,
    where,
    wayOut: `Leave ${unknown.length === 1 ? 'it' : 'them'} out: a model of characters knows those of its training part alone.`,
  });
}

/** The tokens that come most often in the (beginning of the) training part, at most 100. */
function mostFrequent(ids: TokenIds, boundary: number, vocabulary: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const id of ids.read(0, Math.min(boundary, mostCounted))) {
    const token = vocabulary[id] ?? unknownToken;
    if (id > 0) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return frequentTokens(counts, 1, 100);
}

/** The first line that begins within the validation part, if one does soon: an excerpt from within a word says little. */
function beginningOfLine(ids: TokenIds, boundary: number, vocabulary: readonly string[]): number {
  const near = ids.read(boundary, 400);
  for (const mark of ['\n', ' ']) {
    const id = vocabulary.indexOf(mark);
    const at = near.findIndex((token, index) => token === id && near[index + 1] !== id);
    if (id > 0 && at >= 0 && boundary + at + 1 + probeTokens.chars < ids.length) return boundary + at + 1;
  }
  return boundary;
}

/** Whether what is to be learned is a column's texts: where rows are objects, unless lines are to be read as they stand. */
function isTable(file: DatasetFile, reading: Reading): boolean {
  const { delimiter } = reading;
  return delimiter === 'json' || delimiter === 'parquet' || (delimiter === 'auto' && holdsObjects(file, reading));
}

/** Lines that are looked at, and how few or many tokens make a record. */
const lookedAt = 200;
const [shortest, longest] = [8, 1000];

/** How many tokens a line has, its end among them, where all lines of a text have as many, as records do; else undefined. */
function lineLength(ids: TokenIds, boundary: number, vocabulary: readonly string[]): number | undefined {
  const end = vocabulary.indexOf('\n');
  if (end < 0) return undefined;
  const read = ids.read(0, Math.min(boundary, lookedAt * longest));
  const first = read.indexOf(end) + 1;
  if (first < shortest || first > longest) return undefined;
  const lines = Math.min(lookedAt, Math.floor(read.length / first));
  if (lines < 3) return undefined;
  for (let line = 0; line < lines; line++)
    if (read.subarray(line * first, (line + 1) * first).indexOf(end) !== first - 1) return undefined;
  return first;
}
