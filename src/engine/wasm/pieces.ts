/** Pieces of a block of memory, named; each begins a cache line. */
export class Pieces {
  private readonly offsets = new Map<string, number>();
  bytes = 0;

  add(name: string, bytes: number): void {
    this.offsets.set(name, this.bytes);
    this.bytes += Math.ceil(bytes / 64) * 64;
  }

  at(name: string): number {
    const offset = this.offsets.get(name);
    if (offset === undefined) throw new Error(`Nothing is kept as ${name}`);
    return offset;
  }
}
