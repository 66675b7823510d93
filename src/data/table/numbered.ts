/** A name that ends in the number of its step, however it is set off: x_1, x1, "x 1". */
const numbered = /^(.*?\D)[_\s.-]?(\d+)$/;
const fewest = 8;

/** Columns that are the steps of one sequence, and those that are not. */
export interface NumberedColumns<C> {
  readonly steps: readonly C[];
  readonly others: readonly C[];
}

/** Columns whose names are a few with a number behind each, many times; undefined where the names tell no such thing. */
export function numberedColumns<C extends { readonly name: string | undefined }>(
  columns: readonly C[],
): NumberedColumns<C> | undefined {
  const prefixes = columns.map(({ name }) => numbered.exec(name ?? '')?.[1]);
  const counts = new Map<string, number>();
  for (const prefix of prefixes) if (prefix !== undefined) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  const often = Math.max(0, ...counts.values());
  if (often < fewest) return undefined;
  const isStep = columns.map((_, at) => counts.get(prefixes[at] ?? '') === often);
  return { steps: columns.filter((_, at) => isStep[at]), others: columns.filter((_, at) => !isStep[at]) };
}

/** What a network reads at each step: one number, or several that were measured at once. */
export interface Channels {
  /** Of the numbers of a step. */
  readonly names: readonly string[];
  /** For each step the place among the columns of each of its numbers: [steps, channels]. */
  readonly steps: readonly (readonly number[])[];
}

/**
 * How columns are laid out: each a step; or, where their names are a few with the same numbers behind each (x_1, y_1, x_2,
 * y_2, …), each number a step of these few.
 */
export function channelsOf(columns: readonly string[]): Channels {
  const single = { names: ['value'], steps: columns.map((_, at) => [at]) };
  const places = new Map<number, Map<string, number>>();
  for (const [at, column] of columns.entries()) {
    const [, name, number] = numbered.exec(column) ?? [];
    if (name === undefined) return single;
    const step = places.get(Number(number)) ?? new Map<string, number>();
    places.set(Number(number), step.set(name.replace(/[_\s.-]$/, ''), at));
  }
  const steps = [...places].toSorted(([a], [b]) => a - b).map(([, step]) => step);
  const names = [...(steps[0]?.keys() ?? [])];
  const isEven = names.length * steps.length === columns.length;
  if (names.length < 2 || !isEven || steps.some((step) => names.some((name) => !step.has(name)))) return single;
  return { names, steps: steps.map((step) => names.map((name) => step.get(name) ?? 0)) };
}
