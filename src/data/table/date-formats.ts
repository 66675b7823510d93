import { isWeekday, monthByName } from './calendar-names';

/** A way to write dates. Times without a zone count as UTC. */
export interface DateFormat {
  readonly name: string;
  /** Whether its cells are numbers too, so that it takes more than the cells to believe that they are dates. */
  readonly numeric: boolean;
  /** Milliseconds since 1970 of a trimmed cell; `NaN` when it is not written so, or there is no such day. */
  parse(cell: string): number;
}

const day = 86_400_000;
// A colon before the hours is how web servers log.
const time =
  '(?:[T ,:]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?(?:\\s*([ap])\\.?m\\.?)?\\s*(Z|UTC|GMT|[+-]\\d{2}:?\\d{2})?)?';

const yearFirst = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${time}$`, 'i');
const yearLast = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${time}$`, 'i');
const dayAndName = new RegExp(`^(\\d{1,2})[\\s.\\-/]+(\\p{L}+)\\.?[\\s\\-/,]+(\\d{4}|\\d{2})${time}$`, 'iu');
const nameAndDay = new RegExp(`^(\\p{L}+)\\.?[\\s\\-/]+(\\d{1,2})(?:st|nd|rd|th)?(?:,\\s*|\\s+)(\\d{4})${time}$`, 'iu');
const nameAndYear = /^(\p{L}+)\.?[\s\-/,']+(\d{4}|\d{2})$/u;
const nameDayTimeAndYear =
  /^(\p{L}+)\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})()()\s+(?:(UTC|GMT|[+-]\d{4})\s+)?(\d{4})$/u;
const yearAndName = /^(\d{4})[\s\-/]*(\p{L}{3,})\.?$/u;

export const dateFormats: readonly DateFormat[] = [
  text('year-month-day', yearFirst, (p) => moment(year(p[1]), Number(p[3]), Number(p[4]), p, 5)),
  text('day-month-year', yearLast, (p) => moment(year(p[4]), Number(p[3]), Number(p[1]), p, 5)),
  text('month-day-year', yearLast, (p) => moment(year(p[4]), Number(p[1]), Number(p[3]), p, 5)),
  text('year-month', /^(\d{4})(?:[-/]|[-\s]?[Mm])(\d{1,2})$/, ([, y, m]) => moment(year(y), Number(m), 1)),
  text('month-year', /^(\d{1,2})[-/](\d{4})$/, ([, m, y]) => moment(year(y), Number(m), 1)),
  text('year-quarter', /^(\d{4})[-\s/]?[Qq]([1-4])$/, ([, y, q]) => moment(year(y), 3 * Number(q) - 2, 1)),
  text('quarter-year', /^[Qq]([1-4])[-\s/]?(\d{4})$/, ([, q, y]) => moment(year(y), 3 * Number(q) - 2, 1)),
  text('day, name of month, year', dayAndName, (p) => moment(year(p[3]), named(p[2]), Number(p[1]), p, 4)),
  text('name of month, day, year', nameAndDay, (p) => moment(year(p[3]), named(p[1]), Number(p[2]), p, 4)),
  text('name of month, day, time, year', nameDayTimeAndYear, (p) =>
    moment(year(p[9]), named(p[1]), Number(p[2]), p, 3),
  ),
  text('date and time without marks', /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?()()(Z)?$/, (p) =>
    moment(year(p[1]), Number(p[2]), Number(p[3]), p, 4),
  ),
  text(
    'year-week',
    /^(\d{4})-?W(\d{2})(?:-?([1-7]))?$/,
    ([, y, week, weekday]) => weekStart(year(y), Number(week)) + day * (Number(weekday ?? 1) - 1),
  ),
  text('name of month, year', nameAndYear, ([, m, y]) => moment(year(y), named(m), 1)),
  text('year, name of month', yearAndName, ([, y, m]) => moment(year(y), named(m), 1)),
  number('year, month and day in eight digits', /^(\d{4})(\d{2})(\d{2})$/, ([, y, m, d]) =>
    moment(plausible(y), Number(m), Number(d)),
  ),
  number('date and time in fourteen digits', /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/, (p) =>
    moment(plausible(p[1]), Number(p[2]), Number(p[3]), p, 4),
  ),
  number('year and month in six digits', /^(\d{4})(\d{2})$/, ([, y, m]) => moment(plausible(y), Number(m), 1)),
  number('year', /^(\d{4})$/, ([, y]) => moment(plausible(y), 1, 1)),
  number('year with a fraction', /^(\d{4})(\.\d+)?$/, ([, y, fraction]) => {
    const start = moment(plausible(y), 1, 1);
    return start + Number(fraction ?? 0) * (moment(plausible(y) + 1, 1, 1) - start);
  }),
  number('seconds since 1970', /^(\d{9,10}(?:\.\d+)?)$/, ([, seconds]) => 1000 * Number(seconds)),
  number('milliseconds since 1970', /^(\d{12,13}(?:\.\d+)?)$/, ([, milliseconds]) => Number(milliseconds)),
  number('microseconds since 1970', /^(\d{15,16})$/, ([, microseconds]) => Number(microseconds) / 1e3),
  number('nanoseconds since 1970', /^(\d{18,19})$/, ([, nanoseconds]) => Number(nanoseconds) / 1e6),
];

