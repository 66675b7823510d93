import type { Cell } from '../cells/expression';
import type { EngineBackend } from '../engine/backend/backend';
import { nextToken, type TokenModel } from '../engine/backend/token-step';
import { tf } from '../engine/tensors';
import type { ModelState } from './forward';
import type { Model } from './model';
import { sizeOf } from './parameters';

/** Reads a text token by token. */
export interface TokenReader {
  /** Logits of the token after these, which follow the ones before. */
  read(ids: readonly number[]): Float32Array;
  end(): void;
}

/** By forward passes, on any backend. */
export function plainReader(model: Pick<Model, 'forward' | 'zeroState'>): TokenReader {
  let state: ModelState = model.zeroState(1);
  return {
    read: (ids) => {
      const before = state;
      const [logits, ...next] = tf.tidy(() => {
        const forward = model.forward(tf.tensor2d([...ids], [1, ids.length], 'int32'), before);
        return [tf.reshape(tf.slice(forward.output, [0, ids.length - 1, 0], [1, 1, -1]), [-1]), ...forward.state];
      });
      tf.dispose([...before]);
      state = next as tf.Tensor2D[];
      const values = Float32Array.from(logits?.dataSync() ?? []);
      logits?.dispose();
      return values;
    },
    end: () => tf.dispose([...state]),
  };
}

/**
 * By the engine's own step for one token.
 *
 * @param zeros where it begins; disposed of
 * @param length how many tokens will be read in all
 */
export function engineReader(
  backend: EngineBackend,
  cell: Cell,
  model: TokenModel<tf.Variable>,
  zeros: ModelState,
  length: number,
): TokenReader {
  // The state is the backend's own, which TF.js does not count.
  let state: readonly tf.TensorInfo[] = zeros.map(({ shape }) =>
    backend.makeTensorInfo(shape, 'float32', new Float32Array(sizeOf(shape))),
  );
  tf.dispose([...zeros]);
  return {
    read: (ids) => {
      const { logits, next } = nextToken(backend, cell, model, ids, state, length);
      state = next;
      return logits;
    },
    end: () => {
      for (const { dataId } of state) backend.disposeData(dataId);
    },
  };
}
