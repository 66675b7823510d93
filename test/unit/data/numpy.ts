/** The bytes of an array as `numpy.save` writes it. */
export function numpy(type: string, shape: readonly number[], values: ArrayBufferView, isFortran = false): Uint8Array {
  const sizes = `${shape.join(', ')}${shape.length === 1 ? ',' : ''}`;
  const text = `{'descr': '${type}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${sizes}), }`;
  const header = `${text.padEnd(117)}\n`;
  const begin = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length, 0)}${header}`, 'latin1');
  return new Uint8Array(Buffer.concat([begin, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]));
}
