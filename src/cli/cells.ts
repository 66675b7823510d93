import { checkText } from '../base/check-text';
import { visible } from '../base/visible';
import type { CellCheck, CellSummary } from '../protocol/cell';

/** A table of Unroll's own cells. */
export function cellsText(cells: readonly CellSummary[]): string {
  const counts = cells.map(({ parameters }) => parameters.toLocaleString('en'));
  const [names, numbers] = [cells.map(({ name }) => name), counts].map((column) =>
    Math.max(...column.map(({ length }) => length)),
  );
  return cells
    .map(
      ({ name, description }, index) =>
        `${name.padEnd(names ?? 0)}  ${(counts[index] ?? '').padStart(numbers ?? 0)}  ${description}`,
    )
    .join('\n');
}

/** What a check found, as JSON: the problems of its text, or each gradient and then all else. */
export function checkLines({ problems, gradients, ...rest }: CellCheck): readonly object[] {
  return [
    ...problems.map((problem) => ({ type: 'problem', ...problem })),
    ...gradients.map((one) => ({ type: 'gradient', ...one })),
    { type: 'check', ...rest },
  ];
}

export const checkTextOf = (check: CellCheck, file: string): string => visible(checkText(check, file), '\n');
