import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtinCell } from '../../../src/cells/builtin';
import type { Cell } from '../../../src/cells/expression';
import { analyseCell, readCell } from '../../../src/cells/language/read';
import { functionNames } from '../../../src/cells/language/words';
import { randomCell, textOf } from './random-cell';
import { add, binary, linear, multiply, relu, sigmoid, subtract, tanh, x } from './terms';

describe('the built-in cells, written as text, mean', () => {
  const states = (...names: string[]) => ({ states: names });
  const expected: Readonly<Record<string, Pick<Cell, 'states' | 'equations'>>> = {
    rnn: { ...states('h'), equations: [{ name: "h'", expression: tanh(linear([x, 'h'])) }] },
    'rnn-relu': { ...states('h'), equations: [{ name: "h'", expression: relu(linear([x, 'h'])) }] },
    lstm: {
      ...states('h', 'c'),
      equations: [
        { name: 'i', expression: sigmoid(linear([x, 'h'])) },
        { name: 'f', expression: sigmoid(linear([x, 'h'], { bias: 1 })) },
        { name: 'g', expression: tanh(linear([x, 'h'])) },
        { name: 'o', expression: sigmoid(linear([x, 'h'])) },
        { name: "c'", expression: add(multiply('f', 'c'), multiply('i', 'g')) },
        { name: "h'", expression: multiply('o', tanh("c'")) },
      ],
    },
    gru: {
      ...states('h'),
      equations: [
        { name: 'r', expression: sigmoid(linear([x, 'h'])) },
        { name: 'z', expression: sigmoid(linear([x, 'h'])) },
        { name: 'n', expression: tanh(add(linear([x]), multiply('r', linear(['h'])))) },
        { name: "h'", expression: add(multiply(subtract(1, 'z'), 'n'), multiply('z', 'h')) },
      ],
    },
  };

  test.each(['rnn', 'rnn-relu', 'lstm', 'gru'] as const)('%s its equations', (name) => {
    expect(builtinCell(name)).toEqual({
      name,
      paper: expect.stringMatching(/\d{4}/),
      params: [],
      ...expected[name],
    });
  });
});

