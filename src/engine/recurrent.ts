import type { Cell, Expression } from '../cells/expression';
import { linearMaps } from '../cells/parameters';
import { tf } from './tensors';

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
}

/**
 * Runs a cell over a sequence, in TF.js operations and therefore differentiable by TF.js. The maps of the input are
 * hoisted over all steps into one product, those of a state into one product a step.
 *
 * @param weights by the names of `cellParameters`
 * @param input [batch, time, inputSize]
 * @param state one [batch, units] for each state of the cell
 */
export function recurrent(
  cell: Cell,
  weights: ReadonlyMap<string, tf.Tensor>,
  input: tf.Tensor3D,
  state: readonly tf.Tensor2D[],
  { record = false }: RecurrentOptions = {},
): RecurrentResult {
  const [batch, timeSteps] = input.shape;
  const product = productsOf(cell, weights);
  const hoisted = product.ofInput(input);

  let current = new Map(cell.states.map((name, index) => [name, state[index] as tf.Tensor2D]));
  const outputs: tf.Tensor2D[] = [];
  const recorded = new Map<string, tf.Tensor2D[]>(record ? cell.equations.map(({ name }) => [name, []]) : []);

  for (let step = 0; step < timeSteps; step++) {
    const maps = product.atStep(hoisted[step], current);
    const scope = new Map(current);
    for (const { name, expression } of cell.equations) {
      const value = evaluate(expression, scope, maps);
      scope.set(name, value);
      recorded.get(name)?.push(value);
    }
    current = new Map(cell.states.map((name) => [name, required(scope, `${name}'`)]));
    outputs.push(required(current, cell.states[0] ?? ''));
  }

  const sequence = (steps: tf.Tensor2D[]) => tf.stack(steps, 1) as tf.Tensor3D;
  return {
    output: timeSteps > 0 ? sequence(outputs) : tf.zeros([batch, 0, state[0]?.shape[1] ?? 0]),
    state: cell.states.map((name) => required(current, name)),
    values: new Map([...recorded].map(([name, steps]) => [name, sequence(steps)])),
  };
}

type LinearNode = Extract<Expression, { op: 'linear' }>;
type Maps = (node: LinearNode, scope: ReadonlyMap<string, tf.Tensor2D>) => tf.Tensor2D;

interface Part {
  readonly node: LinearNode;
  readonly weight: tf.Tensor2D;
}

/** Joins the weights of a cell's maps so that each step needs as few products as the cell allows. */
function productsOf(cell: Cell, weights: ReadonlyMap<string, tf.Tensor>) {
  const ofInput: Part[] = [];
  const ofStates = new Map<string, Part[]>();
  const ofOthers = new Map<LinearNode, { of: Expression; weight: tf.Tensor2D }[]>();
  const biases = new Map<LinearNode, tf.Tensor1D>();
  for (const { node, weights: names, bias } of linearMaps(cell)) {
    biases.set(node, required(weights, bias) as tf.Tensor1D);
    node.of.forEach((argument, index) => {
      const weight = required(weights, names[index] ?? '') as tf.Tensor2D;
      if (argument.op === 'input') ofInput.push({ node, weight });
      else if (argument.op === 'name' && cell.states.includes(argument.name))
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
  const inputBias = ofInput.length > 0 ? tf.concat(ofInput.map(({ node }) => required(biases, node))) : undefined;
  const groups = [...ofStates].map(([state, parts]) => ({ state, parts, weight: join(parts) }));
  const withoutInput = [...biases].filter(([node]) => !ofInput.some((part) => part.node === node));

  return {
    /** [batch, time, inputSize] → for each step [batch, maps · units], biases of these maps added. */
    ofInput(input: tf.Tensor3D): tf.Tensor2D[] {
      if (!inputWeight || !inputBias) return [];
      const [batch, timeSteps, inputSize] = input.shape;
      const rows = tf.reshape(tf.transpose(input, [1, 0, 2]), [timeSteps * batch, inputSize]) as tf.Tensor2D;
      const all = tf.add(tf.matMul(rows, inputWeight), inputBias) as tf.Tensor2D;
      // TF.js cannot derive an unstack, or a split, into one.
      if (timeSteps === 1) return [all];
      return tf.unstack(tf.reshape(all, [timeSteps, batch, inputWeight.shape[1]])) as tf.Tensor2D[];
    },

    atStep(hoisted: tf.Tensor2D | undefined, state: ReadonlyMap<string, tf.Tensor2D>): Maps {
      const terms = new Map<LinearNode, tf.Tensor2D[]>();
      const addColumns = (parts: readonly Part[], joined: tf.Tensor2D) =>
        columns(joined, parts.length).forEach((value, index) => {
          const part = parts[index];
          if (part) append(terms, part.node, value);
        });
      let pending = hoisted;
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
      for (const [node, bias] of withoutInput) append(terms, node, bias as unknown as tf.Tensor2D);
      const maps: Maps = (node, scope) => {
        const others = (ofOthers.get(node) ?? []).map(
          ({ of, weight }) => tf.matMul(evaluate(of, scope, maps), weight) as tf.Tensor2D,
        );
        return [...(terms.get(node) ?? []), ...others].reduce((sum, value) => tf.add(sum, value));
      };
      return maps;
    },
  };
}

function columns(joined: tf.Tensor2D, count: number): tf.Tensor2D[] {
  return count === 1 ? [joined] : tf.split(joined, count, 1);
}

function sameNodes(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every(({ node }, index) => node === b[index]?.node);
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function evaluate(expression: Expression, scope: ReadonlyMap<string, tf.Tensor2D>, linear: Maps): tf.Tensor2D {
  const value = (term: Expression) => evaluate(term, scope, linear);
  switch (expression.op) {
    case 'input':
      throw new Error('The input can stand inside linear(…) only');
    case 'name':
      return required(scope, expression.name);
    case 'number':
      return tf.scalar(expression.value) as unknown as tf.Tensor2D;
    case 'linear':
      return linear(expression, scope);
    case 'sigmoid':
      return tf.sigmoid(value(expression.of));
    case 'tanh':
      return tf.tanh(value(expression.of));
    case 'relu':
      return tf.relu(value(expression.of));
    case 'add':
      return tf.add(value(expression.left), value(expression.right));
    case 'subtract':
      return tf.sub(value(expression.left), value(expression.right));
    case 'multiply':
      return tf.mul(value(expression.left), value(expression.right));
  }
}

function required<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`Nothing is named ${String(key)}`);
  return value;
}
