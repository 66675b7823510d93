"""Forecast errors and entropies of held-out data, in numpy, scikit-learn and PyTorch.

Writes baselines.json beside this file: series with the weights of a model and its one-step errors, those of the naive
forecasts, and texts with their unigram and bigram entropies. Made with torch 2.13.0, numpy 2.4.6, scikit-learn 1.9.1:
python3 baselines.py
"""
import collections
import json
import math
import pathlib

import numpy
import sklearn
import sklearn.metrics
import sklearn.preprocessing
import torch

from cells import UNITS, named, plain, single_bias

torch.set_default_dtype(torch.float64)
random = numpy.random.default_rng(31)
WINDOW = 6


def errors(truth, forecast):
    return {
        "rmse": float(sklearn.metrics.root_mean_squared_error(truth, forecast)),
        "mae": float(sklearn.metrics.mean_absolute_error(truth, forecast)),
    }


def series(rows, boundary, columns, period):
    time = numpy.arange(rows)[:, None]
    phase = random.uniform(0, 6, columns)
    season = numpy.sin(2 * numpy.pi * time / period + phase) * random.uniform(1, 4, columns)
    # A new level in the validation part: scales taken from all rows would differ a lot.
    level = numpy.where(time >= boundary, 5.0, 0.0)
    return numpy.round(20 + season + level + 0.3 * random.standard_normal((rows, columns)), 3)


def forecast_case(rows, columns, period, share):
    boundary = rows - max(1, math.floor(rows * share))
    values = series(rows, boundary, columns, period)
    scaler = sklearn.preprocessing.StandardScaler().fit(values[:boundary])
    scaled = scaler.transform(values)
    torch.manual_seed(rows)
    net = torch.nn.LSTM(columns, UNITS, 1, batch_first=True)
    head = torch.nn.Linear(UNITS, columns)
    single_bias(net, "lstm", 1)
    # Each row from those before it, the state warmed up on the two windows before the validation part.
    first = max(0, boundary - 2 * WINDOW - 1)
    with torch.no_grad():
        hidden, _ = net(torch.tensor(scaled[None, first : rows - 1]))
        change = head(hidden)[0].numpy()
    forecast = (scaled[first : rows - 1] + change)[-(rows - boundary) :]
    truth = scaled[boundary:]
    target = lambda table: scaler.inverse_transform(table)[:, 0]
    naive = lambda lag: (scaled[boundary - lag : rows - lag], values[boundary - lag : rows - lag, 0])
    weights = {"head.W": head.weight.T, "head.b": head.bias, **named(net, "lstm", 1, lambda p: p)}
    mse = lambda table: float(sklearn.metrics.mean_squared_error(truth, table))
    return {
        "values": values.tolist(),
        "share": share,
        "boundary": boundary,
        "window": WINDOW,
        "units": UNITS,
        "period": period,
        "means": scaler.mean_.tolist(),
        "deviations": scaler.scale_.tolist(),
        "weights": {k: plain(v) for k, v in weights.items()},
        "loss": mse(forecast),
        "own": errors(values[boundary:, 0], target(forecast)),
        "lastValue": {**errors(values[boundary:, 0], naive(1)[1]), "loss": mse(naive(1)[0])},
        "seasonalNaive": {**errors(values[boundary:, 0], naive(period)[1]), "loss": mse(naive(period)[0])},
    }


def language_case(text, share):
    tokens = list(text)
    boundary = math.floor(len(tokens) * (1 - share))
    training, held_out = tokens[:boundary], tokens[boundary:]
    # What the training part does not hold is one further token.
    known = set(training)
    held_out = [t if t in known else None for t in held_out]
    size = len(known) + 1
    single = collections.Counter(training)
    pairs = collections.Counter(zip(training, training[1:]))
    p = lambda t: (single[t] + 1) / (len(training) + size)
    q = lambda s, t: (pairs[s, t] + p(t)) / (single[s] + 1)
    before = [training[-1], *held_out[:-1]]
    return {
        "text": text,
        "share": share,
        "unigram": float(-numpy.mean([math.log(p(t)) for t in held_out])),
        "bigram": float(-numpy.mean([math.log(q(s, t)) for s, t in zip(before, held_out)])),
    }


WORDS = "the cat sat on a mat and then it saw one dog 🙂 who ran off into our Straße".split()
prose = lambda count: " ".join(random.choice(WORDS, count))
stored = {
    "torch": torch.__version__,
    "numpy": numpy.__version__,
    "sklearn": sklearn.__version__,
    "forecasts": [
        forecast_case(150, 1, 12, 0.1),
        forecast_case(200, 3, 7, 0.2),
        forecast_case(90, 2, 4, 0.3),
    ],
    "texts": [
        language_case(prose(300), 0.1),
        language_case(prose(80) + " ΑΒΓ zebra Qux", 0.25),
        language_case("ab" * 40 + "aabb", 0.05),
    ],
}
path = pathlib.Path(__file__).with_name("baselines.json")
path.write_text(json.dumps(stored, separators=(",", ":"), ensure_ascii=False) + "\n")
