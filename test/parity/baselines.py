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

torch.set_default_dtype(torch.float64)
random = numpy.random.default_rng(31)
WINDOW = 6
UNITS = 4


def plain(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]}


def single_bias(net):
    """Our cells have one bias a map, PyTorch's two."""
    with torch.no_grad():
        net.bias_hh_l0.zero_()


def named(net):
    """The weights of an LSTM's one layer by our names, [in, out]."""
    out = {}
    for index, gate in enumerate("ifgo"):
        rows = slice(index * UNITS, (index + 1) * UNITS)
        out[f"layers.0.{gate}.W"] = net.weight_ih_l0[rows].T
        out[f"layers.0.{gate}.U"] = net.weight_hh_l0[rows].T
        out[f"layers.0.{gate}.b"] = net.bias_ih_l0[rows]
    return out


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


def growth(rows, columns, period):
    """What grows by shares, and swings the more the higher it is."""
    time = numpy.arange(rows)[:, None]
    season = 0.2 * numpy.sin(2 * numpy.pi * time / period + random.uniform(0, 6, columns))
    return numpy.round(100 * numpy.exp(0.012 * time + season + 0.02 * random.standard_normal((rows, columns))), 3)


def season_ahead(inner, change, boundary, period):
    """By what each row went on a season ago, of columns whose changes repeat themselves in the training part; else nothing."""
    steps = numpy.diff(inner, axis=0)
    learned = steps[: boundary - 1]
    repeats = [numpy.corrcoef(column[period:], column[:-period])[0, 1] > 0.7 for column in learned.T]
    ahead = numpy.zeros_like(inner)
    ahead[period:] = steps[: len(inner) - period] / change
    return [ahead[:, at] if repeat else None for at, repeat in enumerate(repeats)]


def forecast_case(rows, columns, period, share, grows=False):
    boundary = rows - max(1, math.floor(rows * share))
    values = growth(rows, columns, period) if grows else series(rows, boundary, columns, period)
    inner = numpy.log(values) if grows else values
    outer = numpy.exp if grows else lambda table: table
    scaler = sklearn.preprocessing.StandardScaler().fit(inner[:boundary])
    steps = numpy.diff(inner, axis=0, prepend=inner[:1])
    change = numpy.sqrt(numpy.mean(steps[1:boundary] ** 2, axis=0))
    steps = steps / change
    # Of each column its level, unless that leaves what was trained on, its change, and what came a season ago.
    levels = scaler.transform(inner)
    seasons = season_ahead(inner, change, boundary, period)
    features = [
        feature
        for at in range(columns)
        for feature in (None if grows else levels[:, at], steps[:, at], seasons[at])
        if feature is not None
    ]
    features = numpy.stack(features, axis=1)
    torch.manual_seed(rows)
    net = torch.nn.LSTM(features.shape[1], UNITS, 1, batch_first=True)
    head = torch.nn.Linear(UNITS, columns)
    single_bias(net)
    # Each row from those before it, the state warmed up on the two windows before the validation part.
    first = max(0, boundary - 2 * WINDOW - 1)
    with torch.no_grad():
        hidden, _ = net(torch.tensor(features[None, first : rows - 1]))
        said = head(hidden)[0].numpy()[-(rows - boundary) :]
    truth = inner[boundary:] / change
    before = inner[boundary - 1 : rows - 1]
    # What the network says is added to where a column stands, and to what it went on by a season ago.
    went_on = [0 if season is None else season[boundary - 1 : rows - 1] * change[at] for at, season in enumerate(seasons)]
    expected = numpy.stack([before[:, at] + each for at, each in enumerate(went_on)], axis=1)
    naive = lambda lag: (inner[boundary - lag : rows - lag] / change, values[boundary - lag : rows - lag, 0])
    weights = {"head.W": head.weight.T, "head.b": head.bias, **named(net)}
    mse = lambda table: float(sklearn.metrics.mean_squared_error(truth, table))
    return {
        "values": values.tolist(),
        "share": share,
        "boundary": boundary,
        "window": WINDOW,
        "units": UNITS,
        "period": period,
        "grows": grows,
        "seasons": [season is not None for season in seasons],
        "means": scaler.mean_.tolist(),
        "deviations": scaler.scale_.tolist(),
        "changes": change.tolist(),
        "weights": {k: plain(v) for k, v in weights.items()},
        "loss": mse(expected / change + said),
        "own": errors(values[boundary:, 0], outer(expected + said * change)[:, 0]),
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
        forecast_case(160, 2, 12, 0.15, grows=True),
    ],
    "texts": [
        language_case(prose(300), 0.1),
        language_case(prose(80) + " ΑΒΓ zebra Qux", 0.25),
        language_case("ab" * 40 + "aabb", 0.05),
    ],
}
path = pathlib.Path(__file__).with_name("baselines.json")
path.write_text(json.dumps(stored, separators=(",", ":"), ensure_ascii=False) + "\n")
