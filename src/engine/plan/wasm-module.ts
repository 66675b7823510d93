/** Writes WebAssembly modules: one function type, functions that import a shared memory. The format: WebAssembly 2.0, chapter 5. */

/** Value types of the format. */
export const i32 = 0x7f;
export const v128 = 0x7b;

/** Instructions of the format; `simd` goes before those on vectors. */
export const op = {
  loop: 0x03,
  end: 0x0b,
  branchIf: 0x0d,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  load: 0x28,
  constant: 0x41,
  add: 0x6a,
  subtract: 0x6b,
  multiply: 0x6c,
  simd: 0xfd,
} as const;

const section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

export interface WasmFunction {
  readonly name: string;
  /** Local variables beyond the parameters, by type, in this order. */
  readonly locals: readonly { readonly count: number; readonly type: number }[];
  /** Instructions, without the closing `end`. */
  readonly body: readonly number[];
}

/**
 * @param parameters all of type i32; the functions return nothing
 * @param memory limits of the shared memory that is imported as `env.memory`, in pages
 */
export function wasmModule(
  parameters: number,
  memory: { readonly initial: number; readonly maximum: number },
  functions: readonly WasmFunction[],
): Uint8Array {
  const code = functions.map(({ locals, body }) => {
    const content = [...vector(locals.map(({ count, type }) => [...unsigned(count), type])), ...body, 0x0b];
    return [...unsigned(content.length), ...content];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...inSection(section.type, vector([[0x60, ...vector(Array.from({ length: parameters }, () => [i32])), 0]])),
    ...inSection(
      section.import,
      vector([
        [...text('env'), ...text('memory'), 0x02, 0x03, ...unsigned(memory.initial), ...unsigned(memory.maximum)],
      ]),
    ),
    ...inSection(section.function, vector(functions.map(() => [0]))),
    ...inSection(section.export, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...inSection(section.code, vector(code)),
  ]);
}

function inSection(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  return [...bytes, left];
}

/** LEB128 with sign. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (;;) {
    const byte = left & 0x7f;
    left >>= 7;
    if ((left === 0 && !(byte & 0x40)) || (left === -1 && byte & 0x40)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}
