import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visible } from '../../../src/base/visible';
import { builtinTexts } from '../../../src/cells/builtin';
import { analyseCell, readCell } from '../../../src/cells/language/read';
import { textOf } from './random-cell';

const bidi = '\u202e';
const pieces = [
  ...[
    'cell',
    'a',
    '{',
    '}',
    'state',
    'param',
    'const',
    'h',
    "h'",
    "'",
    '=',
    '\n',
    '\r\n',
    'linear',
    'norm',
    'scale',
    'max',
  ],
  ...[
    '(',
    ')',
    'x',
    ',',
    '+',
    '*',
    '-',
    '/',
    '1.5',
    '1e',
    '.',
    '0',
    '1e999',
    '-',
    'bias',
    'none',
    'init',
    'train',
    ':',
    '//',
  ],
  ...[
    'constructor',
    '__proto__',
    'toString',
    '\r',
    '\t',
    '\0',
    '\u001b[31m',
    '$',
    '🙂',
    '\ud800',
    bidi,
    '\u200b',
    'é',
    'e\u0301',
    '\u2028',
    // A letter with a mark that does not show.
    'Ⰰ\u{e0100}',
  ],
];
const junk = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((all) => all.join(' ')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((all) => all.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => new TextDecoder().decode(bytes)),
);
/** A built-in cell with a part of it replaced by junk, by nothing, or by another part of it. */
const damaged = fc
  .record({
    text: fc.constantFrom(...Object.values(builtinTexts)),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
    by: fc.oneof(junk, fc.constant(''), fc.constant(undefined)),
  })
  .map(({ text, cuts, by }) => {
    const [from = 0, to = 0, ...other] = cuts.map((share) => Math.floor(share * (text.length + 1)));
    const [start, end] = [Math.min(from, to), Math.min(Math.max(from, to), Math.min(from, to) + 20)];
    return text.slice(0, start) + (by ?? text.slice(Math.min(...other), Math.max(...other))) + text.slice(end);
  });

function expectSound(text: string): void {
  const { cell, problems } = analyseCell(text);
  expect(problems.length > 0).toBe(cell === undefined);
  let before = 0;
  for (const { message, span } of problems) {
    expect(span.start).toBeGreaterThanOrEqual(before);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
    expect(message.length).toBeLessThan(300);
    expect(visible(message)).toBe(message);
    before = span.start;
  }
  if (!cell) return;
  const { paper: _, ...meaning } = readCell(textOf({ ...cell, paper: '' }), 'again.cell');
  expect({ ...meaning, paper: cell.paper }).toEqual(cell);
}

describe('whatever a text is, each problem lies within it and can be shown, and a cell is what it says, when the text is', () => {
  test('anything', () => fc.assert(fc.property(junk, expectSound), { numRuns: 2000, seed: 8 }));
  test('a cell that was damaged', () => fc.assert(fc.property(damaged, expectSound), { numRuns: 2000, seed: 8 }));
  test('a cell that is not yet whole', () => {
    for (const text of Object.values(builtinTexts))
      for (let end = 0; end < text.length; end++) expectSound(text.slice(0, end));
  });
});

const repeated = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));
const withLines = (...lines: string[]) => `cell a {\n  state h\n${lines.join('\n')}\nh' = tanh(linear(x, h))\n}\n`;

describe('a text that would exhaust time, memory or the stack is refused with a short message:', () => {
  const texts: readonly (readonly [what: string, message: string, text: string])[] = [
    ['brackets', 'Terms stand in more than 100 others', withLines(`g = ${'('.repeat(90_000)}`)],
    ['calls', 'Terms stand in more than 100 others', withLines(`g = ${'tanh('.repeat(19_000)}`)],
    ['signs', 'Terms stand in more than 100 others', withLines(`g = ${'-'.repeat(90_000)}h`)],
    ['sums', 'An equation has more than 500 operators', withLines(`g = h${'+h'.repeat(45_000)}`)],
    ['arguments', 'A call has more than 100 arguments', withLines(`g = linear(h${',h'.repeat(45_000)})`)],
    [
      'commas',
      'Here should be a number, a name, a call or a bracket, not ","',
      withLines(`g = h(${','.repeat(90_000)})`),
    ],
    [
      'maps',
      'A cell learns at most 500 weights, and this one 603',
      withLines(...repeated(20, (at) => `g${at} = ${repeated(10, () => 'linear(x,h)').join('+')}`), 'q = h'),
    ],
    [
      'equations',
      'A cell has at most 500 equations, states, params and constants',
      withLines(...repeated(5000, (at) => `g${at} = j${at}j`)),
    ],
    [
      'states',
      'A cell has at most 500 equations, states, params and constants',
      withLines(`state ${repeated(9000, (at) => `s${at}`).join(', ')}`),
    ],
    ['a long name', 'A name has at most 60 characters, and this one 90000', withLines(`g = ${'q'.repeat(90_000)}`)],
    ['a large number', 'A number is at most 3.4e38, the largest of single precision', withLines('g = h * 1e39')],
    [
      'a long number',
      'A number is at most 3.4e38, the largest of single precision',
      withLines(`g = h * ${'9'.repeat(90_000)}`),
    ],
    ['options', 'The option bias is given twice', withLines(`g = linear(h${', bias: 1'.repeat(10_000)})`)],
    ['nothing but controls', 'The character "␀" has no meaning here', '\0'.repeat(100_000)],
    ['a direction', 'The character "\\u{202e}" has no meaning here', withLines(`g = h ${bidi}+ 1`)],
  ];
  test.each(texts)('%s', (_, message, text) => {
    const { cell, problems } = analyseCell(text);
    expect(cell).toBeUndefined();
    expect(problems[0]?.message).toBe(message);
    expect(problems.length).toBeLessThanOrEqual(100);
  });

  test('unknown names beside many known ones, of which the first hundred are told', () => {
    const many = repeated(400, (at) => `gate${at} = tanh(h)`);
    const unknown = repeated(60, () => `linear(${repeated(90, () => 'gats7').join(',')})`).join('+');
    expect(analyseCell(withLines(...many, `q = ${unknown}`)).problems).toHaveLength(100);
  });
});

test('a letter with its accent is one name, in one character or in two', () => {
  expect(readCell(withLines('é = tanh(h)', 'g = e\u0301'), 'a.cell').equations.map(({ name }) => name)).toEqual([
    'é',
    'g',
    "h'",
  ]);
});
