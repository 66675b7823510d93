import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TextDataset } from '../../../src/data';
import { beginningOf } from '../../../src/tasks/language/beginning';

const dataset = (parts: readonly string[]): TextDataset => ({
  encoding: 'utf-8',
  warnings: ['one'],
  characters: Array.from(parts.join('')).length,
  async *chunks() {
    yield* parts;
  },
});

test('a text that is too long is cut between characters, however it is read, and says so; a shorter one is left alone', async () => {
  const parts = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 1, max: 30 }), async (all, most) => {
      const whole = Array.from(all.join(''));
      const text = beginningOf(dataset(all), most);
      const read: string[] = [];
      for await (const part of text.chunks()) read.push(part);
      expect(Array.from(read.join(''))).toEqual(whole.slice(0, most));
      expect(text.characters).toBe(Math.min(most, whole.length));
      expect(text.warnings).toHaveLength(whole.length > most ? 2 : 1);
      if (whole.length > most) expect(text.warnings[1]).toContain(`the first ${most} are taken`);
    }),
  );
});
