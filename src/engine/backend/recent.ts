/** Keeps what was made for the keys that were asked for last. */
export class Recent<V> {
  private readonly known = new Map<string, V>();

  /** @param dispose called for what is forgotten */
  constructor(
    private readonly most: number,
    private readonly dispose: (value: V) => void,
  ) {}

  get(key: string, make: () => V): V {
    const value = this.known.get(key) ?? make();
    this.known.delete(key);
    this.known.set(key, value);
    const [oldest] = this.known;
    if (this.known.size > this.most && oldest) {
      this.known.delete(oldest[0]);
      this.dispose(oldest[1]);
    }
    return value;
  }
}
