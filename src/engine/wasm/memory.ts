/** Pages of 64 KiB. The maximum is address space alone, until it is used. */
export const memoryLimits = { initial: 32, maximum: 65536 } as const;

/** Below lies what kernels/memory.ts describes. */
const heapStart = 131072;

/** Of blocks, so that each begins a cache line. */
const alignment = 64;

/** Hands out blocks of a shared WebAssembly memory, first fit, and joins what is given back. */
export class Heap {
  readonly memory = new WebAssembly.Memory({ ...memoryLimits, shared: true });
  private readonly sizes = new Map<number, number>();
  /** By address; no two touch. */
  private readonly free: { at: number; size: number }[] = [];
  private end = heapStart;
  private used = 0;

  /** Bytes in use. */
  get bytes(): number {
    return this.used;
  }

  /** Address of a new block. Throws a RangeError when 4 GiB do not suffice. */
  allocate(bytes: number): number {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    const at = this.take(size);
    this.sizes.set(at, size);
    this.used += size;
    return at;
  }

  release(at: number): void {
    const size = this.sizes.get(at);
    if (size === undefined) throw new Error(`No block begins at ${at}`);
    this.sizes.delete(at);
    this.used -= size;
    let index = this.free.findIndex((block) => block.at > at);
    if (index < 0) index = this.free.length;
    const before = this.free[index - 1];
    const after = this.free[index];
    const joinsAfter = after !== undefined && at + size === after.at;
    if (before !== undefined && before.at + before.size === at) {
      before.size += size;
      if (joinsAfter) {
        before.size += after.size;
        this.free.splice(index, 1);
      }
    } else if (joinsAfter) {
      after.at = at;
      after.size += size;
    } else {
      this.free.splice(index, 0, { at, size });
    }
  }

  /** Views of the memory as it is now; made anew, since a memory that grows has another buffer. */
  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  words(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }

  private take(size: number): number {
    const index = this.free.findIndex((block) => block.size >= size);
    const block = this.free[index];
    if (block) {
      const { at } = block;
      block.at += size;
      block.size -= size;
      if (block.size === 0) this.free.splice(index, 1);
      return at;
    }
    const at = this.end;
    const missing = at + size - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    this.end = at + size;
    return at;
  }
}
