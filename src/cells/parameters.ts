import {
  type Cell,
  type Expression,
  type Linear,
  type LinearInit,
  type Norm,
  type Scale,
  termsWithin,
} from './expression';

/** What a weight is for, and hence how it is drawn. `W` maps the input, `U` a state or gate. */
export type Draw =
  | { readonly kind: 'input' | 'recurrent'; readonly init: LinearInit }
  | { readonly kind: 'fill'; readonly value: number }
  | { readonly kind: 'uniform' };

/** A weight of a cell. */
export interface Parameter {
  readonly name: string;
  /** [inputSize, units], [units, units] or [units]; of a convolution so many times as many rows as it reads pixels. */
  readonly shape: readonly number[];
  /** Pixels that a convolution reads, line by line: the weights of each are some rows of the matrix. Otherwise 1. */
  readonly taps: number;
  readonly draw: Draw;
  /** False: drawn once, and never changed by training. */
  readonly trained: boolean;
}

/** Names of what a cell learns, by the term that learns it. */
export interface LearnedTerms {
  /** One weight for each argument, then the bias if there is one. */
  readonly linears: ReadonlyMap<Linear, { readonly weights: readonly string[]; readonly bias: string | undefined }>;
  readonly scales: ReadonlyMap<Scale, string>;
  readonly norms: ReadonlyMap<Norm, { readonly gain: string; readonly shift: string }>;
}

/**
 * Names what a cell learns, in the order of its equations. Weights are named after the equation they stand in: `i.W`,
 * `i.U`, `i.b`, a scale's `i.p`, a norm's gain `i.g` and shift `i.s`; a second one of the same kind in one equation adds a
 * number: `n.b2`. A learned vector that the cell declares has its own name.
 */
export function learnedTerms(cell: Cell): LearnedTerms {
  const linears = new Map<Linear, { weights: readonly string[]; bias: string | undefined }>();
  const scales = new Map<Scale, string>();
  const norms = new Map<Norm, { gain: string; shift: string }>();
  for (const { name, expression } of cell.equations) {
    const taken = new Map<string, number>();
    const fresh = (letter: string) => {
      const count = (taken.get(letter) ?? 0) + 1;
      taken.set(letter, count);
      return `${name.replace("'", '')}.${letter}${count > 1 ? count : ''}`;
    };
    const visit = (term: Expression): void => {
      termsWithin(term).forEach(visit);
      if (term.op === 'linear') {
        const weights = term.of.map((argument) => fresh(argument.op === 'input' ? 'W' : 'U'));
        linears.set(term, { weights, bias: term.bias === undefined ? undefined : fresh('b') });
      } else if (term.op === 'scale') scales.set(term, fresh('p'));
      else if (term.op === 'norm') norms.set(term, { gain: fresh('g'), shift: fresh('s') });
    };
    visit(expression);
  }
  return { linears, scales, norms };
}

/** All that a cell learns, in the order of its equations, with shapes for these sizes. */
export function cellParameters(cell: Cell, inputSize: number, units: number): readonly Parameter[] {
  const { linears, scales, norms } = learnedTerms(cell);
  const vector = (name: string, draw: Draw, trained = true): Parameter => ({
    ...{ name, shape: [units], taps: 1, draw, trained },
  });
  const list: Parameter[] = cell.params.map(({ name, init }) => vector(name, { kind: 'fill', value: init }));
  const visit = (term: Expression): void => {
    termsWithin(term).forEach(visit);
    if (term.op === 'linear') {
      const { init, trained } = term;
      const taps = term.size ** 2;
      const names = linears.get(term);
      term.of.forEach((argument, index) => {
        const kind = argument.op === 'input' ? 'input' : 'recurrent';
        const shape = [taps * (kind === 'input' ? inputSize : units), units];
        list.push({ name: names?.weights[index] ?? '', shape, taps, draw: { kind, init }, trained });
      });
      if (names?.bias !== undefined) list.push(vector(names.bias, { kind: 'fill', value: term.bias ?? 0 }, trained));
    } else if (term.op === 'scale') {
      const draw: Draw = term.init === 'uniform' ? { kind: 'uniform' } : { kind: 'fill', value: term.init };
      list.push(vector(scales.get(term) ?? '', draw));
    } else if (term.op === 'norm') {
      const names = norms.get(term);
      list.push(
        vector(names?.gain ?? '', { kind: 'fill', value: 1 }),
        vector(names?.shift ?? '', { kind: 'fill', value: 0 }),
      );
    }
  };
  for (const { expression } of cell.equations) visit(expression);
  return list;
}
