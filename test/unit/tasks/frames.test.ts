import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../src/base/random';
import { builtinCell } from '../../../src/cells/builtin';
import type { CellName, Reading, RunChoices } from '../../../src/configuration/run';
import { binaryCrossEntropy } from '../../../src/engine/losses';
import { framesOf, pixelRows } from '../../../src/engine/pixels';
import { tf } from '../../../src/engine/tensors';
import { generatedWhole } from '../../../src/generators';
import type { FramesSample } from '../../../src/protocol/run';
import { samplesOf } from '../../../src/samples';
import { bytesOf, textOf } from '../../../src/samples/bytes';
import { modelOf, readDataset, resolveConfiguration } from '../../../src/tasks';
import { structuralSimilarity } from '../../../src/tasks/frames/ssim';
import { videoOf } from '../../../src/tasks/frames/video';
import { Training } from '../../../src/training/training';
import { verdict } from '../../../src/training/verdict';
import parity from '../../parity/frames.json';
import { numpy } from '../data/numpy';
import { fileWith, userError } from '../data/temporary';
import { begin } from '../engine/engines';

let end = async () => {};
beforeAll(async () => {
  end = await begin({ name: 'plain', variant: 'plain', threads: 1 });
  return () => end();
});
beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => expect(tf.memory().numTensors, 'tensors left over').toBe(before);
});

describe('structural similarity is as scikit-image computes it', () => {
  test.each(parity.cases)('of $height × $width pixels with $channels channels', (one) => {
    expect(structuralSimilarity(one.first, one.second, one, one.channels)).toBeCloseTo(one.ssim, 9);
  });
});

test('cross-entropy of probabilities is that of its definition, with its gradient, and overflows nowhere', () => {
  const [logits, targets] = [
    [0.3, -2, 60, -90, 0],
    [1, 0.25, 0, 0, 0.5],
  ];
  tf.tidy(() => {
    const wanted = tf.tensor1d(targets);
    const found = tf
      .grad((given: tf.Tensor) => binaryCrossEntropy(given, wanted))(tf.tensor1d(logits))
      .dataSync();
    const expected = logits.map((logit, at) => (1 / (1 + Math.exp(-logit)) - (targets[at] ?? 0)) / 5);
    expected.forEach((value, at) => {
      expect(found[at]).toBeCloseTo(value, 6);
    });
    const loss = binaryCrossEntropy(tf.tensor1d(logits), wanted).dataSync()[0] ?? Number.NaN;
    const one = (logit: number, target: number) =>
      Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - logit * target;
    expect(loss).toBeCloseTo(logits.reduce((sum, logit, at) => sum + one(logit, targets[at] ?? 0), 0) / 5, 5);
  });
});

test('frames become rows that are pixels, and rows frames, with their gradients', () => {
  const count = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(count, count, count, count, (images, timeSteps, pixels, channels) =>
      tf.tidy(() => {
        const size = images * timeSteps * pixels * channels;
        const values = Float32Array.from({ length: size }, (_, at) => at);
        const frames = tf.tensor3d(values, [images, timeSteps, pixels * channels]);
        const rows = pixelRows(frames, pixels);
        expect(rows.shape).toEqual([images * pixels, timeSteps, channels]);
        const expected = tf.transpose(tf.reshape(frames, [images, timeSteps, pixels, channels]), [0, 2, 1, 3]);
        expect(Array.from(rows.dataSync())).toEqual(Array.from(expected.dataSync()));
        expect(Array.from(framesOf(rows, pixels).dataSync())).toEqual(Array.from(values));
        const weights = tf.tensor3d(values.toReversed(), rows.shape);
        const gradient = tf.grad((given) => tf.sum(tf.mul(pixelRows(given as tf.Tensor3D, pixels), weights)))(frames);
        expect(Array.from(gradient.dataSync())).toEqual(Array.from(framesOf(weights, pixels).dataSync()));
      }),
    ),
    { numRuns: 30 },
  );
});

test('bytes become text and text bytes', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(bytesOf(textOf(bytes))).toEqual(bytes)));
});

