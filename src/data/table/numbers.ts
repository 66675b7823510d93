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
  const digit = first === minus || first === plus ? cell.charCodeAt(1) : first;
  // Most cells begin with a digit, and no such word does but 1.#INF and its like.
  if (digit >= 0x30 && digit <= 0x39 && (digit !== 0x31 || !cell.includes('#'))) return false;
  return cell === '' || (cell.length <= 10 && missingWords.has(cell.toLowerCase()));
}

const [plus, comma, minus, point] = [0x2b, 0x2c, 0x2d, 0x2e];

/** Digits with at most a sign and one mark, as most cells are: told apart without a pattern, for there are many. */
enum Plain {
  No,
  Whole,
  /** With a decimal mark. */
  Point,
  Comma,
  /** With a mark that may be one for thousands: up to three digits before it and three behind. */
  PointOrThousands,
  CommaOrThousands,
}

function plain(cell: string): Plain {
  const { length } = cell;
  const first = cell.charCodeAt(0);
  const start = first === minus || first === plus ? 1 : 0;
  let mark = 0;
  let place = length;
  for (let i = start; i < length; i++) {
    const code = cell.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) continue;
    if ((code !== point && code !== comma) || mark !== 0) return Plain.No;
    mark = code;
    place = i;
  }
  const digits = length - start - (mark === 0 ? 0 : 1);
  if (digits === 0) return Plain.No;
  if (mark === 0) return Plain.Whole;
  const thousands = length - place === 4 && place - start >= 1 && place - start <= 3;
  if (mark === point) return thousands ? Plain.PointOrThousands : Plain.Point;
  return thousands ? Plain.CommaOrThousands : Plain.Comma;
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

const signs = '$€£¥₹₽₩₺₪฿';
const currency = `(?:[A-Z]{0,2}[${signs}]|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD)`;
const dressed = new RegExp(
  `^([+\\-−]?)(\\()?(?:${currency}\\s*)?([+\\-−]?)([\\d.,][^%()]*?)(?:\\s*(?:%|${currency}))?(\\))?(-?)$`,
);
const longestDressed = 40;

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isSmallLetter = (code: number) => code >= 0x61 && code <= 0x7a;

/** Most cells of words, dates and times are known by their first and last character to be no such number. */
function mayBeDressed(cell: string): boolean {
  const { length } = cell;
  if (length > longestDressed) return false;
  const sign = cell.charCodeAt(0);
  const first = sign === minus || sign === plus ? cell.charCodeAt(1) : sign;
  const last = cell.charCodeAt(length - 1);
  return !(isSmallLetter(first) || isSmallLetter(last) || last === point || (isDigit(first) && isDigit(last)));
}

/** A number without what accounts put around it: currency, a percent sign, brackets or a sign behind where it is negative. */
function bare(cell: string): string | undefined {
  if (!mayBeDressed(cell)) return undefined;
  const [, before, open, sign, digits, close, behind] = dressed.exec(cell) ?? [];
  if (digits === undefined || (open === undefined) !== (close === undefined)) return undefined;
  const signs = [before, sign, behind, open && '-'].filter(Boolean);
  return signs.length > 1 ? undefined : `${signs[0] ?? ''}${digits}`;
}

/** Whether a trimmed cell is a number when the decimal mark is `decimal`, also one of money or percent: `($1,234)`, `12 %`. */
export function isNumber(cell: string, decimal: Decimal): boolean {
  switch (plain(cell)) {
    case Plain.No: {
      if (patterns[decimal].test(cell)) return true;
      const digits = bare(cell);
      return digits !== undefined && patterns[decimal].test(digits);
    }
    case Plain.Point:
      return decimal === '.';
    case Plain.Comma:
      return decimal === ',';
    default:
      return true;
  }
}

/** The value of a trimmed cell; `NaN` when it is missing, no number, or too large for one. */
export function parseNumber(cell: string, decimal: Decimal): number {
  const kind = plain(cell);
  const written = kind === Plain.Whole || (kind === Plain.Point && decimal === '.') ? cell : withPoint(cell, decimal);
  const value = Number(written);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** As JavaScript writes numbers. */
function withPoint(cell: string, decimal: Decimal): string {
  const written = patterns[decimal].test(cell) ? cell : (bare(cell) ?? '');
  if (!patterns[decimal].test(written)) return 'NaN';
  const thousands = decimal === '.' ? /[, '\u2019\u00a0\u2009\u202f]/g : /[. '\u2019\u00a0\u2009\u202f]/g;
  return written.replace(thousands, '').replace(',', '.').replace('−', '-');
}
