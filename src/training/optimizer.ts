import { adamStep, globalNorm, type Moments } from '../engine/adam';
import { tf } from '../engine/tensors';
import type { NamedArray } from '../models/model';

/** Adam over a model's parameters, with clipping by global norm (Pascanu et al. 2013). Its moments outlive a step. */
export class Optimizer {
  private readonly moments: Map<string, Moments>;

  /** @param saved moments of an earlier training; zero where absent */
  constructor(
    private readonly parameters: ReadonlyMap<string, tf.Variable>,
    private readonly settings: { readonly learningRate: number; readonly clipNorm: number },
    saved?: { readonly first: ReadonlyMap<string, NamedArray>; readonly second: ReadonlyMap<string, NamedArray> },
  ) {
    this.moments = new Map(
      [...parameters].map(([name, { size }]) => [
        name,
        {
          first: saved?.first.get(name)?.values ?? new Float32Array(size),
          second: saved?.second.get(name)?.values ?? new Float32Array(size),
        },
      ]),
    );
  }

  /**
   * Changes every parameter by its gradient, unless the global norm is not finite: then nothing changes.
   *
   * @param step counted from 1
   * @param gradients by the variables' own names
   * @returns the global norm before clipping
   */
  async apply(step: number, gradients: tf.NamedTensorMap): Promise<number> {
    const arrays = new Map<string, Float32Array>();
    for (const [name, variable] of this.parameters) {
      const gradient = gradients[variable.name];
      if (gradient) arrays.set(name, (await gradient.data()) as Float32Array);
    }
    const norm = globalNorm(arrays.values());
    if (!Number.isFinite(norm)) return norm;
    const { learningRate, clipNorm } = this.settings;
    const scale = norm > clipNorm ? clipNorm / norm : 1;
    for (const [name, variable] of this.parameters) {
      const gradient = arrays.get(name);
      const moments = this.moments.get(name);
      if (!gradient || !moments) continue;
      const values = Float32Array.from(await variable.data());
      adamStep(values, gradient, moments, { step, learningRate, scale });
      const updated = tf.tensor(values, variable.shape);
      variable.assign(updated);
      updated.dispose();
    }
    return norm;
  }

  /** Copies of the moments, by parameter. */
  saved(): { readonly first: Map<string, NamedArray>; readonly second: Map<string, NamedArray> } {
    const copy = (which: keyof Moments) =>
      new Map(
        [...this.moments].map(([name, moments]): [string, NamedArray] => [
          name,
          { shape: this.parameters.get(name)?.shape ?? [], values: moments[which].slice() },
        ]),
      );
    return { first: copy('first'), second: copy('second') };
  }
}
