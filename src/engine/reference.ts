import { append } from '../base/grouped';
import type { BinaryOperation, Cell, Expression, Linear, UnaryOperation } from '../cells/expression';
import { type LearnedTerms, learnedTerms } from '../cells/parameters';
import { tf } from './tensors';
import { type ImageSize, singlePixel } from './wasm/images';

export interface RecurrentResult {
  /** The first state at every step: [batch, time, units]. */
  readonly output: tf.Tensor3D;
  /** Each state after the last step, as the cell lists them: [batch, units]. */
  readonly state: readonly tf.Tensor2D[];
  /** Every named value at every step, when asked for: [batch, time, units]. */
  readonly values: ReadonlyMap<string, tf.Tensor3D>;
}

export interface RecurrentOptions {
  readonly record?: boolean;
  /** Where rows are pixels; absent: none has a neighbour. */
  readonly image?: ImageSize | undefined;
}

/**
 * Runs a cell over a sequence, in TF.js operations and therefore differentiable by TF.js. The maps of the input are
 * hoisted over all steps into one product, those of a state into one product a step.
 *
 * @param weights by the names of `cellParameters`
 * @param input [batch, time, inputSize]
 * @param state one [batch, units] for each state of the cell
 */
export function referenceRecurrent(
  cell: Cell,
  weights: ReadonlyMap<string, tf.Tensor>,
  input: tf.Tensor3D,
  state: readonly tf.Tensor2D[],
  { record = false, image = singlePixel }: RecurrentOptions = {},
): RecurrentResult {
  const [batch, timeSteps] = input.shape;
  const units = state[0]?.shape[1] ?? 0;
  const learned = learnedTerms(cell);
  const product = productsOf(cell, learned, weights, image);
  const hoisted = product.ofInput(input);

  let current = new Map(cell.states.map((name, index) => [name, state[index] as tf.Tensor2D]));
  const outputs: tf.Tensor2D[] = [];
  const recorded = new Map<string, tf.Tensor2D[]>(record ? cell.equations.map(({ name }) => [name, []]) : []);

  for (let step = 0; step < timeSteps; step++) {
    const maps = product.atStep(hoisted[step] ?? { plain: undefined, images: [] }, current);
    const scope = new Map(current);
    for (const { name, expression } of cell.equations) {
      const value = whole(evaluate(expression, { scope, linear: maps, learned, weights }), batch, units);
      scope.set(name, value);
      recorded.get(name)?.push(value);
    }
    current = new Map(cell.states.map((name) => [name, required(scope, `${name}'`)]));
    outputs.push(required(current, cell.states[0] ?? ''));
  }

  const sequence = (steps: tf.Tensor2D[]) => tf.stack(steps, 1) as tf.Tensor3D;
  return {
    output: timeSteps > 0 ? sequence(outputs) : tf.zeros([batch, 0, units]),
    state: cell.states.map((name) => required(current, name)),
    values: new Map([...recorded].map(([name, steps]) => [name, sequence(steps)])),
  };
}

type Maps = (node: Linear, scope: ReadonlyMap<string, tf.Tensor2D>) => tf.Tensor2D;

interface Part {
  readonly node: Linear;
  readonly weight: tf.Tensor2D;
}

