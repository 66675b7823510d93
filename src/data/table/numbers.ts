export type Decimal = '.' | ',';

/** What people and programs write where there is no value, in lower case; "inf" is no value that one can train on. */
const missingWords = new Set(
  (
    '- -- — . .. ? * na n/a #n/a #na n.a. nan -nan +nan null (null) nil none nil missing #null! #value! #div/0! ' +
    'inf -inf +inf infinity -infinity +infinity 1.#inf -1.#inf 1.#qnan -1.#ind'
  ).split(' '),
);

/** Whether a trimmed cell holds no value. */
export function isMissing(cell: string): boolean {
  const first = cell.charCodeAt(0);
  // Most cells begin with a digit, and no such word does but 1.#INF and its like.
  if (first >= 0x32 && first <= 0x39) return false;
  return cell === '' || (cell.length <= 10 && missingWords.has(cell.toLowerCase()));
}

const exponent = '(?:[eE][+-]?\\d+)?';
const spaces = "[ '’\\u00a0\\u2009\\u202f]";

/** Thousands may be set apart by spaces, apostrophes, or the mark that is not the decimal mark: 1 234, 1'234, 1,234. */
function numberPattern(decimal: string, thousands: string): RegExp {
  const whole = `(?:\\d+|\\d{1,3}(?:${thousands}\\d{3})+|\\d{1,3}(?:${spaces}\\d{3})+)`;
  return new RegExp(`^[+\\-−]?(?:${whole}(?:${decimal}\\d*)?|${decimal}\\d+)${exponent}$`);
}

const patterns: Readonly<Record<Decimal, RegExp>> = {
  '.': numberPattern('\\.', ','),
  ',': numberPattern(',', '\\.'),
};
/** Most cells: digits with at most a decimal mark, which need no clean-up. */
const simple: Readonly<Record<Decimal, RegExp>> = {
  '.': /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/,
  ',': /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/,
};

/** Whether a trimmed cell is a number when the decimal mark is `decimal`. */
export function isNumber(cell: string, decimal: Decimal): boolean {
  return simple[decimal].test(cell) || patterns[decimal].test(cell);
}

/** The value of a trimmed cell; `NaN` when it is missing, no number, or too large for one. */
export function parseNumber(cell: string, decimal: Decimal): number {
  const value = Number(withPoint(cell, decimal));
  return Number.isFinite(value) ? value : Number.NaN;
}

/** As JavaScript writes numbers. */
function withPoint(cell: string, decimal: Decimal): string {
  if (simple[decimal].test(cell)) return decimal === '.' ? cell : cell.replace(',', '.');
  if (!patterns[decimal].test(cell)) return 'NaN';
  const thousands = decimal === '.' ? /[, '’\u00a0\u2009\u202f]/g : /[. '’\u00a0\u2009\u202f]/g;
  return cell.replace(thousands, '').replace(',', '.').replace('−', '-');
}
