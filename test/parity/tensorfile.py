"""Tensors as the package `safetensors` writes them, and whether it reads what we write.

Writes tensorfile.json beside this file: the tensors, the file that the package makes of them, and the SHA-256 of
tensorfile-unroll.base64, which holds what `encodeSafetensors` makes of them and which the package has read here.
That file is made anew by: npx vitest run --project unit test/unit/runs/safetensors.test.ts -u
Made with safetensors 0.8.0, numpy 2.4.6: python3 tensorfile.py
"""
import base64
import hashlib
import json
import pathlib
import tempfile

import numpy
import safetensors
import safetensors.numpy

folder = pathlib.Path(__file__).parent
tensors = {
    "layers.0.i.W": numpy.array([[1.5, -2.25, 3e38], [1e-45, -0.0, 0.1]], numpy.float32),
    "layers.0.i.b": numpy.arange(5, dtype=numpy.float32) / 3,
    "größe 🙂": numpy.array([[[numpy.pi]]], numpy.float32),
    "scalar": numpy.array(-7.125, numpy.float32),
    "empty": numpy.zeros((0, 3), numpy.float32),
    "7": numpy.array([numpy.inf, -numpy.inf], numpy.float32),
}
metadata = {"position": json.dumps({"step": 3}), "note": 'quotes " and \\ and\nlines, ü'}

ours = base64.b64decode((folder / "tensorfile-unroll.base64").read_text())
read = safetensors.numpy.load(ours)
assert read.keys() == tensors.keys(), read.keys()
for name, tensor in tensors.items():
    assert read[name].dtype == numpy.float32 and read[name].shape == tensor.shape, name
    assert read[name].tobytes() == tensor.tobytes(), name
with tempfile.NamedTemporaryFile() as file:
    file.write(ours)
    file.flush()
    with safetensors.safe_open(file.name, "numpy") as opened:
        assert opened.metadata() == metadata, opened.metadata()

stored = {
    "safetensors": safetensors.__version__,
    "metadata": metadata,
    "tensors": {
        name: {"shape": list(tensor.shape), "bytes": tensor.tobytes().hex()} for name, tensor in tensors.items()
    },
    "written": base64.b64encode(safetensors.numpy.save(tensors, metadata)).decode(),
    "readFromUnroll": hashlib.sha256(ours).hexdigest(),
}
(folder / "tensorfile.json").write_text(json.dumps(stored, separators=(",", ":")) + "\n")
