import { expect, test } from 'vitest';
import { fileWith } from '../data/temporary';
import { jsonLines, unroll } from './program';

test('a table of 7 MB is read within a heap of 20 MB: nothing of a row is kept as an object', async () => {
  const rows = Array.from({ length: 124_000 }, (_, row) => {
    const date = new Date(1e12 + 60_000 * row).toISOString().slice(0, 19).replace('T', ' ');
    return `${date},${[3, 5, 7, 11, 13, 17].map((period) => (20 * Math.sin(row / period)).toFixed(2)).join(',')}`;
  });
  const file = await fileWith(`date,a,b,c,d,e,f\n${rows.join('\n')}\n`, 'large.csv');
  const ended = await unroll(['inspect', file, '--json'], { node: ['--max-old-space-size=20'] });
  expect(ended.stderr).toBe('');
  expect(jsonLines(ended)[0]).toMatchObject({ table: { rows: 124_000, date: 'date', target: 'f' } });
});
