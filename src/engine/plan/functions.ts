import type { Binary, Unary } from './operations';

/** A vector value while code is written: the emitter's, in pairs of 128 bits. */
export type Value = number;

/** Instructions on vectors of 32-bit lanes, as the functions below need them. */
export interface Lanes {
  constant(value: number): Value;
  /** The 32 bits as they are. */
  bits(value: number): Value;
  one(op: keyof typeof unaryCodes, a: Value): Value;
  two(op: keyof typeof binaryCodes, a: Value, b: Value): Value;
  /** a · b + c */
  fma(a: Value, b: Value, c: Value): Value;
  /** All lanes moved by a number of bits. */
  shift(op: keyof typeof shiftCodes, a: Value, bits: number): Value;
  /** a where the mask's bits are set, else b. */
  select(a: Value, b: Value, mask: Value): Value;
}

/** SIMD opcodes (WebAssembly 2.0, 5.4.9). */
export const unaryCodes = { abs: 0xe0, neg: 0xe1, sqrt: 0xe3, fromInt: 0xfa } as const;
export const binaryCodes = {
  less: 0x43,
  greater: 0x44,
  and: 0x4e,
  or: 0x50,
  addInt: 0xae,
  subInt: 0xb1,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
  pmin: 0xea,
  pmax: 0xeb,
} as const;
export const shiftCodes = { left: 0xab, rightSigned: 0xac } as const;

type UnaryCode = (lanes: Lanes, x: Value) => Value;
type BinaryCode = (lanes: Lanes, a: Value, b: Value) => Value;

/** Every operation of the language and of its adjoint as instructions, in single precision. */
export const unaryFunctions: Readonly<Record<Unary, UnaryCode>> = {
  copy: (_, x) => x,
  sigmoid,
  tanh,
  relu: (l, x) => l.two('pmax', x, l.constant(0)),
  exp,
  log,
  sqrt: (l, x) => l.one('sqrt', x),
  abs: (l, x) => l.one('abs', x),
  square: (l, x) => l.two('mul', x, x),
  // max(x, 0) + log(1 + e^−|x|), which neither overflows nor loses small values.
  softplus: (l, x) => {
    const tail = log(l, l.two('add', l.constant(1), exp(l, l.one('neg', l.one('abs', x)))));
    return l.two('add', l.two('pmax', x, l.constant(0)), tail);
  },
  softsign: (l, x) => l.two('div', x, l.two('add', l.constant(1), l.one('abs', x))),
  silu: (l, x) => l.two('mul', x, sigmoid(l, x)),
  elu: (l, x) => {
    const negative = l.two('sub', exp(l, l.two('pmin', x, l.constant(0))), l.constant(1));
    return l.select(x, negative, l.two('greater', x, l.constant(0)));
  },
  sin: (l, x) => sine(l, x, 0),
  cos: (l, x) => sine(l, x, 1),
  step: (l, x) => l.two('and', l.two('greater', x, l.constant(0)), l.constant(1)),
  sign: (l, x) =>
    l.two(
      'sub',
      l.two('and', l.two('greater', x, l.constant(0)), l.constant(1)),
      l.two('and', l.two('less', x, l.constant(0)), l.constant(1)),
    ),
};

export const binaryFunctions: Readonly<Record<Binary, BinaryCode>> = {
  add: (l, a, b) => l.two('add', a, b),
  subtract: (l, a, b) => l.two('sub', a, b),
  multiply: (l, a, b) => l.two('mul', a, b),
  divide: (l, a, b) => l.two('div', a, b),
  min: (l, a, b) => l.two('min', a, b),
  max: (l, a, b) => l.two('max', a, b),
  less: (l, a, b) => l.two('and', l.two('less', a, b), l.constant(1)),
};

function polynomial(l: Lanes, x: Value, coefficients: readonly number[]): Value {
  const [first = 0, ...rest] = coefficients;
  return rest.reduce((sum, coefficient) => l.fma(sum, x, l.constant(coefficient)), l.constant(first));
}

