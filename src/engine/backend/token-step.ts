import * as tf from '@tensorflow/tfjs-core';
import type { Cell } from '../../cells/expression';
import type { EngineBackend } from './backend';
import { type HeadCall, headForward, headGradient } from './head-kernel';
import { layerGradient } from './layer-backward';
import type { LayerCall } from './layer-call';
import { layerForward } from './layer-forward';

/** Weights of a language model: the table of embeddings, each layer's, and the head's. */
export interface TokenModel<T> {
  readonly embedding: T;
  readonly layers: readonly T[];
  readonly headWeights: T;
  readonly headBias: T;
}

/** The layers' forward passes, each on the output of the one below. */
function passLayers(
  backend: EngineBackend,
  cell: Cell,
  { embedding, layers }: Pick<TokenModel<tf.TensorInfo>, 'embedding' | 'layers'>,
  ids: tf.TensorInfo,
  state: readonly tf.TensorInfo[],
  lookups?: number,
) {
  const next: tf.TensorInfo[] = [];
  const passes: { readonly call: LayerCall; readonly handle: tf.TensorInfo; readonly output: tf.TensorInfo }[] = [];
  let input = embedding;
  for (const weights of layers) {
    const isFirst = passes.length === 0;
    const call: LayerCall = { cell, record: false, ...(isFirst ? { ids, lookups } : { ids: undefined }) };
    const inputs: tf.NamedTensorInfoMap = { input, weights };
    cell.states.forEach((_, index) => {
      inputs[`state${index}`] = state[next.length + index];
    });
    const [handle, output, ...last] = layerForward(inputs, call, backend);
    if (!handle || !output) throw new Error('A layer gave nothing');
    passes.push({ call, handle, output });
    next.push(...last);
    input = output;
  }
  return { passes, output: input, next };
}

/**
 * Logits of the token after the last one, and the next state; by the kernels alone, since TF.js's objects cost a token as much
 * time as its mathematics.
 *
 * @param ids of one text, in their order
 * @param state layer by layer, [1, units] each; disposed of
 * @param lookups how many tokens are read in all
 */
export function nextToken(
  backend: EngineBackend,
  cell: Cell,
  model: TokenModel<tf.TensorInfo>,
  ids: readonly number[],
  state: readonly tf.TensorInfo[],
  lookups: number,
): { readonly logits: Float32Array; readonly next: readonly tf.TensorInfo[] } {
  const input = backend.makeTensorInfo([1, ids.length], 'int32', Int32Array.from(ids));
  const { passes, output, next } = passLayers(backend, cell, model, input, state, lookups);
  const head = { sequence: output, weights: model.headWeights, bias: model.headBias };
  const [handle, result] = headForward(head, { targets: undefined }, backend);
  if (!handle || !result) throw new Error('The head gave nothing');
  const all = backend.stored(result).values as Float32Array;
  const logits = all.slice(all.length - (model.headBias.shape[0] ?? 0));
  const passing = [input, handle, result, ...state, ...passes.flatMap((pass) => [pass.handle, pass.output])];
  for (const { dataId } of passing) backend.disposeData(dataId);
  return { logits, next };
}

/**
 * Loss and all gradients of a language model, by the same kernels that TF.js's tape would run, one after another. The tape
 * costs a small model as much time as its mathematics.
 *
 * @param ids [batch, time]
 * @param targets [batch, time]
 * @param state layer by layer, [batch, units] each
 */
export function tokenStep(
  backend: EngineBackend,
  cell: Cell,
  model: TokenModel<tf.TensorInfo>,
  ids: tf.Tensor2D,
  targets: tf.Tensor2D,
  state: readonly tf.TensorInfo[],
): { readonly loss: tf.Tensor; readonly gradients: TokenModel<tf.Tensor>; readonly next: tf.Tensor[] } {
  const { passes, output, next } = passLayers(backend, cell, model, ids, state);
  const passing = passes.flatMap((pass) => [pass.handle, pass.output]);
  const headCall: HeadCall = { targets };
  const headInputs = { sequence: output, weights: model.headWeights, bias: model.headBias };
  const [headHandle, loss] = headForward(headInputs, headCall, backend);
  if (!headHandle || !loss) throw new Error('The head gave nothing');
  const slope = backend.makeTensorInfo([], 'float32', Float32Array.of(1));
  passing.push(headHandle, slope);

  const ofHead = (of: string) => headGradient({ handle: headHandle, slope }, headCall, of, backend);
  let upstream = ofHead('sequence');
  const layers: tf.TensorInfo[] = [];
  for (const { call, handle } of passes.toReversed()) {
    const inputs = { handle, output: upstream };
    passing.push(upstream);
    upstream = layerGradient(inputs, call, 'input', backend);
    layers.unshift(layerGradient(inputs, call, 'weights', backend));
  }
  const tensor = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info, backend);
  const result = {
    loss: tensor(loss),
    gradients: {
      embedding: tensor(upstream),
      layers: layers.map(tensor),
      headWeights: tensor(ofHead('weights')),
      headBias: tensor(ofHead('bias')),
    },
    next: next.map(tensor),
  };
  for (const { dataId } of passing) backend.disposeData(dataId);
  return result;
}
