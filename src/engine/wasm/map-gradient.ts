import { type ImageSize, singlePixel } from './images';
import type { Machine } from './machine';
import type { Place, ProgramWriter } from './program';

/** Gradients of what maps of one width have learned; the kernel is ../kernels/map-gradient.ts. */
export interface MapGradients {
  /** Columns of each D, the gradient with respect to what a map gave. */
  readonly columns: number;
  /** Where rows are pixels. */
  readonly image?: ImageSize | undefined;
  readonly parts: readonly {
    readonly rows: number;
    /** Ids of its rows, [time][row]. */
    readonly ids?: number | undefined;
  }[];
  /** Rows of the tables. */
  readonly tableRows?: number | undefined;
  readonly maps: readonly {
    /** By part. */
    readonly d: readonly Place[];
    /** Where the bias's gradient goes. */
    readonly bias?: number | undefined;
    /** Where sums of D go by each row's id, panel by panel. */
    readonly table?: number | undefined;
  }[];
  /** What the maps' weights were multiplied by: `k` columns of it, by part. */
  readonly arguments: readonly {
    readonly k: number;
    readonly a: readonly Place[];
    /** Which pixel of A it is, from the one of D; absent: the same. */
    readonly pixel?: { readonly dy: number; readonly dx: number } | undefined;
    /** Where the gradient of each map's weights goes, and which map it is. */
    readonly targets: readonly { readonly map: number; readonly at: number }[];
  }[];
}

/** Where the kernel works; each thread has an equal share of it. */
export interface Work {
  readonly at: number;
  readonly bytes: number;
}

/** As in the kernel. */
const rowsTogether = 256;

/** Bytes that the kernel works in. */
export function mapGradientBytes(machine: Machine, rows: number, panels: number): number {
  return machine.threads * bytesOfThread(machine, rows, panels);
}

/**
 * @param work where `bytes` are free, at least `mapGradientBytes` for all panels of all maps. Commands of one block have the
 *   same: a thread that is ahead would else work where another one still does.
 */
export function writeMapGradients(
  writer: ProgramWriter,
  machine: Machine,
  work: Work,
  { columns, image = singlePixel, parts, tableRows, maps, arguments: list }: MapGradients,
): void {
  const panels = maps.length * machine.panelsOf(columns);
  const inner = list.reduce((sum, { k }) => sum + machine.panelsOf(k), 0);
  writer.command(
    'mapGradient',
    ...[columns, tableRows ?? 0, work.at, work.bytes / machine.threads],
    ...[imbalance(panels, machine.threads) > imbalance(inner, machine.threads) + 0.1 ? 1 : 0],
    ...[parts.length, maps.length, list.length, image.height, image.width],
    ...parts.flatMap((part) => [part.rows, part.ids ?? 0]),
    ...maps.flatMap(({ d, bias, table }) => [bias ?? 0, table ?? 0, ...d]),
    ...list.flatMap(({ k, a, pixel, targets }) => [
      ...[k, targets.length, pixel?.dy ?? 0, pixel?.dx ?? 0, ...a],
      ...targets.flatMap(({ map, at }) => [map, at]),
    ]),
  );
}

/** How many times as long as the average share the longest one is. */
function imbalance(count: number, threads: number): number {
  return count === 0 ? Number.POSITIVE_INFINITY : (Math.ceil(count / threads) * threads) / count;
}

/** A panel of an argument, and all panels of D: a thread may need each. */
function bytesOfThread(machine: Machine, rows: number, panels: number): number {
  return (1 + panels) * Math.max(rowsTogether, rows) * machine.panelBytes;
}
