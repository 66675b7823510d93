"""
Writes layers.json: models of Keras 2 and 3 with random weights, as TF.js' converter writes them, and what they say.

    python3 -m venv venv && venv/bin/pip install keras tf-keras tensorflow h5py
    venv/bin/pip install --no-deps tensorflowjs && venv/bin/python layers.py
"""

import base64
import importlib
import importlib.util
import json
import pathlib
import sys
import tempfile
import types

import h5py
import keras
import numpy
import tf_keras

# The packages themselves import frameworks that this part of the converter has no need of.
root = pathlib.Path(importlib.util.find_spec("tensorflowjs").origin).parent
for name, path in [("tensorflowjs", root), ("tensorflowjs.converters", root / "converters")]:
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [str(path)]
sys.modules["tensorflowjs"].version = importlib.import_module("tensorflowjs.version")
converter = importlib.import_module("tensorflowjs.converters.keras_h5_conversion")

random = numpy.random.default_rng(3)
ids = random.integers(0, 7, (2, 5)).astype("int32")
numbers = random.normal(size=(2, 5, 3)).astype("float32")


def case(name, library, model, values):
    model.set_weights([random.normal(0, 0.5, weight.shape).astype("float32") for weight in model.get_weights()])
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        model.save(place / "model.h5")
        with h5py.File(place / "model.h5") as file:
            converter.write_artifacts(*converter.h5_merged_saved_model_to_tfjs_format(file), folder)
        return {
            "name": f"Keras {library.__version__}: {name}",
            "json": json.loads((place / "model.json").read_text()),
            "weights": base64.b64encode((place / "group1-shard1of1.bin").read_bytes()).decode(),
            "input": values.tolist(),
            "output": numpy.asarray(model(values)).tolist(),
        }


def chain(library, size, *layers):
    source = out = library.Input((None, size))
    for layer in layers:
        out = layer(out)
    return library.Model(source, out)


def cases(library):
    layers = library.layers
    both = layers.Bidirectional
    return [
        case(
            "a Sequential with an Embedding, both directions side by side, and softmax at each step",
            library,
            library.Sequential(
                [
                    library.Input((None,), dtype="int32"),
                    layers.Embedding(7, 4),
                    both(layers.LSTM(3, return_sequences=True)),
                    layers.Dropout(0.2),
                    layers.LSTM(5, return_sequences=True),
                    layers.TimeDistributed(layers.Dense(7)),
                    layers.Activation("softmax"),
                ]
            ),
            ids,
        ),
        case(
            "two GRUs of other widths that reset before the product, and a Dense layer on the last state",
            library,
            chain(
                library,
                3,
                layers.GRU(6, reset_after=False, return_sequences=True),
                layers.GRU(4, reset_after=False),
                layers.Dense(2),
            ),
            numbers,
        ),
        case(
            "a rectified SimpleRNN in both directions that are added, and the mean of its steps",
            library,
            chain(
                library,
                3,
                both(layers.SimpleRNN(4, activation="relu", return_sequences=True), merge_mode="sum"),
                layers.GlobalAveragePooling1D(),
                layers.Dense(3, activation="softmax"),
            ),
            numbers,
        ),
    ]


stored = json.dumps({"cases": cases(tf_keras) + cases(keras)})
pathlib.Path(__file__).with_suffix(".json").write_text(stored + "\n")
