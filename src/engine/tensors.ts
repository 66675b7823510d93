/** The one door to TF.js: who computes imports it from here, with the backend registered. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';

export { tf };

/** Readies the engine and says what computes. One thread here, whatever was asked for. */
export async function startEngine(): Promise<{ readonly backend: string; readonly threads: number }> {
  // Without this the CPU backend advertises another package on the console.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  await tf.ready();
  return { backend: tf.getBackend(), threads: 1 };
}

export const engineVersion: string = tf.version_core;
