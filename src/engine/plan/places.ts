import type { Adjoint, Gradient } from './adjoint';
import type { Buffer, Command } from './commands';
import { type NodeId, operandsOf, wholeOperandsOf } from './graph';
import { type Home, sameHome } from './stages';
import { isElementwise, nextStateThatIs, type StagedCell, valueBuffer } from './values';

/** Which values lie in memory, and where. */
export interface Places {
  /** Values that are written to memory, beside maps, norms and next states, which always are. */
  readonly kept: ReadonlySet<NodeId>;
  /** Buffers that are none, since what they would hold takes the place of another one. */
  readonly taken: ReadonlyMap<Buffer, Buffer>;
}

/**
 * Decides which values lie in memory, and where: what the adjoint needs again, and what is read beyond its own segment.
 *
 * @param record keep every equation's value, each in a place of its own
 */
export function placesOf(cell: StagedCell, adjoint: Adjoint, record: boolean): Places {
  const recorded = new Set(record ? cell.equations.values() : []);
  const kept = new Set(
    [...cell.nodes.keys()].filter(
      (id) => isKeepable(cell, id) && (recorded.has(id) || adjoint.saved.has(id) || isReadElsewhere(cell, id)),
    ),
  );
  return { kept, taken: record ? new Map() : takenPlaces(cell, kept, adjoint.lastRead) };
}

/** The buffer in which a value lies. */
export function placeOf(cell: StagedCell, { taken }: Places, id: NodeId): Buffer {
  const own = valueBuffer(cell, id);
  return taken.get(own) ?? own;
}

/** Commands that read values where they lie. */
export function withPlaces(commands: readonly Command[], { taken }: Places): Command[] {
  return commands.map((command) => {
    if (command.op === 'normGradient') return { ...command, y: taken.get(command.y) ?? command.y };
    if (command.op !== 'segment') return command;
    const { reads, writes } = command.segment;
    const moved = new Map([...reads].map(([id, buffer]) => [id, taken.get(buffer) ?? buffer]));
    return { op: 'segment', segment: { reads: moved, writes } };
  });
}

/** Every buffer that holds a value for all steps. */
export function valueSlots(cell: StagedCell, places: Places): Buffer[] {
  const slots = new Set<Buffer>();
  for (const [id, { kind }] of cell.nodes.entries()) {
    if (kind === 'map' || kind === 'norm' || places.kept.has(id)) slots.add(placeOf(cell, places, id));
    if (kind === 'norm') slots.add(`scale of ${valueBuffer(cell, id)}`);
  }
  return [...slots];
}

/**
 * Where gradients lie, those with respect to states apart. `slots`: for all steps, in a buffer of their own or in the place
 * of a value; of maps, the input and what depends on no state. `scratch`: within one step; the rest.
 */
export function gradientPlaces(
  cell: StagedCell,
  adjoint: Adjoint,
  places: Places,
): { readonly slots: ReadonlyMap<Buffer, Buffer | undefined>; readonly scratch: readonly Buffer[] } {
  const slots = new Map<Buffer, Buffer | undefined>();
  const scratch: Buffer[] = [];
  for (const [buffer, gradient] of adjoint.gradients) {
    const { of } = gradient;
    const kind = of === 'input' ? of : cell.graph.node(of).kind;
    if (kind === 'state') continue;
    if (of === 'input' || kind === 'map' || cell.home(of)?.phase === 'before') {
      slots.set(buffer, placeOfGradient(cell, adjoint, places, gradient));
    } else {
      scratch.push(buffer);
    }
  }
  return { slots, scratch };
}

function isKeepable(cell: StagedCell, id: NodeId): boolean {
  const { kind } = cell.graph.node(id);
  return kind !== 'map' && kind !== 'norm' && kind !== 'state' && nextStateThatIs(cell, id) === undefined;
}

