import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { type CellName, cells, frameCells } from '../../../src/configuration/run';
import { tf, useReference } from '../../../src/engine/tensors';
import { orthogonal } from '../../../src/models/initialise';
import { Model } from '../../../src/models/model';
import { countParameters, type ModelSpec } from '../../../src/models/parameters';
import { readCheckpoint, writeBest, writeCheckpoint } from '../../../src/runs/checkpoint';
import stored from '../../parity/parameters.json';
import { checkpoint } from '../runs/fixtures';
import { temporaryFolder } from '../temporary';

beforeAll(async () => void (await useReference()));

// A worker serves samples and probes of many models one after another.
beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

const spec = (change: Partial<ModelSpec> = {}): ModelSpec => ({
  cell: builtinCell('lstm'),
  units: 6,
  layers: 2,
  dropout: 0,
  input: { kind: 'tokens', vocabularySize: 9, embeddingSize: 4 },
  outputs: 9,
  ...change,
});

function withModel<T>(of: ModelSpec, use: (model: Model) => T, seed = 1): T {
  const model = Model.initialise(of, randomFromSeed(seed));
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}

/** All weights by name, as they are now. */
const weightsOf = (model: Model) =>
  model.named(new Map([...model.parameters].map(([name, each]) => [name, Float32Array.from(each.dataSync())])));
const valuesOf = (model: Model, name: string) => weightsOf(model).get(name)?.values ?? new Float32Array();
const ids = () =>
  tf.tensor2d(
    [
      [1, 2, 3, 4, 0, 8],
      [5, 6, 7, 8, 1, 1],
    ],
    [2, 6],
    'int32',
  );

/** The output of a forward pass as an array. */
const outputOf = (model: Model, options: Parameters<Model['forward']>[2] = {}) =>
  tf.tidy(() => model.forward(ids(), model.zeroState(2), options).output.dataSync().slice());

