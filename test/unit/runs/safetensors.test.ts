import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type TensorFile } from '../../../src/runs/safetensors';
import stored from '../../parity/tensorfile.json';

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
const asHex = ({ tensors }: TensorFile) =>
  Object.fromEntries([...tensors].map(([name, { shape, values }]) => [name, [shape, bytesOf(values).toString('hex')]]));

const storedTensors: TensorFile = {
  metadata: stored.metadata,
  tensors: new Map(
    Object.entries(stored.tensors).map(([name, { shape, bytes }]) => [
      name,
      { shape, values: new Float32Array(Uint8Array.from(Buffer.from(bytes, 'hex')).buffer) },
    ]),
  ),
};

describe('the package safetensors of Python', () => {
  test('writes what we read: names, shapes, every bit of the values, metadata', () => {
    const read = decodeSafetensors(Buffer.from(stored.written, 'base64'));
    expect(asHex(read)).toEqual(asHex(storedTensors));
    expect(read.metadata).toEqual(stored.metadata);
  });

  test('has read, with the same values, the bytes that we write', async () => {
    const bytes = encodeSafetensors(storedTensors);
    await expect(`${Buffer.from(bytes).toString('base64')}\n`).toMatchFileSnapshot(
      '../../parity/tensorfile-unroll.base64',
    );
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(stored.readFromUnroll);
  });
});

const tensorFile = fc
  .record({
    metadata: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' }), { noNullPrototype: true }),
    tensors: fc.uniqueArray(
      fc.tuple(
        fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
          const size = shape.reduce((a, b) => a * b, 1);
          return fc.record({
            shape: fc.constant(shape),
            values: fc.float32Array({ minLength: size, maxLength: size }),
          });
        }),
      ),
      { selector: ([name]) => name, maxLength: 6 },
    ),
  })
  .map(({ metadata, tensors }): TensorFile => ({ metadata, tensors: new Map(tensors) }));

describe('any tensors', () => {
  test('are written as the specification says: a header of JSON that begins with { and ends on eight bytes, then data without holes', () => {
    fc.assert(
      fc.property(tensorFile, (file) => {
        const bytes = Buffer.from(encodeSafetensors(file));
        const headerLength = Number(bytes.readBigUInt64LE(0));
        expect(headerLength % 8).toBe(0);
        expect(bytes[8]).toBe('{'.charCodeAt(0));
        const { __metadata__, ...entries } = JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8'));
        expect(Object.values(__metadata__).every((value) => typeof value === 'string')).toBe(true);
        const ranges = Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(entries).map(
          ([
            name,
            {
              dtype,
              shape,
              data_offsets: [from, to],
            },
          ]) => {
            expect(dtype).toBe('F32');
            expect(to - from).toBe(4 * shape.reduce((a, b) => a * b, 1));
            const data = bytes.subarray(8 + headerLength + from, 8 + headerLength + to);
            const values = Array.from({ length: data.length / 4 }, (_, at) => data.readFloatLE(4 * at));
            expect(values).toEqual(Array.from(file.tensors.get(name)?.values ?? [Number.NaN]));
            return [from, to] as const;
          },
        );
        ranges.sort(([a, b], [c, d]) => a - c || b - d);
        const ends = [0, ...ranges.map(([, to]) => to)];
        expect([...ranges.map(([from]) => from), bytes.length - 8 - headerLength]).toEqual(ends);
      }),
    );
  });

  test('come back as they were, also from the middle of another buffer', () => {
    fc.assert(
      fc.property(tensorFile, fc.integer({ min: 0, max: 9 }), (file, before) => {
        const bytes = encodeSafetensors(file);
        const moved = new Uint8Array(before + bytes.length + 3);
        moved.set(bytes, before);
        const read = decodeSafetensors(moved.subarray(before, before + bytes.length));
        expect(asHex(read)).toEqual(asHex(file));
        expect({ ...read.metadata }).toEqual({ ...file.metadata });
      }),
    );
  });

  test('that were cut short anywhere are refused', () => {
    const values = Float32Array.of(1, 2, 3);
    const whole = encodeSafetensors({ tensors: new Map([['a', { shape: [3], values }]]), metadata: { step: '1' } });
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeSafetensors(whole.subarray(0, length)), `${length} bytes`).toThrow();
  });
});
