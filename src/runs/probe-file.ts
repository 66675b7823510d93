import { readFile } from 'node:fs/promises';
import type { Direction, Probe, Trace } from '../protocol/run';
import { writeWhole } from './files';
import { runFile } from './folder';
import { decodeSafetensors, encodeSafetensors } from './safetensors';

type TraceHead = Omit<Trace, 'values' | 'range' | 'direction'> & {
  readonly range: readonly [number | null, number | null];
  /** Not there in runs from before backward directions were recorded. */
  readonly direction?: Direction;
};

/** The latest probe, as tensors `layers.0.i` of [time, units], read backwards `reverse.layers.0.i`. */
export async function writeProbe(folder: string, { step, input, traces }: Probe): Promise<void> {
  // JSON has no infinity: an open end of a range is null.
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const heads = traces.map(
    ({ layer, direction, name, role, range, timeSteps, units }): TraceHead => ({
      layer,
      direction,
      name,
      role,
      range: [finite(range[0]), finite(range[1])],
      timeSteps,
      units,
    }),
  );
  const tensors = new Map(
    traces.map((trace) => [tensorName(trace), { shape: [trace.timeSteps, trace.units], values: trace.values }]),
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
      traces: heads.map(({ range: [low, high], direction = 'forward', ...head }) => ({
        ...head,
        direction,
        range: [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY],
        values: tensors.get(tensorName({ ...head, direction }))?.values ?? new Float32Array(),
      })),
    };
  } catch {
    return undefined;
  }
}

function tensorName({ layer, direction, name }: Pick<Trace, 'layer' | 'direction' | 'name'>): string {
  return `${direction === 'backward' ? 'reverse.' : ''}layers.${layer}.${name}`;
}
