import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import { type CellName, cells, frameCells } from '../../../src/configuration/run';
import { type Matrix, runInFloat64 } from '../../../src/engine/check/float64';
import { tf, useReference } from '../../../src/engine/tensors';
import { Model } from '../../../src/models/model';
import type { ModelSpec } from '../../../src/models/parameters';
import { probeModel } from '../../../src/probes/probe';
import type { Direction, Probe } from '../../../src/protocol/run';
import { type ForecastEncoding, forecast } from '../../../src/tasks/forecast/forecast';
import { type LanguageEncoding, language } from '../../../src/tasks/language/language';
import { expectClose } from '../engine/close';

beforeAll(async () => void (await useReference()));
beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

const timeSteps = 9;
const units = 5;
const layers = 3;

const expectedTraces: Readonly<Partial<Record<CellName, readonly (readonly [name: string, role: string])[]>>> = {
  rnn: [['h', 'output']],
  'rnn-relu': [['h', 'output']],
  lstm: [
    ['i', 'gate'],
    ['f', 'gate'],
    ['g', 'gate'],
    ['o', 'gate'],
    ['c', 'state'],
    ['h', 'output'],
  ],
  gru: [
    ['r', 'gate'],
    ['z', 'gate'],
    ['n', 'gate'],
    ['h', 'output'],
  ],
};

const spec = (cell: CellName): ModelSpec => ({
  cell: builtinCell(cell),
  units,
  layers,
  dropout: 0.5,
  input: { kind: 'tokens', vocabularySize: 7, embeddingSize: 4 },
  outputs: 7,
});
const ids = Array.from({ length: timeSteps }, (_, at) => (at * at + 1) % 7);

async function probed(
  cell: CellName,
  bidirectional = false,
): Promise<{ readonly probe: Probe; readonly inFloat64: ReadonlyMap<string, Matrix> }> {
  const model = Model.initialise({ ...spec(cell), bidirectional }, randomFromSeed(11));
  // Larger weights, so that gates leave the middle of their range.
  for (const [name, variable] of model.parameters)
    if (!name.startsWith('head')) tf.tidy(() => variable.assign(tf.mul(variable, 1.7)));
  const weights = await model.toArrays();
  const input = tf.tensor2d([ids], [1, timeSteps], 'int32');
  const probe = await probeModel(model, { labels: ids.map(String), input }, 42);
  model.dispose();

  const inFloat64 = new Map<string, Matrix>();
  const table = weights.get('embedding')?.values ?? [];
  let sequence: Matrix = ids.map((id) => Array.from({ length: 4 }, (_, at) => table[4 * id + at] ?? 0));
  for (let layer = 0; layer < layers; layer++) {
    const read = (direction: Direction): Matrix => {
      const isBack = direction === 'backward';
      const turned = (rows: Matrix) => (isBack ? rows.toReversed() : rows);
      const prefix = `${isBack ? 'reverse.' : ''}layers.${layer}.`;
      const own = new Map(
        [...weights].flatMap(([name, array]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [])),
      );
      const zero = builtinCell(cell).states.map(() => [Array<number>(units).fill(0)]);
      const { output, values } = runInFloat64(builtinCell(cell), own, [turned(sequence)], zero);
      for (const [name, rows] of values)
        inFloat64.set(`${layer} ${direction} ${name.replace("'", '')}`, turned(rows[0] ?? []));
      return turned(output[0] ?? []);
    };
    const forward = read('forward');
    const backward = bidirectional ? read('backward') : undefined;
    sequence = backward
      ? forward.map((row, t) => row.map((value, unit) => value + (backward[t]?.[unit] ?? Number.NaN)))
      : forward;
  }
  return { probe, inFloat64 };
}

/** As the table above has them, else one for each equation, in their order. */
function tracesOf(cell: CellName): readonly (readonly [name: string, role: string])[] {
  const { states, equations } = builtinCell(cell);
  const role = (name: string) => (name === `${states[0]}'` ? 'output' : name.endsWith("'") ? 'state' : 'gate');
  return expectedTraces[cell] ?? equations.map(({ name }) => [name.replace("'", ''), role(name)] as const);
}

