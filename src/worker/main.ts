import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder';

/**
 * The worker's entry is small so that V8 compiles all else from what it kept of the last time, which is sooner
 * done. Node before 22 keeps nothing; where the folder cannot be written, nothing is lost but time.
 */
enableCompileCache?.(join(cacheFolder(), 'code'));
void import(/* webpackChunkName: "serve" */ './serve').then(() => flushCompileCache?.());
