import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const dist = join(import.meta.dirname, '../../dist');
const bundle = (name: string) => readFile(join(dist, `${name}.js`), 'utf8');
const engine = 'has already been set. Overwriting the platform';
/** Sentences that only the parser of cells says, and only what answers an editor. */
const [parser, editor] = ['The cell has no state', 'Here is no name that the cell defines'];

test('the bundle of the language answers what an editor asks, and knows no engine', async () => {
  const text = await bundle('language');
  expect(text).toContain(parser);
  expect(text).toContain(editor);
  expect(text.length).toBeLessThan(60_000);
  const { cellLanguage } = createRequire(import.meta.url)(join(dist, 'language.js'));
  expect(cellLanguage.problems('cell a {}')).toMatchObject([{ message: expect.stringContaining('no state') }]);
});

test('the extension activates without the language of cells, the schema library or the engine', async () => {
  const host = await bundle('host');
  expect(host).not.toContain(parser);
  expect(host).not.toMatch(/ZodError/);
  // What TF.js says of itself.
  expect(await bundle('serve')).toContain(engine);
  expect(host).not.toContain(engine);
  expect(host).toContain('language.js');
});

test('the worker is read with one byte a character', async () => {
  for (const name of ['worker', 'serve', 'helper'])
    expect(
      Buffer.from(await bundle(name), 'utf8').every((byte) => byte < 128),
      name,
    ).toBe(true);
});

test('the worker starts without what answers an editor', async () => {
  const worker = await bundle('serve');
  expect(worker).toContain(parser);
  expect(worker).not.toContain(editor);
});