describe.each(cells)('a probe of %s', (cell) => {
  test('names every gate and state of every layer, each with a value for every step and unit', async () => {
    const { probe } = await probed(cell);
    expect(probe.step).toBe(42);
    expect(probe.input).toEqual(ids.map(String));
    expect(probe.traces.map(({ layer, name, role }) => [layer, name, role])).toEqual(
      Array.from({ length: layers }, (_, layer) => tracesOf(cell).map((trace) => [layer, ...trace])).flat(),
    );
    for (const trace of probe.traces) {
      expect(trace).toMatchObject({ timeSteps, units });
      expect(trace.values).toHaveLength(timeSteps * units);
    }
  });

  test('has the values of its equations in double precision', async () => {
    const { probe, inFloat64 } = await probed(cell);
    for (const { layer, direction, name, values } of probe.traces)
      expectClose(values, inFloat64.get(`${layer} ${direction} ${name}`)?.flat() ?? [], 3e-5, `${name} of ${layer}`);
  });

  test('of layers that read both ways has either direction, each with its own values in the order of the input', async () => {
    const { probe, inFloat64 } = await probed(cell, true);
    expect(probe.traces).toHaveLength(inFloat64.size);
    for (const { layer, direction, name, values } of probe.traces) {
      const place = `${layer} ${direction} ${name}`;
      expectClose(values, inFloat64.get(place)?.flat() ?? [], 3e-5, place);
    }
  });

  test('keeps within the ranges that it tells, and makes use of them', async () => {
    const { probe } = await probed(cell);
    for (const { name, range, values } of probe.traces) {
      const [least, most] = [Math.min(...values), Math.max(...values)];
      expect(least, name).toBeGreaterThanOrEqual(range[0]);
      expect(most, name).toBeLessThanOrEqual(range[1]);
      // The leak of each unit is the same at every step; without pixels around, a convolution has a third of its weights.
      if (range[0] === 0 && range[1] === 1 && name !== 'a' && !frameCells.includes(cell))
        expect(most - least, name).toBeGreaterThan(0.05);
    }
  });
});

describe('what a probe is fed', () => {
  const model = { cell: builtinCell('lstm'), units: 3, layers: 1, dropout: 0 };

  test('by a person is their text, token by token; of words, what the model does not know is shown as unknown', async () => {
    const encoding = (unit: 'chars' | 'words', ...vocabulary: readonly string[]): LanguageEncoding => ({
      task: 'language',
      unit,
      vocabulary: ['\uFFFD', ...vocabulary],
      prompt: 'ab',
      probeInput: 'ba',
    });
    const characters = encoding('chars', 'a', 'b', '🙂');
    const own = Model.initialise(language.spec(characters, model), randomFromSeed(1));
    const given = await probeModel(own, await language.probeInput(characters, 'a🙂b'), 1);
    expect(given.input).toEqual(['a', '🙂', 'b']);
    expect(given.traces.every((trace) => trace.timeSteps === 3 && trace.values.length === 9)).toBe(true);
    expect((await probeModel(own, await language.probeInput(characters, undefined), 1)).input).toEqual(['b', 'a']);
    expect((await probeModel(own, await language.probeInput(characters, 'ab'.repeat(1000)), 1)).input).toHaveLength(
      512,
    );
    own.dispose();

    const words = await language.probeInput(encoding('words', 'the', ' cat', '.'), 'the dog. cat');
    expect(words.labels).toEqual(['the', '\uFFFD', '.', ' cat']);
    expect(words.input.arraySync()).toEqual([[1, 0, 3, 2]]);
    words.input.dispose();
  });

  test('by a person on a series is their rows in the units of the file; what are no rows is refused', async () => {
    const encoding: ForecastEncoding = {
      task: 'forecast',
      columns: ['p', 'q'],
      target: 0,
      head: { loss: 'mse', quantiles: [] },
      horizon: 2,
      groups: [
        {
          name: '',
          forms: [
            { mean: 10, deviation: 2, change: 4, isTrending: false },
            { mean: 0, deviation: 5, change: 10, isTrending: true },
          ],
          context: [
            [9, 1],
            [11, -1],
            [12, 0],
          ],
          labels: ['2024', '2025', '2026'],
        },
      ],
      dated: true,
    };
    const typed = await forecast.probeInput(encoding, '10 5; 14 -5\n8 0');
    expect(typed.labels).toEqual(['1', '2', '3']);
    expect(typed.input.arraySync()).toEqual([
      [
        [0, 0, 0],
        [2, 1, -1],
        [-1, -1.5, 0.5],
      ],
    ]);
    const kept = await forecast.probeInput(encoding, ' ');
    expect(kept.labels).toEqual(['2024', '2025', '2026']);
    tf.dispose([typed.input, kept.input]);
    for (const text of ['1 2 3', '1;2', 'a b', '1 Infinity'])
      expect(() => forecast.probeInput(encoding, text), text).toThrow(/The input is not rows of 2 numbers/);
  });
});
