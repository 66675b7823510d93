import { AdamKernel } from './backend/adam-kernel';
import type { EngineBackend } from './backend/backend';
import { adamKernels } from './tensorflow/name';
import { engineBackend, isTensorFlow, tf } from './tensors';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** One step's settings, with Adam's corrections in them. */
export interface AdamSettings {
  readonly clipNorm: number;
  readonly rate: number;
  readonly epsilon: number;
}

/** The same with what gradients are multiplied by, so that their norm is clipped. */
type ScaledSettings = AdamSettings & { readonly scale: number };

/** Values of one kind for each parameter, by name. */
export type ByParameter = ReadonlyMap<string, Float32Array>;

/**
 * Adam (Kingma and Ba 2015, algorithm 1) over parameters, with clipping by their global norm (Pascanu et al. 2013). Its
 * moments outlive a step.
 */
export class ClippedAdam {
  private readonly first: Map<string, tf.Tensor>;
  private readonly second: Map<string, tf.Tensor>;
  private readonly kernel: AdamKernel | undefined;
  private readonly backend: EngineBackend | undefined;

  /** @param saved moments of an earlier training; zero where absent */
  constructor(
    private readonly parameters: ReadonlyMap<string, tf.Variable>,
    saved?: { readonly first: ByParameter; readonly second: ByParameter },
  ) {
    const moments = (of: ByParameter | undefined) =>
      new Map([...parameters].map(([name, { size }]) => [name, tf.tensor1d(of?.get(name) ?? new Float32Array(size))]));
    this.first = moments(saved?.first);
    this.second = moments(saved?.second);
    this.backend = engineBackend();
    this.kernel = this.backend && new AdamKernel(this.backend);
  }

  /**
   * Changes every parameter by its gradient, unless the global norm is not finite: then nothing changes.
   *
   * @param step counted from 1
   * @param gradients by the variables' own names
   * @returns the global norm before clipping
   */
  async apply(
    step: number,
    gradients: tf.NamedTensorMap,
    { learningRate, clipNorm }: { readonly learningRate: number; readonly clipNorm: number },
  ): Promise<number> {
    const correction = Math.sqrt(1 - beta2 ** step);
    const settings = {
      clipNorm,
      rate: (learningRate * correction) / (1 - beta1 ** step),
      epsilon: epsilon * correction,
    };
    return this.kernel && this.backend
      ? this.applyFused(this.kernel, this.backend, gradients, settings)
      : this.applyPlainly(gradients, settings);
  }

  /** Copies of the moments, by parameter. */
  async moments(): Promise<{ readonly first: Map<string, Float32Array>; readonly second: Map<string, Float32Array> }> {
    const copies = async (of: ReadonlyMap<string, tf.Tensor>) =>
      new Map(await Promise.all([...of].map(async ([name, tensor]) => [name, await toArray(tensor)] as const)));
    return { first: await copies(this.first), second: await copies(this.second) };
  }

  dispose(): void {
    tf.dispose([...this.first.values(), ...this.second.values()]);
    this.kernel?.dispose();
  }

  private applyFused(
    kernel: AdamKernel,
    backend: EngineBackend,
    gradients: tf.NamedTensorMap,
    settings: AdamSettings,
  ): number {
    const entries = [...this.parameters].flatMap(([name, variable]) => {
      const gradient = gradients[variable.name];
      const [first, second] = [this.first.get(name), this.second.get(name)];
      if (!gradient || !first || !second) return [];
      const stored = (tensor: tf.Tensor) => backend.stored(tensor);
      return [
        {
          ...{ values: stored(variable), gradient: stored(gradient), first: stored(first), second: stored(second) },
          size: variable.size,
        },
      ];
    });
    return kernel.run(entries, settings);
  }

  private async applyPlainly(gradients: tf.NamedTensorMap, settings: AdamSettings): Promise<number> {
    const arrays = new Map<string, Float32Array>();
    let squares = 0;
    for (const [name, variable] of this.parameters) {
      const gradient = gradients[variable.name];
      if (!gradient) continue;
      if (isLarge(variable)) squares += squaresOf(gradient);
      else arrays.set(name, (await gradient.data()) as Float32Array);
    }
    const norm = Math.sqrt(squares + sumOfSquares(arrays.values()));
    if (!Number.isFinite(norm)) return norm;
    const scaled = { ...settings, scale: norm > settings.clipNorm ? settings.clipNorm / norm : 1 };
    for (const [name, variable] of this.parameters) {
      const gradient = gradients[variable.name];
      const array = arrays.get(name);
      const [first, second] = [this.first.get(name), this.second.get(name)];
      if (!gradient || !first || !second) continue;
      if (!array) {
        this.stepInTensorFlow(name, variable, gradient, scaled);
        continue;
      }
      const values = await toArray(variable);
      // TF.js's CPU backend gives the arrays that it keeps.
      const [mean, square] = [first.dataSync() as Float32Array, second.dataSync() as Float32Array];
      step(values, array, mean, square, scaled);
      const updated = tf.tensor(values, variable.shape);
      variable.assign(updated);
      updated.dispose();
    }
    return norm;
  }

  /** A large parameter's step, in TensorFlow's memory. */
  private stepInTensorFlow(
    name: string,
    variable: tf.Variable,
    gradient: tf.Tensor,
    { rate, epsilon, scale }: ScaledSettings,
  ): void {
    const before = [this.first.get(name), this.second.get(name)] as [tf.Tensor, tf.Tensor];
    const [first, second] = before.map((moment) => tf.reshape(moment, variable.shape)) as [tf.Tensor, tf.Tensor];
    const inputs = { values: variable, gradient, first, second };
    const made = tf.engine().runKernel(adamKernels.step, inputs, { rate, epsilon, scale, beta1, beta2 });
    const [updated, nextFirst, nextSecond] = made as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
    tf.dispose([...before, first, second]);
    this.first.set(name, nextFirst);
    this.second.set(name, nextSecond);
    variable.assign(updated);
    updated.dispose();
  }
}

/** Values from which TensorFlow is faster than to bring them here and back. */
const large = 65_536;

function isLarge({ size }: tf.Variable): boolean {
  return size >= large && isTensorFlow();
}

function squaresOf(gradient: tf.Tensor): number {
  const half = tf.engine().runKernel(adamKernels.squares, { gradient }) as tf.Tensor;
  const [value = Number.NaN] = half.dataSync();
  half.dispose();
  return 2 * value;
}

/** In double precision. Not finite if any gradient is not. */
function sumOfSquares(gradients: Iterable<Float32Array>): number {
  let squares = 0;
  for (const gradient of gradients) for (const value of gradient) squares += value * value;
  return squares;
}

/** One parameter's step, in place of its values and moments. */
function step(
  values: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  { rate, epsilon: tiny, scale }: ScaledSettings,
): void {
  for (let index = 0; index < values.length; index++) {
    const slope = (gradient[index] as number) * scale;
    const mean = beta1 * (first[index] as number) + (1 - beta1) * slope;
    const square = beta2 * (second[index] as number) + (1 - beta2) * slope * slope;
    first[index] = mean;
    second[index] = square;
    values[index] = (values[index] as number) - (rate * mean) / (Math.sqrt(square) + tiny);
  }
}

/** The values of a tensor as an array of its own. */
async function toArray(tensor: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}
