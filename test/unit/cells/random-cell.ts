import fc from 'fast-check';
import {
  binaryOperations,
  type Cell,
  convolutionSizes,
  type Equation,
  type Expression,
  linearInits,
  unaryOperations,
} from '../../../src/cells/expression';
import { convolutionInits } from '../../../src/cells/language/words';

/** Any expression as text, with every bracket; a negative number as one. */
export function written(term: Expression): string {
  switch (term.op) {
    case 'input':
      return 'x';
    case 'name':
    case 'param':
      return term.name;
    case 'number':
      return String(term.value);
    case 'linear': {
      const options = [
        ...(term.size <= 3 ? [] : [`size: ${term.size}`]),
        ...(term.bias === 0 ? [] : [`bias: ${term.bias ?? 'none'}`]),
        ...(term.init === 'default' ? [] : [`init: ${term.init}`]),
        ...(term.trained ? [] : ['train: no']),
      ];
      return `${term.size > 1 ? 'conv' : 'linear'}(${[...term.of.map(written), ...options].join(', ')})`;
    }
    case 'scale':
      return `scale(${written(term.of)}${term.init === 0 ? '' : `, init: ${term.init}`})`;
    case 'min':
    case 'max':
      return `${term.op}(${written(term.left)}, ${written(term.right)})`;
    default:
      return 'of' in term
        ? `${term.op}(${written(term.of)})`
        : `(${written(term.left)} ${signs[term.op]} ${written(term.right)})`;
  }
}

const signs = { add: '+', subtract: '-', multiply: '*', divide: '/' } as const;

export function textOf(cell: Cell): string {
  const lines = [
    `state ${cell.states.join(', ')} // carried`,
    ...cell.params.map(({ name, init }) => `param ${name} = ${init}`),
    ...cell.equations.map(({ name, expression }) => `${name} = ${written(expression)}`),
  ];
  return `// ${cell.paper}\n\ncell ${cell.name} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

/**
 * Maps of rows, and of pixels with what is around them.
 *
 * @param sizes fewer where all is computed
 */
const mapKinds = (sizes: readonly number[]) =>
  fc.oneof(
    fc.record({ size: fc.constant(1), init: fc.constantFrom(...linearInits) }),
    fc.record({ size: fc.constantFrom(...sizes), init: fc.constantFrom(...convolutionInits) }),
  );

type Terms = { any: Expression; varying: Expression };

/**
 * Random well-formed cells over the whole language.
 *
 * @param tame keeps every value of moderate size and away from where a function has no derivative, so that single and
 *   double precision and central differences can be compared
 */
export function randomCell({
  tame,
  mostEquations = 4,
}: {
  readonly tame: boolean;
  readonly mostEquations?: number;
}): fc.Arbitrary<Cell> {
  const states = fc.uniqueArray(fc.constantFrom('h', 'c', 'Ω', 'long_name_1'), { minLength: 1, maxLength: 3 });
  const params = fc.uniqueArray(fc.constantFrom('p', 'q'), { maxLength: 2 });
  const cell = fc.tuple(states, params, fc.integer({ min: 0, max: mostEquations })).chain(([names, learned, gates]) => {
    const defined = Array.from({ length: gates }, (_, at) => `g${at}`);
    const scopeAt = (at: number) => [...names, ...defined.slice(0, at)];
    return fc
      .tuple(
        fc.tuple(...defined.map((_, at) => termOf(scopeAt(at), learned, tame))),
        fc.tuple(...names.map(() => termOf(scopeAt(gates), learned, tame))),
        fc.array(number(tame), { minLength: 2, maxLength: 2 }),
      )
      .map(
        ([terms, updates, inits]): Cell => ({
          name: 'random-cell',
          paper: 'Nobody 2026',
          states: names,
          params: learned.map((name, at) => ({ name, init: inits[at] ?? 0 })),
          equations: [
            ...terms.map((expression, at): Equation => ({ name: `g${at}`, expression })),
            ...updates.map(
              (expression, at): Equation => ({
                name: `${names[at]}'`,
                // A tame state stays small, however often it is fed back.
                expression: tame ? { op: 'tanh', of: expression } : expression,
              }),
            ),
          ],
        }),
      );
  });
  return cell.filter((one) => /\bx\b/.test(one.equations.map(({ expression }) => written(expression)).join()));
}

const number = (tame: boolean) =>
  tame
    ? fc.integer({ min: -20, max: 20 }).map((value) => value / 10 || 0.1)
    : fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));

