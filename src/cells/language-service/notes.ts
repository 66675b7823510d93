import type { UnaryOperation } from '../expression';
import { type FunctionWord, functionWords } from '../language/words';

/** What hover tells of a function beyond its meaning: in signs, and where it was published. */
interface FunctionNote {
  readonly formula: string;
  readonly paper?: string;
}

const notes: Readonly<Record<UnaryOperation | 'linear' | 'conv' | 'scale' | 'norm' | 'min' | 'max', FunctionNote>> = {
  linear: {
    formula: 'a·W + b·U + … + bias',
    paper: 'W is drawn as Glorot and Bengio 2010, U orthogonal as Saxe et al. 2014',
  },
  conv: {
    formula: 'W∗a + U∗b + … + bias',
    paper: 'Shi et al. 2015, Convolutional LSTM network',
  },
  scale: { formula: 'p ⊙ a', paper: 'Gers and Schmidhuber 2000, Recurrent nets that time and count' },
  norm: { formula: 'gain ⊙ (a − mean) / √(variance + 10⁻⁵) + shift', paper: 'Ba et al. 2016, Layer normalization' },
  sigmoid: { formula: '1 / (1 + e⁻ᵃ)' },
  tanh: { formula: '(eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ)' },
  relu: { formula: 'max(0, a)', paper: 'Nair and Hinton 2010, Rectified linear units' },
  exp: { formula: 'eᵃ' },
  log: { formula: 'ln a' },
  sqrt: { formula: '√a' },
  abs: { formula: '|a|' },
  square: { formula: 'a²' },
  softplus: { formula: 'ln(1 + eᵃ)', paper: 'Dugas et al. 2001' },
  softsign: { formula: 'a / (1 + |a|)', paper: 'Bergstra et al. 2009' },
  silu: { formula: 'a / (1 + e⁻ᵃ)', paper: 'Elfwing et al. 2018, Sigmoid-weighted linear units' },
  elu: { formula: 'a if a > 0, else eᵃ − 1', paper: 'Clevert et al. 2016, Exponential linear units' },
  sin: { formula: 'sin a' },
  cos: { formula: 'cos a' },
  min: { formula: 'min(a, b)' },
  max: { formula: 'max(a, b)' },
};

export const wordOf = (name: string): FunctionWord | undefined => functionWords.find((word) => word.name === name);

/** Paragraphs of Markdown about a function. */
export function functionParagraphs({ name, meaning, options }: FunctionWord): readonly string[] {
  const note = (notes as Readonly<Record<string, FunctionNote | undefined>>)[name];
  const listed = Object.entries(options).map(
    ([option, { values, meaning: what }]) => `- \`${option}\`: ${values}; ${what}`,
  );
  return [
    ...(note ? [`\`${note.formula}\``] : []),
    meaning,
    ...(listed.length > 0 ? [listed.join('\n')] : []),
    ...(note?.paper ? [`*${note.paper}*`] : []),
  ];
}
