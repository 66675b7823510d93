import { tf } from './tensors';

/**
 * From frames to rows that are pixels: [images, time, pixels · channels] → [images · pixels, time, channels]. In one pass;
 * TF.js's transposition takes some twenty times as long.
 */
export function pixelRows(frames: tf.Tensor3D, pixels: number): tf.Tensor3D {
  const [images, timeSteps, size] = frames.shape;
  const channels = size / pixels;
  return reordered(frames, [images, timeSteps, pixels, channels], [images * pixels, timeSteps, channels]);
}

/** The way back: [images · pixels, time, channels] → [images, time, pixels · channels]. */
export function framesOf(rows: tf.Tensor3D, pixels: number): tf.Tensor3D {
  const [count, timeSteps, channels] = rows.shape;
  const images = count / pixels;
  return reordered(rows, [images, pixels, timeSteps, channels], [images, timeSteps, pixels * channels]);
}

type Sizes = readonly [images: number, first: number, second: number, channels: number];

/** Changes the order of the two axes between images and channels. */
function reordered(tensor: tf.Tensor3D, sizes: Sizes, shape: [number, number, number]): tf.Tensor3D {
  const [images, first, second, channels] = sizes;
  return tf.customGrad((given) => ({
    value: tf.tensor3d(swapped(given as tf.Tensor, sizes), shape),
    gradFunc: (upstream: tf.Tensor) => tf.tensor3d(swapped(upstream, [images, second, first, channels]), tensor.shape),
  }))(tensor) as tf.Tensor3D;
}

function swapped(tensor: tf.Tensor, [images, first, second, channels]: Sizes): Float32Array {
  const values = tensor.dataSync();
  const result = new Float32Array(values.length);
  let to = 0;
  for (let image = 0; image < images; image++) {
    for (let b = 0; b < second; b++) {
      for (let a = 0; a < first; a++) {
        const from = ((image * first + a) * second + b) * channels;
        for (let channel = 0; channel < channels; channel++) result[to++] = values[from + channel] as number;
      }
    }
  }
  return result;
}
