import type { Part } from './form';

/** A linear autoregression: the next value is the intercept and so much of each value some rows before. */
export interface LinearModel {
  readonly intercept: number;
  readonly lags: readonly number[];
  /** Of each lag. */
  readonly weights: readonly number[];
}

const mostLags = 12;
/** Rows to fit to, for each number that is fitted. */
const rowsPerWeight = 4;
/** The last rows of a long training part say enough. */
const mostRows = 100_000;

/**
 * The rows before that a linear autoregression reads: the last ones, at most twelve, and those a season ago. Undefined where
 * the training part is too short to fit them.
 */
export function lagsOf(rows: number, period: number | undefined): readonly number[] | undefined {
  const recent = Math.min(mostLags, period === undefined ? mostLags : period + 1);
  for (let count = recent; count >= 1; count--) {
    const seasonal = count === recent && period !== undefined ? [period, period + 1] : [];
    const lags = [...Array.from({ length: count }, (_, at) => at + 1), ...seasonal.filter((lag) => lag > count)];
    if (rows - Math.max(...lags) >= rowsPerWeight * (lags.length + 1)) return lags;
  }
  return undefined;
}

/**
 * Fits by least squares, conditional on the first values of each series, as statsmodels' `AutoReg` does of one.
 *
 * @param parts the training parts: `valueAt` is asked for no later row
 */
export function fitLinear(lags: readonly number[], parts: readonly Part[]): LinearModel {
  const columns = [...lags, 0];
  const size = lags.length;
  const sums = new Float64Array(size + 1);
  let count = 0;
  eachRow(lags, parts, (row, { valueAt }) => {
    for (let at = 0; at <= size; at++) sums[at] = (sums[at] ?? 0) + valueAt(row - (columns[at] ?? 0));
    count += 1;
  });
  const means = sums.map((sum) => sum / count);
  // Centred, which keeps what is nearly collinear apart; [size, size + 1], the last column that of the value itself.
  const products = lags.map(() => new Float64Array(size + 1));
  const centred = new Float64Array(size + 1);
  eachRow(lags, parts, (row, { valueAt }) => {
    for (let at = 0; at <= size; at++) centred[at] = valueAt(row - (columns[at] ?? 0)) - (means[at] ?? 0);
    products.forEach((line, i) => {
      for (let j = i; j <= size; j++) line[j] = (line[j] ?? 0) + (centred[i] ?? 0) * (centred[j] ?? 0);
    });
  });
  const weights = solved(products, size);
  const explained = weights.reduce((sum, weight, at) => sum + weight * (means[at] ?? 0), 0);
  return { intercept: (means[size] ?? 0) - explained, lags, weights };
}

/** Every row before which all lags are known; of long parts the last ones. */
function eachRow(lags: readonly number[], parts: readonly Part[], take: (row: number, part: Part) => void): void {
  const longest = Math.max(...lags);
  const most = Math.ceil(mostRows / parts.length);
  for (const part of parts) for (let row = Math.max(longest, part.rows - most); row < part.rows; row++) take(row, part);
}

/** The values that follow, each made from those before it. */
export function continueLinear(
  { intercept, lags, weights }: LinearModel,
  steps: number,
  /** Of so many rows before the first that is forecast. */
  valueBefore: (rows: number) => number,
): number[] {
  const ahead: number[] = [];
  for (let step = 0; step < steps; step++) {
    const value = (lag: number) => (lag <= step ? (ahead[step - lag] ?? 0) : valueBefore(lag - step));
    ahead.push(lags.reduce((sum, lag, at) => sum + (weights[at] ?? 0) * value(lag), intercept));
  }
  return ahead;
}

/** What of a column must be left beside those before it for it to say something of its own. */
const leastPivot = 1e-12;

/**
 * Solves the normal equations by Cholesky's decomposition; of what is collinear the later one gets no weight.
 *
 * @param products upper triangle of XᵀX with Xᵀy as a last column
 */
function solved(products: readonly Float64Array[], size: number): number[] {
  const root = products.map(() => new Float64Array(size));
  const at = (i: number, j: number) => root[i]?.[j] ?? 0;
  const middle: number[] = [];
  for (let i = 0; i < size; i++) {
    const line = products[i] ?? new Float64Array();
    const own = root[i] ?? new Float64Array();
    let pivot = line[i] ?? 0;
    let right = line[size] ?? 0;
    for (let k = 0; k < i; k++) {
      pivot -= at(k, i) ** 2;
      right -= at(k, i) * (middle[k] ?? 0);
    }
    if (pivot <= leastPivot * (line[i] ?? 0)) {
      middle.push(0);
      continue;
    }
    const diagonal = Math.sqrt(pivot);
    own[i] = diagonal;
    middle.push(right / diagonal);
    for (let j = i + 1; j < size; j++) {
      let sum = line[j] ?? 0;
      for (let k = 0; k < i; k++) sum -= at(k, i) * at(k, j);
      own[j] = sum / diagonal;
    }
  }
  const weights = Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    if (at(i, i) === 0) continue;
    let sum = middle[i] ?? 0;
    for (let j = i + 1; j < size; j++) sum -= at(i, j) * (weights[j] ?? 0);
    weights[i] = sum / at(i, i);
  }
  return weights;
}
