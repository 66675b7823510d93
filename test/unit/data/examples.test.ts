import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  chooseColumns,
  looksLikeFrames,
  looksLikeTable,
  openDataset,
  readFrames,
  readTable,
  readText,
} from '../../../src/data';
import { gathered } from './temporary';

const folder = join(import.meta.dirname, '../../../examples');
const open = (name: string) => openDataset({ kind: 'file', path: join(folder, name) });

describe('the examples', () => {
  it.each([
    ['sea-temperature.csv', { date: 'month', target: 'temperature' }, 732, []],
    ['co2.csv', { date: 'date', target: 'co2' }, 2284, [/59 in "co2"/]],
    ['sunspots.csv', { date: 'year', target: 'sunspots' }, 309, []],
    ['power.csv', { date: 'Zeit', target: 'Last (kW)' }, 4368, [/CRLF/, /latest row comes first/, /"Last \(kW\)"/]],
  ])('%s is a table whose columns are found', async (name, chosen, rows, warnings) => {
    const file = await open(name);
    expect(looksLikeTable(file, {}).table).toBe(true);
    const table = await readTable(file, {});
    expect(table.rows).toBe(rows);
    expect(chooseColumns(table, {})).toMatchObject(chosen);
    expect(table.warnings).toEqual(warnings.map((warning) => expect.stringMatching(warning)));
  });

  it.each([
    ['meetings.txt', 46],
    ['northanger-abbey.txt', 73],
  ])('%s is text with few characters', async (name, characters) => {
    const file = await open(name);
    expect(looksLikeTable(file, {}).table).toBe(false);
    const text = await readText(file, {});
    expect(text.warnings).toEqual([]);
    expect(new Set(await gathered(text.chunks())).size).toBe(characters);
  });

  it('bouncing-balls.gif is a video', async () => {
    const file = await open('bouncing-balls.gif');
    expect(looksLikeFrames(file)).toBe('it is a GIF');
    const { clips, height, width, channels, values, warnings } = await readFrames(file, {});
    expect([clips.length, clips[0]?.count, height, width, channels]).toEqual([1, 600, 16, 16, 1]);
    expect([values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]).toEqual([0, 255]);
    expect(warnings).toEqual([]);
  });

  it('are small, and each is named in their README with its licence', async () => {
    const names = (await readdir(folder, { withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    const readme = await gathered((await readText(await open('README.md'), {})).chunks());
    const sizes = await Promise.all(names.map(async (name) => (await open(name)).bytes));
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(1_000_000);
    for (const name of names.filter((each) => each !== 'README.md')) expect(readme).toContain(`\`${name}\``);
  });
});
