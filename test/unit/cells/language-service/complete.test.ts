import { describe, expect, test } from 'vitest';
import { cellLanguage } from '../../../../src/cells/language-service';
import { marked } from './marked';

function offered(...lines: readonly string[]) {
  const { text, offset } = marked(...lines);
  return cellLanguage.completions(text, offset);
}
const labels = (...lines: readonly string[]) => offered(...lines).map(({ label }) => label);

describe('completion offers', () => {
  test('at the beginning of a line the next values that are missing, then what declares', () => {
    expect(labels('state h, c', "h' = h", '|')).toEqual(["c'", 'state', 'param', 'const']);
    expect(labels('state h', 'h|')).toEqual(["h'", 'state', 'param', 'const']);
    const [first] = offered('state h', 'h|');
    expect(first).toMatchObject({ insert: "h' = ", replace: { start: 21, end: 22 } });
  });

  test('in a term what is defined above, and functions with what they say, but not the line’s own name', () => {
    const all = labels(
      'state h, c',
      'param p = 1',
      'const dt = 1',
      'r = sigmoid(h)',
      "c' = c",
      'z = |',
      'n = h',
      "h' = h",
    );
    expect(all.slice(0, 6)).toEqual(['h', 'c', 'p', 'dt', 'r', "c'"]);
    expect(all).toContain('tanh');
    expect(all).not.toContain('z');
    expect(all).not.toContain('n');
    expect(all).not.toContain('x');
    const linear = offered('state h', "h' = li|").find(({ label }) => label === 'linear');
    expect(linear).toMatchObject({ detail: 'linear(a, b, …)', insert: 'linear($0)' });
    expect(linear?.documentation).toMatch(/affine/);
  });

  test('x in linear alone', () => {
    expect(labels('state h', "h' = linear(|")).toContain('x');
    expect(labels('state h', "h' = linear(h, |)")).toContain('x');
    expect(labels('state h', "h' = linear(h * |)")).not.toContain('x');
    expect(labels('state h', "h' = tanh(|)")).not.toContain('x');
    expect(labels('state h', "h' = linear(tanh(h), |)")).toContain('x');
  });

  test('options where they can stand, each once, and their values', () => {
    expect(labels('state h', "h' = linear(h, |)")).toEqual(expect.arrayContaining(['bias', 'init', 'train']));
    const rest = labels('state h', "h' = linear(h, bias: 1, |)");
    expect(rest).not.toContain('bias');
    expect(rest).toContain('init');
    expect(labels('state h', "h' = tanh(h, |)")).not.toContain('bias');
    expect(labels('state h', "h' = linear(h, init: |)")).toContain('orthogonal');
    expect(labels('state h', "h' = linear(h, train: n|)")).toEqual(['no', 'yes']);
    expect(labels('state h', "h' = scale(h, init: |)")).toEqual(['uniform']);
    expect(labels('state h', "h' = conv(|")).toEqual(expect.arrayContaining(['x', 'size', 'bias']));
    expect(labels('state h', "h' = conv(h, size: |)")).toEqual(['3', '5', '7']);
    expect(labels('state h', "h' = conv(h, init: |)")).toEqual(['default', 'orthogonal', 'glorot']);
  });

  test('nothing in comments, in numbers, behind a whole term, in declarations, or behind the cell', () => {
    expect(labels('state h // |')).toEqual([]);
    expect(labels('state h', "h' = 1|")).toEqual([]);
    expect(labels('state h', "h' = h |")).toEqual([]);
    expect(labels('state |')).toEqual([]);
    expect(labels('param p = |')).toEqual([]);
    expect(cellLanguage.completions('cell a {\n}\n', 11)).toEqual([]);
    expect(cellLanguage.completions('cell ', 5)).toEqual([]);
  });

  test('a new cell where the text is empty', () => {
    expect(cellLanguage.completions('// Mine\n', 8).map(({ label }) => label)).toEqual(['cell']);
    expect(cellLanguage.completions('ce', 2).map(({ label }) => label)).toEqual(['cell']);
  });
});

describe('a call says what it takes', () => {
  const active = (...lines: readonly string[]) => {
    const { text, offset } = marked(...lines);
    const found = cellLanguage.signature(text, offset);
    const part = found?.parameters[found.active];
    return part && [found.label, found.label.slice(part.start, part.end)];
  };
  const linear = 'linear(a, b, …, bias: …, init: …, train: …)';

  test('argument by argument', () => {
    expect(active("h' = linear(|)")).toEqual([linear, 'a']);
    expect(active("h' = linear(x, |h)")).toEqual([linear, 'b']);
    expect(active("h' = linear(x, h, c, d|)")).toEqual([linear, '…']);
    expect(active("h' = linear(x, init: |)")).toEqual([linear, 'init: …']);
    expect(active("h' = linear(tanh(|h), x)")).toEqual(['tanh(a)', 'a']);
    expect(active("h' = linear(max(h, c), x|)")).toEqual([linear, 'b']);
    expect(active("h' = max(h, |")).toEqual(['max(a, b)', 'b']);
  });

  test('and not outside of one, nor of what is no function', () => {
    expect(active("h' = linear(x)| + 1")).toBeUndefined();
    expect(active("h' = soft(|)")).toBeUndefined();
    expect(active("h' = (|h)")).toBeUndefined();
    expect(active("h' = h // tanh(|")).toBeUndefined();
  });
});
