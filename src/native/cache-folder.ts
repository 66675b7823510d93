import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what can be made again is kept between two starts, outside of any run. */
export function cacheFolder(): string {
  const cache =
    process.env.XDG_CACHE_HOME ??
    (process.platform === 'win32' ? process.env.LOCALAPPDATA : undefined) ??
    join(homedir(), '.cache');
  return join(cache, 'unroll');
}

/** Where the command line installs TensorFlow; an editor that has none of its own takes that one. */
export function nativeFolder(): string {
  return join(cacheFolder(), 'native');
}
