import type { Cell } from '../../cells/expression';
import { derivativesOf } from './derivatives';
import { type CellGraph, type Graph, graphOf, type NodeId } from './graph';
import { isExpensive } from './operations';
import { type Home, operandsOf, type Phase, stagesOf } from './stages';

/**
 * A buffer by what it holds: `map:2`, `node:7` (a value), `norm:7` and `scale of norm:7`, `state:0`, `next:0`, `input`,
 * `vector:a` (learned); backward `gradient of …`, `carry:0` (with respect to the next state, as the step receives it),
 * `carry out:0`, `upstream` (of the output sequence), `sum:a` (of a vector, row by row).
 */
export type Buffer = string;

/** Element-wise work of one stage: every value of `writes` from what `reads` holds, number by number. */
export interface Segment {
  readonly reads: ReadonlyMap<NodeId, Buffer>;
  readonly writes: readonly { readonly of: NodeId; readonly to: Buffer }[];
}

export type Command =
  | { readonly op: 'segment'; readonly segment: Segment }
  | {
      readonly op: 'product';
      readonly a: Buffer;
      readonly weight: string;
      /** Times the transposed weight. */
      readonly transposed: boolean;
      readonly c: Buffer;
      /** What C begins with: itself, zero, or a bias. */
      readonly start: 'itself' | 'zero' | { readonly bias: string };
    }
  | { readonly op: 'norm'; readonly a: Buffer; readonly y: Buffer; readonly r: Buffer }
  | {
      readonly op: 'normGradient';
      readonly d: Buffer;
      readonly y: Buffer;
      readonly r: Buffer;
      readonly a: Buffer;
      readonly add: boolean;
    }
  | { readonly op: 'zero'; readonly c: Buffer };

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
    /** Argument and gradient of each product. */
    readonly weights: readonly { readonly a: Buffer; readonly d: Buffer; readonly weight: string }[];
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
  return new Planner(graphOf(cell), cell, record).plan();
}

/** All element-wise work of a plan. */
export function segmentsOf({ forward, backward }: Plan): Segment[] {
  const commands = [...forward.before, ...forward.loop, ...backward.loop, ...backward.after];
  return commands.flatMap((command) => (command.op === 'segment' ? [command.segment] : []));
}

class Planner {
  private readonly graph: Graph;
  private readonly stages;
  /** Nodes of the cell itself; those of the adjoint come after them. */
  private readonly forwardNodes: number;
  /** Values that are needed backward, and cannot cheaply be computed again. */
  private readonly saved = new Set<NodeId>();
  /** For each buffer the backward segments that read it, as positions in the order of the backward pass. */
  private readonly readAt = new Map<Buffer, number[]>();
  private readonly firstWritten = new Map<Buffer, number>();

  constructor(
    private readonly cellGraph: CellGraph,
    private readonly cell: Cell,
    private readonly record: boolean,
  ) {
    this.graph = cellGraph.graph;
    this.stages = stagesOf(cellGraph, record ? cellGraph.equations.values() : []);
    this.forwardNodes = this.graph.nodes.length;
  }

  plan(): Plan {
    const backward = this.backward();
    const gradients = this.gradients();
    const alias = this.aliases();
    const place = (buffer: Buffer): Buffer => alias.get(buffer) ?? buffer;
    const forward = {
      before: this.forwardOf('before', place),
      loop: this.forwardOf('loop', place),
    };
    const moved = (commands: readonly Command[]): Command[] =>
      commands.map((command) =>
        command.op === 'segment'
          ? {
              op: 'segment',
              segment: {
                reads: new Map([...command.segment.reads].map(([id, buffer]) => [id, place(buffer)])),
                writes: command.segment.writes,
              },
            }
          : command,
      );
    const used = [...this.firstWritten.keys()];
    const slots = new Set<Buffer>();
    for (const [id, node] of this.graph.nodes.slice(0, this.forwardNodes).entries()) {
      if (node.kind === 'map') slots.add(this.valueBuffer(id));
      if (node.kind === 'norm') {
        slots.add(this.valueBuffer(id));
        slots.add(`scale of norm:${id}`);
      }
      if (this.hasSlot(id)) slots.add(place(this.valueBuffer(id)));
    }
    return {
      graph: this.graph,
      cell: this.cell,
      forward,
      backward: { loop: moved(backward.loop), after: moved(backward.after) },
      gradients: {
        weights: gradients.weights.map((one) => ({ ...one, a: place(one.a) })),
        biases: gradients.biases,
        vectors: gradients.vectors,
      },
      slots: [...slots].filter((buffer) => !buffer.startsWith('next:')),
      gradientSlots: new Map(
        used.filter((buffer) => this.isKept(buffer)).map((buffer) => [buffer, this.placeOfGradient(buffer, place)]),
      ),
      scratch: used.filter((buffer) => buffer.startsWith('gradient of') && !this.isKept(buffer)),
      recorded: new Map([...this.cellGraph.equations].map(([name, id]) => [name, place(this.valueBuffer(id))])),
    };
  }

