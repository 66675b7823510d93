import { isAscii } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { cacheFolder } from '../native/cache-folder';

/** Milliseconds after which V8 has compiled what a training needs. */
const settled = 4000;
/** Milliseconds; made again where it is still of use. */
const longestKept = 30 * 24 * 60 * 60 * 1000;

/** Flags of V8 that are not its usual ones. */
export interface Flags {
  readonly name: string;
  readonly during: <T>(work: () => T) => T;
}

/**
 * Loads a bundle as `require` does, but with what V8 kept of it: not only of what it compiled first, as Node's own cache
 * has it, but of each function that had run when the bundle was loaded the last time. Where the folder cannot be written,
 * or V8 is another one, nothing is lost but time.
 *
 * @param path of a CommonJS bundle
 * @param flags V8 knows its code again under the flags alone that it had: a name for those it has now, and what sets them
 */
export function loadWithCode(path: string, flags?: Flags): { readonly run: () => unknown } {
  const bytes = readFileSync(path);
  // One byte a character, where that is enough, is read the sooner.
  const source = bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
  // V8 itself compares no more than lengths.
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const name = [process.versions.v8, process.arch, digest, ...(flags ? [flags.name] : [])].join('-');
  const kept = join(cacheFolder(), 'code', `${name}.bin`);
  const cachedData = read(kept);
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: path,
    ...(cachedData && { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected)
    setTimeout(() => {
      const code = () => script.createCachedData();
      keep(kept, flags ? flags.during(code) : code());
    }, settled).unref();
  return {
    run() {
      const module = { exports: {} };
      script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
      return module.exports;
    },
  };
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** As a whole, for two may begin at once. Those of bundles that are no longer loaded go. */
function keep(path: string, data: Buffer): void {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, data);
    renameSync(temporary, path);
    for (const name of readdirSync(dirname(path))) {
      const other = join(dirname(path), name);
      if (name.endsWith('.bin') && Date.now() - statSync(other).mtimeMs > longestKept) rmSync(other);
    }
  } catch {
    rmSync(temporary, { force: true });
  }
}
