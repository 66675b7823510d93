/**
 * Stock TF.js in a process of its own: answers jobs, which come as JSON on standard input, with what its models say.
 *
 *   node stock-tfjs.mjs            on its CPU backend
 *   node stock-tfjs.mjs BINDING    on tfjs-node with this binding
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';

/** @typedef {import('./stock').StockJob} Job */
/** @typedef {import('./stock').StockLayer} Layer */
/** @typedef {import('@tensorflow/tfjs-layers').layers.Layer} BuiltLayer */
/** @typedef {import('@tensorflow/tfjs-layers').SymbolicTensor} Symbolic */
/** @typedef {typeof import('@tensorflow/tfjs-layers')} Layers */
/** @typedef {import('@tensorflow/tfjs-core').io.ModelJSON} ModelJson */
/** @typedef {import('@tensorflow/tfjs-core').io.WeightsManifestEntry} Entry */
/** @typedef {typeof import('@tensorflow/tfjs-core') & Pick<Layers, 'input' | 'layers' | 'loadLayersModel' | 'model' | 'sequential'>} TensorFlow */

const load = createRequire(import.meta.url);
const print = console.log;
// It greets on standard output.
console.log = console.warn = console.error;
// What tfjs-node still calls, and Node 23 took away.
const old = /** @type {{ isNullOrUndefined?: (value: unknown) => boolean }} */ (util);
old.isNullOrUndefined ??= (value) => value === null || value === undefined;
/** @type {TensorFlow} */
const tf = load('@tensorflow/tfjs');
const [binding] = process.argv.slice(2);
if (binding) {
  const { NodeJSKernelBackend } = load('@tensorflow/tfjs-node/dist/nodejs_kernel_backend');
  load('@tensorflow/tfjs-node/dist/register_all_kernels');
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(load(binding), '@tensorflow/tfjs-node'));
}
await tf.setBackend(binding ? 'tensorflow' : 'cpu');

const input = [];
for await (const part of process.stdin) input.push(part);
const answers = [];
for (const job of JSON.parse(Buffer.concat(input).toString()))
  answers.push(await (job.layers ? made(job) : loaded(job)));
print(JSON.stringify({ backend: tf.getBackend(), answers }));

/**
 * A model out of files.
 *
 * @param {Job} job
 */
async function loaded({ folder, input }) {
  /** @type {ModelJson} */
  const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
  const paths = json.weightsManifest.flatMap(({ paths }) => paths);
  const shards = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  const model = await tf.loadLayersModel({
    load: async () => ({
      ...json,
      weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
      weightData: Uint8Array.from(Buffer.concat(shards)).buffer,
    }),
  });
  return { ...said(model, input), metadata: model.getUserDefinedMetadata() };
}

/**
 * A new model of these layers with random weights, saved into files of at most so many bytes.
 *
 * @param {Job & { readonly layers: readonly Layer[] }} job
 */
async function made({ folder, layers, functional, input, shardBytes = 2 ** 22, groups = 1 }) {
  const built = layers.map(layerOf);
  const model = functional ? chained(built, input) : tf.sequential({ layers: built });
  // As large as keeps rectified units from growing over the steps.
  const scale = (/** @type {readonly number[]} */ [rows = 1, columns]) => (columns ? 0.7 / Math.sqrt(rows) : 0.5);
  model.setWeights(model.getWeights().map(({ shape }) => tf.randomNormal(shape, 0, scale(shape))));
  await mkdir(folder, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async ({ weightData, weightSpecs, ...artifacts }) => {
      if (!(weightData instanceof ArrayBuffer) || !weightSpecs) throw new Error('The model has no weights');
      /** @param {Entry} entry */
      const size = ({ shape }) => 4 * shape.reduce((a, b) => a * b, 1);
      const cut = Math.ceil(weightSpecs.length / groups);
      /** @type {{ paths: string[], weights: Entry[] }[]} */
      const weightsManifest = [];
      let at = 0;
      for (let group = 0; group < groups; group++) {
        const weights = weightSpecs.slice(group * cut, (group + 1) * cut);
        const end = at + weights.reduce((sum, spec) => sum + size(spec), 0);
        /** @type {string[]} */
        const paths = [];
        for (; at < end; at = Math.min(at + shardBytes, end)) {
          const path = `group${group + 1}-shard${paths.length + 1}.bin`;
          paths.push(path);
          await writeFile(join(folder, path), new Uint8Array(weightData).subarray(at, Math.min(at + shardBytes, end)));
        }
        weightsManifest.push({ paths, weights });
      }
      await writeFile(join(folder, 'model.json'), JSON.stringify({ ...artifacts, weightsManifest }));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return said(model, input);
}

/**
 * @param {Layer} layer
 * @returns {BuiltLayer}
 */
function layerOf({ of, inner, ...options }) {
  const makers = /** @type {Record<string, (options: object) => BuiltLayer>} */ (/** @type {unknown} */ (tf.layers));
  const make = makers[of];
  if (!make) throw new Error(`There is no layer ${of}`);
  return make(inner ? { ...options, layer: layerOf(inner) } : options);
}

/**
 * @param {readonly BuiltLayer[]} layers
 * @param {Job['input']} input
 */
function chained(layers, { shape, dtype }) {
  const first = tf.input({ shape: shape.slice(1).map((size, axis) => (axis === 0 ? null : size)), dtype });
  const last = layers.reduce((tensor, layer) => /** @type {Symbolic} */ (layer.apply(tensor)), first);
  return tf.model({ inputs: first, outputs: last });
}

/**
 * @param {import('@tensorflow/tfjs-layers').LayersModel} model
 * @param {Job['input']} input
 */
function said(model, { values, shape, dtype }) {
  const result = model.predict(tf.tensor([...values], [...shape], dtype));
  if (Array.isArray(result)) throw new Error('The model has several outputs');
  return { shape: result.shape, values: Array.from(result.dataSync()) };
}