  // Where values are

  private home(id: NodeId): Home | undefined {
    return this.stages.home(id);
  }

  private isElementwise(id: NodeId): boolean {
    const { kind } = this.graph.node(id);
    return kind === 'unary' || kind === 'binary';
  }

  /** Next state that a value is, if it comes to be within the loop's segments. */
  private stateThatIs(id: NodeId): number {
    return this.isElementwise(id) && this.home(id)?.phase === 'loop' ? this.cellGraph.next.indexOf(id) : -1;
  }

  private valueBuffer(id: NodeId): Buffer {
    const node = this.graph.node(id);
    if (node.kind === 'map') return `map:${node.map}`;
    if (node.kind === 'norm') return `norm:${id}`;
    if (node.kind === 'state') return `state:${node.state}`;
    if (node.kind === 'vector' && !this.home(id)) return `vector:${node.name}`;
    const state = this.stateThatIs(id);
    return state >= 0 ? `next:${state}` : `node:${id}`;
  }

  /** Whether a value is written to memory, other than the next states. */
  private hasSlot(id: NodeId): boolean {
    const node = this.graph.node(id);
    if (node.kind === 'map' || node.kind === 'norm' || node.kind === 'state') return false;
    if (this.record && [...this.cellGraph.equations.values()].includes(id)) return true;
    const home = this.home(id);
    if (!home) return false;
    return this.saved.has(id) || this.isReadElsewhere(id, home);
  }

  private isReadElsewhere(id: NodeId, home: Home): boolean {
    const isLeaf = !this.isElementwise(id);
    return (
      (home.phase === 'before' && this.cellGraph.next.includes(id)) ||
      this.graph.nodes.slice(0, this.forwardNodes).some((user, userId) => {
        if (user.kind === 'map') return this.graph.map(user.map).arguments.some(({ of }) => of === id);
        if (user.kind === 'norm') return user.of === id;
        return !isLeaf && operandsOf(user).includes(id) && !sameHome(this.home(userId), home);
      })
    );
  }

  // Forward

  private forwardOf(phase: Phase, place: (buffer: Buffer) => Buffer): Command[] {
    const commands: Command[] = [];
    // One stage more before the loop: there the loop's maps take what is ready last.
    const count = this.stages.count[phase] + (phase === 'before' ? 1 : 0);
    for (let stage = 0; stage < count; stage++) {
      commands.push(...this.products(phase, stage, place));
      for (const [id, node] of this.graph.nodes.slice(0, this.forwardNodes).entries()) {
        if (node.kind !== 'norm' || !sameHome(this.home(id), { phase, stage })) continue;
        const a = place(this.valueBuffer(node.of));
        commands.push({ op: 'norm', a, y: `norm:${id}`, r: `scale of norm:${id}` });
      }
      const segment = this.segment(phase, stage, place);
      if (segment.writes.length > 0) commands.push({ op: 'segment', segment });
    }
    return commands;
  }

  /**
   * Products that are due at a stage. What a map of the loop adds of the input, or of what depends on no state, is done
   * before the loop, over all steps at once.
   */
  private products(phase: Phase, stage: number, place: (buffer: Buffer) => Buffer): Command[] {
    const commands: Command[] = [];
    for (const [id, node] of this.graph.nodes.slice(0, this.forwardNodes).entries()) {
      if (node.kind !== 'map') continue;
      const home = this.home(id);
      const map = this.graph.map(node.map);
      const c = this.valueBuffer(id);
      map.arguments.forEach(({ of, weight }, index) => {
        if (!sameHome(this.argumentHome(id, of), { phase, stage })) return;
        // The first to come begins with the bias: arguments before the loop come before those within it.
        const isFirst = !map.arguments.some(({ of: other }, place_) =>
          this.comesBefore(this.argumentHome(id, other), place_, this.argumentHome(id, of), index),
        );
        const start = !isFirst ? 'itself' : map.bias === undefined ? 'zero' : { bias: map.bias };
        const a = of === 'input' ? 'input' : place(this.valueBuffer(of));
        commands.push({ op: 'product', a, weight, transposed: false, c, start });
      });
      if (!home) throw new Error('A map has no home');
    }
    return commands;
  }