/** Whether a product, a norm, a later segment or the loop's next states need a value. */
function isReadElsewhere(cell: StagedCell, id: NodeId): boolean {
  const home = cell.home(id);
  if (!home) return false;
  const isLeaf = !isElementwise(cell.graph.node(id));
  return (
    (home.phase === 'before' && cell.next.includes(id)) ||
    cell.nodes.some(
      (user, userId) =>
        wholeOperandsOf(cell.graph, user).includes(id) ||
        (!isLeaf && operandsOf(user).includes(id) && !sameHome(cell.home(userId), home)),
    )
  );
}

/**
 * A value that is kept takes the place of a map that is read nowhere but where the value is computed; of its own one, where
 * it is made of one map alone. So does a norm, whose gradient needs what it made and not what of. Fewer places are less to
 * load and store.
 */
function takenPlaces(
  cell: StagedCell,
  kept: ReadonlySet<NodeId>,
  lastRead: Adjoint['lastRead'],
): ReadonlyMap<Buffer, Buffer> {
  const taken = new Map<Buffer, Buffer>();
  /** Maps whose places can be taken, with the stage that reads them. */
  const free = new Map<NodeId, Home>();
  for (const [id, { kind }] of cell.nodes.entries()) {
    const reader = kind === 'map' && !lastRead.has(valueBuffer(cell, id)) ? onlyReader(cell, id) : undefined;
    if (reader) free.set(id, reader);
  }
  const take = (id: NodeId, map: NodeId | undefined) => {
    if (map === undefined || !sameHome(cell.home(id), free.get(map))) return;
    free.delete(map);
    taken.set(valueBuffer(cell, id), valueBuffer(cell, map));
  };
  const takers = [...kept].filter((id) => isElementwise(cell.graph.node(id)));
  for (const id of takers) {
    const node = cell.graph.node(id);
    if (node.kind === 'unary') take(id, node.of);
  }
  for (const id of takers) {
    if (taken.has(valueBuffer(cell, id))) continue;
    const map = [...free.keys()].find((one) => sameHome(cell.home(id), free.get(one)));
    take(id, map);
  }
  for (const [id, node] of cell.nodes.entries()) {
    if (node.kind !== 'norm' || !isReadBy(cell, node.of, id) || lastRead.has(valueBuffer(cell, node.of))) continue;
    taken.set(valueBuffer(cell, id), valueBuffer(cell, node.of));
  }
  return taken;
}

/** Whether a norm, and nothing else in the forward pass, reads a map. */
function isReadBy(cell: StagedCell, map: NodeId, norm: NodeId): boolean {
  if (cell.graph.node(map).kind !== 'map' || cell.next.includes(map)) return false;
  return cell.nodes.every(
    (user, id) => id === norm || !(operandsOf(user).includes(map) || wholeOperandsOf(cell.graph, user).includes(map)),
  );
}

/** Of a map that the element-wise work of one stage reads and nothing else in the forward pass: that stage. */
function onlyReader(cell: StagedCell, map: NodeId): Home | undefined {
  if (cell.next.includes(map)) return undefined;
  if (cell.nodes.some((user) => wholeOperandsOf(cell.graph, user).includes(map))) return undefined;
  const homes = cell.nodes.flatMap((user, id) => (operandsOf(user).includes(map) ? [cell.home(id)] : []));
  const [first] = homes;
  return homes.every((home) => sameHome(home, first)) ? first : undefined;
}

/** The gradient of a map takes the place of its value, when no one reads that after the gradient is first written. */
function placeOfGradient(
  cell: StagedCell,
  { lastRead }: Adjoint,
  places: Places,
  { of, firstWritten }: Gradient,
): Buffer | undefined {
  if (of === 'input' || cell.graph.node(of).kind !== 'map') return undefined;
  const place = valueBuffer(cell, of);
  const isFree = [...cell.nodes.keys()]
    .filter((id) => placeOf(cell, places, id) === place)
    .every((id) => !isArgument(cell, id) && (lastRead.get(valueBuffer(cell, id)) ?? 0) <= firstWritten);
  return isFree ? place : undefined;
}

/** Whether a map takes a value: then the gradient of its weight needs the value at the very end. */
function isArgument({ graph, nodes }: StagedCell, id: NodeId): boolean {
  return nodes.some((user) => user.kind === 'map' && wholeOperandsOf(graph, user).includes(id));
}
