import { convolutionSizes, type LinearInit, linearInits, type UnaryOperation, unaryOperations } from '../expression';

/** The functions of the language with what they take: for messages, completion and hover. */
export interface FunctionWord {
  readonly name: string;
  /** As it is written: `linear(a, b, …)`. */
  readonly signature: string;
  readonly meaning: string;
  readonly options: Readonly<Record<string, OptionWord>>;
}

export interface OptionWord {
  /** What may stand after the colon. */
  readonly values: string;
  readonly meaning: string;
}

const elementwise: Readonly<Record<UnaryOperation, string>> = {
  sigmoid: '1 / (1 + e^−a), between 0 and 1: a gate',
  tanh: 'Hyperbolic tangent, between −1 and 1',
  relu: 'a where it is above 0, else 0',
  exp: 'e^a',
  log: 'Natural logarithm; of a positive number',
  sqrt: 'Square root; of a number that is not negative',
  abs: 'Magnitude',
  square: 'a · a',
  softplus: 'log(1 + e^a), a smooth relu',
  softsign: 'a / (1 + |a|), between −1 and 1',
  silu: 'a · sigmoid(a), also called swish',
  elu: 'a above 0, e^a − 1 below',
  sin: 'Sine',
  cos: 'Cosine',
};

/** Ways to draw that make sense of weights which are no square matrix. */
export const convolutionInits: readonly LinearInit[] = ['default', 'orthogonal', 'glorot'];

const listed = (values: readonly (string | number)[]) => `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

const ofMaps = {
  bias: { values: 'a number or none', meaning: 'first value of the bias (0), or none to do without' },
  train: { values: 'yes or no', meaning: 'no: drawn once and never changed' },
};

export const functionWords: readonly FunctionWord[] = [
  {
    name: 'linear',
    signature: 'linear(a, b, …)',
    meaning:
      'A learned affine map of its arguments to the units: a · W + b · U + bias. The input x can stand here alone.',
    options: {
      bias: ofMaps.bias,
      init: { values: listed(linearInits), meaning: 'how its matrices are drawn' },
      train: ofMaps.train,
    },
  },
  {
    name: 'conv',
    signature: 'conv(a, b, …)',
    meaning:
      'A learned convolution of its arguments: as linear, of the square of pixels around each. For frames of a video alone; the input x can stand here alone.',
    options: {
      size: { values: listed(convolutionSizes), meaning: 'side of the square (3)' },
      bias: ofMaps.bias,
      init: { values: listed(convolutionInits), meaning: 'how its weights are drawn' },
      train: ofMaps.train,
    },
  },
  {
    name: 'scale',
    signature: 'scale(a)',
    meaning: 'A learned weight for each unit, times a: a peephole.',
    options: {
      init: { values: 'a number or uniform', meaning: 'first value of the weights (0), or drawn evenly from 0 to 1' },
    },
  },
  {
    name: 'norm',
    signature: 'norm(a)',
    meaning: 'Layer normalisation over the units, with learned gain and shift (Ba et al. 2016).',
    options: {},
  },
  ...unaryOperations.map((name) => ({ name, signature: `${name}(a)`, meaning: elementwise[name], options: {} })),
  { name: 'min', signature: 'min(a, b)', meaning: 'The lower of two', options: {} },
  { name: 'max', signature: 'max(a, b)', meaning: 'The higher of two', options: {} },
];

export const functionNames: readonly string[] = functionWords.map(({ name }) => name);

/** Names that mean something of their own. */
export const reservedNames: readonly string[] = ['x', 'state', 'param', 'const', 'cell', ...functionNames];
