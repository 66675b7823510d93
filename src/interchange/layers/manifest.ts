import { excerpt } from '../../base/visible';
import { type NamedArray, sizeOf } from '../../models/parameters';
import { isObject } from './topology';
import { unreadable } from './unreadable';

/** Reads the bytes of a file that a manifest names, which must be as many. Throws a UserError when it cannot. */
export type ReadShards = (paths: readonly string[], bytes: number) => Promise<Uint8Array>;

const again = 'Save the model again.';
/** Of what may stand between the weights, as an optimizer's state; weights themselves are float32. */
const bytesOf: ReadonlyMap<string, number> = new Map(Object.entries({ float32: 4, int32: 4, bool: 1 }));

/**
 * All weights that a manifest names but an optimizer's.
 *
 * @param file for messages
 * @throws UserError when it is no manifest, or has weights of another kind than whole float32 ones
 */
export async function readManifest(
  manifest: unknown,
  file: string,
  read: ReadShards,
): Promise<ReadonlyMap<string, NamedArray>> {
  if (!Array.isArray(manifest)) throw unreadable(file, 'It has no manifest of weights', again);
  const found = new Map<string, NamedArray>();
  for (const group of manifest as unknown[]) {
    const { paths, weights } = isObject(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights) || !paths.every((path) => typeof path === 'string'))
      throw unreadable(file, 'A group of its manifest has no paths or no weights', again);
    const entries = weights.map((weight) => entryOf(weight, file));
    const data = await read(
      paths,
      entries.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    let at = 0;
    for (const { name, shape, bytes, isWeight } of entries) {
      if (isWeight) {
        const values = new Float32Array(Uint8Array.from(data.subarray(at, at + bytes)).buffer);
        if (!values.every(Number.isFinite))
          throw unreadable(
            file,
            `The weight ${excerpt(name)} has numbers that are none`,
            'Save a model that is sound.',
          );
        found.set(name, { shape, values });
      }
      at += bytes;
    }
  }
  return found;
}

function entryOf(weight: unknown, file: string) {
  const { name, shape, dtype, quantization, group } = isObject(weight) ? weight : {};
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (typeof name !== 'string' || !isShape || typeof dtype !== 'string')
    throw unreadable(file, 'A weight of its manifest has no name, shape or type', again);
  const isWeight = group !== 'optimizer';
  const bytes = bytesOf.get(dtype);
  if (quantization !== undefined)
    throw unreadable(file, `The weight ${excerpt(name)} is quantised`, 'Convert the model without quantisation.');
  if (bytes === undefined || (isWeight && dtype !== 'float32'))
    throw unreadable(
      file,
      `The weight ${excerpt(name)} is ${excerpt(dtype)}`,
      'Save the model in single precision (float32).',
    );
  return { name, shape: shape as number[], bytes: bytes * sizeOf(shape as number[]), isWeight };
}
