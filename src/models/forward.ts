import type { Random } from '../base/random';
import type { tf } from '../engine/tensors';

/** State of all layers, [batch, units] each: layer by layer, in the order of the cell's states. */
export type ModelState = readonly tf.Tensor2D[];

export interface ForwardResult {
  /** Logits or numbers, computed when they are asked for: [batch, time, outputs]; of a model that pools [batch, 1, outputs]. */
  readonly output: tf.Tensor3D;
  /**
   * Mean cross-entropy of a softmax over the logits, in nats per token.
   *
   * @param targets class numbers, of the shape of the output's steps; a negative one does not count
   */
  crossEntropy(targets: tf.Tensor2D): tf.Scalar;
  /**
   * Connectionist temporal classification of the logits, in nats per label: how unlikely labels are whose places are not known.
   * Output 0 is the blank.
   *
   * @param labels class numbers from 1 on [batch, most labels]; negative ones behind a row's last
   */
  ctc(labels: tf.Tensor2D): tf.Scalar;
  readonly state: ModelState;
}

export interface LossGradients {
  readonly loss: tf.Scalar;
  readonly gradients: tf.NamedTensorMap;
  readonly next: ModelState;
}

/** What is known of the sequences of a batch besides their tensor. */
export interface BatchSequences {
  /** Steps of each; absent: all. Only a model that pools, or that has a decoder, can do with shorter ones. */
  readonly lengths?: readonly number[] | undefined;
  /** What a decoder has written before each of its steps, as it is in truth (teacher forcing): ids [batch, time]. */
  readonly written?: tf.Tensor2D | undefined;
}

export interface ForwardOptions extends BatchSequences {
  /** Drops between layers with these random numbers; absent when not training. */
  readonly dropout?: Random | undefined;
}

/** Encoded sequences that a decoder attends to. */
export interface Memory {
  /** [batch, time, units] */
  readonly sequence: tf.Tensor3D;
  readonly lengths: readonly number[];
}

export interface Decoded {
  /** What the head reads: [batch, time, units]. */
  readonly hidden: tf.Tensor3D;
  /** How much each step attends to each of the memory: [batch, time, memory]. */
  readonly attention: tf.Tensor3D;
  readonly state: ModelState;
}
