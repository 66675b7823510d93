import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';

/** An array of NumPy's, in row-major order. */
export interface NumpyArray {
  readonly shape: readonly number[];
  /** Integers of 64 bits as the nearest doubles. */
  readonly values: Uint8Array | Float32Array;
  /** As NumPy writes it: `|u1`, `<f4`. */
  readonly type: string;
}

const magic = '\x93NUMPY';

export function isNumpy(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(0, magic.length)) === magic;
}

type Read = (view: DataView, at: number, little: boolean) => number;

/** How a number of each kind and size is read. What has more digits than single precision loses them, as the network would. */
const readers: Readonly<Record<string, Read>> = {
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  f2: (view, at, little) => half(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/**
 * Reads an array as `numpy.save` writes it (NEP 1, versions 1 to 3 of the format).
 *
 * @throws UserError when it is damaged, cut short, or of what is no real number
 */
export function readNumpy(bytes: Uint8Array, name: string): NumpyArray {
  const { type, shape, isFortran, dataAt } = headerOf(bytes, name);
  const kind = type.slice(1);
  const read = readers[kind];
  if (!read || !'<>|='.includes(type[0] ?? '')) {
    throw new UserError({
      what: `The array has elements of the type ${excerpt(type, 40)}, which are no real numbers`,
      where: name,
      wayOut: "Convert it with NumPy, such as frames.astype('uint8') or frames.astype('float32'), and save it again.",
    });
  }
  if (isFortran && shape.length > 1) {
    throw new UserError({
      what: 'The array lies column by column (Fortran order)',
      where: name,
      wayOut: 'Save it row by row: numpy.save(file, numpy.ascontiguousarray(frames)).',
    });
  }
  const size = Number(kind[1]);
  const count = shape.reduce((product, length) => product * length, 1);
  if (dataAt + size * count > bytes.length) {
    throw new UserError({
      what: `The array is cut short: its shape ${shapeText(shape)} needs ${size * count} bytes of numbers, and there are ${Math.max(0, bytes.length - dataAt)}`,
      where: name,
      wayOut: 'Copy or save the file again.',
    });
  }
  if (kind === 'u1') return { shape, type, values: bytes.subarray(dataAt, dataAt + count) };
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataAt, size * count);
  const values = new Float32Array(count);
  const little = type[0] !== '>';
  for (let index = 0; index < count; index++) values[index] = read(view, index * size, little);
  return { shape, type, values };
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function headerOf(
  bytes: Uint8Array,
  name: string,
): { readonly type: string; readonly shape: readonly number[]; readonly isFortran: boolean; readonly dataAt: number } {
  const damaged = (why: string) =>
    new UserError({
      what: `The array cannot be read: ${why}`,
      where: name,
      wayOut: 'Save it again with numpy.save.',
    });
  if (bytes.length < 12) throw damaged('it ends within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isFirst = view.getUint8(6) === 1;
  const begin = isFirst ? 10 : 12;
  const dataAt = begin + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataAt > bytes.length) throw damaged('it ends within its header');
  const header = new TextDecoder('latin1').decode(bytes.subarray(begin, dataAt));
  const type = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const sizes = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (type === undefined) throw damaged('its elements are records, or its header names no type');
  if (sizes === undefined) throw damaged('its header names no shape');
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) throw damaged('its shape is none');
  return { type, shape, isFortran: /'fortran_order'\s*:\s*True/.test(header), dataAt };
}

/** A number of 16 bits (IEEE 754). */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
