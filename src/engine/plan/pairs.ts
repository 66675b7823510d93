import { binaryCodes, type Lanes, shiftCodes, unaryCodes, type Value } from './functions';
import { op, signed, unsigned } from './wasm-module';

/** What the code that works on vectors is written for. */
export interface VectorTarget {
  /** Whether a · b + c is one instruction. */
  readonly relaxed: boolean;
  /** Where a 32-bit number lies in memory. */
  readonly addressOf: (bits: number) => number;
}

const simd = { load: 0x00, splat: 0x09, store: 0x0b, constant: 0x0c, select: 0x52, madd: 0x105 } as const;

/**
 * Writes instructions on eight numbers at a time: every value is two 128-bit locals, the halves side by side in memory,
 * which V8 joins into one of 256 bits where each instruction comes twice in a row, once a half.
 */
export class PairWriter implements Lanes {
  private readonly constants = new Map<number, Value>();
  private values = 0;

  /**
   * @param code what the instructions are appended to
   * @param firstLocal index of the first 128-bit local; they must be the function's last ones
   */
  constructor(
    private readonly code: number[],
    private readonly firstLocal: number,
    private readonly target: VectorTarget,
  ) {}

  /** 128-bit locals in use so far. */
  get locals(): number {
    return 2 * this.values;
  }

  /** @param address the local that holds it: one for both halves, or V8 does not see that they lie side by side */
  load(address: number): Value {
    return this.write((half) => {
      this.code.push(op.get, ...unsigned(address), op.simd, simd.load, 4, ...unsigned(half * 16));
    });
  }

  /** @param address as of `load` */
  store(value: Value, address: number): void {
    // The higher half first: V8 keeps a store of its own for a lower one that comes first.
    for (const half of [1, 0]) {
      this.code.push(op.get, ...unsigned(address));
      this.get(value, half);
      this.code.push(op.simd, simd.store, 4, ...unsigned(half * 16));
    }
  }

  /** Leaves nothing in the locals: what a loop carries on, V8 takes for used there, and does not join. */
  clear(): void {
    for (let local = 0; local < this.locals; local++) {
      this.code.push(op.simd, simd.constant, ...new Array<number>(16).fill(0));
      this.code.push(op.set, ...unsigned(this.firstLocal + local));
    }
  }

  constant(value: number): Value {
    return this.bits(new Int32Array(Float32Array.of(value).buffer)[0] ?? 0);
  }

  bits(value: number): Value {
    const known = this.constants.get(value);
    if (known !== undefined) return known;
    const address = this.target.addressOf(value);
    // The same value in both halves: V8 joins no two loads of one number.
    const result = this.fresh();
    this.code.push(op.constant, ...signed(address), op.simd, simd.splat, 2, 0);
    this.set(result, 0);
    this.get(result, 0);
    this.set(result, 1);
    this.constants.set(value, result);
    return result;
  }

  one(name: keyof typeof unaryCodes, a: Value): Value {
    return this.write((half) => {
      this.get(a, half);
      this.simd(unaryCodes[name]);
    });
  }

  two(name: keyof typeof binaryCodes, a: Value, b: Value): Value {
    return this.write((half) => {
      this.get(a, half);
      this.get(b, half);
      this.simd(binaryCodes[name]);
    });
  }

  fma(a: Value, b: Value, c: Value): Value {
    if (!this.target.relaxed) return this.two('add', this.two('mul', a, b), c);
    return this.write((half) => {
      this.get(a, half);
      this.get(b, half);
      this.get(c, half);
      this.simd(simd.madd);
    });
  }

  shift(name: keyof typeof shiftCodes, a: Value, bits: number): Value {
    return this.write((half) => {
      this.get(a, half);
      this.code.push(op.constant, ...signed(bits));
      this.simd(shiftCodes[name]);
    });
  }

  select(a: Value, b: Value, mask: Value): Value {
    return this.write((half) => {
      this.get(a, half);
      this.get(b, half);
      this.get(mask, half);
      this.simd(simd.select);
    });
  }

  private simd(code: number): void {
    this.code.push(op.simd, ...unsigned(code));
  }

  private write(push: (half: number) => void): Value {
    const value = this.fresh();
    for (const half of [0, 1]) {
      push(half);
      this.set(value, half);
    }
    return value;
  }

  private fresh(): Value {
    return this.values++;
  }

  private get(value: Value, half: number): void {
    this.code.push(op.get, ...unsigned(this.firstLocal + 2 * value + half));
  }

  private set(value: Value, half: number): void {
    this.code.push(op.set, ...unsigned(this.firstLocal + 2 * value + half));
  }
}