/** Joins the weights of a cell's maps so that each step needs as few products as the cell allows. */
function productsOf(cell: Cell, learned: LearnedTerms, weights: ReadonlyMap<string, tf.Tensor>, image: ImageSize) {
  const ofInput: Part[] = [];
  /** Of each size that there is. */
  const ofInputImages = new Map<number, Part[]>();
  const ofStates = new Map<string, Part[]>();
  const ofOthers = new Map<Linear, { of: Expression; weight: tf.Tensor2D }[]>();
  const biases = new Map<Linear, tf.Tensor1D>();
  for (const [node, { weights: names, bias }] of learned.linears) {
    if (bias !== undefined) biases.set(node, required(weights, bias) as tf.Tensor1D);
    node.of.forEach((argument, index) => {
      const weight = required(weights, names[index] ?? '') as tf.Tensor2D;
      if (argument.op === 'input' && node.size > 1) append(ofInputImages, node.size, { node, weight });
      else if (argument.op === 'input') ofInput.push({ node, weight });
      else if (argument.op === 'name' && cell.states.includes(argument.name) && node.size === 1)
        append(ofStates, argument.name, { node, weight });
      else append(ofOthers, node, { of: argument, weight });
    });
  }
  const join = (parts: readonly Part[]) =>
    tf.concat(
      parts.map((part) => part.weight),
      1,
    ) as tf.Tensor2D;
  const inputWeight = ofInput.length > 0 ? join(ofInput) : undefined;
  // A map that reads the input twice has its bias once.
  const first = (index: number) => ofInput.findIndex(({ node }) => node === ofInput[index]?.node) === index;
  const inputBias =
    ofInput.length > 0
      ? tf.concat(
          ofInput.map(({ node, weight }, index) => (first(index) && biases.get(node)) || tf.zeros([weight.shape[1]])),
        )
      : undefined;
  const groups = [...ofStates].map(([state, parts]) => ({ state, parts, weight: join(parts) }));
  const withoutInput = [...biases].filter(([node]) => !ofInput.some((part) => part.node === node));

  return {
    /** [batch, time, inputSize] → for each step its maps. */
    ofInput(input: tf.Tensor3D): HoistedMaps[] {
      const [batch, timeSteps, inputSize] = input.shape;
      const rows = tf.reshape(tf.transpose(input, [1, 0, 2]), [timeSteps * batch, inputSize]) as tf.Tensor2D;
      const bySteps = (all: tf.Tensor2D): tf.Tensor2D[] => {
        // TF.js cannot derive an unstack, or a split, into one.
        if (timeSteps === 1) return [all];
        return tf.unstack(tf.reshape(all, [timeSteps, batch, all.shape[1]])) as tf.Tensor2D[];
      };
      const plain = inputWeight && inputBias ? bySteps(tf.add(tf.matMul(rows, inputWeight), inputBias)) : [];
      const images = [...ofInputImages].map(([size, parts]) => ({
        parts,
        steps: bySteps(convolution(rows, join(parts), size, image)),
      }));
      return Array.from({ length: timeSteps }, (_, step) => ({
        plain: plain[step],
        images: images.map(({ parts, steps }) => ({ parts, joined: steps[step] as tf.Tensor2D })),
      }));
    },

    atStep({ plain, images }: HoistedMaps, state: ReadonlyMap<string, tf.Tensor2D>): Maps {
      const terms = new Map<Linear, tf.Tensor2D[]>();
      const addColumns = (parts: readonly Part[], joined: tf.Tensor2D) =>
        columns(joined, parts.length).forEach((value, index) => {
          const part = parts[index];
          if (part) append(terms, part.node, value);
        });
      let pending = plain;
      for (const { state: name, parts, weight } of groups) {
        let product: tf.Tensor2D = tf.matMul(required(state, name), weight);
        // Where state and input feed the same maps in the same order, one addition serves them all.
        if (pending && sameNodes(parts, ofInput)) {
          product = tf.add(product, pending);
          pending = undefined;
        }
        addColumns(parts, product);
      }
      if (pending) addColumns(ofInput, pending);
      for (const { parts, joined } of images) addColumns(parts, joined);
      for (const [node, bias] of withoutInput) append(terms, node, bias as unknown as tf.Tensor2D);
      const maps: Maps = (node, scope) => {
        const others = (ofOthers.get(node) ?? []).map(({ of, weight }): tf.Tensor2D => {
          const value = evaluate(of, { scope, linear: maps, learned, weights });
          if (node.size === 1) return tf.matMul(asRows(value, weight), weight);
          const [rows = 0] = [...state.values()][0]?.shape ?? [];
          return convolution(whole(value, rows, weight.shape[0] / node.size ** 2), weight, node.size, image);
        });
        return [...(terms.get(node) ?? []), ...others].reduce((sum, value) => tf.add(sum, value));
      };
      return maps;
    },
  };
}

/** Of one step: what the input's maps give, biases added to those of rows alone. */
interface HoistedMaps {
  /** [batch, maps · units] */
  readonly plain: tf.Tensor2D | undefined;
  readonly images: readonly { readonly parts: readonly Part[]; readonly joined: tf.Tensor2D }[];
}

