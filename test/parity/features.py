"""Logarithms of the power in bands of the mel scale, as librosa computes them in double precision.

A chirp with noise and some silence, in 16-bit samples, at three rates; windows of 25 ms every 10 ms, padded to a power of
two, and triangles of Slaney's scale from 20 Hz on. At 11025 samples a second neither window nor hop is a whole number of
samples. Writes features.json beside this file.

    pip install librosa==0.11.0; python features.py
"""

import json
from pathlib import Path

import librosa
import numpy

random = numpy.random.default_rng(11)
SECONDS = 0.16


def signal(rate):
    count = int(SECONDS * rate)
    chirp = librosa.chirp(fmin=60, fmax=0.48 * rate, sr=rate, length=count)
    noisy = 9000 * chirp + 300 * random.standard_normal(count)
    noisy[: count // 4] = 0
    return numpy.round(noisy).astype(int)


def case(rate, bands):
    samples = signal(rate)
    window, hop = round(0.025 * rate), round(0.01 * rate)
    power = librosa.feature.melspectrogram(
        y=samples / 32768,
        sr=rate,
        n_fft=2 ** int(numpy.ceil(numpy.log2(window))),
        win_length=window,
        hop_length=hop,
        window="hann",
        center=True,
        pad_mode="constant",
        power=2.0,
        n_mels=bands,
        fmin=20,
        fmax=rate / 2,
        htk=False,
        norm="slaney",
        dtype=numpy.float64,
    )
    features = numpy.log(numpy.maximum(power, 1e-10)).T
    return {
        **{"rate": rate, "bands": bands, "samples": samples.tolist()},
        "features": [[round(value, 5) for value in frame] for frame in features.tolist()],
    }


out = {"librosa": librosa.__version__, "cases": [case(16000, 40), case(11025, 40), case(8000, 24)]}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
