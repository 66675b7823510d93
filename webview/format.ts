const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });

/** Missing numbers: JSON turns NaN and infinities into null on their way here. */
const none = '\u2013';

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}

export function count(value: number | null | undefined): string {
  return isNumber(value) ? whole.format(value) : none;
}

/** For axes and tight places: 100k. */
export function shortCount(value: number): string {
  return compact.format(value).replace('K', 'k');
}

/** A measured value: three decimals near one, three significant digits elsewhere. */
export function measure(value: number | null | undefined): string {
  if (!isNumber(value)) return none;
  if (!Number.isFinite(value)) return value > 0 ? '\u221e' : '\u2212\u221e';
  const size = Math.abs(value);
  const text =
    size === 0
      ? '0'
      : size >= 1e6 || size < 1e-4
        ? value.toExponential(2)
        : size >= 1000
          ? whole.format(value)
          : size >= 100
            ? value.toFixed(1)
            : size >= 10
              ? value.toFixed(2)
              : size >= 0.1
                ? value.toFixed(3)
                : value.toPrecision(3);
  return text.replace('-', '\u2212');
}

/** A value between 0 and 1, as a share of the whole. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 1) return '<\u20091\u2009%';
  if (value > 99 && value < 100) return '>\u200999\u2009%';
  return `${Math.round(value)}\u2009%`;
}

export function rate(perSecond: number): string {
  return perSecond >= 100 ? whole.format(perSecond) : perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${whole.format(n)} ${n === 1 ? one : many}`;
}
