import { UserError } from '../../base/user-error';
import type { Reading } from '../../configuration/run';
import { type DatasetFile, filesOfLines, looksLikeTable, readLinePairs, readTable } from '../../data';
import { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';
import type { DatasetFingerprint } from '../../protocol/dataset';
import type { TranslatedItem, TranslateSample } from '../../protocol/run';
import { usualBeam } from '../../samples/translate';
import { tableReport } from '../table-report';
import type { ProbeInput, Task } from '../task';
import { labelOf } from '../tokens/tokens';
import { vocabularyIndex } from '../tokens/vocabulary';
import { pairBatches } from './batches';
import { pairColumns } from './columns';
import { evaluatePairs, pairBaselines } from './evaluate';
import { type Pairs, pairsOf, type SideEncoding, textOf, tokensOf } from './pairs';
import { beamSearch } from './search';

/** What a trained model needs besides its weights; kept with the run. */
export interface TranslateEncoding {
  readonly task: 'translate';
  readonly source: SideEncoding;
  readonly target: SideEncoding;
  /** Of the validation part: what samples show, unless asked otherwise. */
  readonly examples: readonly { readonly source: string; readonly reference: string }[];
}

const shownExamples = 4;
/** Longer ones would take an answer too long, and fit no picture. */
const longestShown = 200;

/** One sequence read, another one written: an encoder, and a decoder that attends to it. */
export const translate: Task<TranslateEncoding> = {
  name: 'translate',

  async prepare(file, reading, { validationShare }) {
    const pair = await pairOf(file, reading);
    const lines = pair === undefined ? undefined : await readLinePairs(file, pair, reading);
    const table = lines ?? (await readTable(file, reading, 'cells'));
    const columns = pairColumns(table, reading, file.name);
    const unit = reading.tokens === 'auto' ? undefined : reading.tokens;
    const pairs = pairsOf(table, columns, {
      unit,
      vocabularySize: reading.vocabularySize,
      validationShare,
      file: file.name,
    });
    const { training, validation, source, target } = pairs;
    return {
      encoding: { task: 'translate', source, target, examples: examplesOf(pairs) },
      report: {
        ...tableReport(
          'translate',
          file,
          table,
          { ...reading, tokens: source.unit, ...(pair !== undefined && { pair }) },
          { date: undefined, target: target.name, inputs: [source.name] },
        ),
        ...(lines && { fingerprint: ofBoth(file.fingerprint, lines.other.fingerprint) }),
        usualLongest: longestOf(pairs),
        split: { training: training.length, validation: validation.length },
        baselines: pairBaselines(pairs),
        warnings: [...table.warnings, ...pairs.warnings],
      },
      windows: (size) => pairBatches(pairs, size, file.name),
      evaluate: (model, size, breathe) => evaluatePairs(model, pairs, size, breathe),
    };
  },

  spec: ({ source, target }, { cell, units, layers, dropout, embeddingSize, direction, attention = 'general' }) => ({
    ...{ cell, units, layers, dropout },
    bidirectional: direction === 'both',
    input: {
      kind: 'tokens',
      vocabularySize: source.vocabulary.length,
      embeddingSize: embeddingSize || Math.min(units, 128),
    },
    outputs: target.vocabulary.length,
    decoder: {
      vocabularySize: target.vocabulary.length,
      embeddingSize: embeddingSize || Math.min(units, 128),
      attention,
    },
  }),

  loss: 'crossEntropy',

  async sample(model, encoding, { prompt, beam }, { step, breathe }): Promise<TranslateSample> {
    const asked = prompt?.trim() ? [{ source: prompt.trim() }] : encoding.examples;
    const items: TranslatedItem[] = [];
    for (const example of asked) items.push(await translated(model, encoding, example, beam ?? usualBeam, breathe));
    return { task: 'translate', step, from: encoding.source.name, to: encoding.target.name, items };
  },

  probeInput({ source, examples }, text): ProbeInput {
    const { tokens, ids } = read(source, text?.trim() ? text.trim() : (examples[0]?.source ?? ''));
    return { labels: tokens, input: tf.tensor2d(ids, [1, ids.length], 'int32') };
  },
};

/** The second file of lines: the one that is named, or else, beside a text that is no table of its own, the first by its name. */
async function pairOf(file: DatasetFile, reading: Reading): Promise<string | undefined> {
  if (reading.pair !== undefined) return reading.pair;
  if (reading.delimiter !== 'auto' && reading.delimiter !== 'lines') return undefined;
  const beside = await filesOfLines(file);
  return looksLikeTable(file, reading).pair ? undefined : beside[0];
}

/** Two files are the same when both are. */
function ofBoth(one: DatasetFingerprint, other: DatasetFingerprint): DatasetFingerprint {
  return { bytes: one.bytes + other.bytes, sha256: `${one.sha256}+${other.sha256}` };
}

async function translated(
  model: Model,
  { source, target }: TranslateEncoding,
  example: { readonly source: string; readonly reference?: string },
  beam: number,
  breathe: () => Promise<void>,
): Promise<TranslatedItem> {
  const { tokens, ids } = read(source, example.source);
  const input = tf.tensor2d(ids, [1, ids.length], 'int32');
  const found = await beamSearch(model, input, beam, breathe);
  input.dispose();
  const written = found.ids.map((id) => target.vocabulary[id] ?? '');
  return {
    source: tokens,
    output: written.map((token) => shown(token, target)),
    text: textOf(written, target.unit),
    ...(example.reference !== undefined && { reference: example.reference }),
    attention: found.attention.slice(0, written.length),
    probability: Math.exp(found.logProbability),
  };
}

/** What the network reads of a text. Throws a UserError when that is nothing. */
function read(side: SideEncoding, text: string): { readonly tokens: readonly string[]; readonly ids: number[] } {
  const tokens = tokensOf(text, side).slice(0, longestShown);
  if (text === '' || tokens.length === 0) {
    throw new UserError({
      what: 'There is nothing to translate in the input',
      where: 'input',
      wayOut: 'Type something.',
    });
  }
  const index = vocabularyIndex(side.vocabulary);
  return { tokens: tokens.map((token) => shown(token, side)), ids: tokens.map((token) => index.get(token) ?? 0) };
}

const shown = (token: string, { unit }: SideEncoding) => (unit === 'words' ? token.trim() : labelOf(token, unit));

/** Some pairs of the validation part, of different lengths. */
function examplesOf(pairs: Pairs): TranslateEncoding['examples'] {
  const { validation, sources } = pairs;
  const fitting = [...validation].filter((pair) => sources.lengthOf(pair) <= longestShown);
  const byLength = fitting.sort((a, b) => sources.lengthOf(a) - sources.lengthOf(b));
  const count = Math.min(shownExamples, byLength.length);
  return Array.from({ length: count }, (_, at) => {
    const pair = byLength[Math.floor(((at + 0.5) * byLength.length) / count)] ?? 0;
    return { source: pairs.text('source', pair), reference: pairs.text('target', pair) };
  });
}

/** Tokens that no side of 99 of 100 pairs of the training part exceeds. */
function longestOf({ training, sources, targets }: Pairs): number {
  const sorted = training.map((pair) => Math.max(sources.lengthOf(pair), targets.lengthOf(pair))).sort();
  return sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
}
