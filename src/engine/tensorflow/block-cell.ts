import { type Cell, type Expression, isConvolutional, type Linear, type Scale } from '../../cells/expression';
import { learnedTerms } from '../../cells/parameters';

/** Names of what one gate learns; a peephole is a weight for each unit of the cell state. */
export interface BlockGate {
  readonly input: string;
  readonly recurrent: string;
  readonly bias: string | undefined;
  readonly peephole: string | undefined;
}

/** An LSTM as TensorFlow's own operations know it, whatever its author calls its parts: gates in their order. */
export type BlockCell = readonly [input: BlockGate, candidate: BlockGate, forget: BlockGate, output: BlockGate];

/**
 * Finds in a cell's equations the LSTM of Gers et al. 2000, with peepholes (Gers and Schmidhuber 2000) or without, whose step
 * TensorFlow has as one operation; undefined where it is another cell.
 */
export function blockCellOf(cell: Cell): BlockCell | undefined {
  const [h, c, ...others] = cell.states;
  if (h === undefined || c === undefined || others.length > 0 || isConvolutional(cell)) return undefined;
  const equations = new Map(cell.equations.map(({ name, expression }) => [name, expression]));
  const { linears, scales } = learnedTerms(cell);
  const resolved = (term: Expression): Expression => {
    const own = term.op === 'name' ? equations.get(term.name) : undefined;
    return own ? resolved(own) : term;
  };
  const isName = (term: Expression, name: string): boolean => {
    if (term.op !== 'name') return false;
    const own = equations.get(term.name);
    return term.name === name || (own?.op === 'name' && isName(own, name));
  };

  /** What a gate's function is taken of. */
  const gateOf = (term: Expression, op: 'sigmoid' | 'tanh', peephole: string | undefined): BlockGate | undefined => {
    const gate = resolved(term);
    if (gate.op !== op) return undefined;
    const sum = resolved(gate.of);
    const plain = linearOf(sum);
    if (plain) return { ...plain, peephole: undefined };
    if (sum.op !== 'add' || peephole === undefined) return undefined;
    return first(bothWays(sum), (one, other) => {
      const linear = linearOf(one);
      const scale = resolved(other);
      if (!linear || scale.op !== 'scale' || !isName(scale.of, peephole)) return undefined;
      return { ...linear, peephole: scales.get(scale as Scale) };
    });
  };
  const linearOf = (term: Expression): Omit<BlockGate, 'peephole'> | undefined => {
    const linear = resolved(term);
    if (linear.op !== 'linear' || !linear.trained || linear.of.length !== 2) return undefined;
    const { weights = [], bias } = linears.get(linear as Linear) ?? {};
    const input = weights[linear.of.findIndex((one) => resolved(one).op === 'input')];
    const recurrent = weights[linear.of.findIndex((one) => isName(one, h))];
    return input === undefined || recurrent === undefined ? undefined : { input, recurrent, bias };
  };

  const [output, state] = [equations.get(`${h}'`), equations.get(`${c}'`)].map((term) => term && resolved(term));
  if (output?.op !== 'multiply' || state?.op !== 'add') return undefined;
  const outputGate = first(bothWays(output), (one, other) => {
    const read = resolved(other);
    return read.op === 'tanh' && isName(read.of, `${c}'`) ? gateOf(one, 'sigmoid', `${c}'`) : undefined;
  });
  const rest = first(bothWays(state), (one, other) => {
    const [kept, added] = [resolved(one), resolved(other)];
    if (kept.op !== 'multiply' || added.op !== 'multiply') return undefined;
    const forget = first(bothWays(kept), (gate, of) => (isName(of, c) ? gateOf(gate, 'sigmoid', c) : undefined));
    const pair = first(bothWays(added), (gate, of) => {
      const [input, candidate] = [gateOf(gate, 'sigmoid', c), gateOf(of, 'tanh', undefined)];
      return input && candidate && { input, candidate };
    });
    return forget && pair && { forget, ...pair };
  });
  if (!outputGate || !rest) return undefined;
  const gates: BlockCell = [rest.input, rest.candidate, rest.forget, outputGate];
  // What two gates share has no place in one operation.
  const names = gates.flatMap(({ input, recurrent, bias }) => [
    input,
    recurrent,
    ...(bias === undefined ? [] : [bias]),
  ]);
  return new Set(names).size === names.length ? gates : undefined;
}

function bothWays({ left, right }: { readonly left: Expression; readonly right: Expression }) {
  return [
    [left, right],
    [right, left],
  ] as const;
}

function first<T>(
  ways: readonly (readonly [Expression, Expression])[],
  find: (one: Expression, other: Expression) => T | undefined,
): T | undefined {
  for (const [one, other] of ways) {
    const found = find(one, other);
    if (found) return found;
  }
  return undefined;
}
