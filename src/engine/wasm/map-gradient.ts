import type { Machine } from './machine';
import type { Place, ProgramWriter } from './program';

/** Gradients of what one map has learned; the kernel is ../kernels/map-gradient.ts. */
export interface MapGradient {
  /** Columns of D, the gradient with respect to what the map gave. */
  readonly columns: number;
  readonly parts: readonly MapGradientPart[];
  /** Where the bias's gradient goes. */
  readonly bias?: number | undefined;
  /** Where sums of D go by each row's id, panel by panel of so many rows. */
  readonly table?: { readonly at: number; readonly rows: number } | undefined;
  /** What the map's weights were multiplied by, `k` columns of it, and where the gradient of these weights goes. */
  readonly arguments: readonly {
    readonly k: number;
    readonly target: number;
    /** By part. */
    readonly places: readonly Place[];
  }[];
}

export interface MapGradientPart {
  readonly d: Place;
  readonly rows: number;
  /** Ids of its rows, [time][row]. */
  readonly ids?: number | undefined;
}

/** As in the kernel. */
const rowsTogether = 256;

/** Bytes that the kernel works in. */
export function mapGradientBytes(machine: Machine, rows: number, columns: number): number {
  return machine.threads * bytesOfThread(machine, rows, columns);
}

/** @param work where `mapGradientBytes` are free */
export function writeMapGradient(
  writer: ProgramWriter,
  machine: Machine,
  work: number,
  { columns, parts, bias, table, arguments: list }: MapGradient,
): void {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  writer.command(
    'mapGradient',
    ...[columns, bias ?? 0, table?.at ?? 0, table?.rows ?? 0, work, bytesOfThread(machine, rows, columns)],
    ...[parts.length, list.length],
    ...parts.flatMap((part) => [part.d, part.ids ?? 0, part.rows]),
    ...list.flatMap(({ k, target, places }) => [k, target, ...places]),
  );
}

/** A panel of an argument, and a thread's panels of D. */
function bytesOfThread(machine: Machine, rows: number, columns: number): number {
  const own = Math.ceil(machine.panelsOf(columns) / machine.threads);
  return (1 + own) * Math.max(rowsTogether, rows) * machine.panelBytes;
}
