import { createContext } from 'preact';
import { useCallback, useContext, useState } from 'preact/hooks';
import type { Platform } from './platform';

/**
 * What survives hiding, reloading and restarting. `settings` hold for every run (open views, scales);
 * `run` belongs to one run (zoom, layer, chosen sample) and is forgotten when another is shown.
 */
interface Stored {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly folder: string | undefined;
  readonly run: Readonly<Record<string, unknown>>;
}

export class Persistence {
  readonly #platform: Pick<Platform, 'getState' | 'setState'>;
  #stored: Stored;

  constructor(platform: Pick<Platform, 'getState' | 'setState'>) {
    this.#platform = platform;
    const found = platform.getState() as Partial<Stored> | undefined;
    this.#stored = { settings: found?.settings ?? {}, folder: found?.folder, run: found?.run ?? {} };
  }

  get folder(): string | undefined {
    return this.#stored.folder;
  }

  /** From now on `run` values belong to this run. */
  show(folder: string | undefined): void {
    if (folder !== this.#stored.folder) this.#write({ ...this.#stored, folder, run: {} });
  }

  read(scope: 'settings' | 'run', key: string): unknown {
    return this.#stored[scope][key];
  }

  write(scope: 'settings' | 'run', key: string, value: unknown): void {
    this.#write({ ...this.#stored, [scope]: { ...this.#stored[scope], [key]: value } });
  }

  #write(stored: Stored): void {
    this.#stored = stored;
    this.#platform.setState(stored);
  }
}

export const PersistenceContext = createContext<Persistence>(
  new Persistence({ getState: () => undefined, setState: () => {} }),
);

/** Like `useState`, for plain data that survives the page. */
export function usePersistedState<T>(scope: 'settings' | 'run', key: string, initial: T): [T, (value: T) => void] {
  const persistence = useContext(PersistenceContext);
  const [value, setValue] = useState<T>(() => (persistence.read(scope, key) as T | undefined) ?? initial);
  const set = useCallback(
    (next: T) => {
      persistence.write(scope, key, next);
      setValue(next);
    },
    [persistence, scope, key],
  );
  return [value, set];
}
