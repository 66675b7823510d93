import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { useReference } from '../../../src/engine/tensors';
import { layerCells } from '../../../src/interchange/layers/cells';
import { modelChoices } from '../../../src/interchange/layers/fit';
import { type ReadModel, readLayers } from '../../../src/interchange/layers/read';
import { parameterList } from '../../../src/models/parameters';
import { givenModel } from '../../../src/worker/given-model';
import keras from '../../parity/layers.json';
import { temporaryFolder } from '../temporary';
import { encodings, furthest, inputOf, ours, outputOf, randomWeights, save, written } from './models';
import { type StockJob, type StockLayer, stock, stockBackends } from './stock';

beforeAll(async () => void (await useReference()));

/** Reads a model whose weights are these bytes, which stand in one file. */
const read = (json: unknown, bytes: Uint8Array): Promise<ReadModel> =>
  readLayers(typeof json === 'string' ? json : JSON.stringify(json), 'model.json', async (_, count) => {
    expect(bytes.length).toBe(count);
    return bytes;
  });

/** Stacks as people make them with TF.js, in random sizes, and what they read. */
const stacks = fc
  .record({
    cell: fc.constantFrom(
      { of: 'simpleRNN' },
      { of: 'simpleRNN', activation: 'relu' },
      { of: 'lstm', recurrentActivation: 'sigmoid' },
      { of: 'gru', recurrentActivation: 'sigmoid', resetAfter: false },
    ),
    size: fc.integer({ min: 1, max: 6 }),
    embedding: fc.option(fc.integer({ min: 1, max: 5 })),
    layers: fc.array(
      fc.record({
        units: fc.integer({ min: 1, max: 7 }),
        useBias: fc.boolean(),
        mergeMode: fc.constantFrom(undefined, undefined, 'concat', 'sum'),
        dropout: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    end: fc.constantFrom('steps', 'last', 'mean'),
    head: fc.record({
      units: fc.integer({ min: 1, max: 6 }),
      activation: fc.constantFrom('linear', 'softmax'),
      useBias: fc.boolean(),
    }),
    isApart: fc.boolean(),
    timeSteps: fc.integer({ min: 1, max: 6 }),
    functional: fc.boolean(),
    shardBytes: fc.integer({ min: 13, max: 700 }),
    groups: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ cell, size, embedding, layers, end, head, isApart, timeSteps, functional, ...files }) => {
    const first = functional ? {} : { batchInputShape: embedding ? [null, null] : [null, null, size] };
    const recurrent = layers.flatMap(({ units, useBias, mergeMode, dropout }, index): StockLayer[] => {
      const isWhole = end === 'last' && index === layers.length - 1;
      const own = { ...cell, units, useBias, returnSequences: !isWhole };
      const layer =
        mergeMode && !isWhole ? { of: 'bidirectional', inner: own, ...(mergeMode === 'sum' && { mergeMode }) } : own;
      return dropout ? [layer, { of: 'dropout', rate: 0.5 }] : [layer];
    });
    const dense = { of: 'dense', ...head, activation: isApart ? 'linear' : head.activation };
    const [opening, ...others] = [
      ...(embedding ? [{ of: 'embedding', inputDim: size, outputDim: embedding }] : []),
      ...recurrent,
      ...(end === 'mean' ? [{ of: 'globalAveragePooling1d' }] : []),
      end === 'steps' && isApart ? { of: 'timeDistributed', inner: dense } : dense,
      ...(isApart ? [{ of: 'activation', activation: head.activation }] : []),
    ];
    const input = inputOf(
      embedding
        ? { input: { kind: 'tokens', vocabularySize: size, embeddingSize: embedding } }
        : { input: { kind: 'numbers', size } },
      timeSteps,
    );
    const job = { input, layers: [{ of: 'dropout', ...opening, ...first }, ...others], functional, ...files };
    return { job, activation: head.activation as 'linear' | 'softmax' };
  });

test.each(stockBackends)(
  'a model that stock TF.js made and saved on %s says the same here, to 1e-5',
  async (backend) => {
    const root = await temporaryFolder();
    const samples = fc.sample(stacks, { numRuns: 60, seed: 11 });
    const jobs = samples.map(({ job }, index): StockJob => ({ ...job, folder: join(root, String(index)) }));
    const answers = await stock(backend, jobs);
    for (const [index, { folder, input, layers }] of jobs.entries()) {
      const { spec, weights } = ours(await givenModel(join(folder, 'model.json')));
      const said = outputOf(spec, weights, input, samples[index]?.activation ?? 'linear');
      expect(furthest(said, answers[index]?.values ?? []), JSON.stringify(layers)).toBeLessThanOrEqual(1e-5);
    }
  },
);

test.each(keras.cases)(
  'a model that was converted says the same here: $name',
  async ({ json, weights: bytes, input, output }) => {
    const { spec, weights } = ours(await read(json, Buffer.from(bytes, 'base64')));
    const shape = [input.length, input[0]?.length ?? 0, ...(spec.input.kind === 'numbers' ? [spec.input.size] : [])];
    const dtype = spec.input.kind === 'tokens' ? 'int32' : 'float32';
    const activation = JSON.stringify(json).includes('softmax') ? 'softmax' : 'linear';
    const said = outputOf(spec, weights, { shape, values: input.flat(2), dtype }, activation);
    expect(furthest(said, output.flat(2) as number[])).toBeLessThanOrEqual(1e-5);
  },
);

describe('what is written', () => {
  const specs = fc
    .record({
      cell: fc.constantFrom(...layerCells),
      units: fc.integer({ min: 1, max: 9 }),
      layers: fc.integer({ min: 1, max: 4 }),
      dropout: fc.constantFrom(0, 0.2),
      bidirectional: fc.boolean(),
      size: fc.integer({ min: 1, max: 8 }),
      embeddingSize: fc.option(fc.integer({ min: 1, max: 8 })),
      outputs: fc.integer({ min: 1, max: 5 }),
      pooling: fc.constantFrom('mean', 'last', undefined),
    })
    .map(({ cell, size, embeddingSize, pooling, ...rest }) => ({
      ...rest,
      cell: builtinCell(cell),
      input: embeddingSize
        ? ({ kind: 'tokens', vocabularySize: size, embeddingSize } as const)
        : ({ kind: 'numbers', size } as const),
      ...(pooling && { pooling: rest.bidirectional ? ('mean' as const) : pooling }),
    }));

  test('is read again as the same model, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(specs, fc.nat(), async (spec, seed) => {
        const before = randomWeights(spec, randomFromSeed(seed));
        const { json, weights } = written(spec, before, encodings.tokens as never);
        const again = ours(await read(json, weights));
        expect(again.spec).toEqual({ ...spec, dropout: 0 });
        for (const { name } of parameterList(spec)) expect(again.weights.get(name), name).toEqual(before.get(name));
      }),
    );
  });

  test('is read alike with the names that TF.js has within itself', async () => {
    const camel = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(camel);
      if (typeof value !== 'object' || value === null) return value;
      const inner = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [inner(key), camel(one)]));
    };
    await fc.assert(
      fc.asyncProperty(specs, async (spec) => {
        const { json, weights } = written(spec, randomWeights(spec, randomFromSeed(1)), encodings.tokens as never);
        const [one, other] = [await read(json, weights), await read(camel(json), weights)];
        expect(other).toEqual(one);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a model is refused, with its file, its layer and the reason:', () => {
  type Layer = { class_name: string; config: Record<string, unknown> };
  type Parts = { layers: Layer[]; weights: { name: string; shape: number[]; dtype: string; [key: string]: unknown }[] };
  const plain = (cell: 'lstm' | 'gru-reset-before' = 'lstm', bidirectional = false, layers = 2) => {
    const spec = {
      ...{ cell: builtinCell(cell), units: 3, layers, dropout: 0, bidirectional, outputs: 2 },
      input: { kind: 'tokens', vocabularySize: 5, embeddingSize: 4 },
    } as const;
    return written(spec, randomWeights(spec, randomFromSeed(1)), encodings.tokens as never);
  };
  const changed = async (change: (parts: Parts) => void, from = plain()) => {
    const json = structuredClone(from.json) as unknown as {
      modelTopology: { config: { layers: Layer[] } };
      weightsManifest: [{ weights: Parts['weights'] }];
    };
    change({ layers: json.modelTopology.config.layers, weights: json.weightsManifest[0].weights });
    // As many bytes as are asked for, whatever the change makes of them.
    const bytes = Buffer.concat([from.weights, new Uint8Array(1000)]);
    await readLayers(JSON.stringify(json), 'some/model.json', async (_, count) => bytes.subarray(0, count));
  };
  const set = (at: number, config: object) => (parts: Parts) =>
    void Object.assign(parts.layers[at]?.config ?? {}, config);
  const insert =
    (at: number, class_name: string, config: object = {}) =>
    (parts: Parts) =>
      void parts.layers.splice(at, 0, { class_name, config: { name: 'other', ...config } });
  const weight = (at: number, change: object) => (parts: Parts) => void Object.assign(parts.weights[at] ?? {}, change);

  test.each<[string, (parts: Parts) => void, RegExp, ReturnType<typeof plain>?]>([
    ['a mask', insert(1, 'Masking'), /layer other \(Masking\) has no counterpart/],
    ['an embedding with a mask', set(1, { mask_zero: true }), /embedding \(Embedding\) masks zeros/],
    ['a layer that Unroll has not', insert(2, 'Conv1D'), /other \(Conv1D\) has no counterpart/],
    ['a layer out of its place', insert(2, 'Dense', { units: 3 }), /recurrent_1 \(LSTM\) stands where/],
    ['two embeddings', insert(1, 'Embedding'), /embedding \(Embedding\) stands where/],
    [
      'gates of a hard sigmoid',
      set(3, { recurrent_activation: 'hard_sigmoid' }),
      /recurrent_2 \(LSTM\) has gates of hard_sigmoid/,
    ],
    ['gates of which nothing is said', set(2, { recurrent_activation: undefined }), /has gates of hard_sigmoid/],
    ['another activation', set(2, { activation: 'elu' }), /recurrent_1 \(LSTM\) has the activation elu/],
    [
      'a reset after the product',
      set(2, { reset_after: true }),
      /recurrent_1 \(GRU\) resets after/,
      plain('gru-reset-before'),
    ],
    ['a reading backwards', set(2, { go_backwards: true }), /reads backwards alone/],
    ['a state that is given', set(2, { return_state: true }), /return_state/],
    ['no sequence for the next layer', set(2, { return_sequences: false }), /recurrent_1 \(LSTM\) gives no sequence/],
    ['an average of directions', set(2, { merge_mode: 'ave' }), /merges its directions by ave/, plain('lstm', true)],
    ['directions apart', set(2, { merge_mode: null }), /merges its directions by null/, plain('lstm', true)],
    [
      'the last state of both directions',
      ({ layers }) => {
        const inner = layers[3]?.config.layer as Layer | undefined;
        if (inner) inner.config.return_sequences = false;
      },
      /bidirectional_2 \(Bidirectional\) gives the last state of both/,
      plain('lstm', true),
    ],
    [
      'a wrapper of something else',
      set(2, { layer: { class_name: 'Dense', config: {} } }),
      /is of Dense/,
      plain('lstm', true),
    ],
    [
      'directions that differ',
      set(2, { backward_layer: { class_name: 'LSTM', config: { units: 9, recurrent_activation: 'sigmoid' } } }),
      /has directions that differ/,
      plain('lstm', true),
    ],
    ['a layer that is named as what every object has', insert(2, 'constructor'), /\(constructor\) has no counterpart/],
    ['no head', ({ layers }) => void layers.pop(), /no Dense layer at its end/],
    ['no recurrent layer', ({ layers }) => void layers.splice(2, 2), /no recurrent layer/],
    ['a rectified head', set(4, { activation: 'relu' }), /head \(Dense\) has the activation relu/],
    ['units that are no number', set(2, { units: 'three' }), /has no units/],
    [
      'a quantised weight',
      weight(1, { quantization: { dtype: 'uint8', scale: 1, min: 0 } }),
      /recurrent_1\/kernel is quantised/,
    ],
    ['half precision', weight(1, { dtype: 'float16' }), /recurrent_1\/kernel is float16/],
    ['whole numbers', weight(1, { dtype: 'int32' }), /recurrent_1\/kernel is int32/],
    [
      'a shape of another size',
      weight(2, { shape: [4, 12] }),
      /recurrent_kernel has the shape \[4, 12\], and its layer \[3, 12\]/,
    ],
    ['a shape that is none', weight(2, { shape: [-3, 12] }), /no name, shape or type/],
    ['a weight that is missing', weight(2, { name: 'x' }), /recurrent_1 \(LSTM\) has no weight recurrent_kernel/],
    ['another cell further on', set(0, {}), /recurrent_2 \(SimpleRNN\) is another cell/, mixed()],
    ['five layers', fifth, /has 5 recurrent layers/, plain('lstm', false, 4)],
  ])('%s', async (_, change, what, from) => {
    await expect(changed(change, from)).rejects.toMatchObject({
      name: 'UserError',
      what: expect.stringMatching(what),
      where: 'some/model.json',
      wayOut: expect.stringMatching(/\.$/),
    });
  });

  /** A second layer of another class, whose weights would suit it. */
  function mixed() {
    const { json, weights } = plain();
    const text = JSON.stringify(json).replace(/"LSTM"(,"config":\{"name":"recurrent_2")/, '"SimpleRNN"$1');
    const other = JSON.parse(text);
    const [group] = other.weightsManifest;
    for (const entry of group.weights)
      if (entry.name.startsWith('recurrent_2'))
        entry.shape = entry.shape.map((size: number) => (size === 12 ? 3 : size));
    return { json: other, weights };
  }

  function fifth({ layers, weights }: Parts) {
    const last = structuredClone(layers.at(-2));
    if (last) layers.splice(-1, 0, { ...last, config: { ...last.config, name: 'recurrent_5' } });
    const own = weights.filter(({ name }) => name.startsWith('recurrent_4'));
    weights.push(...own.map((entry) => ({ ...entry, name: entry.name.replace('4', '5') })));
  }

  test('numbers that are none', async () => {
    const { json, weights } = plain();
    weights.fill(255, 40, 44);
    await expect(read(json, weights)).rejects.toThrow(/embedding\/embeddings has numbers that are none/);
  });

  test('layers that are larger than any of Unroll’s', async () => {
    const { json, weights } = plain();
    const model = await read(json, weights);
    const [layer] = model.layers;
    expect(modelChoices(model, {})).toMatchObject({ units: 3, layers: 2, direction: 'forward', embeddingSize: 4 });
    const large = { ...model, layers: layer ? [{ ...layer, units: 4097 }] : [] };
    expect(() => modelChoices(large, {})).toThrow(/layers of 4097 units, and vectors of 4 numbers/);
  });

  test('layers that branch', async () => {
    const names: [string, string, string[]][] = [
      ['in', 'InputLayer', []],
      ['a', 'LSTM', ['in']],
      ['b', 'LSTM', ['in']],
      ['c', 'Add', ['a', 'b']],
    ];
    const layers = names.map(([name, class_name, from]) => ({
      ...{ name, class_name, config: { name } },
      inbound_nodes: from.length > 0 ? [from.map((source) => [source, 0, 0, {}])] : [],
    }));
    const json = { modelTopology: { class_name: 'Model', config: { name: 'm', layers } }, weightsManifest: [] };
    await expect(read(json, new Uint8Array())).rejects.toThrow(/no single chain: so it is at b \(LSTM\)/);
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{"a":', /no JSON object/],
    ['no object', '[]', /no JSON object/],
    ['a graph', { format: 'graph-model' }, /format is graph-model, not layers-model/],
    ['no layers', { modelTopology: { class_name: 'Sequential', config: {} } }, /no list of layers/],
    ['layers that are none', { modelTopology: { class_name: 'Sequential', config: { layers: [3] } } }, /has no class/],
    ['no weights', { modelTopology: { class_name: 'Sequential', config: { layers: [] } } }, /no manifest/],
    [
      'a group without paths',
      { modelTopology: { class_name: 'Sequential', config: { layers: [] } }, weightsManifest: [{}] },
      /no paths/,
    ],
  ])('%s', async (_, json, what) => {
    await expect(read(json, new Uint8Array())).rejects.toThrow(
      expect.objectContaining({ name: 'UserError', what: expect.stringMatching(what), where: 'model.json' }),
    );
  });

  test.each<[string, (folder: string) => Promise<void>, RegExp, string]>([
    ['that is not there', (folder) => rm(join(folder, 'model.json')), /There is no such file/, 'model.json'],
    [
      'whose weights are not there',
      (folder) => rm(join(folder, 'weights.bin')),
      /There is no such file/,
      'weights.bin',
    ],
    [
      'whose weights are cut short',
      (folder) => truncate(join(folder, 'weights.bin'), 99),
      /have 99 bytes/,
      'weights.bin',
    ],
    [
      'whose weights lie elsewhere',
      async (folder) => {
        const text = await readFile(join(folder, 'model.json'), 'utf8');
        await writeFile(join(folder, 'model.json'), text.replace('weights.bin', '../weights.bin'));
      },
      /Its weights \.\.\/weights\.bin lie in another folder/,
      'model.json',
    ],
  ])('a file %s', async (_, spoil, what, where) => {
    const folder = join(await temporaryFolder(), 'model');
    await save(folder, plain());
    await spoil(folder);
    await expect(givenModel(join(folder, 'model.json'))).rejects.toMatchObject({
      what: expect.stringMatching(what),
      where: join(folder, where),
    });
  });
});
