import type { Direction, Probe, TaskName, Trace } from '../../src/protocol/run';
import { noise } from './fixture-metrics';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const units = 64;

const kinds: Readonly<Record<TaskName, readonly Pick<Trace, 'name' | 'role' | 'range'>[]>> = {
  language: [
    { name: 'i', role: 'gate', range: [0, 1] },
    { name: 'f', role: 'gate', range: [0, 1] },
    { name: 'o', role: 'gate', range: [0, 1] },
    { name: 'g', role: 'gate', range: [-1, 1] },
    { name: 'c', role: 'state', range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] },
    { name: 'h', role: 'output', range: [-1, 1] },
  ],
  forecast: [
    { name: 'r', role: 'gate', range: [0, 1] },
    { name: 'z', role: 'gate', range: [0, 1] },
    { name: 'n', role: 'gate', range: [-1, 1] },
    { name: 'h', role: 'state', range: [-1, 1] },
  ],
  classify: [
    { name: 'r', role: 'gate', range: [0, 1] },
    { name: 'z', role: 'gate', range: [0, 1] },
    { name: 'n', role: 'gate', range: [-1, 1] },
    { name: 'h', role: 'state', range: [-1, 1] },
  ],
  speech: [
    { name: 'r', role: 'gate', range: [0, 1] },
    { name: 'z', role: 'gate', range: [0, 1] },
    { name: 'n', role: 'gate', range: [-1, 1] },
    { name: 'h', role: 'state', range: [-1, 1] },
  ],
  frames: [
    { name: 'r', role: 'gate', range: [0, 1] },
    { name: 'z', role: 'gate', range: [0, 1] },
    { name: 'n', role: 'gate', range: [-1, 1] },
    { name: 'h', role: 'output', range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] },
  ],
  translate: [
    { name: 'r', role: 'gate', range: [0, 1] },
    { name: 'z', role: 'gate', range: [0, 1] },
    { name: 'n', role: 'gate', range: [-1, 1] },
    { name: 'h', role: 'state', range: [-1, 1] },
  ],
};

/** Traces that look like a cell's: units with their own pace, some saturated, two of `f` stuck. */
export function probeAt(task: TaskName, step: number, text = 'Haul away,\nthe wind is\tfair tonight'): Probe {
  const input =
    task === 'language'
      ? [...text]
      : task === 'classify'
        ? 'not bad at all , though the box was torn'.split(' ')
        : task === 'translate'
          ? [...'Tuesday, 17 Nov 2026']
          : task === 'frames'
            ? Array.from({ length: 10 }, (_, i) => `frame ${i + 1}`)
            : Array.from({ length: 36 }, (_, i) => `2026-03-${String((i % 28) + 1).padStart(2, '0')}`);
  const layers = task === 'language' ? 2 : 1;
  const directions: readonly Direction[] = readsBothWays(task) ? ['forward', 'backward'] : ['forward'];
  const traces = Array.from({ length: layers }, (_, layer) =>
    directions.flatMap((direction, d) =>
      kinds[task].map(
        (kind, k): Trace => ({
          ...kind,
          layer,
          direction,
          timeSteps: input.length,
          units,
          values: valuesOf(kind, k, layer + 5 * d, step, input),
        }),
      ),
    ),
  ).flat();
  return { step, input, traces };
}

export const readsBothWays = (task: TaskName) => task === 'classify';

function valuesOf(
  { name, range }: Pick<Trace, 'name' | 'range'>,
  k: number,
  layer: number,
  step: number,
  input: readonly string[],
): Float32Array {
  const sharpness = 1 + 3 * (1 - Math.exp(-step / 200));
  return Float32Array.from({ length: input.length * units }, (_, at) => {
    const t = Math.floor(at / units);
    const u = at % units;
    if (name === 'f' && layer === 0 && (u === 9 || u === 40)) return 0.01;
    const bias = 1.4 * (noise(u * 7 + k * 31 + layer) - 0.4);
    const pace = 0.15 + noise(u + k) * 1.1;
    const token = noise((input[t]?.codePointAt(0) ?? 0) + u * 3.7 + k) - 0.5;
    const x = sharpness * (bias + 0.7 * Math.sin(pace * t + u) + 1.1 * token);
    if (range[0] === 0) return sigmoid(x);
    return Number.isFinite(range[1]) ? Math.tanh(0.6 * x) : x * 0.8;
  });
}