/** A match: the whole first, then its groups. */
type Parts = readonly (string | undefined)[];

function text(name: string, pattern: RegExp, read: (parts: Parts) => number): DateFormat {
  return { name, numeric: false, parse: parser(pattern, read) };
}

function number(name: string, pattern: RegExp, read: (parts: Parts) => number): DateFormat {
  return { name, numeric: true, parse: parser(pattern, read) };
}

/** Most cells of a text have none, and are no date. */
const digit = /\d/;

function parser(pattern: RegExp, read: (parts: Parts) => number): (cell: string) => number {
  return (cell) => {
    if (cell.length > 48 || !digit.test(cell)) return Number.NaN;
    const match = pattern.exec(cell) ?? undressedMatch(pattern, cell);
    return match ? read(match) : Number.NaN;
  };
}

function undressedMatch(pattern: RegExp, cell: string): RegExpExecArray | null {
  const bare = undressed(cell);
  return bare === cell ? null : pattern.exec(bare);
}

let lastUndressed = { cell: '', bare: '' };

/** A cell without the brackets around it, as web servers write them, or the weekday before it. All formats ask in turn. */
function undressed(cell: string): string {
  if (lastUndressed.cell === cell) return lastUndressed.bare;
  const [, inside] = /^\[(.+)\]$/.exec(cell) ?? [];
  const [weekday, name = ''] = /^([\p{L}-]{2,})\.?,?\s+/u.exec(cell) ?? [];
  const bare = inside ?? (weekday && isWeekday(name) ? cell.slice(weekday.length) : cell);
  lastUndressed = { cell, bare };
  return bare;
}

/** Two digits mean 1969 to 2068, as in POSIX. */
function year(digits: string | undefined): number {
  const value = Number(digits);
  if (digits?.length !== 2) return value;
  return value < 69 ? 2000 + value : 1900 + value;
}

/** A number is taken for a year in this range alone. */
function plausible(digits: string | undefined): number {
  const value = Number(digits);
  return value >= 1500 && value < 2300 ? value : Number.NaN;
}

const named = (name: string | undefined) => monthByName(name ?? '') ?? Number.NaN;

/** @param clock the group of `parts` with the hours, which the other groups of a time follow */
function moment(y: number, month: number, dayOfMonth: number, parts: Parts = [], clock = 0): number {
  const start = Date.UTC(y, month - 1, dayOfMonth);
  const sure = dayOfMonth >= 1 && dayOfMonth <= 28 && month >= 1 && month <= 12;
  if (!(y >= 100) || !(sure || isDay(new Date(start), month, dayOfMonth))) return Number.NaN;
  return start + timeOfDay(parts, clock);
}

/** The Monday of a week of ISO 8601: the first one has the year's fourth day. `NaN` where the year has no such week. */
function weekStart(y: number, week: number): number {
  const mondayOf = (date: number) => date - day * ((new Date(date).getUTCDay() + 6) % 7);
  const start = mondayOf(Date.UTC(y, 0, 4)) + 7 * day * (week - 1);
  const hasWeek = week >= 1 && start < mondayOf(Date.UTC(y + 1, 0, 4));
  return hasWeek ? start : Number.NaN;
}

function isDay(date: Date, month: number, dayOfMonth: number): boolean {
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
}

function timeOfDay(parts: Parts, clock: number): number {
  const hours = parts[clock];
  if (clock === 0 || hours === undefined) return 0;
  const minutes = parts[clock + 1];
  const seconds = parts[clock + 2];
  const fraction = parts[clock + 3];
  const half = parts[clock + 4];
  const zone = parts[clock + 5];
  let hour = Number(hours);
  if (half) {
    if (hour < 1 || hour > 12) return Number.NaN;
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  const milliseconds =
    3_600_000 * hour +
    60_000 * Number(minutes) +
    1000 * Number(seconds ?? 0) +
    (fraction === undefined ? 0 : 1000 * Number(`0.${fraction}`));
  if (Number(minutes) > 59 || Number(seconds ?? 0) > 60 || milliseconds > day) return Number.NaN;
  return milliseconds - zoneOffset(zone);
}

function zoneOffset(zone: string | undefined): number {
  const match = zone === undefined ? null : /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (!match) return 0;
  const offset = 60_000 * (60 * Number(match[2]) + Number(match[3]));
  return match[1] === '-' ? -offset : offset;
}
