import { grouped } from '../../base/grouped';
import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import { type Column, channelsOf, readTable } from '../../data';
import { meanSquaredError } from '../../engine/losses';
import type { tf } from '../../engine/tensors';
import type { Model } from '../../models/model';
import type { ClassifiedItem, ClassifySample } from '../../protocol/run';
import { tableReport } from '../table-report';
import type { ProbeInput, Task } from '../task';
import { labelOf } from '../tokens/tokens';
import { vocabularyIndex } from '../tokens/vocabulary';
import { exampleBatches } from './batches';
import { classifyColumns, labelAt } from './columns';
import { evaluateExamples, exampleBaselines, likeliest } from './evaluate';
import { type Examples, examplesOf, type InputEncoding } from './examples';
import { outputsWithout, type Step, stepsTensor } from './explain';
import { scaled, tokensOf } from './sequences';
import { softmax } from './softmax';

/** What a trained model needs besides its weights; kept with the run. */
export interface ClassifyEncoding {
  readonly task: 'classify';
  readonly input: InputEncoding;
  readonly target:
    | { readonly kind: 'class'; readonly name: string; readonly classes: readonly string[] }
    | { readonly kind: 'score'; readonly name: string; readonly mean: number; readonly deviation: number };
  /** Of the validation part: what samples show, unless asked otherwise. */
  readonly examples: readonly { readonly text: string; readonly label: string }[];
}

const shownExamples = 6;
/** Longer ones would take an answer too long, and fit no picture. */
const longestExplained = 200;

/** One answer for a whole sequence: a class, or a score. */
export const classify: Task<ClassifyEncoding> = {
  name: 'classify',

  async prepare(file, reading, { validationShare }) {
    const table = await readTable(file, reading, 'texts');
    const columns = classifyColumns(table, reading, file.name);
    const [read] = columns.inputs;
    const unit = reading.tokens === 'auto' ? usualUnit(read) : reading.tokens;
    const examples = examplesOf(table, columns, {
      unit,
      vocabularySize: reading.vocabularySize,
      validationShare,
      file: file.name,
    });
    const { targets, input, training, validation } = examples;
    const [first] = columns.inputs;
    const shown = spread(validation, shownExamples, examples);
    const textOf = (row: number) =>
      first.kind === 'text'
        ? (first.values?.at(row) ?? '')
        : columns.inputs.map((column) => numberAt(column, row, input)).join(' ');
    return {
      encoding: {
        task: 'classify',
        input,
        target:
          targets.kind === 'class'
            ? { kind: 'class', name: columns.target.name, classes: targets.names }
            : { kind: 'score', name: columns.target.name, mean: targets.mean, deviation: targets.deviation },
        examples: shown.map((example) => {
          const row = examples.rows[example] ?? 0;
          return { text: textOf(row), label: labelAt(columns.target, row) };
        }),
      },
      report: {
        ...tableReport(
          'classify',
          file,
          table,
          { ...reading, tokens: unit },
          {
            date: undefined,
            target: columns.target.name,
            inputs: columns.inputs.map(({ name }) => name),
          },
        ),
        ...(targets.kind === 'class' && {
          classes: targets.names.map((name, id) => ({ name, training: examples.counts[id] ?? 0 })),
        }),
        usualLongest: usualLongest(examples),
        split: { training: training.length, validation: validation.length },
        baselines: exampleBaselines(examples),
        warnings: [...table.warnings, ...examples.warnings],
      },
      windows: (size) => exampleBatches(examples, size),
      evaluate: (model, size, breathe) => evaluateExamples(model, examples, size, breathe),
    };
  },

  spec: ({ input, target }, { cell, units, layers, dropout, embeddingSize, direction, pooling = 'auto' }) => ({
    ...{ cell, units, layers, dropout },
    bidirectional: direction === 'both',
    input:
      input.kind === 'tokens'
        ? {
            kind: 'tokens',
            vocabularySize: input.vocabulary.length,
            embeddingSize: embeddingSize || Math.min(units, 64),
          }
        : { kind: 'numbers', size: input.scales.length },
    outputs: target.kind === 'class' ? target.classes.length : 1,
    pooling: pooling === 'auto' ? (input.kind === 'tokens' ? 'attention' : 'last') : pooling,
  }),

  loss: (result, targets) =>
    targets.dtype === 'int32' ? result.crossEntropy(targets as tf.Tensor2D) : meanSquaredError(result.output, targets),

  async sample(model, encoding, { prompt }, { step }): Promise<ClassifySample> {
    const asked = prompt?.trim() ? [{ text: prompt, label: undefined }] : encoding.examples;
    const items: ClassifiedItem[] = [];
    for (const { text, label } of asked) items.push(await classified(model, encoding, text, label));
    const { target } = encoding;
    return {
      task: 'classify',
      step,
      target: target.name,
      classes: target.kind === 'class' ? target.classes : undefined,
      items,
    };
  },

  probeInput(encoding, text): ProbeInput {
    const { labels, steps } = read(encoding, text?.trim() ? text : (encoding.examples[0]?.text ?? ''));
    return { labels, input: stepsTensor(encoding.input.kind, [steps]) };
  },
};

