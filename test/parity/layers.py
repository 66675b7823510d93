"""
Writes layers.json: models of Keras with random weights and what they say, in the layout of TF.js' converter: Keras' own
`to_json` as topology, and the weights by their paths.

    python3 -m venv venv && venv/bin/pip install keras tensorflow && venv/bin/python layers.py
"""

import base64
import json
import pathlib

import keras
import numpy as np
from keras import layers

random = np.random.default_rng(3)


def stored(name, model, values):
    model.set_weights([random.normal(0, 0.5, w.shape).astype(np.float32) for w in model.weights])
    weights = [w.numpy() for w in model.weights]
    return {
        "name": name,
        "modelTopology": {
            "keras_version": keras.__version__,
            "backend": "tensorflow",
            "model_config": json.loads(model.to_json()),
        },
        "weights": [{"name": w.path, "shape": list(w.shape), "dtype": "float32"} for w in model.weights],
        "data": base64.b64encode(b"".join(w.astype("<f4").tobytes() for w in weights)).decode(),
        "input": values.tolist(),
        "output": np.asarray(model(values)).tolist(),
    }


def functional(size, *stack):
    source = keras.Input((None, size))
    out = source
    for one in stack:
        out = one(out)
    return keras.Model(source, out)


ids = random.integers(0, 7, (2, 5)).astype(np.int32)
numbers = random.normal(size=(2, 5, 3)).astype(np.float32)
cases = [
    stored(
        "a Sequential with an Embedding, both directions side by side, and softmax at each step",
        keras.Sequential(
            [
                keras.Input((None,), dtype="int32"),
                layers.Embedding(7, 4),
                layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
                layers.Dropout(0.2),
                layers.LSTM(5, return_sequences=True),
                layers.TimeDistributed(layers.Dense(7)),
                layers.Activation("softmax"),
            ]
        ),
        ids,
    ),
    stored(
        "a functional GRU that resets before the product, and a Dense layer on its last state",
        functional(3, layers.GRU(4, reset_after=False, return_sequences=True), layers.GRU(4, reset_after=False), layers.Dense(2)),
        numbers,
    ),
    stored(
        "a rectified SimpleRNN in both directions that are added, and the mean of its steps",
        functional(
            3,
            layers.Bidirectional(layers.SimpleRNN(4, activation="relu", return_sequences=True), merge_mode="sum"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, activation="softmax"),
        ),
        numbers,
    ),
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({"keras": keras.__version__, "cases": cases}) + "\n")
