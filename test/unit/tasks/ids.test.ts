import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackedIds } from '../../../src/tasks/tokens/ids';

function packed(ids: readonly number[]) {
  const all = new PackedIds();
  for (const id of ids) all.push(id);
  return all.finish();
}

test('packed ids are given back as they were, from any place and in any part, across blocks of one width or another', () => {
  const run = fc.record({
    most: fc.constantFrom(0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x1f_ffff),
    length: fc.integer({ min: 0, max: 20_000 }),
  });
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 4 }), place, place, place, (runs, begin, end, from) => {
      const ids = runs.flatMap(({ most, length }) => Array.from({ length }, (_, at) => (at * 7919) % (most + 1)));
      const whole = packed(ids);
      expect(whole.read(0, ids.length + 5)).toEqual(Uint32Array.from(ids));
      const [first, last] = [begin, end].map((share) => Math.floor(share * ids.length)).toSorted((a, b) => a - b);
      const part = whole.part(first ?? 0, last);
      expect(part.length).toBe((last ?? 0) - (first ?? 0));
      const start = Math.floor(from * part.length);
      expect(part.read(start, 100)).toEqual(Uint32Array.from(ids.slice(first, last).slice(start, start + 100)));
    }),
    { numRuns: 40 },
  );
});
