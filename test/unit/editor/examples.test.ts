import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { examplesOf } from '../../../src/editor/commands/example-list';

it('every dataset in examples/ is offered, with what it holds and what it is good for', async () => {
  const examples = examplesOf(await readFile('examples/README.md', 'utf8'));
  const shipped = (await readdir('examples')).filter((name) => /\.(txt|csv|tsv|gif)$/.test(name));
  expect(examples.map(({ file }) => file).sort()).toEqual(shipped.sort());
  expect(examples.filter(({ size, holds, goodFor }) => !size || !holds || !goodFor || /[*`|]/.test(holds))).toEqual([]);
});