describe('no frame of the validation part is learned from:', () => {
  const frames = (clips: readonly number[]) => {
    let first = 0;
    return {
      ...({ height: 1, width: 1, channels: 1, range: undefined, format: '', warnings: [] } as const),
      original: { height: 1, width: 1 },
      clips: clips.map((count, at) => {
        first += count;
        return { name: String(at), first: first - count, count };
      }),
      values: Float32Array.from({ length: clips.reduce((a, b) => a + b, 0) }, (_, at) => at),
    };
  };

  test('clips that are the same as one that is held out are not learned from', () => {
    const some = frames([8, 8, 8, 9, 8, 8]);
    // The second, the fourth but for one frame more, and the fifth but for one number are the last one.
    for (const first of [8, 24, 33]) some.values.copyWithin(first, 41, 49);
    some.values[40] = -1;
    const { training, copies, split } = videoOf(some, 'x', 0.1);
    expect(training.map(({ first }) => first)).toEqual([0, 16, 24, 33]);
    expect(copies).toBe(1);
    expect(split.training).toBe(7 + 7 + 8 + 7);
  });

  test('whole clips where there are enough, else the end of each, and the scale is of the training part', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 6, max: 40 }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0.05, max: 0.4, noNaN: true }),
        (clips, share) => {
          const video = videoOf(frames(clips), 'x', share);
          const trained = new Set(video.training.flatMap(({ first, count }) => range(first, first + count)));
          const predicted = video.validation.flatMap(({ first, count, context }) =>
            range(first + context, first + count),
          );
          expect(predicted.length).toBe(video.split.validation);
          expect(predicted.length).toBeGreaterThan(0);
          for (const frame of predicted) expect(trained.has(frame)).toBe(false);
          const own = [...trained].map((frame) => video.values[frame] ?? 0);
          expect(Math.min(...own)).toBeCloseTo(0, 6);
          expect(Math.max(...own)).toBeCloseTo(1, 6);
          if (clips.length < 5) return;
          // What is read before a prediction is of a clip that was held out too.
          for (const { first, count } of video.validation)
            for (const frame of range(first, first + count)) expect(trained.has(frame)).toBe(false);
        },
      ),
    );
  });
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

/** Bars that wander to the right, each clip from elsewhere: [clips, frames, 6, 6]. */
function bars(clips = 8, frames = 12, side = 6): Uint8Array {
  const values = new Uint8Array(clips * frames * side * side);
  for (let at = 0; at < values.length; at++) {
    const [x, frame, clip] = [at % side, Math.floor(at / side ** 2) % frames, Math.floor(at / side ** 2 / frames)];
    values[at] = (x + 2 * side - frame + clip) % side < 2 ? 255 : 0;
  }
  return numpy('|u1', [clips, frames, side, side], values);
}

async function trained(bytes: Uint8Array, cell: CellName, choices: RunChoices = {}) {
  const source = { kind: 'file', path: await fileWith(bytes, 'video.npy') } as const;
  const { prepared, report, task } = await readDataset(source, choices);
  const configuration = resolveConfiguration(choices, report);
  const spec = modelOf(prepared.encoding, { ...configuration.model, cell: builtinCell(cell) });
  const { loss = task.loss } = prepared;
  const breathe = async () => undefined;
  const training = new Training({ task: { loss }, prepared, spec, configuration, now: () => 0, breathe });
  let metrics: Awaited<ReturnType<Training['step']>>['metrics'];
  while (training.position.step < configuration.training.steps) metrics = (await training.step()).metrics ?? metrics;
  const context = { step: 1, seed: 1, random: randomFromSeed, breathe };
  const sample = (await task.sample(training.model, prepared.encoding, {}, context)) as FramesSample;
  const error = await userError(task.sample(training.model, prepared.encoding, { prompt: '99' }, context));
  const probe = await task.probeInput(prepared.encoding, undefined);
  probe.input.dispose();
  const { bestValidationLoss, ...position } = training.position;
  training.dispose();
  return { report, metrics, sample, error, probe, position: { ...position, bestValidationLoss } };
}

const short = { steps: 120, timeSteps: 8, batchSize: 4, evaluateEvery: 120, learningRate: 0.02 };

describe('what moves is learned, better than by who says that nothing does:', () => {
  test.each([
    ['conv-gru', 'squares'],
    ['conv-lstm', 'squares'],
    ['conv-gru', 'cross-entropy'],
    // Frames as rows of numbers.
    ['lstm', 'squares'],
  ] as const)('%s by %s', async (cell, frameLoss) => {
    const reading = { frameLoss } as Reading;
    const { report, metrics, sample, error, probe } = await trained(bars(), cell, {
      reading,
      model: { units: cell === 'lstm' ? 32 : 8 },
      training: short,
    });
    expect(report).toMatchObject({ task: 'frames', video: { frames: 96, clips: 8, height: 6, width: 6, channels: 1 } });
    const [copied] = report.baselines;
    expect(metrics?.validationLoss).toBeLessThan(0.5 * (copied?.loss ?? 0));
    const scores = metrics?.frames;
    expect(scores?.network.mse).toBeLessThan(0.5 * (scores?.lastFrame.mse ?? 0));
    expect(scores?.network.ssim).toBeGreaterThan(scores?.lastFrame.ssim ?? 1);
    expect(bytesOf(sample.predicted)).toHaveLength(36 * sample.errors.length);
    expect(bytesOf(sample.truth)).toHaveLength(36 * sample.errors.length);
    expect(error.what).toBe('There is no sequence 99');
    expect(probe.labels).toHaveLength(bytesOf(sample.context).length / 36);
    const { text, glance, document } = samplesOf('frames');
    expect(text(sample)).toContain('Sequence 1 of 1, frames ahead:');
    expect(glance(sample).split('\n').length).toBeGreaterThan(4);
    expect(document(sample).content.split('\n')).toHaveLength(sample.errors.length + 2);
  });
});

