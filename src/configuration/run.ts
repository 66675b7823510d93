import { z } from 'zod';
import { nearNames } from '../base/near-names';
import { excerpt } from '../base/visible';

// Compiled checks pay after hundreds of runs, and one is read at a time.
z.config({ jitless: true });

/**
 * The one schema of a run. Types, defaults, JSON schema, command line help and editor settings come from it.
 * `flag` is the option's name on the command line where it is not the key in kebab case.
 */
export const tasks = ['language', 'forecast', 'classify', 'translate', 'speech', 'frames'] as const;
export const cells = [
  'rnn',
  'rnn-relu',
  'irnn',
  'lstm',
  'lstm-peephole',
  'lstm-coupled',
  'lstm-layernorm',
  'gru',
  'gru-reset-before',
  'mgu',
  'minimal-rnn',
  'ugrnn',
  'indrnn',
  'sru',
  'min-gru',
  'min-lstm',
  'lem',
  'leaky-integrator',
  'echo-state',
  'conv-lstm',
  'conv-gru',
] as const;
/** Cells that read the pixels around each one, and nothing but frames. */
export const frameCells: readonly CellName[] = ['conv-lstm', 'conv-gru'];
export const frameLosses = ['squares', 'cross-entropy'] as const;
export const directions = ['forward', 'both'] as const;
export const schedules = ['constant', 'cosine'] as const;
export const forecastLosses = ['mse', 'mae', 'pinball'] as const;
/** How a forecast of several rows is made (Ben Taieb et al. 2012). */
export const forecastStrategies = ['recursive', 'direct'] as const;
export const poolings = ['auto', 'last', 'mean', 'attention'] as const;
export const attentionScores = ['dot', 'general', 'additive'] as const;
export const tokenUnits = ['chars', 'words', 'bytes', 'byte-pair'] as const;
export const encodings = ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'latin1'] as const;

/** How the bytes of a file are understood. `auto` and absent values are found by looking at the file. */
export const readingSchema = z.strictObject({
  task: z
    .enum(['auto', ...tasks])
    .default('auto')
    .describe('what to learn from the file'),
  tokens: z
    .enum(['auto', ...tokenUnits])
    .default('auto')
    .describe(
      'unit of text, byte-pair: pieces of words, learned from the file; auto: characters to go on with a text, words to classify or translate one',
    ),
  vocabularySize: z
    .int()
    .min(257)
    .max(32_768)
    .optional()
    .describe('tokens of a byte-pair vocabulary at most, the 256 bytes among them (default: 1024)'),
  encoding: z.enum(encodings).default('auto').describe('character encoding of the file'),
  invalid: z.enum(['error', 'replace']).default('error').describe('what to do with bytes that are not valid text'),
  delimiter: z
    .enum(['auto', ',', ';', '\t', '|', ' ', 'json', 'parquet', 'lines'])
    .default('auto')
    .describe('column delimiter of a table; json: each line is an object; parquet, lines: found by themselves'),
  decimal: z.enum(['auto', '.', ',']).default('auto').describe('decimal mark of a table'),
  header: z.enum(['auto', 'yes', 'no']).default('auto').describe('whether the first row names the columns'),
  pair: z.string().optional().describe('second file, whose lines are translations of the lines of the first'),
  date: z.string().optional().describe('name of the date column'),
  target: z
    .string()
    .optional()
    .describe('name of the column to forecast, of the labels to predict, or of what is to be written'),
  frameSize: z
    .int()
    .min(4)
    .max(256)
    .optional()
    .describe('longest side of a frame as the network sees it; larger ones are made smaller (default: 32)'),
  frameLoss: z
    .enum(frameLosses)
    .optional()
    .describe('what frames are learned by: squared differences (default), or, of black and white, cross-entropy'),
  columns: z.array(z.string()).optional().describe('columns given to the network (default: all that suit)'),
  group: z
    .array(z.string())
    .optional()
    .describe('columns that tell series apart which are stacked in a table; none: all rows are one (default: found)'),
  horizon: z.int().min(1).max(1000).optional().describe('rows to forecast (default: two seasons, or 24)'),
  strategy: z
    .enum(forecastStrategies)
    .optional()
    .describe(
      'how rows further ahead are forecast: recursive, each forecast is read as the next row; direct, all rows of the horizon are said at once, of the target alone (default: recursive)',
    ),
  loss: z
    .enum(forecastLosses)
    .optional()
    .describe(
      'what a forecast is to make small: mse aims at the mean, mae at the median, pinball at quantiles, which make an interval (default: mse)',
    ),
  quantiles: z
    .array(z.number().gt(0).lt(1))
    .min(1)
    .max(19)
    .optional()
    .describe('levels of the quantiles to forecast, with --loss pinball (default: 0.1,0.5,0.9)'),
});

const count = (min: number, max: number) => z.int().min(min).max(max);

