import { randomFromSeed } from '../../base/random';
import { type Cell, type Expression, isConvolutional, termsWithin } from '../../cells/expression';
import { cellParameters } from '../../cells/parameters';
import type { KinkedOperation } from './float64';
import {
  type CheckShape,
  drawPoint,
  type Evaluated,
  evaluateByEngine,
  evaluateInFloat64,
  inputKey,
  type Point,
  stateKey,
} from './point';

/** How far the engine's gradient of one array is from central differences. */
export interface GradientError {
  readonly name: string;
  /** A fixed weight is one that training must not change: its gradient has to be 0. */
  readonly kind: 'weight' | 'fixed weight' | 'input' | 'state';
  readonly shape: readonly number[];
  /** Largest difference, relative to the largest number of this gradient (at least a hundredth of all gradients' largest). */
  readonly error: number;
  /** Elements that a kink was too near to for central differences; they are not in `error`. */
  readonly skipped: number;
  /** Whether each of its elements was compared, rather than some, as in a very large cell. */
  readonly whole: boolean;
}

export interface GradientReport {
  readonly shape: CheckShape;
  /** Points at which gradients were compared. */
  readonly points: number;
  readonly gradients: readonly GradientError[];
  /** Of the output, relative to its largest number. */
  readonly outputError: number;
  /** Functions without a derivative somewhere, with their equations. */
  readonly kinks: readonly { readonly operation: KinkedOperation; readonly equation: string }[];
  /** Points that were drawn, those whose values are not finite, and the equations that were the first to have such values. */
  readonly drawn: number;
  readonly notFinite: { readonly points: number; readonly equations: readonly string[] };
}

const usual: CheckShape = { batch: 2, timeSteps: 5, inputs: 3, units: 4 };
/** Two images, with pixels at every edge and one that has all its neighbours. */
const usualOfImages: CheckShape = { batch: 18, timeSteps: 3, inputs: 2, units: 3, image: { height: 3, width: 3 } };
/** Of a cell with very many terms. */
const least: CheckShape = { batch: 1, timeSteps: 2, inputs: 2, units: 2 };
const leastOfImages: CheckShape = { batch: 6, timeSteps: 2, inputs: 1, units: 2, image: { height: 2, width: 3 } };
const manyTerms = 2000;
const pointsWanted = 3;
const mostDraws = 30;
/** A kink that is nearer may be on the other side in single precision. */
const nearest = 1e-4;
/** Small numbers, since single precision loses the derivative of a function that saturates. */
const deviation = 0.5;
/** Terms that are evaluated for one point at most, so that no cell is checked for minutes. */
const budget = 2e7;

/**
 * Compares the engine's gradients of a random loss by every weight, the input and the first states with central
 * differences of the same loss in double precision, at some random points. The engine must be ready.
 */
export function checkGradients(cell: Cell, seed = 1): GradientReport {
  const random = randomFromSeed(seed);
  const first = new Set<string>();
  const kinks = new Map<string, { operation: KinkedOperation; equation: string }>();
  const compared: Comparison[] = [];
  const terms = cell.equations.reduce((sum, { expression }) => sum + termsOf(expression), 0);
  const [large, small] = isConvolutional(cell) ? [usualOfImages, leastOfImages] : [usual, least];
  const shape = terms > manyTerms ? small : large;
  const given = learnedAndGiven(cell, shape);
  const each = elementsOfEach(terms, given.length, shape);
  const wanted = each < 4 ? 1 : pointsWanted;
  let [drawn, notFinite] = [0, 0];
  while (compared.length < wanted && drawn < mostDraws) {
    const point = drawPoint(cell, shape, random, deviation);
    const found = evaluateInFloat64(cell, point);
    drawn++;
    for (const { operation, equation } of found.kinks) kinks.set(`${operation} ${equation}`, { operation, equation });
    if (found.notFinite !== undefined) {
      notFinite++;
      first.add(found.notFinite);
      continue;
    }
    // What is 0 exactly, such as a difference of equals, is 0 in every precision.
    const isNear = found.kinks.some(({ distance }) => distance !== 0 && Math.abs(distance) < nearest);
    // A cell of many kinks may never be far from all: the last draws are taken as they are.
    if (isNear && drawn < mostDraws - wanted) continue;
    compared.push(compare(cell, point, found, each));
  }
  return {
    shape,
    points: compared.length,
    gradients:
      compared.length === 0
        ? []
        : given.map(({ key, ...one }) => {
            const all = compared.map(({ errors }) => errors.get(key));
            return {
              ...one,
              error: Math.max(...all.map((found) => found?.error ?? Number.NaN)),
              skipped: all.reduce((sum, found) => sum + (found?.skipped ?? 0), 0),
              whole: one.shape.reduce((a, b) => a * b, 1) <= each,
            };
          }),
    outputError: Math.max(0, ...compared.map(({ outputError }) => outputError)),
    kinks: [...kinks.values()],
    drawn,
    notFinite: { points: notFinite, equations: [...first] },
  };
}