test('noise is predicted as its mean and no better, and the run says so', async () => {
  const random = randomFromSeed(5);
  const noise = Uint8Array.from({ length: 6 * 14 * 25 }, () => random.integer(256));
  const { report, position } = await trained(numpy('|u1', [6, 14, 5, 5], noise), 'conv-gru', {
    model: { units: 4 },
    training: { ...short, steps: 200, evaluateEvery: 20, learningRate: 0.005 },
  });
  const mean = report.baselines.find(({ name }) => name === 'mean frame');
  expect(position.bestValidationLoss).toBeGreaterThan(0.97 * (mean?.loss ?? 0));
  expect(position.bestValidationLoss).toBeLessThan(1.15 * (mean?.loss ?? 0));
  const said = verdict({ ...position, validationLoss: position.bestValidationLoss }, report).join(' ');
  if ((position.bestValidationLoss ?? 0) >= (mean?.loss ?? 0)) expect(said).toContain('mean frame');
});

describe('what cannot be learned is refused in words:', () => {
  const refused = async (bytes: Uint8Array, choices: RunChoices = {}) => {
    const source = { kind: 'file', path: await fileWith(bytes, 'video.npy') } as const;
    return userError(
      readDataset(source, choices).then(({ prepared }) => prepared.windows({ timeSteps: 16, batchSize: 4 })),
    );
  };

  test('fewer frames than a window, and fewer than can be parted', async () => {
    expect(
      await refused(
        numpy(
          '|u1',
          [12, 4, 4],
          Uint8Array.from({ length: 192 }, (_, at) => at),
        ),
      ),
    ).toMatchObject({
      what: 'The training part has 10 frames in a row, but a window of 16 needs 17',
      wayOut: expect.stringContaining('--window 9'),
    });
    expect(await refused(numpy('|u1', [3, 4, 4], new Uint8Array(48)))).toMatchObject({
      what: 'The longest clip has 3 frames, too few to learn from',
    });
  });

  test('a cell that reads pixels where there are none, and frames that are no row', async () => {
    const text = {
      kind: 'text',
      name: 'a.txt',
      text: 'the rain in spain stays mainly in the plain. '.repeat(20),
    } as const;
    const { prepared } = await readDataset(text, {});
    const choice = { units: 4, layers: 1, dropout: 0 };
    expect(() => modelOf(prepared.encoding, { ...choice, cell: builtinCell('conv-gru') })).toThrowError(
      /reads the pixels around each one, and the task language has no pixels/,
    );
    const source = {
      kind: 'file',
      path: await fileWith(numpy('|u1', [9, 200, 200], new Uint8Array(360_000))),
    } as const;
    const large = await readDataset(source, { reading: { frameSize: 200 } as Reading });
    expect(() => modelOf(large.prepared.encoding, { ...choice, cell: builtinCell('lstm') })).toThrowError(
      /40000 numbers/,
    );
    expect(large.report.warnings.join()).toContain('Nothing moves');
  });
});

test('bouncing balls keep their speed and stay within their box', async () => {
  const bytes = Buffer.from(await generatedWhole('bouncing-balls', { count: 3, length: 25 }, 1));
  const frames = bytes.subarray(bytes.length - 3 * 25 * 256);
  const sums = Array.from({ length: 75 }, (_, frame) =>
    frames.subarray(frame * 256, (frame + 1) * 256).reduce((sum, shade) => sum + shade, 0),
  );
  // Three discs of the same area, wherever they are; where two touch, their soft edges may cover each other.
  const area = 3 * Math.PI * (1.2 * 1.6) ** 2 * 255;
  for (const sum of sums) expect(Math.abs(sum / area - 1)).toBeLessThan(0.2);
  for (let frame = 1; frame < 25; frame++) {
    const [before, now] = [
      frames.subarray((frame - 1) * 256, frame * 256),
      frames.subarray(frame * 256, (frame + 1) * 256),
    ];
    expect(before.equals(now)).toBe(false);
  }
});
