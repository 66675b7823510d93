import type { Place } from './program';

/**
 * What one thread does of a batch: `rows` of it from `first` on. Each part has memory of its own: where rows of two threads
 * lie side by side, one core fetches ahead what another one writes.
 */
export interface Part {
  readonly index: number;
  readonly first: number;
  readonly rows: number;
}

/**
 * As equal as can be; none is empty.
 *
 * @param together rows that are not to be parted, as the pixels of an image
 */
export function partsOf(rows: number, threads: number, together = 1): Part[] {
  const groups = rows / together;
  const count = Math.max(1, Math.min(groups, threads));
  const begin = (index: number) => together * Math.floor((groups * index) / count);
  return Array.from({ length: count }, (_, index) => ({
    index,
    first: begin(index),
    rows: begin(index + 1) - begin(index),
  }));
}

/** Whether rows are cut at the same places. */
export function sameParts(one: readonly Part[], other: readonly Part[]): boolean {
  return one.length === other.length && one.every(({ first }, index) => first === other[index]?.first);
}

/** Where a part's sequence lies. */
export interface PartPlace extends Part, Place {}

/** What tells where a sequence lies: one part's place does not tell the next one's, as other values may lie between. */
export function addressesOf(places: readonly Place[]): number[] {
  return places.flatMap(({ at, stride }) => [at, stride]);
}

/** How a sequence [time, rows, columns] lies in panels: part after part, each [time][panel][row][column in panel]. */
export interface PanelSequence {
  readonly bytes: number;
  /** Each part's place in a block that begins at `at`. */
  places(at: number): PartPlace[];
}

/** @param rowBytes bytes of a row in all its panels */
export function panelSequence(parts: readonly Part[], timeSteps: number, rowBytes: number): PanelSequence {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return {
    bytes: timeSteps * rows * rowBytes,
    places: (at) =>
      parts.map((part) => ({ ...part, at: at + timeSteps * part.first * rowBytes, stride: part.rows * rowBytes })),
  };
}
