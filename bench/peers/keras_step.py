"""A whole training step in Keras 3 on TensorFlow, compiled by XLA: the same step as torch_step.py."""
import os
import sys

threads = sys.argv[sys.argv.index("--threads") + 1] if "--threads" in sys.argv else "2"
os.environ.update(
    KERAS_BACKEND="tensorflow",
    TF_NUM_INTRAOP_THREADS=threads,
    TF_NUM_INTEROP_THREADS=threads,
    OMP_NUM_THREADS=threads,
    TF_CPP_MIN_LOG_LEVEL="3",
    CUDA_VISIBLE_DEVICES="-1",
)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from rows import run  # noqa: E402

# The GRU resets after the product, as Keras has it by itself and PyTorch too.
CELLS = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU, "RNN": keras.layers.SimpleRNN}


def prepare(sizes, cell, _threads):
    vocabulary, batch, steps, embedding, units, layers = sizes
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((steps,), batch_size=batch, dtype="int32"),
            keras.layers.Embedding(vocabulary, embedding),
            *[CELLS[cell](units, return_sequences=True) for _ in range(layers)],
            keras.layers.Dense(vocabulary),
        ]
    )
    variables = model.trainable_variables
    adam = keras.optimizers.Adam(0.002, global_clipnorm=5.0)
    adam.build(variables)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    ids, targets = (tf.random.uniform((batch, steps), 0, vocabulary, tf.int32) for _ in range(2))

    # One compiled function has less to do between two steps than train_on_batch.
    @tf.function(jit_compile=True)
    def train(ids, targets):
        with tf.GradientTape() as tape:
            loss = cross_entropy(targets, model(ids, training=True))
        adam.apply(tape.gradient(loss, variables), variables)
        return loss

    # Reading the loss waits for the step.
    return lambda: train(ids, targets).numpy()


run(prepare)
