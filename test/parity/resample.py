"""A signal at another rate, as torchaudio resamples it: a sinc with a Hann window, sixteen zeros to each side, 0.95 of the band.

Writes resample.json beside this file. torchaudio's compiled part, which resampling has no use for, is left out, since it asks
for CUDA.

    pip install torch==2.13.0 torchaudio==2.11.0; python resample.py
"""

import json
import sys
import types
from pathlib import Path

sys.modules["torchaudio._extension"] = types.SimpleNamespace(
    _IS_TORCHAUDIO_EXT_AVAILABLE=False, _IS_RIR_AVAILABLE=False, fail_if_no_align=lambda function: function
)

import torch
import torchaudio

torch.manual_seed(12)


def case(before, after, count):
    time = torch.arange(count, dtype=torch.float64) / before
    # A sweep over the whole band, with some noise and a step.
    signal = torch.sin(torch.pi * time**2 * before * before / 2 / count) / 2 + torch.randn(count, dtype=torch.float64) / 20
    signal[count // 2 :] += 0.25
    signal = torch.round(signal * 1e6) / 1e6
    result = torchaudio.functional.resample(signal, before, after, lowpass_filter_width=16, rolloff=0.95)
    return {"before": before, "after": after, "signal": signal.tolist(), "result": [round(x, 8) for x in result.tolist()]}


out = {
    "torchaudio": torchaudio.__version__,
    "cases": [case(44100, 16000, 441), case(8000, 16000, 150), case(22050, 8000, 300), case(48000, 16000, 480)],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
