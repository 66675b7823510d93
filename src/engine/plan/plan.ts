import type { Cell } from '../../cells/expression';
import { type Adjoint, adjointOf } from './adjoint';
import type { Buffer, Command, Segment } from './commands';
import { forwardCommands } from './forward';
import { type Graph, graphOf } from './graph';
import { gradientPlaces, type Places, placeOf, placesOf, valueSlots, withPlaces } from './places';
import { gradientBuffer, type StagedCell, stagedCell } from './values';

export type { Buffer, Command, Segment } from './commands';

/** A cell compiled: what is done over all steps at once, what at each step, and the same backwards. */
export interface Plan {
  readonly graph: Graph;
  readonly cell: Cell;
  readonly forward: { readonly before: readonly Command[]; readonly loop: readonly Command[] };
  readonly backward: {
    readonly loop: readonly Command[];
    /** Over all steps at once, after the loop. */
    readonly after: readonly Command[];
  };
  readonly gradients: {
    /** Argument and gradient of each product, and the side of the square of pixels that it reads. */
    readonly weights: readonly {
      readonly a: Buffer;
      readonly d: Buffer;
      readonly weight: string;
      readonly size: number;
    }[];
    readonly biases: readonly { readonly d: Buffer; readonly bias: string }[];
    readonly vectors: readonly string[];
  };
  /** Values that are kept for all steps. */
  readonly slots: readonly Buffer[];
  /** Gradients that are kept for all steps: buffers of their own, or in the place of a value that is no longer needed. */
  readonly gradientSlots: ReadonlyMap<Buffer, Buffer | undefined>;
  /** Gradients that live within one step. */
  readonly scratch: readonly Buffer[];
  /** Where each equation's value lies after a forward pass, by name; of a plan that records. */
  readonly recorded: ReadonlyMap<string, Buffer>;
}

/**
 * Compiles a cell: maps of the input, and whatever else depends on no state, over all time steps at once; per step, one
 * product for each map and then its element-wise rest in one go; the adjoint of that rest derived node by node; the
 * gradients of the weights left to products over all steps.
 *
 * @param record keep every equation's value, for whoever wants to look at it
 */
export function planOf(cell: Cell, { record = false } = {}): Plan {
  const values = graphOf(cell);
  const staged = stagedCell(values, record ? values.equations.values() : []);
  // Backward first: what it needs again is what forward keeps.
  const adjoint = adjointOf(staged);
  const places = placesOf(staged, adjoint, record);
  const { slots: gradientSlots, scratch } = gradientPlaces(staged, adjoint, places);
  return {
    graph: values.graph,
    cell,
    forward: {
      before: forwardCommands(staged, places, 'before'),
      loop: forwardCommands(staged, places, 'loop'),
    },
    backward: { loop: withPlaces(adjoint.loop, places), after: withPlaces(adjoint.after, places) },
    gradients: gradientsOf(staged, adjoint, places),
    slots: valueSlots(staged, places),
    gradientSlots,
    scratch,
    recorded: new Map([...values.equations].map(([name, id]) => [name, placeOf(staged, places, id)])),
  };
}

/** All element-wise work of a plan. */
export function segmentsOf({ forward, backward }: Plan): Segment[] {
  const commands = [...forward.before, ...forward.loop, ...backward.loop, ...backward.after];
  return commands.flatMap((command) => (command.op === 'segment' ? [command.segment] : []));
}

/** Of what is learned. Maps that no gradient reaches have none. */
function gradientsOf(cell: StagedCell, adjoint: Adjoint, places: Places): Plan['gradients'] {
  const maps = cell.nodes.flatMap((node, id) => {
    const d = gradientBuffer(cell, id);
    return node.kind === 'map' && adjoint.gradients.has(d) ? [{ d, ...cell.graph.map(node.map) }] : [];
  });
  return {
    weights: maps.flatMap(({ d, size, arguments: terms }) =>
      terms.map(({ of, weight }) => ({ a: of === 'input' ? of : placeOf(cell, places, of), d, weight, size })),
    ),
    biases: maps.flatMap(({ d, bias }) => (bias === undefined ? [] : [{ d, bias }])),
    vectors: cell.nodes.flatMap((node) => (node.kind === 'vector' ? [node.name] : [])),
  };
}