/** Whether a choice of a cell names one of Unroll's own; any other is the path of a `.cell` file. */
export const isCellName = (choice: string): choice is CellName => cells.some((name) => name === choice);

const cellChoice = z
  .string()
  .max(4096)
  .superRefine((choice, { addIssue }) => {
    if (isCellName(choice) || choice.toLowerCase().endsWith('.cell')) return;
    const near = nearNames(choice, cells);
    addIssue({
      code: 'custom',
      message: `"${excerpt(choice)}" is neither a cell of Unroll nor the path of a .cell file`,
      params: {
        wayOut: `${near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''}Choose a .cell file or among: ${cells.join(' ')}.`,
      },
    });
  });

export const modelSchema = z.strictObject({
  cell: cellChoice
    .default('lstm')
    .describe('recurrent cell: one of the names, or the path of a .cell file')
    .meta({ examples: [...cells] }),
  units: count(1, 4096).default(32).describe('size of the hidden state of each layer'),
  layers: count(1, 4).default(1).describe('recurrent layers, one on another'),
  direction: z
    .enum(directions)
    .default('forward')
    .describe('which way layers read a whole sequence; both: what they say at a step also knows what follows'),
  pooling: z
    .enum(poolings)
    .default('auto')
    .describe(
      'what tells a class: the last state, or the mean of all, weighed or not; auto: attention to texts, the last of numbers',
    ),
  attention: z.enum(attentionScores).default('general').describe('how a translation looks for what it needs'),
  embeddingSize: count(0, 4096)
    .default(0)
    .describe('size of the learned vector of a token; 0: that of a layer, at most 64, and 128 to translate')
    .meta({ flag: 'embedding' }),
  dropout: z.number().min(0).max(0.95).default(0).describe('share of values dropped between layers while training'),
});

export const trainingSchema = z.strictObject({
  timeSteps: count(2, 4096)
    .default(32)
    .describe('steps that a gradient goes back (truncated back-propagation)')
    .meta({ flag: 'window' }),
  batchSize: count(1, 1024).default(8).describe('sequences trained on at once').meta({ flag: 'batch' }),
  steps: count(1, 10_000_000).default(600).describe('training steps'),
  learningRate: z.number().positive().max(10).default(0.005).describe('learning rate of Adam').meta({ flag: 'rate' }),
  schedule: z
    .enum(schedules)
    .default('cosine')
    .describe('how the learning rate goes on; cosine: it falls to 0 along half a wave, which settles what was learned'),
  clipNorm: z
    .number()
    .positive()
    .default(5)
    .describe('global norm at which gradients are clipped')
    .meta({ flag: 'clip' }),
  seed: z.int().min(0).max(0xffff_ffff).default(1).describe('seed of every random number'),
  validationShare: z
    .number()
    .min(0.01)
    .max(0.5)
    .default(0.1)
    .describe('share of the file, at its end, kept for validation'),
  testShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe(
      'share of the file, behind the validation part, that nothing sees before the best weights are measured on it once, at the end (forecast)',
    ),
  evaluateEvery: count(1, 1_000_000).default(20).describe('training steps between validations'),
  patience: count(0, 100_000)
    .default(0)
    .describe(
      'how many validations in a row may be no better than the best before training ends; 0: it never ends early',
    ),
  sampleEvery: count(1, 1_000_000).default(50).describe('training steps between samples and looks inside'),
  checkpointEvery: count(1, 1_000_000).default(50).describe('training steps between checkpoints'),
});

export const engineSchema = z.strictObject({
  backend: z
    .enum(['auto', 'wasm', 'tensorflow', 'cpu'])
    .default('auto')
    .describe(
      "engine that computes: wasm is Unroll's own, tensorflow the native one once it is installed, cpu TF.js's and slow",
    ),
  variant: z
    .enum(['auto', 'wide', 'relaxed', 'plain'])
    .default('auto')
    .describe('build of the engine: wide asks V8 for 256-bit instructions by a flag, the others never do')
    .meta({ flag: 'engine-variant' }),
  threads: count(0, 64).default(0).describe('threads of the engine; 0: as many as suit the machine'),
});

export const runConfigurationSchema = z.strictObject({
  reading: readingSchema.prefault({}),
  model: modelSchema.prefault({}),
  training: trainingSchema.prefault({}),
  engine: engineSchema.prefault({}),
});

export type TaskName = (typeof tasks)[number];
export type CellName = (typeof cells)[number];
/** What a text is cut into. */
export type TokenUnit = (typeof tokenUnits)[number];
export type Reading = z.infer<typeof readingSchema>;
export type ModelConfiguration = z.infer<typeof modelSchema>;
export type TrainingConfiguration = z.infer<typeof trainingSchema>;
export type EngineConfiguration = z.infer<typeof engineSchema>;
export type RunConfiguration = z.infer<typeof runConfigurationSchema>;
/** What a person may leave out. */
export type RunChoices = z.input<typeof runConfigurationSchema>;