describe('weights', () => {
  test.each(
    stored.cases.map((each) => [`${each.cell}, ${each.layers} × ${each.units} on ${each.size}`, each] as const),
  )('of %s are as many as in PyTorch, with the same shapes', (_, { cell, size, units, layers, count, shapes }) => {
    const numbers = spec({
      cell: builtinCell(cell as CellName),
      units,
      layers,
      input: { kind: 'numbers', size },
      outputs: 3,
    });
    const head = 3 * units + 3;
    expect(countParameters(numbers)).toBe(count + head);
    withModel(numbers, (model) => {
      const found = Object.fromEntries([...weightsOf(model)].map(([name, { shape }]) => [name, shape]));
      expect(found).toEqual({ ...shapes, 'head.W': [units, 3], 'head.b': [3] });
    });
    const tokens = { kind: 'tokens', vocabularySize: 11, embeddingSize: size } as const;
    expect(countParameters({ ...numbers, input: tokens })).toBe(count + head + 11 * size);
  });

  test('that carry a state on are orthogonal, in every layer of every cell but a reservoir', () => {
    for (const name of cells.filter((cell) => cell !== 'echo-state' && !frameCells.includes(cell)))
      withModel(spec({ cell: builtinCell(name), units: 24, layers: 3 }), (model) => {
        const recurrent = [...weightsOf(model).keys()].filter((key) => /\.U\d*$/.test(key));
        for (const key of recurrent) expect(farFromOrthogonal(valuesOf(model, key), 24), key).toBeLessThan(1e-5);
      });
  });

  test('of a convolution are orthogonal for each pixel, and all together as large as one matrix', () => {
    withModel(spec({ cell: builtinCell('conv-lstm'), units: 5 }), (model) => {
      const all = valuesOf(model, 'layers.0.i.U');
      expect(all).toHaveLength(9 * 25);
      for (let tap = 0; tap < 9; tap++) {
        const own = all.slice(25 * tap, 25 * (tap + 1)).map((value) => 3 * value);
        expect(farFromOrthogonal(own, 5)).toBeLessThan(1e-5);
      }
      const limit = Math.sqrt(6 / (9 * 4 + 9 * 5));
      const input = valuesOf(model, 'layers.0.i.W').map(Math.abs);
      expect(Math.max(...input)).toBeLessThanOrEqual(limit);
      expect(Math.max(...input)).toBeGreaterThan(0.9 * limit);
    });
  });

  test('are orthogonal at any size, and no two the same', () => {
    for (const size of [1, 2, 3, 17, 64, 128]) {
      const random = randomFromSeed(size);
      const [one, other] = [orthogonal([size, size], random), orthogonal([size, size], random)];
      expect(farFromOrthogonal(one, size)).toBeLessThan(1e-5);
      if (size > 1) expect(one).not.toEqual(other);
    }
  });

  test('are drawn evenly from all orthogonal matrices', () => {
    const [size, draws, random] = [3, 4000, randomFromSeed(5)];
    const matrices = Array.from({ length: draws }, () => orthogonal([size, size], random));
    const mean = (of: (matrix: Float32Array) => number) => matrices.reduce((sum, each) => sum + of(each), 0) / draws;
    const trace = (matrix: Float32Array) => (matrix[0] ?? 0) + (matrix[4] ?? 0) + (matrix[8] ?? 0);
    // Diaconis and Shahshahani 1994, On the eigenvalues of random matrices: the trace has the mean 0 and the variance 1.
    expect(mean(trace)).toBeCloseTo(0, 1);
    expect(mean((matrix) => trace(matrix) ** 2)).toBeCloseTo(1, 1);
    for (let at = 0; at < size ** 2; at++) {
      expect(mean((matrix) => matrix[at] ?? 0)).toBeCloseTo(0, 1);
      expect(mean((matrix) => (matrix[at] ?? 0) ** 2)).toBeCloseTo(1 / size, 1);
    }
  });

  test('begin as their cell wants them: an identity, a reservoir, evenly from 0 to 1, a number', () => {
    const units = 200;
    const drawn = (cell: CellName, name: string) =>
      withModel(spec({ cell: builtinCell(cell), units, layers: 1 }), (model) => [
        ...valuesOf(model, `layers.0.${name}`),
      ]);
    const identity = Array.from({ length: units ** 2 }, (_, at) => Number(at % (units + 1) === 0));
    expect(drawn('irnn', 'h.U')).toEqual(identity);

    const input = drawn('echo-state', 'h.W');
    expect(Math.max(...input)).toBeLessThanOrEqual(1);
    expect(Math.min(...input)).toBeGreaterThanOrEqual(-1);
    expect(variance(input)).toBeCloseTo(1 / 3, 1);
    expect(spectralRadius(drawn('echo-state', 'h.U'), units)).toBeGreaterThan(0.8);
    expect(spectralRadius(drawn('echo-state', 'h.U'), units)).toBeLessThan(1);

    const own = drawn('indrnn', 'h.p');
    expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...own)).toBeLessThanOrEqual(1);
    expect(own.reduce((sum, value) => sum + value, 0) / units).toBeCloseTo(0.5, 1);

    expect(new Set(drawn('lstm-peephole', 'f.p'))).toEqual(new Set([0]));
    expect(new Set(drawn('leaky-integrator', 'leak'))).toEqual(new Set([-1]));
    expect(new Set(drawn('lstm-layernorm', 'f.g2'))).toEqual(new Set([1]));
  });

  test('of the forget gate begin with a bias of one, all other biases with zero', () => {
    withModel(spec({ layers: 3 }), (model) => {
      const biases = [...weightsOf(model).keys()].filter((key) => /\.b\d*$/.test(key));
      expect(biases).toHaveLength(3 * 4 + 1);
      for (const key of biases) expect([...new Set(valuesOf(model, key))], key).toEqual([key.endsWith('.f.b') ? 1 : 0]);
    });
  });

  test('of input maps and head lie within the limits of Glorot and Bengio and fill them; embeddings are standard normal', () => {
    withModel(
      spec({ units: 80, layers: 1, input: { kind: 'tokens', vocabularySize: 200, embeddingSize: 64 } }),
      (model) => {
        for (const [key, rows, columns] of [
          ['layers.0.i.W', 64, 80],
          ['head.W', 80, 9],
        ] as const) {
          const limit = Math.sqrt(6 / (rows + columns));
          const values = [...valuesOf(model, key)];
          expect(Math.max(...values.map(Math.abs)) / limit).toBeLessThanOrEqual(1 + 1e-6);
          // The variance of a uniform distribution over ±limit.
          expect(variance(values) / (limit ** 2 / 3), key).toBeGreaterThan(0.85);
          expect(variance(values) / (limit ** 2 / 3), key).toBeLessThan(1.15);
        }
        expect(variance([...valuesOf(model, 'embedding')])).toBeCloseTo(1, 1);
      },
    );
  });

  test('come from the seed alone', async () => {
    const arrays = (seed: number) =>
      withModel(spec(), (model) => [...model.parameters].map(([, each]) => [...each.dataSync()]), seed);
    expect(arrays(3)).toEqual(arrays(3));
    expect(arrays(4)).not.toEqual(arrays(3));
  });

  test('go through a checkpoint without a bit changed, and the model predicts the same', async () => {
    const folder = await temporaryFolder();
    const model = Model.initialise(spec(), randomFromSeed(2));
    const weights = await model.toArrays();
    const expected = outputOf(model);
    model.dispose();
    await writeCheckpoint(folder, { ...checkpoint(1), weights });
    await writeBest(folder, weights, 1);

    const read = (await readCheckpoint(folder))?.weights ?? new Map();
    expect(read).toEqual(weights);
    const again = Model.fromArrays(spec(), read);
    expect(outputOf(again)).toEqual(expected);
    again.dispose();
  });

  test('of another shape, or missing, are refused by name', async () => {
    const model = Model.initialise(spec(), randomFromSeed(2));
    const weights = await model.toArrays();
    model.dispose();
    expect(() => Model.fromArrays(spec({ units: 7 }), weights)).toThrow(
      /layers\.0\.i\.W has the shape \[4,6\], not \[4,7\]/,
    );
    weights.delete('head.b');
    expect(() => Model.fromArrays(spec(), weights)).toThrow('The weight head.b is missing');
  });
});

