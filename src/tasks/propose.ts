import { type CellName, frameCells, type TaskName, type TrainingConfiguration } from '../configuration/run';
import { countParameters, type ModelSpec } from '../models/parameters';
import type { DatasetReport, ModelSize, Proposal, Proposed, TextSummary } from '../protocol/dataset';

/** Every cell of Unroll with the reason to choose it, the usual ones first. */
export const proposedCells: readonly Proposed<CellName>[] = [
  { value: 'lstm', why: 'gates keep a memory over many steps; the safe first choice' },
  { value: 'gru', why: 'a quarter fewer weights than an LSTM and faster, often as good' },
  { value: 'rnn', why: 'the simplest; forgets after some ten steps, which the gates view shows' },
  { value: 'rnn-relu', why: 'no saturation, but may explode; for comparison' },
  { value: 'irnn', why: 'rectified, starts by copying its state; remembers without gates if the rate is low' },
  { value: 'lstm-peephole', why: 'gates see the cell state, which helps to count and to keep time' },
  { value: 'lstm-coupled', why: 'what is forgotten makes room for what is new; a quarter fewer weights' },
  { value: 'lstm-layernorm', why: 'steadier training at higher rates, for more time a step' },
  { value: 'gru-reset-before', why: 'as first published; slower than the usual GRU, for comparison' },
  { value: 'mgu', why: 'a GRU with one gate; a third fewer weights' },
  { value: 'minimal-rnn', why: 'one gate between the past and what the input alone says' },
  { value: 'ugrnn', why: 'an RNN with one gate that decides what stays' },
  { value: 'indrnn', why: 'each unit remembers for itself; very fast, good in several layers' },
  { value: 'sru', why: 'no product waits for the state; very fast, good in several layers' },
  { value: 'min-gru', why: 'gates read the input alone; the fastest, needs several layers' },
  { value: 'min-lstm', why: 'two gates that read the input alone; fast, needs several layers' },
  { value: 'lem', why: 'two states with learned time steps; for very long memories' },
  { value: 'leaky-integrator', why: 'an RNN whose units learn how slowly they change' },
  { value: 'echo-state', why: 'a fixed random reservoir; only what reads it learns, and the embedding of tokens' },
  { value: 'conv-gru', why: 'for frames: a GRU at each pixel, which reads the pixels around it' },
  { value: 'conv-lstm', why: 'for frames: an LSTM at each pixel; more weights and slower than conv-gru' },
];

const sizes: Readonly<Record<ModelSize['name'], ModelSize>> = {
  tiny: { name: 'tiny', units: 16, layers: 1 },
  small: { name: 'small', units: 32, layers: 1 },
  medium: { name: 'medium', units: 64, layers: 1 },
  large: { name: 'large', units: 128, layers: 1 },
};

type ProposedFor = Pick<DatasetReport, 'task' | 'split' | 'usualLongest'> & {
  readonly text?: Pick<TextSummary, 'tokens'>;
};

/**
 * What to train on a dataset when nobody says otherwise.
 *
 * @param specOf the model of a size, with the proposed cell
 */
export function propose(report: ProposedFor, specOf: (size: ModelSize) => ModelSpec): Proposal {
  const { training } = report.split;
  const unit = units[report.task];
  const best = bestSize(report);
  const ordered = [sizes[best], ...Object.values(sizes).filter(({ name }) => name !== best)];
  return {
    cells: cellsFor(report.task),
    sizes: ordered.map((size) => {
      const weights = countParameters(specOf(size));
      const reason = size.name === best ? `fits ${compact(training)} ${unit} to learn from, ` : '';
      return { value: size, why: `${reason}${compact(weights)} weights, ${pace[size.name]}` };
    }),
    training: trainingOf(report, countParameters(specOf(sizes[best]))),
  };
}

/** A text of as many tokens is enough for a large model, and for windows of many streams. */
const manyTokens = 200_000;
/** Words and pieces of words say as much in a quarter as many. */
const manyPieces = manyTokens / 4;

const isLong = ({ split, text }: ProposedFor) =>
  split.training >= (text && standsForSeveral(text) ? manyPieces : manyTokens);

const standsForSeveral = ({ tokens }: Pick<TextSummary, 'tokens'>) => tokens === 'words' || tokens === 'byte-pair';

/** Frames are for cells that read pixels, and read by others as rows of numbers; nothing else is for the former. */
function cellsFor(task: TaskName): readonly Proposed<CellName>[] {
  const [ofFrames, others] = [true, false].map((isWanted) =>
    proposedCells.filter(({ value }) => frameCells.includes(value) === isWanted),
  );
  if (task !== 'frames') return others ?? [];
  const asRows = (others ?? []).map(({ value, why }) => ({
    value,
    why: `reads each frame as one row of numbers; ${why}`,
  }));
  return [...(ofFrames ?? []), ...asRows];
}

