import type { CellCheck } from '../protocol/cell';

/** What a cell's check found, for people: lines without an end. `place` names the file of problems. */
export function checkText(check: CellCheck, place: string): string {
  const { cell, problems, gradients, faults, warnings, notes, values, reach, sizes } = check;
  if (cell === undefined) {
    return problems.map(({ message, line, column }) => `${place}:${line}:${column}: ${message}`).join('\n');
  }
  const names = gradients.map(({ name, kind }) =>
    kind === 'state' ? `${name} (first state)` : kind === 'input' ? `${name} (input)` : name,
  );
  const width = Math.max(0, ...names.map(({ length }) => length));
  const compared = gradients.map(({ kind, error }, index) => {
    const told = kind === 'fixed weight' ? 'not trained' : error === null ? 'not finite' : error.toExponential(1);
    return `  ${(names[index] ?? '').padEnd(width)}  ${told}`;
  });
  return [
    ...(sizes
      ? [
          `${cell}: ${sizes.parameters.toLocaleString('en')} weights for ${sizes.inputs} inputs and ${sizes.units} units`,
        ]
      : []),
    ...(compared.length > 0
      ? ['Gradients against central differences in double precision, largest relative errors:', ...compared]
      : []),
    ...(values && compared.length > 0
      ? [
          'Over 200 steps from first weights:',
          `  values are at most ${size(values.all)}`,
          ...reach.map(({ timeSteps, share }) => `  ${size(share)} of a gradient reaches ${timeSteps} steps back`),
        ]
      : []),
    ...notes.map((note) => `Note: ${note}`),
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...faults.map((fault) => `Wrong: ${fault}`),
    verdict(check),
  ].join('\n');
}

/** One sentence. */
export function verdict({ cell, sound, gradients, problems, faults, warnings }: CellCheck): string {
  if (cell === undefined) return `Its text has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}.`;
  if (!sound) return `${cell} is not sound: ${faults[0] ?? ''}`;
  const largest = Math.max(...gradients.map(({ error }) => error ?? 0));
  const but =
    warnings.length === 0 ? '' : warnings.length === 1 ? ', with a warning' : `, with ${warnings.length} warnings`;
  return `${cell} is sound${but}: all gradients agree within ${largest.toExponential(1)}.`;
}

const size = (value: number | null) =>
  value === null
    ? 'not finite'
    : value === 0 || (value >= 1e-3 && value < 1e4)
      ? String(Number(value.toPrecision(3)))
      : value.toExponential(1);
