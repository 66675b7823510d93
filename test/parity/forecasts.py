"""Linear autoregressions, errors of forecasts and pinball losses, in statsmodels, numpy and scikit-learn.

Writes forecasts.json beside this file: series with the autoregression that statsmodels' AutoReg fits to their training
part and its forecasts from several origins, and the errors of these and of naive forecasts, MASE as in Hyndman and
Koehler 2006 and sMAPE as in the M4 competition. Made with statsmodels 0.15.0, numpy 2.4.6, scikit-learn 1.9.1:
python3 forecasts.py
"""
import json
import pathlib
import statistics

import numpy
import sklearn
import sklearn.metrics
import statsmodels
from statsmodels.tsa.ar_model import AutoReg

random = numpy.random.default_rng(47)


def continued(fit, lags, known, steps):
    values = list(known)
    for _ in range(steps):
        values.append(fit.params[0] + sum(w * values[-lag] for w, lag in zip(fit.params[1:], lags)))
    return values[len(known) :]


def errors(truth, forecast, training, period):
    truth, forecast = numpy.asarray(truth).ravel(), numpy.asarray(forecast).ravel()
    naive = numpy.mean(numpy.abs(training[period:] - training[:-period]))
    return {
        "rmse": float(sklearn.metrics.root_mean_squared_error(truth, forecast)),
        "mae": float(sklearn.metrics.mean_absolute_error(truth, forecast)),
        "mase": float(numpy.mean(numpy.abs(truth - forecast)) / naive),
        "smape": float(numpy.mean(200 * numpy.abs(truth - forecast) / (numpy.abs(truth) + numpy.abs(forecast)))),
    }


def case(values, boundary, period, lags, origins, steps):
    values = numpy.round(values, 4)
    fit = AutoReg(values[:boundary], lags=lags, trend="c").fit()
    truth = [values[o : o + steps] for o in origins]
    linear = [continued(fit, lags, values[:o], steps) for o in origins]
    last = [[values[o - 1]] * steps for o in origins]
    seasonal = [[values[o - period + step % period] for step in range(steps)] for o in origins]
    of = lambda forecast: errors(truth, forecast, values[:boundary], period)
    return {
        **{"values": values.tolist(), "boundary": boundary, "period": period, "lags": lags},
        **{"origins": origins, "steps": steps},
        "parameters": fit.params.tolist(),
        "ahead": [list(map(float, row)) for row in linear],
        "linear": of(linear),
        "lastValue": of(last),
        "seasonalNaive": of(seasonal),
    }


def season(rows, period, noise, slope=0.0):
    time = numpy.arange(rows)
    wave = 10 * numpy.sin(2 * numpy.pi * time / period) + 3 * numpy.cos(4 * numpy.pi * time / period)
    return 20 + slope * time + wave + noise * random.standard_normal(rows)


def pinball_case(rows, levels):
    truth = random.standard_normal(rows)
    forecast = random.standard_normal((rows, len(levels)))
    losses = [sklearn.metrics.mean_pinball_loss(truth, forecast[:, i], alpha=q) for i, q in enumerate(levels)]
    return {
        **{"levels": levels, "truth": truth.tolist(), "forecast": forecast.tolist()},
        "loss": float(numpy.mean(losses)),
        "quantiles": numpy.quantile(truth, levels).tolist(),
        "deviates": [statistics.NormalDist().inv_cdf(q) for q in levels],
    }


stored = {
    **{"statsmodels": statsmodels.__version__, "numpy": numpy.__version__, "sklearn": sklearn.__version__},
    "pinball": [pinball_case(40, [0.1, 0.5, 0.9]), pinball_case(23, [0.001, 0.02, 0.3, 0.75, 0.999])],
    "series": [
        case(season(160, 12, 1.0), 130, 12, list(range(1, 13)) + [13], [130, 137, 148], 12),
        case(season(300, 24, 2.0), 240, 24, list(range(1, 13)) + [24, 25], [240, 251, 276], 24),
        case(season(90, 5, 0.5), 70, 5, list(range(1, 7)), [70, 75, 80], 10),
    ],
}
path = pathlib.Path(__file__).with_name("forecasts.json")
path.write_text(json.dumps(stored, separators=(",", ":")) + "\n")
