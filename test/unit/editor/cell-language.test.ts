import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import { readCell } from '../../../src/cells/language/read';
import { cellLanguage } from '../../../src/cells/language-service';
import template from '../../../src/editor/cell-files/template.cell?raw';

const { contributes } = JSON.parse(await readFile('package.json', 'utf8'));

describe('a new cell', () => {
  it('is a cell that can be trained: a GRU under longer names', () => {
    const cell = readCell(template, 'template.cell');
    expect(cell.name).toBe('my-cell');
    const names: Readonly<Record<string, string>> = { reset: 'r', update: 'z', candidate: 'n' };
    const renamed = JSON.stringify(cell.equations).replace(
      /"(reset|update|candidate)"/g,
      (_, name) => `"${names[name]}"`,
    );
    const [r, z, n] = JSON.parse(renamed);
    expect([r, z, n]).toEqual(builtinCell('gru').equations.slice(0, 3));
  });

  it('has a comment above every statement', () => {
    const groups = template.split('{\n')[1]?.split('\n\n') ?? [];
    expect(groups.length).toBeGreaterThan(3);
    for (const group of groups) expect(group.trimStart()).toMatch(/^\/\//);
  });
});

describe('the cells of the README and CONTRIBUTING', () => {
  it.each(['README.md', 'CONTRIBUTING.md'])('%s: can be trained, and are in the usual form', async (file) => {
    const texts = [...(await readFile(file, 'utf8')).matchAll(/```\n(\/\/[^`]*cell [^`]*)```/g)].map(
      (match) => match[1] ?? '',
    );
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) {
      expect(readCell(text, file).states).toEqual(['h']);
      expect(cellLanguage.format(text)).toBe(text);
    }
  });
});

describe('the language of cells', () => {
  const [language] = contributes.languages;

  it('has the files of its brackets, icons and colours', async () => {
    expect(language).toMatchObject({ id: 'unroll-cell', extensions: ['.cell'] });
    const [grammar] = contributes.grammars;
    expect(grammar.language).toBe(language.id);
    const colours = JSON.parse(await readFile(grammar.path, 'utf8'));
    expect(colours.scopeName).toBe(grammar.scopeName);
    for (const icon of Object.values<string>(language.icon)) expect(await readFile(icon, 'utf8')).toContain('<svg');
  });

  it('takes a name with its prime for one word', async () => {
    const { wordPattern } = JSON.parse(await readFile(language.configuration, 'utf8'));
    const words = "h' = (1 - zeta_2) * Ω' + .5e-3 * h".match(new RegExp(wordPattern, 'gu'));
    expect(words).toEqual(["h'", '1', 'zeta_2', "Ω'", '.5e-3', 'h']);
  });
});