  /** When the product of an argument of a map is made. */
  private argumentHome(map: NodeId, of: NodeId | 'input'): Home {
    const home = this.home(map);
    if (!home) throw new Error('A map has no home');
    if (home.phase === 'before') {
      // At the stage of the argument, or of the map where nothing else fits.
      return home;
    }
    const own = of === 'input' ? undefined : this.home(of);
    if (of === 'input') return { phase: 'before', stage: 0 };
    if (own?.phase === 'before') return { phase: 'before', stage: own.stage + 1 };
    return home;
  }

  private comesBefore(a: Home, aIndex: number, b: Home, bIndex: number): boolean {
    if (a.phase !== b.phase) return a.phase === 'before';
    return a.stage !== b.stage ? a.stage < b.stage : aIndex < bIndex;
  }

  private segment(phase: Phase, stage: number, place: (buffer: Buffer) => Buffer): Segment {
    const here = { phase, stage };
    const writes: { of: NodeId; to: Buffer }[] = [];
    for (let id = 0; id < this.forwardNodes; id++) {
      const { kind } = this.graph.node(id);
      if (kind === 'map' || kind === 'norm' || kind === 'state') continue;
      if (!sameHome(this.home(id), here) || !this.hasSlot(id) || this.stateThatIs(id) >= 0) continue;
      writes.push({ of: id, to: place(this.valueBuffer(id)) });
    }
    this.cellGraph.next.forEach((id, state) => {
      if (phase === 'loop' && this.stageOfNext(id) === stage) writes.push({ of: id, to: `next:${state}` });
    });
    return { writes, reads: this.readsOf(writes, (id) => this.forwardRead(id, here, place)) };
  }

  /** The stage of the loop in which a next state is written. */
  private stageOfNext(id: NodeId): number {
    const home = this.home(id);
    return home?.phase === 'loop' ? home.stage : 0;
  }

  private forwardRead(id: NodeId, here: Home, place: (buffer: Buffer) => Buffer): Buffer | undefined {
    if (this.isElementwise(id) && (!this.home(id) || sameHome(this.home(id), here))) return undefined;
    const { kind } = this.graph.node(id);
    return kind === 'number' && !this.home(id) ? undefined : place(this.valueBuffer(id));
  }

  /** Follows terms down to what is read. */
  private readsOf(
    writes: readonly { readonly of: NodeId }[],
    read: (id: NodeId) => Buffer | undefined,
  ): Map<NodeId, Buffer> {
    const reads = new Map<NodeId, Buffer>();
    const seen = new Set<NodeId>();
    const visit = (id: NodeId) => {
      if (seen.has(id)) return;
      seen.add(id);
      const buffer = read(id);
      if (buffer !== undefined) reads.set(id, buffer);
      else operandsOf(this.graph.node(id)).forEach(visit);
    };
    for (const { of } of writes) visit(of);
    return reads;
  }

  // Backward

  private position = 0;

  private backward(): { loop: Command[]; after: Command[] } {
    const loop: Command[] = [];
    for (let stage = this.stages.count.loop - 1; stage >= 0; stage--)
      this.backwardStage({ phase: 'loop', stage }, loop);
    for (const state of this.cell.states.keys()) {
      const c = `carry out:${state}`;
      if (!this.firstWritten.has(c)) loop.push({ op: 'zero', c });
    }
    const after: Command[] = [];
    // What maps of the loop took from before it.
    this.transposedProducts((id) => this.home(id)?.phase === 'loop', 'before', after);
    for (let stage = this.stages.count.before - 1; stage >= 0; stage--) {
      this.backwardStage({ phase: 'before', stage }, after);
    }
    return { loop, after };
  }

  private backwardStage(here: Home, commands: Command[]): void {
    const segment = this.adjointSegment(here);
    if (segment.writes.length > 0) commands.push({ op: 'segment', segment });
    this.position++;
    for (const [id, node] of this.graph.nodes.slice(0, this.forwardNodes).entries()) {
      if (node.kind !== 'norm' || !sameHome(this.home(id), here)) continue;
      const d = this.gradientBuffer(id);
      if (!this.firstWritten.has(d)) continue;
      const a = this.gradientBuffer(node.of);
      const add = this.write(a);
      commands.push({ op: 'normGradient', d, y: `norm:${id}`, r: `scale of norm:${id}`, a, add });
      this.reading(`norm:${id}`);
    }
    this.position++;
    this.transposedProducts((id) => sameHome(this.home(id), here), here.phase, commands);
    this.position++;
  }

