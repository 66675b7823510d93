import { Machine, type Variant, type VariantName } from './wasm/machine';
import { fixed, ProgramWriter } from './wasm/program';

/** What each build of the kernels is; scripts/kernels.mjs builds them. */
const builds: Readonly<Record<VariantName, Pick<Variant, 'panel' | 'relaxed'>>> = {
  /** 16 columns, which V8 turns into 256-bit instructions where it is asked to, and which are slow without. */
  wide: { panel: 16, relaxed: true },
  relaxed: { panel: 8, relaxed: true },
  plain: { panel: 8, relaxed: false },
};

export const variantNames = Object.keys(builds) as readonly VariantName[];

/**
 * @param kernels its module, compiled
 * @param compile compiles as that was compiled
 */
export function variantOf(
  name: VariantName,
  kernels: WebAssembly.Module,
  compile: (bytes: Uint8Array) => WebAssembly.Module,
): Variant {
  return { name, ...builds[name], kernels, compile };
}

export interface Trial {
  readonly variant: Variant;
  /** Thousand million multiplications and additions a second, of one thread. */
  readonly speed: number;
  /** Largest difference to the same product in double precision, relative to the largest number. */
  readonly error: number;
}

const size = { rows: 12, inner: 128, columns: 64 } as const;
const repeats = 16;
const acceptable = 1e-5;

/**
 * Times a product on each variant and checks its numbers; fastest first, without those that computed something else. In
 * turns, since a machine may become slower or faster between two trials.
 *
 * @param now milliseconds
 */
export function trials(variants: readonly Variant[], now: () => number, rounds = 12): Trial[] {
  const subjects = variants.map((variant) => ({ variant, ...subject(variant), best: Number.POSITIVE_INFINITY }));
  for (let round = 0; round < rounds; round++) {
    for (const one of subjects) {
      const began = now();
      for (let repeat = 0; repeat < repeats; repeat++) one.run();
      one.best = Math.min(one.best, (now() - began) / repeats);
    }
  }
  const operations = 2 * size.rows * size.inner * size.columns;
  return subjects
    .map(({ variant, best, error }) => ({ variant, speed: operations / best / 1e6, error: error() }))
    .filter(({ error }) => error < acceptable)
    .sort((a, b) => b.speed - a.speed);
}

function subject(variant: Variant): { readonly run: () => void; readonly error: () => number } {
  const machine = new Machine(variant);
  const { heap } = machine;
  const { rows, inner, columns } = size;
  const numbers = (count: number, seed: number) => {
    const values = new Float32Array(count);
    for (let index = 0; index < count; index++) values[index] = Math.sin(seed + index * 0.7);
    return values;
  };
  const put = (values: Float32Array) => {
    const at = heap.allocate(values.byteLength);
    heap.floats(at, values.length).set(values);
    return at;
  };
  const [a, w] = [numbers(rows * inner, 1), numbers(inner * columns, 2)];
  const [aRows, wRows] = [put(a), put(w)];
  const aPanels = fixed(heap.allocate(machine.panelsOf(inner) * rows * machine.panelBytes));
  const packed = heap.allocate(machine.panelsOf(columns) * inner * machine.panelBytes);
  const cPanels = fixed(heap.allocate(machine.panelsOf(columns) * rows * machine.panelBytes));
  const result = heap.allocate(4 * rows * columns);
  const zeros = put(new Float32Array(columns));
  machine.once(
    new ProgramWriter()
      .block('each', 1, rows)
      .command('toPanels', aRows, 0, 4 * inner, inner, aPanels)
      .block('panels', 1, 1)
      .command('pack', wRows, inner, columns, packed)
      .words(),
  );
  const product = machine.store(
    new ProgramWriter()
      .block('each', 1, rows)
      .command('product', aPanels, inner, packed, cPanels, machine.panelsOf(columns), zeros)
      .words(),
  );
  return {
    run: () => machine.run(product),
    error: () => {
      machine.once(
        new ProgramWriter()
          .block('each', 1, rows)
          .command('fromPanels', cPanels, result, 0, 4 * columns, columns)
          .words(),
      );
      const got = heap.floats(result, rows * columns);
      let difference = 0;
      let largest = 0;
      for (let row = 0; row < rows; row++) {
        // A quarter of the columns, others in each row, for the first start waits for it.
        for (let column = row % 4; column < columns; column += 4) {
          let sum = 0;
          for (let k = 0; k < inner; k++) sum += (a[row * inner + k] as number) * (w[k * columns + column] as number);
          difference = Math.max(difference, Math.abs(sum - (got[row * columns + column] ?? Number.NaN)));
          largest = Math.max(largest, Math.abs(sum));
        }
      }
      return difference / largest;
    },
  };
}