/** @param rows pixels of any number of images [rows, k] · weight [size² · k, units] → [rows, units] */
function convolution(rows: tf.Tensor2D, weight: tf.Tensor2D, size: number, image: ImageSize): tf.Tensor2D {
  const [, k] = rows.shape;
  const [, units] = weight.shape;
  const images = tf.reshape(rows, [-1, image.height, image.width, k]) as tf.Tensor4D;
  const filter = tf.reshape(weight, [size, size, k, units]) as tf.Tensor4D;
  return tf.reshape(tf.conv2d(images, filter, 1, 'same'), [-1, units]) as tf.Tensor2D;
}

/** What is the same in every row, as one row, for a product with a weight. */
function asRows(value: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return value.rank === 2 ? value : (tf.mul(tf.ones([1, weight.shape[0]]), value) as tf.Tensor2D);
}

function columns(joined: tf.Tensor2D, count: number): tf.Tensor2D[] {
  return count === 1 ? [joined] : tf.split(joined, count, 1);
}

function sameNodes(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every(({ node }, index) => node === b[index]?.node);
}

interface Values {
  readonly scope: ReadonlyMap<string, tf.Tensor2D>;
  readonly linear: Maps;
  readonly learned: LearnedTerms;
  readonly weights: ReadonlyMap<string, tf.Tensor>;
}

/** [batch, units]; [units] or a scalar for what is the same in every row. */
function evaluate(expression: Expression, values: Values): tf.Tensor2D {
  const { learned, weights } = values;
  const value = (term: Expression) => evaluate(term, values);
  const vector = (name: string | undefined) => required(weights, name ?? '') as unknown as tf.Tensor2D;
  switch (expression.op) {
    case 'input':
      throw new Error('The input can stand inside linear(…) and conv(…) only');
    case 'name':
      return required(values.scope, expression.name);
    case 'number':
      return tf.scalar(expression.value) as unknown as tf.Tensor2D;
    case 'param':
      return vector(expression.name);
    case 'linear':
      return values.linear(expression, values.scope);
    case 'scale':
      return tf.mul(vector(learned.scales.get(expression)), value(expression.of));
    case 'norm': {
      const names = learned.norms.get(expression);
      const of = value(expression.of);
      const centred = tf.sub(of, tf.mean(of, -1, true));
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
      return tf.add(tf.mul(tf.mul(centred, scale), vector(names?.gain)), vector(names?.shift));
    }
    default:
      return 'of' in expression
        ? unary[expression.op](value(expression.of))
        : binary[expression.op](value(expression.left), value(expression.right));
  }
}

const unary: Readonly<Record<UnaryOperation, (of: tf.Tensor2D) => tf.Tensor2D>> = {
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  relu: tf.relu,
  exp: tf.exp,
  log: tf.log,
  sqrt: tf.sqrt,
  // TF.js derives abs at 0 as −1.
  abs: (of) => tf.add(tf.relu(of), tf.relu(tf.neg(of))),
  square: tf.square,
  softplus: tf.softplus,
  softsign: (of) => tf.div(of, tf.add(tf.abs(of), 1)),
  silu: (of) => tf.mul(of, tf.sigmoid(of)),
  elu: tf.elu,
  sin: tf.sin,
  cos: tf.cos,
};

const binary: Readonly<Record<BinaryOperation, (left: tf.Tensor2D, right: tf.Tensor2D) => tf.Tensor2D>> = {
  add: tf.add,
  subtract: tf.sub,
  multiply: tf.mul,
  divide: tf.div,
  min: sameShape(tf.minimum),
  max: sameShape(tf.maximum),
};

/** TF.js does not derive these where one operand is a vector or number and the other has rows. */
function sameShape(of: (left: tf.Tensor, right: tf.Tensor) => tf.Tensor) {
  return (left: tf.Tensor2D, right: tf.Tensor2D): tf.Tensor2D =>
    of(tf.add(left, tf.zerosLike(right)), tf.add(right, tf.zerosLike(left))) as tf.Tensor2D;
}

/** A value that is the same in every row, row by row. */
function whole(value: tf.Tensor, batch: number, units: number): tf.Tensor2D {
  const isWhole = value.rank === 2 && value.shape[0] === batch;
  return (isWhole ? value : tf.add(tf.zeros([batch, units]), value)) as tf.Tensor2D;
}

function required<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`Nothing is named ${String(key)}`);
  return value;
}
