import type * as tf from '@tensorflow/tfjs-core';
import type { Cell } from '../../cells/expression';
import { pixelsOf } from '../wasm/images';
import type { BackwardPartPlaces, PartPlaces } from '../wasm/layer-part';
import { addressesOf, panelSequence } from '../wasm/parts';
import type { EngineBackend } from './backend';
import { copyParts, type Gradients, type LayerCall, nowhere, required, tableProducts, tokenKey } from './layer-call';
import { Block } from './storage';

/**
 * One of the gradients; computes all of them when it is the first. Of a last state that nothing depends on, the gradient may
 * be left out of the inputs.
 */
export function layerGradient(
  inputs: tf.NamedTensorInfoMap,
  call: LayerCall,
  of: string,
  backend: EngineBackend,
): tf.TensorInfo {
  const { pass } = call;
  if (!pass) throw new Error('There was no forward pass');
  pass.gradients ??= backward(inputs, call.cell, pass, of === 'input', backend);
  const { weights, input, scratch, states } = pass.gradients;
  const { layer } = pass.bound;
  const { timeSteps, inputSize, units } = layer.shape;
  if (of === 'weights') return backend.rowsIn(weights, [layer.weights.count]);
  if (of === 'input') {
    if (!input) throw new Error('The gradient of the input was asked for too late');
    return 'table' in input
      ? backend.rowsIn(input.block, [...input.table])
      : backend.sequenceIn(input.block, timeSteps, inputSize, input.places);
  }
  return backend.stateIn(scratch, units, states[Number(of.replace('state', ''))] ?? []);
}

function backward(
  inputs: tf.NamedTensorInfoMap,
  cell: Cell,
  pass: NonNullable<LayerCall['pass']>,
  wantsInput: boolean,
  backend: EngineBackend,
): Gradients {
  const { machine } = backend;
  const { bound, places: own, tokens, weights, weightsAt } = pass;
  const { layer } = bound;
  const { batch, timeSteps, units, inputSize, image } = layer.shape;
  const parts = machine.parts(batch, pixelsOf(image));
  const handle = backend.stored(required(inputs, 'handle'));
  const kept = (bytes: number) => handle.keep(Block.of(machine, bytes));
  const upstream = backend.stored(required(inputs, 'output')).panels(timeSteps, batch, units, parts);
  const scratch = kept(layer.parts.reduce((sum, { scratchBytes }) => sum + scratchBytes, 0));
  const gradients = kept(4 * layer.weights.count);
  const transposed = weights.derived('transposed', layer.weights.transposed.bytes);
  if (transposed.isStale) {
    bound.packing.run([1, weightsAt, transposed.at], (writer) =>
      layer.weights.pack(writer, weightsAt, transposed.at, 'transposed'),
    );
  }
  const byTable = tokens?.products !== undefined;
  // Sums by token take the place of the table's products.
  if (byTable) weights.spoil(tableProducts);
  const sequence = panelSequence(parts, timeSteps, machine.rowBytes(inputSize));
  const inputBlock = wantsInput && !byTable ? kept(sequence.bytes) : undefined;
  const inputPlaces = inputBlock && sequence.places(inputBlock.at);
  const table = tokens && wantsInput ? kept(4 * tokens.vocabulary * inputSize) : undefined;
  const panels = tokens && wantsInput ? kept(layer.tableBytes(tokens.vocabulary, inputSize)) : undefined;
  let scratchAt = scratch.at;
  const places = layer.parts.map((part, index): BackwardPartPlaces => {
    const at = scratchAt;
    scratchAt += part.scratchBytes;
    return {
      ...(own[index] as PartPlaces),
      transposed: transposed.at,
      upstream: upstream[index] ?? nowhere,
      scratch: at,
      inputGradient: inputPlaces?.[index],
    };
  });
  const carries = (state: number, when: 'begin' | 'end') =>
    layer.parts.map((part, index) => ({
      ...part.part,
      at: part.carry(state, places[index]?.scratch ?? 0, when),
      stride: part.matrixBytes,
    }));
  cell.states.forEach((_, index) => {
    const slope = inputs[`state${index}`];
    const begin = carries(index, 'begin');
    if (slope) copyParts(machine, backend.stored(slope).panels(1, batch, units, parts), begin);
    else for (const { at, stride } of begin) machine.clear(at, stride);
  });

  const [first] = own;
  const key = [
    ...[transposed.at, first?.packed ?? 0, first?.values ?? 0, first?.input.at ?? 0, first?.input.stride ?? 0],
    ...[...addressesOf(upstream), scratch.at, gradients.at],
    ...[inputBlock?.at ?? 0, table?.at ?? 0, panels?.at ?? 0, ...(first?.states ?? [])],
  ];
  if (tokens) key.push(...tokenKey(tokens));
  const work = machine.heap.allocate(layer.workBytes(tokens?.vocabulary ?? 0));
  key.push(work);
  bound.backward.run(key, (writer, loop) => {
    const gradient = { rows: table?.at, panels: panels?.at ?? 0 };
    layer.backward(writer, loop, places, gradients.at, work, tokens && { ...tokens, gradient });
  });
  machine.heap.release(work);
  for (const { offset, size } of layer.withoutGradient) machine.heap.floats(gradients.at + 4 * offset, size).fill(0);
  if (!layer.reachesInput) {
    for (const block of [inputBlock, table]) if (block) machine.clear(block.at, block.bytes);
  }
  return {
    weights: gradients,
    input:
      table && tokens
        ? { block: table, table: [tokens.vocabulary, inputSize] }
        : inputBlock && { block: inputBlock, places: inputPlaces ?? [] },
    scratch,
    states: cell.states.map((_, index) => carries(index, 'end')),
  };
}
