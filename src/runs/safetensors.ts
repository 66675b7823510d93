/** The safetensors format, as its README specifies it: eight bytes of header length, a JSON header, the data. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const prefixBytes = 8;

/** All tensors as F32, in the order of the map. */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const header: Record<string, Entry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = JSON.stringify(header);
  const length = new TextEncoder().encode(json).length;
  // Spaces after the header put the data on a multiple of eight bytes.
  const padded = new TextEncoder().encode(json + ' '.repeat((8 - (length % 8)) % 8));
  const file = new Uint8Array(prefixBytes + padded.length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded.length), true);
  file.set(padded, prefixBytes);
  let at = prefixBytes + padded.length;
  for (const { values } of tensors.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/** Throws when the bytes are not a whole file of F32 tensors. */
export function decodeSafetensors(file: Uint8Array): TensorFile {
  if (file.length < prefixBytes) throw new Error('The file is shorter than its header');
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const start = prefixBytes + length;
  if (start > file.length) throw new Error('The file is shorter than its header');
  const header = JSON.parse(new TextDecoder().decode(file.subarray(prefixBytes, start))) as Record<string, unknown>;
  const tensors = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const {
      dtype,
      shape,
      data_offsets: [from, to],
    } = value as Entry;
    const size = shape.reduce((a, b) => a * b, 1);
    if (dtype !== 'F32') throw new Error(`The tensor ${name} is ${dtype}, not F32`);
    if (to - from !== 4 * size || start + to > file.length) throw new Error(`The tensor ${name} is cut short`);
    tensors.set(name, {
      shape,
      values: new Float32Array(Uint8Array.from(file.subarray(start + from, start + to)).buffer),
    });
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}
