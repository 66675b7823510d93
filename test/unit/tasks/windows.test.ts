import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tf, useReference } from '../../../src/engine/tensors';
import { forecastWindows } from '../../../src/tasks/forecast/batches';
import type { Series } from '../../../src/tasks/forecast/series';
import { languageWindows } from '../../../src/tasks/language/batches';
import { PackedIds } from '../../../src/tasks/tokens/ids';
import { windowsOf } from '../../../src/tasks/windows';

const size = fc
  .record({ timeSteps: fc.integer({ min: 2, max: 12 }), batchSize: fc.integer({ min: 1, max: 9 }) })
  .chain(({ timeSteps, batchSize }) =>
    fc.record({
      timeSteps: fc.constant(timeSteps),
      batchSize: fc.constant(batchSize),
      length: fc.integer({ min: timeSteps, max: 400 }),
    }),
  );

/** Steps of each epoch, told by their resets, for some epochs. */
function epochsOf(
  { length, timeSteps, batchSize }: { length: number; timeSteps: number; batchSize: number },
  count: number,
) {
  const windows = windowsOf(length, { timeSteps, batchSize, unit: 'tokens' });
  const epochs: (readonly number[])[][] = [];
  for (let step = 1; epochs.length <= count; step++) {
    const { starts, reset } = windows.at(step);
    if (reset) epochs.push([]);
    epochs.at(-1)?.push(starts);
  }
  return { windows, epochs: epochs.slice(0, count) };
}

describe('windows over a sequence', () => {
  test('of one stream follow one another without gap or overlap from one reset to the next, so that a carried state is that of the token before', () => {
    fc.assert(
      fc.property(size, (given) => {
        const { windows, epochs } = epochsOf(given, 5);
        expect(windows.batchSize).toBeLessThanOrEqual(given.batchSize);
        for (const epoch of epochs)
          epoch.forEach((starts, window) => {
            expect(starts).toHaveLength(windows.batchSize);
            if (window > 0) expect(starts).toEqual(epoch[window - 1]?.map((start) => start + given.timeSteps));
          });
      }),
    );
  });

  test('stay within the sequence, and read no position twice in an epoch', () => {
    fc.assert(
      fc.property(size, (given) => {
        for (const epoch of epochsOf(given, 5).epochs) {
          const read = epoch
            .flat()
            .flatMap((start) => Array.from({ length: given.timeSteps }, (_, step) => start + step));
          expect(Math.min(...read)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...read)).toBeLessThan(given.length);
          expect(new Set(read).size).toBe(read.length);
        }
      }),
    );
  });

  test('read each epoch all but less than a window of each stream, and over the epochs every position of each stream', () => {
    fc.assert(
      fc.property(size, (given) => {
        const { windows, epochs } = epochsOf(given, given.timeSteps);
        const streams = windows.batchSize;
        const perStream = Math.floor(given.length / streams);
        for (const epoch of epochs) expect(perStream - epoch.length * given.timeSteps).toBeLessThan(given.timeSteps);
        const read = new Set(
          epochs.flat(2).flatMap((start) => Array.from({ length: given.timeSteps }, (_, step) => start + step)),
        );
        expect(read.size).toBe(streams * perStream);
      }),
    );
  });

  test('follow from the step alone, in whatever order the steps are asked for', () => {
    fc.assert(
      fc.property(size, fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 20 }), (given, steps) => {
        const inOrder = windowsOf(given.length, { ...given, unit: 'tokens' });
        const all = Array.from({ length: 500 }, (_, at) => inOrder.at(at + 1));
        const fresh = windowsOf(given.length, { ...given, unit: 'tokens' });
        for (const step of steps) expect(fresh.at(step)).toEqual(all[step - 1]);
      }),
    );
  });

  test('of fewer positions than one needs are refused, with a window that fits', () => {
    expect(() => windowsOf(9, { timeSteps: 10, batchSize: 1, unit: 'tokens' })).toThrow(
      'The training part has 10 tokens, but a window of 10 needs 11. Use a longer file, or a window of at most 9 (--window 9).',
    );
    expect(windowsOf(10, { timeSteps: 10, batchSize: 4, unit: 'tokens' }).batchSize).toBe(1);
  });
});

describe('batches', () => {
  test('of text hold at each step the tokens of their windows, and as targets the tokens that follow', async () => {
    await useReference();
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 60 }), ({ length, ...given }, step) => {
        const packed = new PackedIds();
        for (let at = 0; at <= length; at++) packed.push(1000 + at);
        const ids = packed.finish();
        const { starts, reset } = windowsOf(length, { ...given, unit: 'tokens' }).at(step);
        const batch = languageWindows(ids, given).at(step);
        const expected = starts.map((start) => Array.from({ length: given.timeSteps }, (_, at) => 1000 + start + at));
        expect(batch.input.arraySync()).toEqual(expected);
        expect(batch.targets.arraySync()).toEqual(expected.map((row) => row.map((id) => id + 1)));
        expect(batch.reset).toBe(reset);
        tf.dispose([batch.input, batch.targets]);
      }),
      { numRuns: 40 },
    );
  });

  test('of a series hold rows of the training part alone, and as targets the change to the row that follows', async () => {
    await useReference();
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 }), (sizes, step, furthest) => {
        const { length, ...given } = sizes;
        const boundary = length + furthest;
        const known = (row: number) => {
          if (row >= boundary) throw new Error(`Row ${row} belongs to the validation part`);
          return row;
        };
        const group = { start: 0, boundary, end: boundary + 7 };
        const series = {
          ...{ groups: [group], columns: ['a', 'b'], features: [0, 1] },
          // Squares, whose changes tell the row.
          featureAt: (_: unknown, row: number, place: number) => (known(row) + 1) ** 2 * (place === 0 ? 1 : -1),
          changeAt: (_: unknown, row: number, column: number, rows: number) =>
            (known(row) + 1) ** 2 - (row + 1 - rows) ** 2 + (column === 0 ? 0 : 0.5),
        } as unknown as Series;
        const { starts } = windowsOf(length, { ...given, unit: 'rows' }).at(step);
        const aims = [
          { column: 0, ahead: 1 },
          { column: 1, ahead: furthest },
        ];
        const batch = forecastWindows(series, given, aims).at(step);
        const rows = starts.map((start) => Array.from({ length: given.timeSteps }, (_, at) => start + at));
        expect(batch.input.arraySync()).toEqual(rows.map((row) => row.map((at) => [(at + 1) ** 2, -((at + 1) ** 2)])));
        const changes = (at: number) => [(at + 2) ** 2 - (at + 1) ** 2, (at + furthest + 1) ** 2 - (at + 1) ** 2 + 0.5];
        expect(batch.targets.arraySync()).toEqual(rows.map((row) => row.map(changes)));
        tf.dispose([batch.input, batch.targets]);
      }),
      { numRuns: 40 },
    );
  });
});
