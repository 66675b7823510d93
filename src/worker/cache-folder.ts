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