async function classified(
  model: Model,
  encoding: ClassifyEncoding,
  text: string,
  label: string | undefined,
): Promise<ClassifiedItem> {
  const { labels, steps } = read(encoding, text);
  const [whole = [], ...without] = await outputsWithout(model, steps);
  const { target } = encoding;
  const truth = label === undefined ? {} : { truth: label };
  if (target.kind === 'score') {
    const [own = Number.NaN] = whole;
    return {
      tokens: labels,
      contributions: without.map(([value = Number.NaN]) => (own - value) * target.deviation),
      prediction: String(Number((own * target.deviation + target.mean).toPrecision(4))),
      probabilities: [],
      ...truth,
    };
  }
  const probabilities = softmax(whole);
  const predicted = likeliest(whole);
  return {
    tokens: labels,
    contributions: without.map((values) => (probabilities[predicted] ?? 0) - (softmax(values)[predicted] ?? 0)),
    prediction: target.classes[predicted] ?? '',
    probabilities,
    ...truth,
  };
}

/** What the network reads of a person's or a file's own words. Throws a UserError when that is nothing. */
function read(
  { input }: ClassifyEncoding,
  text: string,
): { readonly labels: readonly string[]; readonly steps: readonly Step[] } {
  if (input.kind === 'tokens') {
    const tokens = tokensOf(text, input).slice(0, longestExplained);
    if (tokens.length === 0) {
      throw new UserError({
        what: 'There is nothing to read in the input',
        where: 'input',
        wayOut: 'Type a sentence.',
      });
    }
    const index = vocabularyIndex(input.vocabulary);
    return {
      labels: tokens.map((token) => labelOf(token, input.unit)),
      steps: tokens.map((token) => [index.get(token) ?? 0]),
    };
  }
  const words = text.trim().split(/[\s,;]+/);
  const values = words.map(Number);
  const wrong = words.find((_, at) => !Number.isFinite(values[at]));
  if (wrong !== undefined) {
    throw new UserError({
      what: `"${excerpt(wrong)}" is no number`,
      where: 'input',
      wayOut: `Give the numbers of a row apart by spaces, in the order ${input.columns.slice(0, 4).join(', ')}${input.columns.length > 4 ? ', …' : ''}.`,
    });
  }
  const { names, steps } = channelsOf(input.columns);
  const layout = names.length === 1 ? values.map((_, at) => [at]) : steps;
  const shown = layout
    .map((columns) => columns.map((column) => values[column] ?? Number.NaN))
    .filter((step) => step.every(Number.isFinite))
    .slice(0, longestExplained);
  if (shown.length === 0) {
    throw new UserError({
      what: `The input has ${values.length} numbers, fewer than one step of ${names.join(', ')}`,
      where: 'input',
      wayOut: `Give the numbers of a row in the order ${input.columns.slice(0, 4).join(', ')}, …`,
    });
  }
  return {
    labels: shown.map((step) => step.map((value) => String(Number(value.toPrecision(4)))).join(' / ')),
    steps: shown.map((step) => step.map((value, channel) => scaled(value, input.scales[channel]))),
  };
}

/** Words, where there are several in a text. */
function usualUnit(column: Column): 'chars' | 'words' {
  if (column.kind !== 'text' || !column.values) return 'words';
  let severalWords = 0;
  const looked = Math.min(1000, column.values.length);
  for (let row = 0; row < looked; row++) if (/\S\s+\S/.test(column.values.at(row))) severalWords += 1;
  return severalWords > looked / 4 ? 'words' : 'chars';
}

function numberAt(column: Column, row: number, input: InputEncoding): number {
  const value = column.kind === 'number' ? column.values.at(row) : Number.NaN;
  return Number.isNaN(value) && input.kind === 'numbers' ? (input.scales[0]?.mean ?? 0) : value;
}

/** Some examples of the validation part, of each class in turn. */
function spread(validation: Int32Array, count: number, { targets }: Examples): number[] {
  const queues = grouped(validation, (example) => (targets.kind === 'class' ? targets.of(example) : 0));
  const chosen: number[] = [];
  for (let round = 0; chosen.length < count && round < validation.length; round++) {
    for (const [, queue] of [...queues].toSorted(([a], [b]) => a - b)) {
      const example = queue[round];
      if (example !== undefined && chosen.length < count) chosen.push(example);
    }
  }
  return chosen;
}

/** Steps that 19 of 20 sequences of the training part do not exceed. */
function usualLongest({ training, sequences }: Examples): number {
  const sorted = training.map((example) => sequences.lengthOf(example)).sort();
  return sorted[Math.floor(0.95 * sorted.length)] ?? 0;
}
