/** Compiles the engine's kernels (AssemblyScript) into dist/kernels, one WebAssembly module a variant. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tiles } from './tiles.mjs';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src', 'engine', 'kernels');
const target = join(root, 'dist', 'kernels');

/** Columns of a panel, and whether a multiplication and addition are one instruction: see src/engine/wasm/variants.ts. */
export const builds = {
  wide: { panel: 16, relaxed: 1 },
  relaxed: { panel: 8, relaxed: 1 },
  plain: { panel: 8, relaxed: 0 },
};

/** Compiles what is older than its sources. Throws with the compiler's words when it fails. */
export async function buildKernels() {
  const newest = Math.max(
    ...['kernels.mjs', 'tiles.mjs'].map((name) => statSync(join(import.meta.dirname, name)).mtimeMs),
    ...readdirSync(source).map((name) => statSync(join(source, name)).mtimeMs),
  );
  for (const [name, build] of Object.entries(builds)) {
    const file = join(target, `${name}.wasm`);
    if (existsSync(file) && statSync(file).mtimeMs > newest) continue;
    mkdirSync(target, { recursive: true });
    writeFileSync(file, await compile(build));
  }
}

/** For vitest, before its first test. */
export const setup = buildKernels;

/** @param {{ panel: number, relaxed: number }} build */
async function compile({ panel, relaxed }) {
  const { default: asc } = await import('assemblyscript/asc');
  /** @type {Uint8Array | undefined} */
  let wasm;
  const { error, stderr } = await asc.main(
    [
      ...['index.ts', '--baseDir', source],
      // Higher levels move loads away from the multiplications that they feed, and V8 then runs out of registers.
      ...['-O1', '--runtime', 'stub', '--noAssert', '--exportTable', '--outFile', 'kernels.wasm'],
      ...['--enable', 'simd', '--enable', 'threads', ...(relaxed ? ['--enable', 'relaxed-simd'] : [])],
      ...['--importMemory', '--sharedMemory', '--initialMemory', '32', '--maximumMemory', '65536'],
      ...['--use', `PANEL=${panel}`, '--use', `RELAXED=${relaxed}`],
    ],
    {
      readFile: (name) => {
        if (name.endsWith('tiles.ts')) return tiles(panel);
        const file = join(source, name);
        return existsSync(file) ? readFileSync(file, 'utf8') : null;
      },
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm') && typeof contents !== 'string') wasm = contents;
      },
    },
  );
  if (error || !wasm) throw new Error(`The kernels do not compile:\n${stderr}`);
  return wasm;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildKernels();
