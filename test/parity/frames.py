"""
Writes frames.json: structural similarity as scikit-image computes it with its defaults.

    python3 -m venv venv && venv/bin/pip install scikit-image && venv/bin/python frames.py
"""

import json
import pathlib

import numpy
import skimage
from skimage.metrics import structural_similarity

random = numpy.random.default_rng(3)


def case(height, width, channels, noise):
    """Pictures of two decimals, exact in few characters; the second one is the first with noise."""
    shape = (height, width, channels)
    # Something smooth, as pictures are.
    y, x = numpy.mgrid[0:height, 0:width]
    first = 0.5 + 0.4 * numpy.sin(0.7 * x + 0.3 * y)[..., None] * numpy.ones(channels)
    first = numpy.round(numpy.clip(first + 0.1 * random.standard_normal(shape), 0, 1), 2)
    second = numpy.round(numpy.clip(first + noise * random.standard_normal(shape), 0, 1), 2)
    window = min(7, height, width)
    window -= 1 - window % 2
    value = structural_similarity(first, second, win_size=window, data_range=1.0, channel_axis=2)
    return {
        "height": height,
        "width": width,
        "channels": channels,
        "first": first.flatten().tolist(),
        "second": second.flatten().tolist(),
        "ssim": float(value),
    }


cases = [
    case(16, 16, 1, 0.0),
    case(16, 16, 1, 0.1),
    case(12, 9, 1, 0.5),
    case(9, 14, 3, 0.2),
    case(7, 7, 1, 0.3),
    case(5, 6, 1, 0.2),
    case(4, 8, 3, 0.2),
]
path = pathlib.Path(__file__).with_name("frames.json")
path.write_text(json.dumps({"scikit-image": skimage.__version__, "cases": cases}, separators=(",", ":")) + "\n")
