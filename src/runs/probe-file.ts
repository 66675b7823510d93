import { readFile } from 'node:fs/promises';
import type { Probe, Trace } from '../protocol/run';
import { writeWhole } from './files';
import { runFile } from './folder';
import { decodeSafetensors, encodeSafetensors } from './safetensors';

type TraceHead = Omit<Trace, 'values' | 'range'> & { readonly range: readonly [number | null, number | null] };

/** The latest probe, as tensors `layers.0.i` of [time, units]. */
export async function writeProbe(folder: string, { step, input, traces }: Probe): Promise<void> {
  // JSON has no infinity: an open end of a range is null.
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const heads = traces.map(
    ({ layer, name, role, range, timeSteps, units }): TraceHead => ({
      layer,
      name,
      role,
      range: [finite(range[0]), finite(range[1])],
      timeSteps,
      units,
    }),
  );
  const tensors = new Map(
    traces.map(({ layer, name, timeSteps, units, values }) => [
      `layers.${layer}.${name}`,
      { shape: [timeSteps, units], values },
    ]),
  );
  await writeWhole(
    runFile.probe(folder),
    encodeSafetensors({
      tensors,
      metadata: { step: String(step), input: JSON.stringify(input), traces: JSON.stringify(heads) },
    }),
  );
}

/** Undefined when the run has none, or a damaged one: the next probe replaces it. */
export async function readProbe(folder: string): Promise<Probe | undefined> {
  try {
    const { tensors, metadata } = decodeSafetensors(await readFile(runFile.probe(folder)));
    const heads = JSON.parse(metadata.traces ?? '[]') as TraceHead[];
    return {
      step: Number(metadata.step),
      input: JSON.parse(metadata.input ?? '[]') as string[],
      traces: heads.map(({ range: [low, high], ...head }) => ({
        ...head,
        range: [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY],
        values: tensors.get(`layers.${head.layer}.${head.name}`)?.values ?? new Float32Array(),
      })),
    };
  } catch {
    return undefined;
  }
}