/** All that a gradient is taken by, with its key in a point. */
function learnedAndGiven(
  cell: Cell,
  { batch, timeSteps, inputs, units }: CheckShape,
): readonly (Omit<GradientError, 'error' | 'skipped' | 'whole'> & { readonly key: string })[] {
  return [
    ...cellParameters(cell, inputs, units).map(({ name, shape, trained }) => ({
      key: name,
      name,
      kind: trained ? ('weight' as const) : ('fixed weight' as const),
      shape,
    })),
    { key: inputKey, name: 'x', kind: 'input', shape: [batch, timeSteps, inputs] },
    ...cell.states.map((name) => ({ key: stateKey(name), name, kind: 'state' as const, shape: [batch, units] })),
  ];
}

const termsOf = (term: Expression): number => termsWithin(term).reduce((sum, inner) => sum + termsOf(inner), 1);

/** How many elements of each array the budget allows; at least one. */
function elementsOfEach(terms: number, arrays: number, { batch, timeSteps, units }: CheckShape): number {
  const evaluations = budget / (terms * batch * timeSteps * units);
  return Math.max(1, Math.floor(evaluations / (4 * arrays)));
}

interface Comparison {
  readonly errors: ReadonlyMap<string, { readonly error: number; readonly skipped: number }>;
  readonly outputError: number;
}

/** @param each elements of an array at most, evenly apart */
function compare(cell: Cell, point: Point, { output }: Evaluated, each: number): Comparison {
  const engine = evaluateByEngine(cell, point);
  const fixed = new Set(cellParameters(cell, 1, 1).flatMap(({ name, trained }) => (trained ? [] : [name])));
  const numeric = new Map(
    [...point.arrays.keys()].map((name) => [
      name,
      fixed.has(name) ? zeros(point, name) : differences(cell, point, name, each),
    ]),
  );
  const all = [...numeric.values()].flatMap((values) => values.filter((value) => typeof value === 'number'));
  const largest = Math.max(Number.MIN_VALUE, ...all.map(Math.abs));
  const errors = [...numeric].map(([name, expected]) => {
    const actual = engine.gradients.get(name);
    return [name, errorOf(actual, expected, largest / 100)] as const;
  });
  return {
    errors: new Map(errors),
    outputError: errorOf(engine.output, output, Number.MIN_VALUE).error,
  };
}

type Difference = number | 'beside a kink' | 'left out';

const zeros = ({ arrays }: Point, name: string): readonly Difference[] =>
  Array.from(arrays.get(name)?.values ?? [], () => 0);

/** Central differences with two steps, extrapolated to none (Richardson), where no change crosses a kink. */
function differences(cell: Cell, point: Point, name: string, each: number): readonly Difference[] {
  const values = point.arrays.get(name)?.values ?? new Float64Array();
  const stride = Math.ceil(values.length / each);
  return Array.from(values, (value, index): Difference => {
    if (index % stride > 0) return 'left out';
    const at = (change: number) => {
      values[index] = value + change;
      const found = evaluateInFloat64(cell, point);
      values[index] = value;
      return found;
    };
    const step = 1e-4;
    const [above, below] = [at(step), at(-step)];
    if (crosses(above, below)) return 'beside a kink';
    const wide = (above.loss - below.loss) / (2 * step);
    const narrow = (at(step / 2).loss - at(-step / 2).loss) / step;
    return (4 * narrow - wide) / 3;
  });
}

const crosses = (above: Evaluated, below: Evaluated): boolean =>
  above.kinks.some(({ distance }, index) => Math.sign(distance) !== Math.sign(below.kinks[index]?.distance ?? 0));

function errorOf(
  actual: ArrayLike<number> | undefined,
  expected: readonly Difference[],
  leastScale: number,
): { readonly error: number; readonly skipped: number } {
  let difference = 0;
  let scale = leastScale;
  let skipped = 0;
  expected.forEach((value, index) => {
    if (value === 'beside a kink') skipped++;
    if (typeof value === 'string') return;
    const off = Math.abs((actual?.[index] ?? Number.NaN) - value);
    difference = Math.max(difference, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
    scale = Math.max(scale, Math.abs(value));
  });
  return { error: difference / scale, skipped };
}
