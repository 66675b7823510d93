import type { Command, Segment, Write } from './commands';
import type { NodeId } from './graph';
import { type Places, placeOf } from './places';
import { type Home, isEarlier, type Phase, sameHome } from './stages';
import { isElementwise, isWrittenOut, nextStatesAt, type StagedCell, segmentOf, valueBuffer } from './values';

/** What is done before the loop or at each step of it: stage by stage products, norms, then all that is element-wise. */
export function forwardCommands(cell: StagedCell, places: Places, phase: Phase): Command[] {
  const commands: Command[] = [];
  // One stage more before the loop: there the loop's maps take what is ready last.
  const count = cell.stageCount[phase] + (phase === 'before' ? 1 : 0);
  for (let stage = 0; stage < count; stage++) {
    const here = { phase, stage };
    commands.push(...products(cell, places, here), ...norms(cell, places, here));
    const segment = forwardSegment(cell, places, here);
    if (segment.writes.length > 0) commands.push({ op: 'segment', segment });
  }
  return commands;
}

/**
 * Products that are due at a stage. What a map of the loop adds of the input, or of what depends on no state, is done
 * before the loop, over all steps at once.
 */
function products(cell: StagedCell, places: Places, here: Home): Command[] {
  return [...cell.nodes.entries()].flatMap(([id, node]): Command[] => {
    if (node.kind !== 'map') return [];
    const { arguments: terms, bias, size } = cell.graph.map(node.map);
    const c = valueBuffer(cell, id);
    const homes = terms.map(({ of }) => productHome(cell, id, of));
    return terms.flatMap(({ of, weight }, index): Command[] => {
      if (!sameHome(homes[index], here)) return [];
      // The first to come begins with the bias: arguments before the loop come before those within it.
      const isFirst = !homes.some((home, other) => isEarlier(home, here) || (sameHome(home, here) && other < index));
      const start = !isFirst ? 'itself' : bias === undefined ? 'zero' : { bias };
      const a = of === 'input' ? of : placeOf(cell, places, of);
      return [{ op: 'product', a, weight, size, transposed: false, c, start }];
    });
  });
}

/** When the product of a map with one of its arguments is made. */
function productHome(cell: StagedCell, map: NodeId, of: NodeId | 'input'): Home | undefined {
  const home = cell.home(map);
  if (home?.phase === 'before') return home;
  if (of === 'input') return { phase: 'before', stage: 0 };
  const own = cell.home(of);
  return own?.phase === 'before' ? { phase: 'before', stage: own.stage + 1 } : home;
}

function norms(cell: StagedCell, places: Places, here: Home): Command[] {
  return [...cell.nodes.entries()].flatMap(([id, node]): Command[] => {
    if (node.kind !== 'norm' || !sameHome(cell.home(id), here)) return [];
    const y = placeOf(cell, places, id);
    return [{ op: 'norm', a: placeOf(cell, places, node.of), y, r: `scale of ${valueBuffer(cell, id)}` }];
  });
}

function forwardSegment(cell: StagedCell, places: Places, here: Home): Segment {
  const kept = [...places.kept].filter((id) => sameHome(cell.home(id), here));
  const writes: Write[] = [
    ...kept.map((id) => ({ of: id, to: placeOf(cell, places, id) })),
    ...nextStatesAt(cell, here).map(({ id, state }) => ({ of: id, to: `next:${state}` })),
  ];
  return segmentOf(cell.graph, writes, (id) => {
    const isMade = isElementwise(cell.graph.node(id)) && sameHome(cell.home(id), here);
    return isMade || isWrittenOut(cell, id) ? undefined : placeOf(cell, places, id);
  });
}
