import { type Rows, rowsOf } from './rows';

const blockBits = 12;
const blockRows = 1 << blockBits;

/** Rows [block × 4096, …): the value of a row is (base + code) × factor / divisor, or the code itself where it is a float. */
interface Block {
  readonly codes: Uint8Array | Uint16Array | Uint32Array | Float64Array;
  readonly base: number;
  readonly factor: number;
  readonly divisor: number;
  /** The code of a missing value. */
  readonly hole: number;
}

/**
 * Collects numbers exactly, but for the sign of a zero, in about as many bytes as they take in a file of text: decimals
 * of few digits become whole numbers above the least of their block. `NaN` stands for what is missing.
 *
 * A quotient of a whole number below 2^53 and a power of ten below 10^23 is the double nearest to that decimal
 * (Clinger 1990, How to read floating point numbers accurately), hence what `Number` makes of its digits.
 */
export class PackedNumbers {
  private readonly blocks: Block[] = [];
  private readonly staged = new Float64Array(blockRows);
  private exponent = 0;
  private length = 0;

  push(value: number): void {
    this.staged[this.length % blockRows] = value;
    this.length += 1;
    if (this.length % blockRows === 0) this.pack(blockRows);
  }

  /** Nothing can be pushed after that. */
  finish(): Rows<number> {
    const { blocks, length } = this;
    if (length % blockRows > 0) this.pack(length % blockRows);
    return rowsOf(length, (row) => {
      const block = blocks[row >> blockBits];
      const code = block?.codes[row & (blockRows - 1)];
      if (block === undefined || code === undefined || code === block.hole) return Number.NaN;
      return ((block.base + code) * block.factor) / block.divisor;
    });
  }

  private pack(count: number): void {
    const values = this.staged.subarray(0, count);
    const exponent = exponentOf(values, this.exponent) ?? exponentOf(values, leastExponent);
    if (exponent === undefined) {
      this.blocks.push({ codes: values.slice(), base: 0, factor: 1, divisor: 1, hole: Number.NaN });
      return;
    }
    this.exponent = exponent;
    this.blocks.push(whole(values, exponent));
  }
}

/** Decimals behind the point; below zero, zeros before it. */
const leastExponent = -3;
const mostExponent = 12;
const powers = Array.from({ length: mostExponent + 1 }, (_, exponent) => Number(`1e${exponent}`));
const power = (exponent: number) => powers[exponent] ?? 1;

/** The first exponent, from one on, with which all values are whole numbers that give them back exactly. */
function exponentOf(values: Float64Array, from: number): number | undefined {
  let exponent = from;
  for (const value of values) {
    while (!isWholeWith(value, exponent)) {
      if (exponent === mostExponent) return undefined;
      exponent += 1;
    }
  }
  return exponent;
}

function isWholeWith(value: number, exponent: number): boolean {
  if (Number.isNaN(value)) return true;
  const whole = scaledUp(value, exponent);
  const back = exponent < 0 ? whole * power(-exponent) : whole / power(exponent);
  return back === value && Math.abs(whole) <= Number.MAX_SAFE_INTEGER;
}

function scaledUp(value: number, exponent: number): number {
  return Math.round(exponent < 0 ? value / power(-exponent) : value * power(exponent));
}

function whole(values: Float64Array, exponent: number): Block {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = scaledUp(values[i] ?? Number.NaN, exponent);
    values[i] = value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const base = least <= most ? least : 0;
  const [factor, divisor] = exponent < 0 ? [power(-exponent), 1] : [1, power(exponent)];
  const range = most - base;
  if (!(range < 0xffff_ffff) && least <= most) {
    // The sums of wider ranges are exact as well, for all are below 2^53.
    return { codes: values.slice(), base: 0, factor, divisor, hole: Number.NaN };
  }
  const hole = range < 0xff || least > most ? 0xff : range < 0xffff ? 0xffff : 0xffff_ffff;
  const codes = emptyCodes(hole, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    codes[i] = Number.isNaN(value) ? hole : value - base;
  }
  return { codes, base, factor, divisor, hole };
}

function emptyCodes(hole: number, length: number): Uint8Array | Uint16Array | Uint32Array {
  if (hole === 0xff) return new Uint8Array(length);
  return hole === 0xffff ? new Uint16Array(length) : new Uint32Array(length);
}

/**
 * The same numbers with each missing one taking the last before it in its series; at the beginning, the first; 0 when there is
 * none.
 */
export function gapsFilled(
  values: Rows<number>,
  series: readonly { readonly start: number; readonly end: number }[] = [{ start: 0, end: values.length }],
): Rows<number> {
  const packed = new PackedNumbers();
  for (const { start, end } of series) {
    let first = start;
    while (first < end && Number.isNaN(values.at(first))) first += 1;
    let last = first < end ? values.at(first) : 0;
    for (let row = start; row < end; row++) {
      if (!Number.isNaN(values.at(row))) last = values.at(row);
      packed.push(last);
    }
  }
  return packed.finish();
}