  /** Gradients of the arguments of maps: of arguments that are computed in the given phase. */
  private transposedProducts(isDue: (map: NodeId) => boolean, phase: Phase, commands: Command[]): void {
    for (const [id, node] of this.graph.nodes.slice(0, this.forwardNodes).entries()) {
      if (node.kind !== 'map' || !isDue(id) || !this.firstWritten.has(this.gradientBuffer(id))) continue;
      for (const { of, weight } of this.graph.map(node.map).arguments) {
        if (of !== 'input' && this.home(of)?.phase !== phase) continue;
        if (of === 'input' && phase !== 'before') continue;
        const c = of === 'input' ? 'gradient of input' : this.gradientBuffer(of);
        const start = this.write(c) ? 'itself' : 'zero';
        commands.push({ op: 'product', a: this.gradientBuffer(id), weight, transposed: true, c, start });
      }
    }
  }

  private gradientBuffer(id: NodeId): Buffer {
    const node = this.graph.node(id);
    return node.kind === 'state' ? `carry out:${node.state}` : `gradient of ${this.plainBuffer(id)}`;
  }

  /** Named after the node, also where it is a next state: its gradient has a place of its own. */
  private plainBuffer(id: NodeId): Buffer {
    const node = this.graph.node(id);
    return node.kind === 'map' ? `map:${node.map}` : node.kind === 'norm' ? `norm:${id}` : `node:${id}`;
  }

  /** Marks a buffer as written from here on; true if it was before. */
  private write(buffer: Buffer): boolean {
    if (this.firstWritten.has(buffer)) return true;
    this.firstWritten.set(buffer, this.position);
    return false;
  }

  private reading(buffer: Buffer): void {
    const list = this.readAt.get(buffer);
    if (list) list.push(this.position);
    else this.readAt.set(buffer, [this.position]);
  }

  private adjointSegment(here: Home): Segment {
    const { graph } = this;
    const buffer = (name: Buffer) => graph.add({ kind: 'buffer', buffer: name });
    const local = new Map<NodeId, NodeId>();
    const contribute = (id: NodeId, gradient: NodeId) => {
      const before = local.get(id);
      local.set(id, before === undefined ? gradient : graph.binary('add', before, gradient));
    };
    const isHere = (id: NodeId) => sameHome(this.home(id), here);
    this.cellGraph.next.forEach((id, state) => {
      if (here.phase !== 'loop' || this.stageOfNext(id) !== here.stage) return;
      contribute(id, buffer(`carry:${state}`));
      if (state === 0) contribute(id, buffer('upstream'));
    });
    for (let id = this.forwardNodes - 1; id >= 0; id--) {
      if (!this.isElementwise(id) || (this.home(id) && !isHere(id))) continue;
      const incoming = this.gradientBuffer(id);
      if (isHere(id) && this.firstWritten.has(incoming)) contribute(id, buffer(incoming));
      const total = local.get(id);
      if (total === undefined) continue;
      local.delete(id);
      for (const [operand, gradient] of derivativesOf(graph, id, total)) contribute(operand, gradient);
    }
    const writes: { of: NodeId; to: Buffer }[] = [];
    for (const [id, gradient] of local) {
      const node = graph.node(id);
      if (node.kind === 'number') continue;
      if (node.kind === 'vector') {
        const to = `sum:${node.name}`;
        writes.push({ of: graph.binary('add', buffer(to), gradient), to });
        continue;
      }
      const to = this.gradientBuffer(id);
      writes.push({ of: this.write(to) ? graph.binary('add', buffer(to), gradient) : gradient, to });
    }
    const reads = this.readsOf(writes, (id) => this.backwardRead(id));
    for (const name of reads.values()) this.reading(name);
    return { reads, writes };
  }

  /** Loads what is in memory or would be dear to compute again; undefined: computed again. */
  private backwardRead(id: NodeId): Buffer | undefined {
    const node = this.graph.node(id);
    if (node.kind === 'buffer') return node.buffer;
    if (node.kind === 'number' && !this.home(id)) return undefined;
    if (id >= this.forwardNodes) return undefined;
    if (!this.isElementwise(id)) return this.valueBuffer(id);
    if (!this.home(id)) return undefined;
    if (this.stateThatIs(id) >= 0) return this.valueBuffer(id);
    if (!isExpensive(node) && !this.saved.has(id)) return undefined;
    this.saved.add(id);
    return this.valueBuffer(id);
  }

  // Gradients of what is learned

