import { describe, expect, test } from 'vitest';
import { builtinTexts } from '../../../../src/cells/builtin';
import { functionWords } from '../../../../src/cells/language/words';
import { cellLanguage } from '../../../../src/cells/language-service';
import { marked } from './marked';

const size = { inputs: 20, units: 32 };
const hover = (...lines: readonly string[]) => {
  const { text, offset } = marked(...lines);
  return cellLanguage.hover(text, offset, size)?.paragraphs.join('\n');
};
const inCell = (name: keyof typeof builtinTexts, place: string) =>
  cellLanguage.hover(builtinTexts[name], builtinTexts[name].indexOf(place), size)?.paragraphs.join('\n');

describe('hover tells', () => {
  test('of an equation its shape, its range, and what it learns', () => {
    expect(inCell('gru', 'r = ')).toBe(
      '**r**: a gate, [batch, units], from 0 to 1\n' +
        'Adds `r.W` [inputs, units], `r.U` [units, units], `r.b` [units]: 1,696 numbers for 32 units and 20 inputs',
    );
    expect(inCell('gru', "h' = ")).toBe(
      "**h'**: the next value of the state h, [batch, units], of any size\nIt learns nothing itself.",
    );
    expect(inCell('echo-state', "h' = ")).toContain('`h.U` [units, units] (not trained)');
  });

  test('of a state whether it is the output, of params and constants what they are, and of x its size', () => {
    expect(inCell('lstm', 'h, c')).toMatch(/^\*\*h\*\*: a state and the output, \[batch, units\], from −1 to 1/);
    expect(inCell('lstm', 'c\n')).toMatch(/^\*\*c\*\*: a state, \[batch, units\], of any size/);
    expect(inCell('lem', 'dt = 1')).toMatch(/a number/);
    expect(inCell('gru', 'x, h')).toMatch(/the input, \[batch, inputs\]/);
    expect(hover('state h', 'param |p = 2', "h' = tanh(p * h + linear(x))")).toMatch(/learned vector.*\n.*32 numbers/);
  });

  test('of a cell its paper and size', () => {
    expect(inCell('gru', 'gru {')).toMatch(/^Cho et al\. 2014.*\n.*Adds .*: 5,\d{3} numbers/s);
  });

  test.each(functionWords.map((word) => [word.name, word] as const))(
    'of %s what it does',
    (name, { signature, meaning }) => {
      const text = hover('state h', `h' = |${name}(h)`);
      expect(text).toContain(`**${signature}**`);
      expect(text).toContain(meaning);
      expect(text).toMatch(/^`[^`]+`$/m);
    },
  );

  test('of an option what may stand there', () => {
    expect(hover('state h', "h' = linear(tanh(h), |bias: 1)")).toMatch(/a number or none/);
  });

  test('the shape while another line is wrong, and nothing in comments and of what is nowhere defined', () => {
    expect(hover('state h', '|r = tanh(h)', "h' = q")).toMatch(/^\*\*r\*\*: a gate, \[batch, units\]\n.*no problem/);
    expect(hover('state h // |h')).toBeUndefined();
    expect(hover('state h', "h' = |q")).toBeUndefined();
  });
});
