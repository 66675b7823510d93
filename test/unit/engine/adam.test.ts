import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { ClippedAdam } from '../../../src/engine/adam';
import { tf } from '../../../src/engine/tensors';
import { expectClose } from './close';
import { begin, engines } from './engines';
import { heldByTensorFlow } from './held';

/** A parameter that TensorFlow changes in its own memory, and one that is changed here. */
const sizes = { large: 70_000, small: 10 };
const names = Object.keys(sizes) as (keyof typeof sizes)[];

/** Some steps with gradients drawn at random, of which the later ones are clipped. */
async function trained(steps: number, tell: (step: number) => void = () => {}) {
  const random = randomFromSeed(1);
  const drawn = (size: number, scale: number) => Float32Array.from({ length: size }, () => scale * random.normal());
  const parameters = new Map(names.map((name) => [name, tf.variable(tf.tensor1d(drawn(sizes[name], 1)))]));
  const optimizer = new ClippedAdam(parameters);
  const norms: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const gradients = Object.fromEntries(
      [...parameters].map(([, variable]) => [variable.name, tf.tensor1d(drawn(variable.size, step / 300))]),
    );
    norms.push(await optimizer.apply(step, gradients, { learningRate: 0.01, clipNorm: 2 }));
    tf.dispose(gradients);
    tell(step);
  }
  const { first, second } = await optimizer.moments();
  const values = new Map([...parameters].map(([name, variable]) => [name, variable.dataSync().slice()]));
  tf.dispose([...parameters.values()]);
  optimizer.dispose();
  return { norms, parts: { values, first, second } };
}

describe.each(engines.filter(({ variant }) => variant !== undefined))('Adam on $name', (engine) => {
  let end = async () => {};
  let expected: Awaited<ReturnType<typeof trained>>;
  beforeAll(async () => {
    await begin({ name: 'the reference', variant: undefined, threads: 1 });
    expected = await trained(6);
    end = await begin(engine);
  });
  afterAll(() => end());

  test('does to large and small parameters what the reference does, and to their moments', async () => {
    const actual = await trained(6);
    expectClose(actual.norms, expected.norms, 1e-5, 'norms');
    expect(expected.norms.filter((norm) => norm > 2).length).toBeGreaterThan(2);
    for (const part of ['values', 'first', 'second'] as const)
      for (const name of names)
        expectClose(actual.parts[part].get(name) ?? [], expected.parts[part].get(name) ?? [], 1e-5, `${part}, ${name}`);
  });

  test('holds after 50 steps what it held after 10', async () => {
    const held = () => [tf.memory().numTensors, heldByTensorFlow()];
    const counts: unknown[] = [];
    await trained(50, (step) => step % 10 === 0 && counts.push(held()));
    expect(counts.at(-1)).toEqual(counts[0]);
  });

  test('changes nothing where a gradient is not a number', async () => {
    const variable = tf.variable(tf.ones([sizes.large]));
    const optimizer = new ClippedAdam(new Map([['large', variable]]));
    const gradient = tf.fill([sizes.large], Number.NaN);
    const norm = await optimizer.apply(1, { [variable.name]: gradient }, { learningRate: 0.01, clipNorm: 2 });
    expect(norm).toBeNaN();
    expect(variable.dataSync().every((value) => value === 1)).toBe(true);
    tf.dispose([variable, gradient]);
    optimizer.dispose();
  });
});