describe('a model', () => {
  test('of several layers feeds each with the output of the one below, which its states show', () => {
    withModel(spec({ layers: 3 }), (model) => {
      tf.tidy(() => {
        const { output, state } = model.forward(ids(), model.zeroState(2));
        expect(output.shape).toEqual([2, 6, 9]);
        expect(state.map(({ shape }) => shape)).toEqual(Array(6).fill([2, 6]));
        model.inside(ids()).forEach(({ values }, at) => {
          const last = tf.slice(values.get("h'") as tf.Tensor3D, [0, 5, 0], [2, 1, 6]).dataSync();
          expect(state[2 * at]?.dataSync()).toEqual(last);
        });
      });
    });
  });

  test('read in two parts with the state carried gives what it gives in one, and not without', () => {
    for (const name of cells)
      withModel(spec({ cell: builtinCell(name) }), (model) => {
        tf.tidy(() => {
          const whole = model.forward(ids(), model.zeroState(2)).output;
          const first = model.forward(tf.slice(ids(), [0, 0], [2, 4]), model.zeroState(2));
          const rest = (state: typeof first.state) => model.forward(tf.slice(ids(), [0, 4], [2, 2]), state).output;
          const difference = (other: tf.Tensor3D) =>
            tf.max(tf.abs(tf.sub(tf.slice(whole, [0, 4, 0], [2, 2, 9]), other))).dataSync()[0];
          expect(difference(rest(first.state)), name).toBeLessThan(1e-6);
          expect(difference(rest(model.zeroState(2))), name).toBeGreaterThan(1e-3);
        });
      });
  });
});

