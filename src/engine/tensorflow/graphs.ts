import type { TensorMetadata, TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import { type Graph, graphTag } from './graph';

/** Gives TensorFlow a graph's file (./graph.ts). @returns the number that it has there */
export type GraphLoader = (savedModel: Uint8Array, tag: string) => number;

/** Graphs that are kept, of some 3 MB each; a training has less than ten. */
const mostGraphs = 32;

/** The graphs that TensorFlow has of us. */
export class Graphs {
  private readonly loaded: number[] = [];
  private isRefused = false;
  /** Grows when all are let go of: those that were made before can no longer run. */
  generation = 0;

  constructor(
    private readonly binding: TFJSBinding,
    private readonly load: GraphLoader,
  ) {}

  /** Whether TensorFlow takes more, as far as is known. */
  get isOpen(): boolean {
    return !this.isRefused && this.loaded.length < mostGraphs;
  }

  /**
   * A graph, ready to run: given the numbers of what its inputs are, in their order, it makes its outputs.
   *
   * @returns undefined where TensorFlow does not take it, and then it gets no other
   */
  ready(
    graph: Graph,
    inputs: readonly string[],
    outputs: readonly string[],
  ): ((ids: number[]) => TensorMetadata[]) | undefined {
    const [given, wanted] = [inputs, outputs].map((names) => names.join(',')) as [string, string];
    try {
      const loaded = this.load(graph.savedModel(), graphTag);
      this.loaded.push(loaded);
      return (ids) => this.binding.runSavedModel(loaded, ids, given, wanted);
    } catch {
      // As without graphs: where no file can be written, operation by operation is slower, and right.
      this.isRefused = true;
      return undefined;
    }
  }

  /** Lets go of all; whoever needs one makes it anew. */
  release(): void {
    for (const graph of this.loaded.splice(0)) this.binding.deleteSavedModel(graph);
    this.generation++;
  }
}
