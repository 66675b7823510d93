import { visible } from '../base/visible';
import { builtinCell } from '../cells/builtin';
import type { Cell } from '../cells/expression';
import { analyseCell } from '../cells/language/read';
import { cellParameters } from '../cells/parameters';
import { checkGradients, type GradientReport } from '../engine/check/gradients';
import { type LongRun, runLong } from '../engine/check/long-run';
import { drawParameter } from '../models/initialise';
import type { CellCheck, CellSummary, CheckedGradient, LocatedProblem } from '../protocol/cell';
import type { Argument, WorkerCalls } from '../protocol/worker';
import { proposedCells } from '../tasks/propose';
import { cellText } from './cell';
import { startEngine } from './engine';

/** Relative errors of gradients: beyond the one precision is lost, beyond the other something is wrong. */
const imprecise = 1e-3;
const wrong = 1e-2;
const explodedValue = 1e4;
const explodedGradient = 1e3;
const vanishedGradient = 1e-4;

/** Unroll's own cells with the numbers that a layer of these sizes has. */
export function listCells({ inputs, units }: Argument<WorkerCalls, 'cells'>): readonly CellSummary[] {
  return proposedCells.map(({ value, why }) => {
    const cell = builtinCell(value);
    return {
      name: value,
      description: why,
      paper: cell.paper,
      states: cell.states,
      gates: cell.equations.flatMap(({ name }) => (name.endsWith("'") ? [] : [name])),
      parameters: countOf(cell, inputs, units),
    };
  });
}

/**
 * Reads a cell, compares its gradients with central differences, and looks at values and gradients over 200 steps.
 *
 * @throws UserError when there is no such file
 */
export async function checkCell(request: Argument<WorkerCalls, 'checkCell'>): Promise<CellCheck> {
  const { inputs, units } = request;
  const { text } = request.cell ?? (await cellText(request.choice));
  const { cell, problems } = analyseCell(text);
  if (!cell) return unread(problems.map(({ message, span }) => located(text, visible(message), span.start)));
  await startEngine();
  const gradients = checkGradients(cell);
  const long = runLong(cell, { inputs, units }, drawParameter);
  const checked = gradients.gradients.map(({ name, kind, shape, error }) => ({
    name,
    kind,
    shape,
    error: numberOrNull(error),
  }));
  const faults = faultsOf(gradients, checked);
  return {
    cell: cell.name,
    sound: faults.length === 0,
    problems: [],
    gradients: checked,
    faults,
    warnings: warningsOf(gradients, checked, long),
    notes: notesOf(gradients),
    values: {
      early: numberOrNull(Math.max(...long.values.map(({ early }) => early))),
      all: numberOrNull(Math.max(...long.values.map(({ all }) => all))),
    },
    reach: long.gradients.map(({ timeSteps, share }) => ({ timeSteps, share: numberOrNull(share) })),
    sizes: { inputs, units, parameters: countOf(cell, inputs, units) },
  };
}

function unread(problems: readonly LocatedProblem[]): CellCheck {
  return {
    cell: undefined,
    sound: false,
    problems,
    gradients: [],
    faults: [],
    warnings: [],
    notes: [],
    values: undefined,
    reach: [],
    sizes: undefined,
  };
}

function located(text: string, message: string, offset: number): LocatedProblem {
  const before = text.slice(0, offset).split('\n');
  return { message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function faultsOf(
  { points, drawn, notFinite, outputError }: GradientReport,
  gradients: readonly CheckedGradient[],
): string[] {
  if (points === 0) {
    return [
      `Values are not finite at any of ${drawn} random points: first in ${notFinite.equations.join(', ')}. A logarithm, root or division may leave its domain.`,
    ];
  }
  return [
    ...(outputError > wrong ? [`The engine's output is off by ${percent(outputError)}.`] : []),
    ...gradients
      .filter(({ error }) => error === null || error > wrong)
      .map(
        ({ name, error }) =>
          `The gradient of ${name} is ${error === null ? 'not finite' : `off by ${percent(error)}`}.`,
      ),
  ];
}

function warningsOf(
  { points, drawn, notFinite }: GradientReport,
  gradients: readonly CheckedGradient[],
  long: LongRun,
): string[] {
  const loose = gradients.filter(({ error }) => error !== null && error > imprecise && error <= wrong);
  const grown = long.values.filter(({ early, all }) => all > explodedValue || (all > 1 && all > 100 * early));
  const [ten] = long.gradients;
  const exploded = long.gradients.find(({ share }) => !(share <= explodedGradient));
  return [
    ...(points > 0 && notFinite.points > 0
      ? [
          `At ${notFinite.points} of ${drawn} random points values are not finite, first in ${notFinite.equations.join(', ')}.`,
        ]
      : []),
    ...loose.map(
      ({ name, error }) => `Single precision loses digits of the gradient of ${name}: ${percent(error ?? 0)}.`,
    ),
    ...grown.map(({ equation, early, all }) =>
      all === Number.POSITIVE_INFINITY
        ? `Values of ${equation} overflow within ${long.timeSteps} steps.`
        : `Values of ${equation} grow from ${short(early)} to ${short(all)} within ${long.timeSteps} steps.`,
    ),
    ...(exploded
      ? [`Gradients explode: over ${exploded.timeSteps} steps they become ${short(exploded.share)} times as large.`]
      : []),
    ...(ten && ten.share < vanishedGradient
      ? [
          `Gradients vanish: ${ten.share === 0 ? 'nothing' : `${short(ten.share)} of one`} reaches ${ten.timeSteps} steps back.`,
        ]
      : []),
  ];
}

function notesOf({ kinks, gradients, points }: GradientReport): string[] {
  const skipped = gradients.reduce((sum, one) => sum + one.skipped, 0);
  return [
    ...kinks.map(({ operation, equation }) => `${operation} in ${equation} ${kinkTexts[operation]}`),
    ...(skipped > 0 && points > 0 ? [`${skipped} differences crossed such a point and were left out.`] : []),
    ...(gradients.every(({ whole }) => whole)
      ? []
      : ['The cell is very large: of each array some elements were compared, evenly apart.']),
  ];
}

const kinkTexts: Readonly<Record<GradientReport['kinks'][number]['operation'], string>> = {
  relu: 'has no derivative at 0; the engine takes 0 there.',
  abs: 'has no derivative at 0; the engine takes 0 there.',
  min: 'has no derivative where both are equal; the engine takes that of the first.',
  max: 'has no derivative where both are equal; the engine takes that of the first.',
};

function countOf(cell: Cell, inputs: number, units: number): number {
  return cellParameters(cell, inputs, units).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

const numberOrNull = (value: number) => (Number.isFinite(value) ? value : null);
const short = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(2))) : '∞');
const percent = (value: number) => (value < 1 ? `${short(100 * value)} %` : `a factor of ${short(value)}`);