  private gradients(): Plan['gradients'] {
    const weights: { a: Buffer; d: Buffer; weight: string }[] = [];
    const biases: { d: Buffer; bias: string }[] = [];
    for (const [id, node] of this.graph.nodes.slice(0, this.forwardNodes).entries()) {
      if (node.kind !== 'map' || !this.firstWritten.has(this.gradientBuffer(id))) continue;
      const map = this.graph.map(node.map);
      const d = this.gradientBuffer(id);
      for (const { of, weight } of map.arguments) {
        weights.push({ a: of === 'input' ? 'input' : this.valueBuffer(of), d, weight });
      }
      if (map.bias !== undefined) biases.push({ d, bias: map.bias });
    }
    const vectors = this.graph.nodes
      .slice(0, this.forwardNodes)
      .flatMap((node) => (node.kind === 'vector' ? [node.name] : []));
    return { weights, biases, vectors };
  }

  // Places

  /** Kept for all steps: gradients of maps, and of what depends on no state. */
  private isKept(buffer: Buffer): boolean {
    if (!buffer.startsWith('gradient of')) return false;
    if (buffer === 'gradient of input' || buffer.startsWith('gradient of map:')) return true;
    const id = Number(buffer.split(':')[1]);
    return this.home(id)?.phase === 'before';
  }

  /**
   * A value that is kept takes the place of a map that is read nowhere but where the value is computed; of its own one, where
   * it is made of one map alone. Fewer places are less to load and store.
   */
  private aliases(): ReadonlyMap<Buffer, Buffer> {
    const alias = new Map<Buffer, Buffer>();
    if (this.record) return alias;
    const ids = [...this.graph.nodes.slice(0, this.forwardNodes).keys()];
    /** Maps whose places can be taken, with the stage that reads them. */
    const free = new Map(ids.map((id) => [id, this.onlyReader(id)] as const).filter(([, home]) => home));
    const take = (id: NodeId, map: NodeId | undefined) => {
      if (map === undefined || !sameHome(this.home(id), free.get(map))) return;
      free.delete(map);
      alias.set(this.valueBuffer(id), this.valueBuffer(map));
    };
    const kept = ids.filter((id) => this.isElementwise(id) && this.hasSlot(id) && this.stateThatIs(id) < 0);
    for (const id of kept) {
      const node = this.graph.node(id);
      if (node.kind === 'unary') take(id, node.of);
    }
    for (const id of kept) {
      if (!alias.has(this.valueBuffer(id))) take(id, [...free].find(([, home]) => sameHome(this.home(id), home))?.[0]);
    }
    return alias;
  }

  /** Of a map that the element-wise work of one stage reads and nothing else: that stage. */
  private onlyReader(id: NodeId): Home | undefined {
    if (this.graph.node(id).kind !== 'map' || this.cellGraph.next.includes(id)) return undefined;
    if (this.readAt.has(this.valueBuffer(id))) return undefined;
    const users = this.graph.nodes
      .slice(0, this.forwardNodes)
      .flatMap((user, userId) => (this.readsNode(user, id) ? [userId] : []));
    const [home] = users.map((user) => this.home(user));
    const isOne = users.every((user) => this.isElementwise(user) && sameHome(this.home(user), home));
    return isOne ? home : undefined;
  }

  private readsNode(user: CellGraph['graph']['nodes'][number], id: NodeId): boolean {
    if (user.kind === 'map') return this.graph.map(user.map).arguments.some(({ of }) => of === id);
    return user.kind === 'norm' ? user.of === id : operandsOf(user).includes(id);
  }

  /** The gradient of a map takes the place of its value, when no one reads that after the gradient is first written. */
  private placeOfGradient(gradient: Buffer, place: (buffer: Buffer) => Buffer): Buffer | undefined {
    const value = gradient.replace('gradient of ', '');
    if (!value.startsWith('map:')) return undefined;
    const written = this.firstWritten.get(gradient) ?? 0;
    for (let id = 0; id < this.forwardNodes; id++) {
      const own = this.valueBuffer(id);
      if (place(own) !== value) continue;
      const isArgument = this.graph.nodes
        .slice(0, this.forwardNodes)
        .some((user) => user.kind === 'map' && this.readsNode(user, id));
      if (isArgument || (this.readAt.get(own) ?? []).some((at) => at > written)) return undefined;
    }
    return value;
  }
}

function sameHome(a: Home | undefined, b: Home | undefined): boolean {
  return a !== undefined && b !== undefined && a.phase === b.phase && a.stage === b.stage;
}
