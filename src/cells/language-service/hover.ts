import type { LanguageHover, LanguageSize } from '../../protocol/language';
import type { Cell } from '../expression';
import { analyseCell } from '../language/read';
import { cellParameters } from '../parameters';
import { equationRanges, type Range } from '../ranges';
import { callAround, tokensBefore } from './call';
import { functionParagraphs, wordOf } from './notes';
import { baseOf, isInComment, type Outline, outlineOf, type RoledToken, tokenAt } from './outline';

/** What stands at a place: of a name its shape, range and parameters; of a function what it does; of the cell its origin. */
export function hoverAt(text: string, offset: number, size: LanguageSize): LanguageHover | undefined {
  if (isInComment(text, offset)) return undefined;
  const outline = outlineOf(text);
  const token = tokenAt(outline.tokens, offset);
  const paragraphs = token && paragraphsOf(token, outline, text, size);
  return token && paragraphs && { span: token.span, paragraphs };
}

function paragraphsOf(
  token: RoledToken,
  outline: Outline,
  text: string,
  size: LanguageSize,
): readonly string[] | undefined {
  const { role, text: name } = token;
  const word = role === 'function' || role === 'variable' ? wordOf(name) : undefined;
  if (word) return [`**${word.signature}**`, ...functionParagraphs(word)];
  if (role === 'cell') return cellParagraphs(analyseCell(text).cell, size);
  if (role === 'option') {
    const call = callAround(tokensBefore(text, outline.tokens, token.span.start));
    const option = wordOf(call?.name ?? '')?.options[name];
    return option && [`**${name}**: ${option.values}`, option.meaning];
  }
  return role === 'variable' ? nameParagraphs(name, outline, text, size) : undefined;
}

function nameParagraphs(
  name: string,
  { declarations }: Outline,
  text: string,
  size: LanguageSize,
): readonly string[] | undefined {
  if (name === 'x')
    return ['**x**: the input, [batch, inputs]', 'It can stand alone in `linear(…)` and `conv(…)` only.'];
  const found = declarations.find((one) => one.name === name);
  const { cell } = analyseCell(text);
  if (!found) return undefined;
  switch (found.kind) {
    case 'const':
      return [`**${name}**: a number, the same everywhere`];
    case 'param':
      return [`**${name}**: a learned vector, [units]`, ...(cell ? [learned(cell, [name], size)] : [])];
    case 'state': {
      const isOutput = declarations.find(({ kind }) => kind === 'state')?.name === name;
      const what = isOutput ? 'a state and the output' : 'a state';
      return [
        `**${name}**: ${what}, [batch, units]${range(cell, `${name}'`)}`,
        'As the step before left it; 0 at first.',
      ];
    }
    default: {
      const what = found.kind === 'next' ? `the next value of the state ${baseOf(name)}` : 'a gate';
      const parameters = cell
        ? learned(cell, parametersOf(cell, name), size)
        : 'Its parameters are known once the cell has no problem.';
      return [`**${name}**: ${what}, [batch, units]${range(cell, name)}`, parameters];
    }
  }
}

function cellParagraphs(cell: Cell | undefined, size: LanguageSize): readonly string[] | undefined {
  if (!cell) return undefined;
  const all = cellParameters(cell, size.inputs, size.units).map(({ name }) => name);
  return [...(cell.paper ? [escaped(cell.paper)] : []), learned(cell, all, size)];
}

/** A person's comment is no Markdown. */
const escaped = (text: string) => text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');

/** Names of what an equation learns. */
function parametersOf(cell: Cell, equation: string): readonly string[] {
  const stem = `${baseOf(equation)}.`;
  return cellParameters(cell, 1, 1).flatMap(({ name }) => (name.startsWith(stem) ? [name] : []));
}

function learned(cell: Cell, names: readonly string[], { inputs, units }: LanguageSize): string {
  if (names.length === 0) return 'It learns nothing itself.';
  const own = (inputSize: number, unitCount: number) =>
    cellParameters(cell, inputSize, unitCount).filter(({ name }) => names.includes(name));
  const count = own(inputs, units).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  // Sizes that differ tell which of a shape's numbers is which.
  const shapes = own(2, 3).map(({ name, shape, taps, trained }) => {
    const ofRows = (size: number) => (size === 2 ? 'inputs' : 'units');
    const pixels = taps > 1 ? `${Math.sqrt(taps)} × ${Math.sqrt(taps)} × ` : '';
    const sizes = shape.map((size, index) => (index === 0 ? pixels + ofRows(size / taps) : ofRows(size))).join(', ');
    return `\`${name}\` [${sizes}]${trained ? '' : ' (not trained)'}`;
  });
  const numbers = `${count.toLocaleString('en')} ${count === 1 ? 'number' : 'numbers'}`;
  return `Adds ${shapes.join(', ')}: ${numbers} for ${units} units and ${inputs} inputs`;
}

function range(cell: Cell | undefined, equation: string): string {
  const found = cell && equationRanges(cell).get(equation);
  return found ? `, ${rangeText(found)}` : '';
}

function rangeText([low, high]: Range): string {
  const shown = (value: number) => Number(value.toPrecision(4)).toString().replace('-', '−');
  if (Number.isFinite(low)) {
    return Number.isFinite(high) ? `from ${shown(low)} to ${shown(high)}` : `${shown(low)} or more`;
  }
  return Number.isFinite(high) ? `${shown(high)} or less` : 'of any size';
}
