import type * as tf from '@tensorflow/tfjs-core';
import type { Cell } from '../../cells/expression';
import type { ImageSize } from '../wasm/images';
import type { Tokens } from '../wasm/layer';
import type { PartPlaces } from '../wasm/layer-part';
import type { Machine } from '../wasm/machine';
import type { PartPlace } from '../wasm/parts';
import { fixed, type Place } from '../wasm/program';
import type { BoundLayer } from './bound-layers';
import type { Block, Stored } from './storage';

/** TF.js's names of the kernels of a layer, on every backend that has them. */
export const layerKernels = { forward: 'UnrollLayer', backward: 'UnrollLayerGradient' } as const;

/** What a layer is called with besides tensors; the gradient finds the forward pass in it. */
export interface LayerCall {
  readonly cell: Cell;
  readonly record: boolean;
  /** Ids [batch, time]: the input is a table of embeddings then. */
  readonly ids: tf.TensorInfo | undefined;
  /** Ids that are looked up with the same weights, in this call and others; absent: in this call alone. */
  readonly lookups?: number | undefined;
  /** Where rows are pixels. */
  readonly image?: ImageSize | undefined;
  /** Left by the forward pass for the backward one; the tensor that is saved holds its blocks. */
  pass?: Pass;
}

/** A forward pass that a backward one can follow. */
interface Pass {
  readonly bound: BoundLayer;
  readonly places: readonly PartPlaces[];
  readonly tokens: Tokens | undefined;
  readonly weights: Stored;
  readonly weightsAt: number;
  gradients?: Gradients;
}

/** What a backward pass leaves. */
export interface Gradients {
  readonly weights: Block;
  /** Undefined when nobody asked: TF.js asks for it first, if at all. */
  readonly input:
    | { readonly block: Block; readonly table: readonly [number, number] }
    | { readonly block: Block; readonly places: readonly PartPlace[] }
    | undefined;
  /** Each state's, within the scratch block. */
  readonly scratch: Block;
  readonly states: readonly (readonly PartPlace[])[];
}

export function required(inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo {
  const info = inputs[name];
  if (!info) throw new Error(`The kernel was not given ${name}`);
  return info;
}

/** What the products of a table of embeddings with a layer's weights are kept as, by the weights. */
export const tableProducts = 'products of the table';

/** Of a part that has no such place. */
export const nowhere = fixed(0);

/** What of the tokens' places decides a program. */
export function tokenKey({ table, products, ids }: Tokens): number[] {
  return [table, products?.at ?? 0, ids[0] ?? 0];
}

/** One time step, part by part. */
export function copyParts(machine: Machine, from: readonly Place[], to: readonly PartPlace[]): void {
  to.forEach(({ at, stride }, index) => {
    machine.copy(from[index]?.at ?? 0, at, stride);
  });
}