describe('dropout', () => {
  const half = 0.5;

  test('changes nothing when the model is not in training, nor with a single layer, nor when it is zero', () => {
    withModel(spec({ dropout: half }), (model) => expect(outputOf(model)).toEqual(outputOf(model)));
    for (const [dropout, layers] of [
      [half, 1],
      [0, 3],
    ] as const)
      withModel(spec({ dropout, layers }), (model) => {
        const random = randomFromSeed(1);
        const state = random.state();
        expect(outputOf(model, { dropout: random })).toEqual(outputOf(model));
        expect(random.state()).toEqual(state);
      });
  });

  test('draws anew each time, and the same from the same random state', () => {
    withModel(spec({ dropout: half }), (model) => {
      const random = randomFromSeed(1);
      const first = outputOf(model, { dropout: random });
      expect(outputOf(model, { dropout: random })).not.toEqual(first);
      expect(outputOf(model, { dropout: randomFromSeed(1) })).toEqual(first);
      expect(first).not.toEqual(outputOf(model));
    });
  });

  test('drops its share between the layers, and what is kept grows so that the expected value stays', () => {
    for (const dropout of [0.2, 0.7]) {
      const units = 40;
      const layers = 2;
      const rectified = spec({ cell: builtinCell('rnn-relu'), units, layers, dropout, outputs: units });
      // A second layer and a head that pass on what comes: what reaches the second layer is seen at the output.
      const identity = Float32Array.from({ length: units * units }, (_, at) => (at % (units + 1) === 0 ? 1 : 0));
      const weights = withModel(rectified, weightsOf);
      for (const name of ['layers.1.h.W', 'head.W']) weights.set(name, { shape: [units, units], values: identity });
      weights.set('layers.1.h.U', { shape: [units, units], values: new Float32Array(units * units) });
      const model = Model.fromArrays(rectified, weights);
      try {
        const whole = outputOf(model);
        const random = randomFromSeed(8);
        let dropped = 0;
        let among = 0;
        let sum = 0;
        let expected = 0;
        for (let draw = 0; draw < 40; draw++) {
          outputOf(model, { dropout: random }).forEach((value, at) => {
            const kept = whole[at] ?? 0;
            if (kept === 0) return;
            among += 1;
            if (value === 0) dropped += 1;
            else expect(Math.abs(value * (1 - dropout) - kept)).toBeLessThan(1e-5 * Math.max(1, kept));
            sum += value;
            expected += kept;
          });
        }
        // Five standard errors of a share over this many draws.
        expect(Math.abs(dropped / among - dropout)).toBeLessThan(5 * Math.sqrt((dropout * (1 - dropout)) / among));
        expect(sum / expected).toBeCloseTo(1, 1);
      } finally {
        model.dispose();
      }
    }
  });
});

/** By Gelfand's formula: the growth of a vector over many products. */
function spectralRadius(matrix: readonly number[], size: number): number {
  const products = 400;
  let vector = Array.from({ length: size }, (_, at) => Math.sin(at + 1));
  let growth = 0;
  for (let product = 0; product < products; product++) {
    const next = vector.map((_, row) =>
      vector.reduce((sum, value, column) => sum + value * (matrix[row * size + column] ?? 0), 0),
    );
    const norm = Math.hypot(...next) / Math.hypot(...vector);
    growth += Math.log(norm) / products;
    vector = next.map((value) => value / norm);
  }
  return Math.exp(growth);
}

function farFromOrthogonal(values: ArrayLike<number>, size: number): number {
  let far = 0;
  for (let row = 0; row < size; row++)
    for (let other = 0; other < size; other++) {
      let sum = 0;
      for (let at = 0; at < size; at++) sum += (values[row * size + at] ?? 0) * (values[other * size + at] ?? 0);
      far = Math.max(far, Math.abs(sum - (row === other ? 1 : 0)));
    }
  return far;
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
