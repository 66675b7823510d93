"""PyTorch's numbers for the built-in cells: outputs, last states and all gradients, one to three layers.

Writes cells.json beside this file. Made with torch 2.13.0: python3 cells.py
"""
import json
import pathlib

import torch

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)

BATCH, TIME, INPUT, UNITS = 2, 4, 3, 4
# Order of PyTorch's row blocks, by the names that our cells give them.
BLOCKS = {"rnn": ["h"], "rnn-relu": ["h"], "lstm": ["i", "f", "g", "o"], "gru": ["r", "z", "n"]}


def module(cell, layers):
    if cell == "lstm":
        return torch.nn.LSTM(INPUT, UNITS, layers, batch_first=True)
    if cell == "gru":
        return torch.nn.GRU(INPUT, UNITS, layers, batch_first=True)
    return torch.nn.RNN(INPUT, UNITS, layers, batch_first=True, nonlinearity="relu" if cell == "rnn-relu" else "tanh")


def single_bias(net, cell, layers):
    """Our cells have one bias a map; PyTorch adds two, of which only the GRU's candidate needs both."""
    with torch.no_grad():
        for layer in range(layers):
            bias = getattr(net, f"bias_hh_l{layer}")
            kept = bias[2 * UNITS :].clone()
            bias.zero_()
            if cell == "gru":
                bias[2 * UNITS :] = kept


def named(net, cell, layers, of):
    """Weights (or what `of` takes of them) by our names, transposed to [in, out]."""
    out = {}
    for layer in range(layers):
        w, u, b, b2 = (of(getattr(net, f"{k}_l{layer}")) for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        for index, name in enumerate(BLOCKS[cell]):
            rows = slice(index * UNITS, (index + 1) * UNITS)
            prefix = f"layers.{layer}.{name}"
            out[f"{prefix}.W"] = w[rows].T
            out[f"{prefix}.U"] = u[rows].T
            out[f"{prefix}.b"] = b[rows]
            if name == "n":
                out[f"{prefix}.b2"] = b2[rows]
    return out


def plain(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]}


cases = []
for cell in BLOCKS:
    for layers in (1, 2, 3):
        net = module(cell, layers)
        single_bias(net, cell, layers)
        x = torch.randn(BATCH, TIME, INPUT, requires_grad=True)
        names = ["h", "c"] if cell == "lstm" else ["h"]
        start = {n: torch.randn(layers, BATCH, UNITS, requires_grad=True) for n in names}
        output, last = net(x, (start["h"], start["c"]) if cell == "lstm" else start["h"])
        last = dict(zip(names, last if cell == "lstm" else [last]))
        weight = torch.randn_like(output)
        (output * weight).sum().backward()
        cases.append(
            {
                "cell": cell,
                "layers": layers,
                "weights": {k: plain(v) for k, v in named(net, cell, layers, lambda p: p).items()},
                "input": plain(x),
                "start": {n: plain(v) for n, v in start.items()},
                "lossWeight": plain(weight),
                "output": plain(output),
                "last": {n: plain(v) for n, v in last.items()},
                "gradients": {k: plain(v) for k, v in named(net, cell, layers, lambda p: p.grad).items()},
                "inputGradient": plain(x.grad),
                "startGradient": {n: plain(v.grad) for n, v in start.items()},
            }
        )

path = pathlib.Path(__file__).with_name("cells.json")
path.write_text(json.dumps({"torch": torch.__version__, "units": UNITS, "cases": cases}, separators=(",", ":")) + "\n")
