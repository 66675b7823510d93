"""How many weights PyTorch's recurrent modules have, and their shapes, at some sizes.

Writes parameters.json beside this file. PyTorch's second bias of each map is left out but for the GRU's candidate, where
it stands inside the reset. Made with torch 2.13.0: python3 parameters.py
"""
import json
import pathlib

import torch

# Names that our cells give PyTorch's blocks of rows.
BLOCKS = {"rnn": ["h"], "rnn-relu": ["h"], "lstm": ["i", "f", "g", "o"], "gru": ["r", "z", "n"]}
MODULES = {"rnn": torch.nn.RNN, "rnn-relu": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}

cases = []
for cell, module in MODULES.items():
    for size, units, layers in ((1, 1, 1), (3, 5, 1), (64, 32, 2), (7, 16, 4)):
        net = module(size, units, layers)
        shapes = {}
        for layer in range(layers):
            rows = {
                kind: getattr(net, f"{name}_l{layer}").split(units)
                for kind, name in (("W", "weight_ih"), ("U", "weight_hh"), ("b", "bias_ih"), ("b2", "bias_hh"))
            }
            for index, block in enumerate(BLOCKS[cell]):
                for kind in ("W", "U", "b", *(["b2"] if block == "n" else [])):
                    shapes[f"layers.{layer}.{block}.{kind}"] = list(rows[kind][index].T.shape)
        total = sum(p.numel() for p in net.parameters())
        unused = layers * units * (len(BLOCKS[cell]) - (cell == "gru"))
        cases.append(
            {"cell": cell, "size": size, "units": units, "layers": layers, "count": total - unused, "shapes": shapes}
        )

path = pathlib.Path(__file__).with_name("parameters.json")
path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n")
