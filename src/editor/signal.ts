/** An event source without `vscode`, so that what has a life can be tested without an editor. */
export interface Subscription {
  dispose(): void;
}

export class Signal<T> {
  private readonly listeners = new Set<(value: T) => void>();

  /** Calls `listener` for every later `fire` until disposed. */
  readonly on = (listener: (value: T) => void): Subscription => {
    const own = (value: T) => listener(value);
    this.listeners.add(own);
    return { dispose: () => void this.listeners.delete(own) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      listener(value);
    }
  }
}