/** 2^n · e^r with |r| ≤ ln 2 / 2; coefficients of Cephes, expf.c. */
function exp(l: Lanes, x: Value): Value {
  const y = l.two('pmax', l.two('pmin', x, l.constant(88)), l.constant(-87));
  // Adding 1.5 · 2²³ rounds to a whole number, which then stands in the lowest bits.
  const magic = l.constant(12582912);
  const shifted = l.fma(y, l.constant(Math.LOG2E), magic);
  const n = l.two('sub', shifted, magic);
  const r = l.fma(n, l.constant(2.1219444e-4), l.fma(n, l.constant(-0.693359375), y));
  const p = polynomial(
    l,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  const value = l.fma(p, l.two('mul', r, r), l.two('add', r, l.constant(1)));
  return l.two('addInt', value, l.shift('left', shifted, 23));
}

function sigmoid(l: Lanes, x: Value): Value {
  return l.two('div', l.constant(1), l.two('add', l.constant(1), exp(l, l.one('neg', x))));
}

/** A rational function in x², for |x| ≤ 7.905; coefficients of Eigen's generic fast tanh. */
function tanh(l: Lanes, x: Value): Value {
  const limit = 7.905311107635498;
  const y = l.two('pmax', l.two('pmin', x, l.constant(limit)), l.constant(-limit));
  const square = l.two('mul', y, y);
  const above = polynomial(
    l,
    square,
    [
      -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5,
      6.37261928875436e-4, 4.89352455891786e-3,
    ],
  );
  const below = polynomial(
    l,
    square,
    [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3],
  );
  return l.two('div', l.two('mul', y, above), below);
}

/** Coefficients of Cephes, logf.c. Below 0: not a number; 0: −∞. */
function log(l: Lanes, x: Value): Value {
  // x = m · 2^e with √½ ≤ m < √2
  const raised = l.two('subInt', x, l.bits(0x3f3504f3));
  const e = l.one('fromInt', l.shift('rightSigned', raised, 23));
  const fraction = l.two('addInt', l.two('and', raised, l.bits(0x007fffff)), l.bits(0x3f3504f3));
  const r = l.two('sub', fraction, l.constant(1));
  const square = l.two('mul', r, r);
  const p = polynomial(
    l,
    r,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  const tail = l.fma(e, l.constant(-2.1219444e-4), l.two('mul', l.two('mul', r, square), p));
  const sum = l.two('add', l.fma(square, l.constant(-0.5), tail), r);
  const value = l.fma(e, l.constant(0.693359375), sum);
  const zero = l.constant(0);
  const orInfinity = l.select(value, l.constant(Number.NEGATIVE_INFINITY), l.two('greater', x, zero));
  // Comparisons with a value that is not a number are false, as they are for what is below zero.
  const isBelow = l.two('less', x, zero);
  return l.two('or', orInfinity, isBelow);
}

/** sin(x + quarters · π/2), by a quarter turn and the polynomials of Cephes, sinf.c; |x| up to some thousands. */
function sine(l: Lanes, x: Value, quarters: number): Value {
  const magic = l.constant(12582912);
  const shifted = l.fma(x, l.constant(2 / Math.PI), magic);
  const n = l.two('sub', shifted, magic);
  // π/2 in three parts
  const r = l.fma(
    n,
    l.constant(-7.549789954891882e-8),
    l.fma(n, l.constant(-4.8375129699707031e-4), l.fma(n, l.constant(-1.5703125), x)),
  );
  const square = l.two('mul', r, r);
  const odd = l.fma(
    l.two('mul', r, square),
    polynomial(l, square, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]),
    r,
  );
  const even = l.fma(
    l.two('mul', square, square),
    polynomial(l, square, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]),
    l.fma(square, l.constant(-0.5), l.constant(1)),
  );
  const turn = l.two('addInt', shifted, l.bits(quarters));
  // All bits set where the quarter is odd: its lowest bit moved to the top and spread.
  const isOdd = l.shift('rightSigned', l.shift('left', turn, 31), 31);
  const value = l.select(even, odd, isOdd);
  const sign = l.shift('left', l.shift('rightSigned', turn, 1), 31);
  return l.select(l.one('neg', value), value, l.shift('rightSigned', sign, 31));
}
