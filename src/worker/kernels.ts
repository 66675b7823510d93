import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { RunChoices } from '../configuration/run';
import type { VariantName } from '../engine/wasm/machine';
import { cacheFolder } from '../native/cache-folder';
import { askForWide, whileWide } from './v8-flag';

/** Which variant was the fastest when all were tried on this machine. */
export interface Choice {
  readonly variant: VariantName;
  /** Thousand million multiplications and additions a second, of one thread. */
  readonly speed: number;
}

/** Beside the bundle; in tests, which run the sources, in the folder that bundles are written to. */
export function kernelBytes(name: VariantName): Uint8Array {
  const file = `${name}.wasm`;
  const beside = join(__dirname, 'kernels', file);
  return readFileSync(existsSync(beside) ? beside : join(__dirname, '..', '..', 'dist', 'kernels', file));
}

/**
 * Compiles beside whatever this thread does meanwhile.
 *
 * @param anew also where V8 has compiled them already: another thread may have changed its flags in the middle of that
 */
export function compileKernels(name: VariantName, anew = false): Promise<WebAssembly.Module> {
  const bytes = (anew ? distinct(kernelBytes(name)) : kernelBytes(name)) as BufferSource;
  return name === 'wide' ? whileWide(() => WebAssembly.compile(bytes)) : WebAssembly.compile(bytes);
}

/** The same module in other bytes: with a section at its end that means nothing. */
function distinct(bytes: Uint8Array): Uint8Array {
  const name = randomBytes(8);
  return Uint8Array.from([...bytes, 0, 1 + name.length, name.length, ...name.map((byte) => byte & 0x7f)]);
}

/** The variant that an engine so configured will most likely take, where that is known before all else is loaded. */
export function likelyVariant({
  backend,
  variant = 'auto',
}: NonNullable<RunChoices['engine']> = {}): VariantName | undefined {
  if (backend === 'cpu' || backend === 'tensorflow') return undefined;
  const name = variant === 'auto' ? rememberedChoice()?.variant : variant;
  return name === 'wide' && !askForWide().allowed ? undefined : name;
}

/** What was chosen at the first start of this version on this machine; undefined before that. */
export function rememberedChoice(): Choice | undefined {
  try {
    return JSON.parse(readFileSync(choicePath(), 'utf8')) as Choice;
  } catch {
    return undefined;
  }
}

/** Keeps a choice for the next start, where the folder can be written. */
export function rememberChoice(choice: Choice): void {
  try {
    mkdirSync(join(cacheFolder(), 'engine'), { recursive: true });
    writeFileSync(choicePath(), JSON.stringify(choice));
  } catch {
    // It is made again next time.
  }
}

/** Other kernels, another V8 or processor choose anew. */
function choicePath(): string {
  const made = createHash('sha256')
    .update(kernelBytes('wide'))
    .update(`${process.versions.v8} ${process.versions.node} ${process.arch} ${cpus()[0]?.model}`)
    .digest('hex');
  return join(cacheFolder(), 'engine', `choice-${made.slice(0, 16)}.json`);
}
