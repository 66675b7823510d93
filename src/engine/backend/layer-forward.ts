import type * as tf from '@tensorflow/tfjs-core';
import { pixelsOf } from '../wasm/images';
import type { Tokens } from '../wasm/layer';
import type { PartPlaces } from '../wasm/layer-part';
import { addressesOf, type PartPlace, panelSequence } from '../wasm/parts';
import { fixed, type Place } from '../wasm/program';
import type { EngineBackend } from './backend';
import { boundLayer } from './bound-layers';
import { copyParts, type LayerCall, nowhere, required, tableProducts, tokenKey } from './layer-call';
import { Block } from './storage';

/** The forward kernel; see `runLayer`. */
export function layerForward(inputs: tf.NamedTensorInfoMap, call: LayerCall, backend: EngineBackend): tf.TensorInfo[] {
  const { machine } = backend;
  const { cell, ids, record, image } = call;
  const input = required(inputs, 'input');
  const weights = backend.stored(required(inputs, 'weights'));
  const [batch = 0, timeSteps = 0] = ids ? ids.shape : input.shape;
  const inputSize = input.shape.at(-1) ?? 0;
  const units = required(inputs, 'state0').shape[1] ?? 0;
  const bound = boundLayer(machine, cell, record, { batch, timeSteps, inputSize, units, image });
  const { layer } = bound;
  const parts = machine.parts(batch, pixelsOf(image));

  const keeps: Block[] = [];
  const kept = (bytes: number) => {
    const block = Block.of(machine, bytes);
    keeps.push(block);
    return block.at;
  };
  const values = Block.of(
    machine,
    layer.parts.reduce((sum, { valuesBytes }) => sum + valuesBytes, 0),
  );
  // Each state before the first step and after each.
  const sequence = panelSequence(parts, timeSteps + 1, machine.rowBytes(units));
  const states = cell.states.map((_, index) => {
    const block = Block.of(machine, sequence.bytes);
    const places = sequence.places(block.at);
    const before = backend.stored(required(inputs, `state${index}`)).panels(1, batch, units, parts);
    copyParts(machine, before, places);
    return { block, places };
  });
  let tokens: Tokens | undefined;
  let table = 0;
  let isTableStale = false;
  let sources: readonly Place[] = [];
  if (ids) {
    const vocabulary = input.shape[0] ?? 0;
    const embedding = backend.stored(input);
    table = embedding.rows();
    const panels = embedding.derived('panels', layer.tableBytes(vocabulary, inputSize));
    isTableStale = panels.isStale;
    // Decided by the call alone, never by what was computed before: the same call gives the same bits.
    const byTable = layer.canMultiplyTable && vocabulary <= (call.lookups ?? batch * timeSteps);
    const products = byTable ? weights.derived(tableProducts, layer.productBytes(vocabulary), embedding) : undefined;
    tokens = {
      vocabulary,
      ids: machine.layOutIds(backend.stored(ids).values as Int32Array, batch, timeSteps, kept(4 * batch * timeSteps)),
      table: panels.at,
      products,
    };
    if (!products) {
      const rows = panelSequence(parts, timeSteps, machine.rowBytes(inputSize));
      sources = rows.places(kept(rows.bytes));
    }
  } else {
    const stored = backend.stored(input);
    sources = stored.panels(timeSteps, batch, inputSize, parts);
    if (stored.region) keeps.push(stored.region.block.hold());
  }
  const weightsAt = weights.rows();
  const packed = weights.derived('packed', layer.weights.packed.bytes);
  if (packed.isStale) {
    bound.packing.run([0, weightsAt, packed.at], (writer) => layer.weights.pack(writer, weightsAt, packed.at, 'plain'));
  }
  let valuesAt = values.at;
  const places = layer.parts.map((part, index): PartPlaces => {
    const own = {
      packed: packed.at,
      input: sources[index] ?? nowhere,
      values: valuesAt,
      states: states.map((state) => state.places[index]?.at ?? 0),
    };
    valuesAt += part.valuesBytes;
    return own;
  });
  const key = [weightsAt, packed.at, values.at, ...addressesOf(sources), table];
  for (const { block } of states) key.push(block.at);
  if (tokens) key.push(...tokenKey(tokens), isTableStale ? 1 : 0, tokens.products?.isStale ? 1 : 0);
  bound.forward.run(
    key,
    (writer, loop) => {
      if (tokens && isTableStale) {
        writer
          .block('each', 1, tokens.vocabulary)
          .command('toPanels', table, 0, 4 * inputSize, inputSize, fixed(tokens.table))
          .barrier();
      }
      layer.forward(writer, loop, places, tokens);
    },
    batch === 1 && layer.loops[0] === 'rows',
  );
  call.pass = { bound, places, tokens, weights, weightsAt };

  const shifted = (own: readonly PartPlace[], steps: number) =>
    own.map((place) => ({ ...place, at: place.at + steps * place.stride }));
  const [first] = states;
  if (!first) throw new Error('A cell has no state');
  const held = [...keeps, ...states.map(({ block }) => block.hold())];
  const outputs = [
    backend.make([1], { block: values.hold(), layout: { kind: 'rows', at: values.at } }, held),
    backend.sequenceIn(first.block, timeSteps, units, shifted(first.places, 1)),
    ...states.map((state) => backend.stateIn(state.block, units, shifted(state.places, timeSteps))),
  ];
  if (record) {
    for (const buffer of layer.plan.recorded.values()) {
      const block = buffer.startsWith('next:') ? states[Number(buffer.split(':')[1])]?.block : undefined;
      const own = layer.parts.map((part, index) => ({
        ...part.part,
        ...part.value(buffer, places[index] as PartPlaces),
      }));
      outputs.push(backend.sequenceIn(block ?? values, timeSteps, units, own));
    }
  }
  values.release();
  for (const { block } of states) block.release();
  return outputs;
}