function bestSize(report: ProposedFor): ModelSize['name'] {
  const { task, split, usualLongest } = report;
  if (task === 'translate' || task === 'speech') return 'medium';
  // What a convolution costs goes with every pixel of every frame.
  if (task === 'frames') return 'tiny';
  // What a record begins with must be remembered to its end.
  if (task === 'language' && usualLongest !== undefined) return 'medium';
  if (task === 'language' && isLong(report)) return 'large';
  return split.training < 4000 ? 'tiny' : 'small';
}

const pace: Readonly<Record<ModelSize['name'], string>> = {
  tiny: 'learns in seconds',
  small: 'learns in a minute or two',
  medium: 'a minute or more',
  large: 'some minutes',
};

const units: Readonly<Record<TaskName, string>> = {
  language: 'tokens',
  forecast: 'rows',
  classify: 'examples',
  translate: 'pairs',
  speech: 'recordings',
  frames: 'frames',
};

function trainingOf(report: ProposedFor, weights: number): Partial<TrainingConfiguration> {
  const { task, split, usualLongest, text } = report;
  if (task === 'forecast') return forecastTraining(split.training, usualLongest ?? split.training);
  if (task === 'translate') return translateTraining(split.training, usualLongest ?? 32);
  if (task === 'speech') return speechTraining(split.training, usualLongest ?? 100);
  if (task === 'frames') return framesTraining(usualLongest ?? 16);
  if (task === 'classify') return classifyTraining(split.training, usualLongest ?? 32);
  if (usualLongest !== undefined) return recordTraining(usualLongest);
  if (!isLong(report)) return {};
  // Fewer tokens make fewer steps of a pass, and there the number of steps is what a training lacks.
  const isFew = text && standsForSeveral(text) && split.training < 2 * manyTokens;
  return longTextTraining(split.training, weights, isFew ? [32, 16] : [64, 32]);
}

/** Products of weights and tokens that two cores do in some two minutes. */
const work = 1e12;

/** Some ten times through the text, or as far as a few minutes reach. */
function longTextTraining(
  tokens: number,
  weights: number,
  [timeSteps, batchSize]: readonly [number, number],
): Partial<TrainingConfiguration> {
  const epochs = (10 * tokens) / (timeSteps * batchSize);
  const steps = Math.round(Math.min(epochs, work / (weights * timeSteps * batchSize)) / 100) * 100;
  return { timeSteps, batchSize, steps: Math.max(300, steps), evaluateEvery: 50 };
}

/** Some ten times through all examples, of which few are cut. */
function classifyTraining(examples: number, longest: number): Partial<TrainingConfiguration> {
  const batchSize = Math.max(2, Math.min(32, Math.floor(examples / 8)));
  const steps = Math.max(200, Math.min(2000, Math.round((10 * examples) / batchSize)));
  return { timeSteps: Math.max(2, Math.min(256, longest)), batchSize, steps };
}

/** Windows as long as clips allow, up to where a state of zeros at their beginning no longer matters. */
function framesTraining(longest: number): Partial<TrainingConfiguration> {
  return { timeSteps: Math.max(2, Math.min(16, longest - 1)), batchSize: 8, steps: 1500, evaluateEvery: 50 };
}

/** Records need a window that holds one wherever it begins, and tell by their ends what their beginnings were good for. */
function recordTraining(length: number): Partial<TrainingConfiguration> {
  return { timeSteps: Math.min(1024, 2 * length), batchSize: 32, steps: 15_000 };
}

/** Some twenty times through all pairs, of which hardly one is left out. */
function translateTraining(pairs: number, longest: number): Partial<TrainingConfiguration> {
  const batchSize = Math.max(2, Math.min(32, Math.floor(pairs / 8)));
  const steps = Math.max(400, Math.min(3000, Math.round((20 * pairs) / batchSize)));
  return { timeSteps: Math.max(4, Math.min(200, longest)), batchSize, steps, evaluateEvery: 50 };
}

/** Some forty times through all recordings, none of which is left out. */
function speechTraining(recordings: number, longest: number): Partial<TrainingConfiguration> {
  const batchSize = Math.max(2, Math.min(16, Math.floor(recordings / 8)));
  const steps = Math.max(600, Math.min(4000, Math.round((40 * recordings) / batchSize)));
  return { timeSteps: Math.max(8, Math.min(4096, longest)), batchSize, steps, evaluateEvery: 50 };
}

/** A short series needs a short window, and fewer streams, so that each has some windows to carry its state over. */
function forecastTraining(rows: number, each: number): Partial<TrainingConfiguration> {
  const timeSteps = Math.max(2, Math.min(24, Math.max(4, Math.floor(each / 8)), each - 1));
  return { timeSteps, batchSize: Math.max(1, Math.min(8, Math.floor(rows / (4 * timeSteps)))), steps: 400 };
}

function compact(count: number): string {
  return count < 1000
    ? String(count)
    : count < 1e6
      ? `${Number((count / 1000).toPrecision(2))} thousand`
      : `${Number((count / 1e6).toPrecision(2))} million`;
}
