import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nativeFolder } from '../../../src/native/cache-folder';
import { bindingFile, libraryFolder, recordFile } from '../../../src/native/installation';

export interface StockInput {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

export interface StockLayer {
  readonly of: string;
  readonly inner?: StockLayer;
  readonly [option: string]: unknown;
}

/** A model of files in `folder`, or a new one of these layers that is saved there. */
export interface StockJob {
  readonly folder: string;
  readonly input: StockInput;
  readonly layers?: readonly StockLayer[];
  readonly functional?: boolean;
  readonly shardBytes?: number;
  readonly groups?: number;
}

export interface StockAnswer {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly metadata?: { readonly unroll: { readonly [key: string]: unknown } };
}

/** Where stock TF.js can compute here: always on its CPU backend, and on tfjs-node where TensorFlow is installed. */
export const stockBackends: readonly ('cpu' | 'tensorflow')[] = existsSync(join(nativeFolder(), recordFile))
  ? ['cpu', 'tensorflow']
  : ['cpu'];

/** What stock TF.js says to some jobs, in a process of its own. */
export async function stock(backend: 'cpu' | 'tensorflow', jobs: readonly StockJob[]): Promise<readonly StockAnswer[]> {
  const script = join(import.meta.dirname, 'stock-tfjs.mjs');
  const binding = backend === 'tensorflow' ? [join(nativeFolder(), bindingFile)] : [];
  const env = { ...process.env, LD_LIBRARY_PATH: join(nativeFolder(), libraryFolder), TF_CPP_MIN_LOG_LEVEL: '3' };
  const child = spawn(process.execPath, [script, ...binding], { stdio: ['pipe', 'pipe', 'pipe'], env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  child.stdin.end(JSON.stringify(jobs));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`Stock TF.js ended with ${code}.\n${stderr}`);
  const { backend: used, answers } = JSON.parse(stdout);
  if (used !== backend) throw new Error(`Stock TF.js computed on ${used}, not ${backend}`);
  return answers;
}
