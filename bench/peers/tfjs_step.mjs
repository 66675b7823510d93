/**
 * A whole training step of stock TF.js layers on tfjs-node (TensorFlow's own kernels): the same step as torch_step.py, but
 * for the GRU, which TF.js has only with the reset before the product. `model.trainOnBatch` cannot clip by the global norm,
 * so gradients are taken, clipped and applied by the same public functions that it is made of.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util, { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1' },
    cells: { type: 'string', default: 'LSTM' },
    seconds: { type: 'string', default: '1.5' },
    threads: { type: 'string', default: '2' },
    folder: { type: 'string', default: '.' },
  },
});

// TensorFlow reads these when it is loaded.
Object.assign(process.env, {
  TF_NUM_INTRAOP_THREADS: values.threads,
  TF_NUM_INTEROP_THREADS: values.threads,
  OMP_NUM_THREADS: values.threads,
  TF_CPP_MIN_LOG_LEVEL: '3',
});
// tfjs-node calls what Node 23 took away.
if (!('isNullOrUndefined' in util))
  Object.assign(util, { isNullOrUndefined: (/** @type {unknown} */ value) => value === null || value === undefined });
const tf = createRequire(join(values.folder, 'package.json'))('@tensorflow/tfjs-node');

const { vocabulary, batch, timeSteps, embedding, units, layers } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'src', 'cli', 'bench-rows.json'), 'utf8'),
)[values.rows];

const model = tf.sequential();
model.add(tf.layers.embedding({ inputDim: vocabulary, outputDim: embedding, inputLength: timeSteps }));
for (let layer = 0; layer < layers; layer++) model.add(recurrent(values.cells));
model.add(tf.layers.dense({ units: vocabulary }));

const adam = tf.train.adam(0.002);
const drawn = (/** @type {number} */ seed) => tf.randomUniform([batch, timeSteps], 0, vocabulary, 'int32', seed);
const ids = drawn(1);
const targets = tf.oneHot(drawn(2), vocabulary).toFloat();

const first = step();
let end = performance.now() + 1000 * Number(values.seconds);
for (let i = 0; i < 3 && performance.now() < end; i++) step();
const times = [];
let last = first;
end = performance.now() + 1000 * Number(values.seconds);
while (performance.now() < end || times.length < 3) {
  const began = performance.now();
  last = step();
  times.push(performance.now() - began);
}
times.sort((a, b) => a - b);
const [best] = times;
console.log(
  JSON.stringify({ best, median: times[Math.floor(times.length / 2)], steps: times.length, losses: [first, last] }),
);

/** Its functions are those of the other peers; its first weights are not, as TF.js takes long to make them orthogonal. */
function recurrent(/** @type {string} */ cell) {
  const options = { units, returnSequences: true, recurrentInitializer: 'glorotUniform' };
  if (cell === 'RNN') return tf.layers.simpleRNN(options);
  if (cell === 'GRU') return tf.layers.gru({ ...options, recurrentActivation: 'sigmoid' });
  return tf.layers.lstm({ ...options, recurrentActivation: 'sigmoid' });
}

/** @returns {number} the loss before the step, in nats per token */
function step() {
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() =>
      tf.losses.softmaxCrossEntropy(targets, model.apply(ids, { training: true })),
    );
    const names = Object.keys(grads);
    const norm = tf.sqrt(tf.addN(names.map((name) => tf.sum(tf.square(grads[name])))));
    const scale = tf.div(5, tf.maximum(norm, 5));
    adam.applyGradients(Object.fromEntries(names.map((name) => [name, tf.mul(grads[name], scale)])));
    return value.dataSync()[0];
  });
}
