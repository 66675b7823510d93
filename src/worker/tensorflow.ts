import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import { workerData } from 'node:worker_threads';
import type { TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import { UserError } from '../base/user-error';
import type * as TensorFlow from '../engine/tensorflow';
import { useTensorFlow } from '../engine/tensors';
import { bindingFile, findInstallation } from '../native/installation';
import { nativeRemedies, probeOnce, tensorFlowEnvironment } from '../native/probe';
import type { EngineReport } from '../protocol/run';
import type { WorkerSetting } from './start';

/**
 * Loads TensorFlow into this process and makes it TF.js's backend.
 *
 * @param threads 0: as many as there are cores; the first start in a process decides
 * @throws UserError when it is not installed, or does not work here
 */
export async function startTensorFlow(threads: number): Promise<EngineReport> {
  const { nativeFolders = [] } = (workerData ?? {}) as Partial<WorkerSetting>;
  const installation = await findInstallation(nativeFolders);
  if (!installation) {
    throw new UserError({
      what: 'TensorFlow is not installed',
      wayOut: "Install it (unroll native install), or train with Unroll's own engine (--backend auto).",
      actions: nativeRemedies('Install TensorFlow…'),
    });
  }
  await probeOnce(installation);
  await loadTensorFlow(join(installation.folder, bindingFile), join(__dirname, 'tensorflow.js'), threads);
  const { tensorFlow } = installation.record;
  return { backend: 'tensorflow', variant: tensorFlow, threads: threads > 0 ? threads : availableParallelism() };
}

/**
 * @param binding tfjs-node's part in C++
 * @param bundle the engine's part on it
 */
export async function loadTensorFlow(binding: string, bundle: string, threads = 0): Promise<void> {
  const load = createRequire(binding);
  // What tfjs-node still calls, and Node 23 took away.
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const before = { ...process.env };
  const own = { ...tensorFlowEnvironment, ...(threads > 0 && { TF_NUM_INTRAOP_THREADS: String(threads) }) };
  const ours = Object.entries(own).filter(([name]) => before[name] === undefined);
  for (const [name, value] of ours) process.env[name] = value;
  try {
    const library: TFJSBinding = load(binding);
    const graphs = (model: Uint8Array, tag: string) => loadGraph(library, model, tag);
    await useTensorFlow(() => (load(bundle) as typeof TensorFlow).registerTensorFlow(library, graphs));
  } finally {
    // What other programs are started with is not changed for good.
    for (const [name] of ours) delete process.env[name];
  }
}

/** TensorFlow takes a graph out of a folder alone. */
function loadGraph(library: TFJSBinding, model: Uint8Array, tag: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), model);
    return library.loadSavedModel(folder, tag);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