/** A cell `a` with one state and these lines. */
const withLines = (...lines: string[]) => `cell a {\n  state h\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
const ends = "h' = tanh(linear(x, h))";

describe('a text that is no cell is refused where it goes wrong:', () => {
  const refused: readonly (readonly [text: string, message: string, line: number, column: number])[] = [
    ['', 'Here should be "cell", not the end of text', 1, 1],
    ['cell {}', 'Here should be the name of the cell, not "{"', 1, 6],
    [withLines("h' = tanh(linear(h))"), 'The cell never reads its input: a term such as linear(x, h) is missing', 1, 6],
    ['cell a { state h }', "The state h is never updated: an equation h' = … is missing", 1, 16],
    ['cell a {\n}', 'The cell has no state: a line such as "state h" is missing', 1, 6],
    [
      `${withLines(ends)}cell b {}`,
      'Here should be the end of the text, since a file holds one cell, not "cell"',
      5,
      1,
    ],
    [withLines('r = sigmoid(linear(x, q))', ends), 'q is not defined above', 3, 25],
    [
      withLines('reset = sigmoid(linear(x, h))', "h' = tanh(linear(x)) * rest"),
      'rest is not defined above; did you mean reset?',
      4,
      26,
    ],
    [
      withLines('r = sigmoid(z)', 'z = tanh(linear(x))', ends),
      'z is defined only below: move its line above this one',
      3,
      15,
    ],
    [
      withLines('r = sigmoid(r)', ends),
      'r stands in its own equation: what is carried from one step to the next is a state',
      3,
      15,
    ],
    [withLines("h' = linear(h, bias: 1, bias: 2)"), 'The option bias is given twice', 3, 27],
    [
      withLines("h' = tanh(x)"),
      'x can stand alone in linear(…) and conv(…) only, since the input has a size of its own',
      3,
      13,
    ],
    [
      withLines("h' = tanh(linear(2 * x))"),
      'x can stand alone in linear(…) and conv(…) only, since the input has a size of its own',
      3,
      24,
    ],
    [withLines("h' = sigmod(linear(x))"), 'There is no function sigmod. Did you mean sigmoid?', 3, 8],
    [
      withLines("h' = softmax(linear(x))"),
      `There is no function softmax. The functions are ${functionNames.join(', ')}`,
      3,
      8,
    ],
    [withLines("h' = tanh(linear(x), h)"), 'tanh takes one argument', 3, 8],
    [withLines("h' = tanh(linear(x, bais: 1))"), 'linear has no option bais; it has bias, init, train', 3, 23],
    [withLines("h' = tanh(linear())"), 'linear needs an argument, as in linear(x, h)', 3, 13],
    [withLines("h' = tanh(linear(1))"), 'A number in linear(…) would only add to its bias: leave it out', 3, 20],
    [withLines("h' = conv()"), 'conv needs an argument, as in conv(x, h)', 3, 8],
    [withLines("h' = conv(1)"), 'A number in conv(…) is the same for every pixel: leave it out', 3, 13],
    [withLines("h' = conv(h, size: 4)"), 'The option size is 3, 5 or 7, not 4', 3, 16],
    [withLines("h' = linear(h, size: 3)"), 'linear has no option size; it has bias, init, train', 3, 18],
    [
      withLines("h' = conv(h, init: identity)"),
      'The option init is default, orthogonal or glorot, not identity',
      3,
      16,
    ],
    [
      withLines('a = 2', ends),
      'a is the same number everywhere: write the number where it is used, or give it a name above with const',
      3,
      7,
    ],
    [withLines('h = tanh(linear(x))', ends), "h is a state: its next value is h'", 3, 3],
    [
      withLines("c' = tanh(linear(x))", ends),
      "c' would update a state, and there is no state c: declare it, or leave out the prime",
      3,
      3,
    ],
    [withLines('x = tanh(linear(h))', ends), 'x has a meaning of its own and cannot be defined', 3, 3],
    [withLines('r = sigmoid(h)', 'r = tanh(h)', ends), 'r is defined twice', 4, 3],
    [withLines('state h', ends), 'The state h is declared twice', 3, 9],
    [withLines("state c'", ends), 'A state is declared without a prime: c', 3, 9],
    [withLines("h' = h / 0"), 'A division by 0 has no value', 3, 12],
    [withLines('const dt = 1', 'param dt = 1', ends), 'The param dt is declared twice', 4, 9],
    [withLines('const dt = h', ends), 'Here should be a number, not "h"', 3, 14],
    [withLines('param a = 1', 'a = tanh(h)', ends), 'a is declared as a param and cannot be defined', 4, 3],
    [withLines("h' = max(h)"), 'max takes two arguments', 3, 8],
    [withLines("h' = scale(2)"), 'scale is of a gate or state, not of a number', 3, 8],
    [withLines("h' = scale(h, bias: 2)"), 'scale has no option bias; it has init', 3, 17],
    [withLines("h' = norm(h, init: 2)"), 'norm has no option init', 3, 16],
    [withLines("h' = linear(h, bias: nil)"), 'The option bias is a number or none, not nil', 3, 18],
    [
      withLines("h' = linear(h, init: eye)"),
      'The option init is default, identity, orthogonal, glorot or reservoir, not eye',
      3,
      18,
    ],
    [withLines("h' = linear(h, train: 3)"), 'The option train is yes or no, not 3', 3, 18],
    [withLines("h' = tanh", ends), 'tanh is a function: give it an argument, as in tanh(h)', 3, 8],
    [withLines("h' = tanh(linear(x, h)"), 'Here should be ",", not the end of line', 3, 25],
    [withLines('r == sigmoid(h)', ends), 'Here should be a number, a name, a call or a bracket, not "="', 3, 6],
    [withLines('r = sigmoid(h) ; z', ends), 'The character ";" has no meaning here', 3, 18],
    [withLines(`h' = ${'('.repeat(5000)}h${')'.repeat(5000)}`), 'Terms stand in more than 100 others', 3, 108],
    [withLines(`h' = h${' + h'.repeat(5000)}`), 'An equation has more than 500 operators', 3, 2010],
    ['x'.repeat(200_000), 'The text has 200000 characters, and a cell at most 100000', 1, 1],
  ];
  test.each(refused.map(([text, ...rest]) => [...rest, text] as const))('%s', (message, line, column, text) => {
    expect(analyseCell(text).cell).toBeUndefined();
    const refusal = { what: message, where: `my.cell, line ${line}, column ${column}` };
    expect(() => readCell(text, 'my.cell')).toThrow(expect.objectContaining(refusal));
  });

  test('with every line that goes wrong, not the first alone', () => {
    const { problems } = analyseCell(withLines('r = ', 's = sigmoid(', ends));
    expect(problems).toHaveLength(2);
    expect(analyseCell(withLines('r = q', 's = p', ends)).problems).toHaveLength(2);
  });
});

test('any cell that is written down is read back the same', () => {
  fc.assert(
    fc.property(randomCell({ tame: false }), (original) => {
      expect(readCell(textOf(original), 'random.cell')).toEqual(original);
    }),
    { numRuns: 300 },
  );
});

test('brackets, products before sums, and signs are read as in mathematics', () => {
  const term = (text: string) =>
    readCell(withLines(`h' = ${text}`, 'read = linear(x)'), 'a.cell').equations[0]?.expression;
  expect(term('h + h * h')).toEqual(add('h', multiply('h', 'h')));
  expect(term('(h + h) * h')).toEqual(multiply(add('h', 'h'), 'h'));
  expect(term('h - h - h')).toEqual(subtract(subtract('h', 'h'), 'h'));
  expect(term('-h * .5')).toEqual(multiply(subtract(0, 'h'), 0.5));
  expect(term('1e-3 * h')).toEqual(multiply(0.001, 'h'));
  expect(term('h - -2')).toEqual(subtract('h', -2));
  expect(term('h / h * h')).toEqual(multiply(binary('divide')('h', 'h'), 'h'));
});