function termOf(names: readonly string[], params: readonly string[], tame: boolean): fc.Arbitrary<Expression> {
  const kinked = ['relu', 'abs'];
  const risky = ['log', 'sqrt', 'exp', 'square'];
  const unary = unaryOperations.filter((op) => !tame || !(kinked.includes(op) || risky.includes(op)));
  const binary = binaryOperations.filter((op) => !tame || !['min', 'max', 'divide'].includes(op));
  const bounded = (of: Expression): Expression => ({ op: 'tanh', of });
  const shifted = (term: Expression, by: number): Expression => ({
    op: 'add',
    left: bounded(term),
    right: { op: 'number', value: by },
  });
  // Units that are all alike would be divided by next to nothing.
  const spread = (term: Expression): Expression => ({
    op: 'add',
    left: bounded(term),
    right: { op: 'linear', of: [{ op: 'input' }], size: 1, bias: 0, init: 'default', trained: true },
  });
  return fc
    .letrec<Terms>((tie) => {
      const bias = fc.option(
        fc.integer({ min: -3, max: 3 }).map((value) => value || 0),
        { nil: undefined },
      );
      // A learned vector may stand there as it is.
      const vectors = params.map((name) => fc.constant<Expression>({ op: 'param', name }));
      const of = fc.array(fc.oneof(fc.constant<Expression>({ op: 'input' }), tie('varying'), ...vectors), {
        minLength: 1,
        maxLength: 3,
      });
      return {
        varying: fc.oneof(
          { maxDepth: 3, depthIdentifier: 'term' },
          fc.constantFrom(...names).map((name): Expression => ({ op: 'name', name })),
          fc.tuple(fc.constantFrom(...unary), tie('varying')).map(([op, term]): Expression => ({ op, of: term })),
          // What can go out of bounds is given what is within them.
          fc
            .tuple(fc.constantFrom('log', 'sqrt', 'exp', 'square', 'divide'), tie('varying'), tie('varying'))
            .map(([op, term, other]): Expression => {
              const small: Expression = tame ? bounded(term) : term;
              const positive: Expression = tame
                ? { op: 'add', left: { op: 'number', value: 1.5 }, right: small }
                : small;
              if (op === 'exp' || op === 'square') return { op, of: small };
              return op === 'divide'
                ? { op, left: tame ? bounded(other) : other, right: positive }
                : { op, of: positive };
            }),
          // On one side of the kink or the other.
          fc
            .tuple(fc.constantFrom('relu', 'abs'), tie('varying'), fc.constantFrom(-1.5, 1.5))
            .map(([op, term, by]): Expression => ({ op, of: tame ? shifted(term, by) : term })),
          fc.tuple(fc.constantFrom('min', 'max'), tie('varying'), tie('any'), fc.constantFrom(-2.5, 2.5)).map(
            ([op, left, right, by]): Expression => ({
              op,
              left: tame ? bounded(left) : left,
              right: tame ? shifted(right, by) : right,
            }),
          ),
          fc.tuple(of, bias, mapKinds(tame ? [3] : convolutionSizes), fc.boolean()).map(
            ([terms, first, { size, init }, trained]): Expression => ({
              op: 'linear',
              of: terms,
              size,
              bias: first,
              init: tame ? 'default' : init,
              trained,
            }),
          ),
          fc
            .tuple(
              tie('varying'),
              fc.oneof(
                fc.integer({ min: -2, max: 2 }).map((value) => value || 0),
                fc.constant('uniform' as const),
              ),
            )
            .map(([term, init]): Expression => ({ op: 'scale', of: term, init })),
          tie('varying').map((term): Expression => ({ op: 'norm', of: tame ? spread(term) : term })),
          fc.tuple(fc.constantFrom(...binary), tie('varying'), tie('any')).map(
            ([op, left, right]): Expression => ({
              op,
              left: tame && op === 'multiply' ? bounded(left) : left,
              right,
            }),
          ),
        ),
        any: fc.oneof(
          number(tame).map((value): Expression => ({ op: 'number', value })),
          ...(params.length > 0 ? [fc.constantFrom(...params).map((name): Expression => ({ op: 'param', name }))] : []),
          tie('varying'),
        ),
      };
    })
    .varying.filter((term) => !dividesByZero(term));
}

function dividesByZero(term: Expression): boolean {
  if (term.op === 'divide' && term.right.op === 'number' && term.right.value === 0) return true;
  if ('left' in term) return dividesByZero(term.left) || dividesByZero(term.right);
  return 'of' in term && (Array.isArray(term.of) ? term.of : [term.of]).some(dividesByZero);
}
