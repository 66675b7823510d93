import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtinTexts } from '../../../../src/cells/builtin';
import { analyseCell } from '../../../../src/cells/language/read';
import { cellLanguage } from '../../../../src/cells/language-service';
import { randomCell, textOf } from '../random-cell';
import { marked } from './marked';

/** The text with a new name in all places of the one at the offset; else the refusal. */
function renamed(text: string, offset: number, name: string): string {
  const result = cellLanguage.rename(text, offset, name);
  if ('refusal' in result) return result.refusal;
  return result.places.toReversed().reduce((all, { start, end }) => all.slice(0, start) + name + all.slice(end), text);
}
const within = (name: string, ...lines: readonly string[]) => {
  const { text, offset } = marked(...lines);
  return renamed(text, offset, name);
};
const body = (...lines: readonly string[]) => marked(...lines).text;

describe('rename', () => {
  test('takes a state and its next value along, from wherever it is asked', () => {
    const after = body('state k', 'r = tanh(k)', "k' = r * k // h' of h");
    for (const lines of [
      ['state |h', 'r = tanh(h)', "h' = r * h // h' of h"],
      ['state h', 'r = tanh(h)', "|h' = r * h // h' of h"],
      ['state h', 'r = tanh(h)', "h'| = r * h // h' of h"],
    ])
      expect(within('k', ...lines)).toBe(after);
  });

  test('leaves options, their values, functions and the cell alone', () => {
    const lines = ['state h', '|a = linear(x, init: identity)', 'bias = a', "h' = linear(bias, bias: 1)"];
    expect(within('gate', ...lines)).toBe(
      body('state h', 'gate = linear(x, init: identity)', 'bias = gate', "h' = linear(bias, bias: 1)"),
    );
    expect(renamed("cell a {\n  state a\n  a' = a\n}", 17, 'b')).toBe("cell a {\n  state b\n  b' = b\n}");
  });

  test('knows a name however its accents are written', () => {
    const [one, two] = ['\u00e9', 'e\u0301'];
    expect(within('k', `state |${one}`, `${two}' = tanh(${two}) * ${one}`)).toBe(body('state k', "k' = tanh(k) * k"));
    expect(within(two, 'state |h', `${one} = h`, `h' = ${one}`)).toBe(`${one} is a name of this cell already`);
  });

  test.each([
    ['r', 'r is a name of this cell already'],
    ['tanh', 'tanh has a meaning of its own'],
    ['state', 'state has a meaning of its own'],
    ['x', 'x has a meaning of its own'],
    ['2b', '"2b" is no name: begin with a letter, and go on with letters, digits or _'],
    ['', '"" is no name: begin with a letter, and go on with letters, digits or _'],
  ])('refuses %s', (name, refusal) => {
    expect(within(name, 'state |h', 'r = h', "h' = r")).toBe(refusal);
  });

  test('refuses what is no name of the cell', () => {
    for (const line of ["h' = |tanh(h)", "h' = linear(|x)", "h' = h * |2", '|state c', "h' = |q", '// |h'])
      expect(within('k', 'state h', line)).toBe('Here is no name that the cell defines');
  });

  test('of any name of any cell changes nothing but that name, and can be taken back', () => {
    fc.assert(
      fc.property(fc.tuple(randomCell({ tame: false }), fc.nat()), ([cell, pick]) => {
        const text = textOf(cell);
        const [{ children = [] } = {}] = cellLanguage.symbols(text);
        const { nameSpan, name } = children[pick % children.length] ?? { nameSpan: { start: 0 }, name: '' };
        const changed = renamed(text, nameSpan.start, 'fresh');
        expect(changed).not.toBe(text);
        expect(analyseCell(changed).cell).toBeDefined();
        const again = cellLanguage.symbols(changed)[0]?.children[pick % children.length]?.nameSpan.start ?? 0;
        expect(renamed(changed, again, name.replace("'", ''))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});

test('a name’s definition is found from its uses', () => {
  const { text, offset } = marked('state h', 'r = tanh(h)', "h' = |r * h");
  const found = cellLanguage.references(text, offset);
  expect(found?.declaration?.start).toBe(text.indexOf('r = '));
  expect(found?.all).toHaveLength(2);
});

test('symbols are the cell with its states, params, constants and equations', () => {
  const [cell, ...others] = cellLanguage.symbols(builtinTexts.lem);
  expect(others).toEqual([]);
  expect(cell).toMatchObject({ name: 'lem', kind: 'cell' });
  expect(cell?.children.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    'state y',
    'state z',
    'const dt',
    'gate fast',
    'gate slow',
    "state z'",
    "state y'",
  ]);
  expect(cellLanguage.symbols(builtinTexts['rnn-relu'])[0]?.name).toBe('rnn-relu');
});

test('problems are seen even where they have no character', () => {
  const text = "cell a {\n  state h\n  h' = tanh(\n}\n";
  const [problem] = cellLanguage.problems(text);
  expect(text.slice(problem?.span.start, problem?.span.end)).toBe('(');
  expect(cellLanguage.problems('')[0]?.span).toEqual({ start: 0, end: 0 });
});

test('whatever the text is, and wherever the cursor, every question has an answer', () => {
  const piece = fc.constantFrom(
    ...`cell a { } state h h' = ( ) linear x , + - 1.5 bias : // \n \r $ 🙂 param init tanh`.split(' '),
    '\n',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(piece, { maxLength: 40 }).map((all) => all.join(' ')),
    fc.tuple(randomCell({ tame: false }), fc.nat()).map(([cell, cut]) => textOf(cell).slice(0, cut % 200)),
  );
  fc.assert(
    fc.property(text, fc.nat(), (content, at) => {
      const offset = at % (content.length + 1);
      const size = { inputs: 2, units: 3 };
      for (const { replace } of cellLanguage.completions(content, offset)) expect(replace.end).toBe(offset);
      cellLanguage.hover(content, offset, size);
      cellLanguage.signature(content, offset);
      cellLanguage.references(content, offset);
      cellLanguage.rename(content, offset, 'k');
      cellLanguage.format(content);
      for (const { span, nameSpan } of cellLanguage.symbols(content)) {
        expect(span.start).toBeLessThanOrEqual(nameSpan.start);
        expect(span.end).toBeGreaterThanOrEqual(nameSpan.end);
      }
      for (const { span } of cellLanguage.problems(content)) expect(span.end).toBeLessThanOrEqual(content.length);
    }),
    { numRuns: 1000 },
  );
});
