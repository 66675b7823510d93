import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtinTexts } from '../../../../src/cells/builtin';
import { analyseCell } from '../../../../src/cells/language/read';
import { tokensOf } from '../../../../src/cells/language/tokens';
import { cellLanguage } from '../../../../src/cells/language-service';
import { randomCell, textOf } from '../random-cell';

const format = (text: string) => cellLanguage.format(text) ?? '';

test.each(Object.entries(builtinTexts))('%s is written in the usual form already', (_, text) => {
  expect(format(text)).toBe(text);
});

test('a text is brought into the usual form, line by line', () => {
  const text = [
    '',
    '//above  ',
    'cell  rnn-relu{ // here',
    '',
    '',
    '\tstate h ,c',
    "h'=- h*(1- -2)/linear( x,h ,bias :-1.5e-3 )   // end",
    "   c' = c",
    '',
    '  } ',
    '',
  ].join('\r\n');
  expect(format(text)).toBe(
    [
      '//above',
      'cell rnn-relu { // here',
      '',
      '  state h, c',
      "  h' = -h * (1 - -2) / linear(x, h, bias: -1.5e-3) // end",
      "  c' = c",
      '',
      '}',
      '',
    ].join('\n'),
  );
});

test('what cannot be read is left as it is', () => {
  expect(cellLanguage.format("cell a {\n state h\n h' = = h\n}")).toBeUndefined();
  expect(cellLanguage.format('')).toBeUndefined();
});

/** A text of the same meaning, with other spaces, empty lines and comments. */
const disturbed = randomCell({ tame: false }).chain((cell) => {
  const text = textOf(cell);
  const space = fc.constantFrom('', ' ', '\t ', '   ');
  const comment = fc.constantFrom('', '', '', '// why = (2', '//', '// ü  {');
  return fc
    .tuple(fc.infiniteStream(space), fc.infiniteStream(comment), fc.constantFrom('\n', '\n\n', '\r\n', '\n\n\n'))
    .map(([spaces, comments, newline]) => {
      const next = <T>(stream: IterableIterator<T>) => stream.next().value as T;
      const lines = text.split('\n').map((line) => {
        // The name of the cell has hyphens that must stay without spaces.
        const isFixed = line.startsWith('cell') || line.includes('//');
        const tokens = tokensOf(line).tokens.map((token) => token.text);
        const body = isFixed
          ? line
          : tokens.reduce((all, token) => `${all}${separated(all, token)}${next(spaces)}${token}`, '');
        return `${next(spaces)}${body} ${isFixed ? '' : next(comments)}`;
      });
      return lines.join(newline);
    });
});

/** A space where two tokens would become one. */
const separated = (before: string, token: string) =>
  /[\p{L}\p{N}_.']$/u.test(before) && /^[\p{L}\p{N}.]/u.test(token) ? ' ' : '';
const comments = (text: string) =>
  text.split('\n').flatMap((line) => (line.includes('//') ? [line.slice(line.indexOf('//')).trimEnd()] : []));

test('any text keeps its meaning and its comments, and once formatted does not change again', () => {
  fc.assert(
    fc.property(disturbed, (text) => {
      const { cell } = analyseCell(text);
      const once = format(text);
      expect(cell).toBeDefined();
      expect(analyseCell(once).cell).toEqual(cell);
      expect(comments(once)).toEqual(comments(text));
      expect(format(once)).toBe(once);
      expect(once).not.toMatch(/[ \t\r]\n|\n\n\n/);
    }),
    { numRuns: 300 },
  );
});
