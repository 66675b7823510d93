"""PyTorch's numbers for the built-in cells: outputs, last states and the gradients of all that is trained.

Its own RNN, LSTM and GRU in one to three layers; the other cells as modules written from their papers, in two layers
where the cell is small. Writes cells.json beside this file. Made with torch 2.13.0: python3 cells.py
"""
import json
import pathlib

import torch
from torch import sigmoid, tanh
from torch.nn.functional import conv2d, layer_norm

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)

BATCH, TIME, INPUT, UNITS = 2, 4, 3, 4
HEIGHT, WIDTH = 3, 4
# Order of PyTorch's row blocks, by the names that our cells give them.
BLOCKS = {"rnn": ["h"], "rnn-relu": ["h"], "lstm": ["i", "f", "g", "o"], "gru": ["r", "z", "n"]}


def coarse(*shape, scale=1.0):
    """Normal numbers of two decimals: exact in few characters."""
    return torch.round(torch.randn(shape) * scale, decimals=2)


class Cell(torch.nn.Module):
    """One step of a cell. `states` names what `forward` takes after the input and returns; the first is the output."""

    states = ["h"]
    trained = True

    def __init__(self, size):
        super().__init__()
        self.size = size
        self.weights = torch.nn.ParameterDict()
        self.add()

    def draw(self, name, *shape):
        # A module's names have no dots.
        self.weights[name.replace(".", "_")] = torch.nn.Parameter(coarse(*shape, scale=0.6), self.trained)

    def affine(self, gate, of="x h", bias="b", index=""):
        """Weights of a map: W for the input x, U for anything else, numbered where an equation has several."""
        for term in of.split():
            self.draw(f"{gate}.{'W' if term == 'x' else 'U'}{index}", self.size if term == "x" else UNITS, UNITS)
        if bias:
            self.draw(f"{gate}.{bias}", UNITS)

    def vector(self, *names):
        for name in names:
            self.draw(name, UNITS)

    def of(self, name):
        return self.weights[name.replace(".", "_")]

    def map(self, gate, x=None, h=None, bias="b", index=""):
        value = self.of(f"{gate}.{bias}") if bias else 0
        if x is not None:
            value = value + x @ self.of(f"{gate}.W{index}")
        if h is not None:
            value = value + h @ self.of(f"{gate}.U{index}")
        return value


class Irnn(Cell):
    """Le et al. 2015, section 2"""

    def add(self):
        self.affine("h")

    def forward(self, x, h):
        return (torch.relu(self.map("h", x, h)),)


class PeepholeLstm(Cell):
    """Gers and Schmidhuber 2000: input and forget gate see the old cell state, the output gate the new one."""

    states = ["h", "c"]

    def add(self):
        for gate in "ifgo":
            self.affine(gate)
            if gate != "g":
                self.vector(f"{gate}.p")

    def forward(self, x, h, c):
        i = sigmoid(self.map("i", x, h) + self.of("i.p") * c)
        f = sigmoid(self.map("f", x, h) + self.of("f.p") * c)
        new = f * c + i * tanh(self.map("g", x, h))
        o = sigmoid(self.map("o", x, h) + self.of("o.p") * new)
        return o * tanh(new), new


class CoupledLstm(Cell):
    """Greff et al. 2017, section 3: i = 1 - f"""

    states = ["h", "c"]

    def add(self):
        for gate in "fgo":
            self.affine(gate)

    def forward(self, x, h, c):
        f, o = sigmoid(self.map("f", x, h)), sigmoid(self.map("o", x, h))
        c = torch.lerp(tanh(self.map("g", x, h)), c, f)
        return o * tanh(c), c


class NormalisedLstm(Cell):
    """Ba et al. 2016, equations 20 to 22, each gate normalised for itself"""

    states = ["h", "c"]

    def add(self):
        for gate in "ifgo":
            self.affine(gate, bias=None)
            self.vector(*(f"{gate}.{name}" for name in ("g", "s", "g2", "s2")))
        self.vector("h.g", "h.s")

    def norm(self, value, gate, index=""):
        return layer_norm(value, (UNITS,), self.of(f"{gate}.g{index}"), self.of(f"{gate}.s{index}"))

    def forward(self, x, h, c):
        i, f, g, o = (
            self.norm(self.map(gate, x, bias=None), gate) + self.norm(self.map(gate, h=h, bias=None), gate, 2)
            for gate in "ifgo"
        )
        c = sigmoid(f + 1) * c + sigmoid(i) * tanh(g)
        return sigmoid(o) * tanh(self.norm(c, "h")), c


class FirstGru(Cell):
    """Cho et al. 2014, equations 5 to 8: the reset gate stands before the product."""

    def add(self):
        for gate in "rzn":
            self.affine(gate)

    def forward(self, x, h):
        r, z = sigmoid(self.map("r", x, h)), sigmoid(self.map("z", x, h))
        return (torch.lerp(tanh(self.map("n", x, r * h)), h, z),)


class Mgu(Cell):
    """Zhou et al. 2016, equations 4"""

    def add(self):
        self.affine("f")
        self.affine("n")

    def forward(self, x, h):
        f = sigmoid(self.map("f", x, h))
        return (torch.lerp(h, tanh(self.map("n", x, f * h)), f),)


class MinimalRnn(Cell):
    """Chen 2017, section 2"""

    def add(self):
        self.affine("z", "x")
        self.draw("u.U", UNITS, UNITS)
        self.draw("u.U2", UNITS, UNITS)
        self.vector("u.b")

    def forward(self, x, h):
        z = tanh(self.map("z", x))
        u = sigmoid(h @ self.of("u.U") + z @ self.of("u.U2") + self.of("u.b"))
        return (torch.lerp(z, h, u),)


class Ugrnn(Cell):
    """Collins et al. 2017, section 2.1"""

    def add(self):
        self.affine("g")
        self.affine("c")

    def forward(self, x, h):
        return (torch.lerp(tanh(self.map("c", x, h)), h, sigmoid(self.map("g", x, h))),)


class IndRnn(Cell):
    """Li et al. 2018, equation 2"""

    def add(self):
        self.affine("h", "x")
        self.vector("h.p")

    def forward(self, x, h):
        return (torch.relu(self.map("h", x) + self.of("h.p") * h),)


class Sru(Cell):
    """Lei et al. 2018, equations 1 to 4, with the input of the highway projected to the units"""

    states = ["h", "c"]

    def add(self):
        self.affine("u", "x", bias=None)
        for gate in "fr":
            self.affine(gate, "x")
            self.vector(f"{gate}.p")
        self.affine("h", "x", bias=None)

    def forward(self, x, h, c):
        f = sigmoid(self.map("f", x) + self.of("f.p") * c)
        r = sigmoid(self.map("r", x) + self.of("r.p") * c)
        c = torch.lerp(self.map("u", x, bias=None), c, f)
        return torch.lerp(self.map("h", x, bias=None), c, r), c


class MinGru(Cell):
    """Feng et al. 2024, section 3.1"""

    def add(self):
        self.affine("z", "x")
        self.affine("n", "x")

    def forward(self, x, h):
        return (torch.lerp(h, self.map("n", x), sigmoid(self.map("z", x))),)


class MinLstm(Cell):
    """Feng et al. 2024, section 3.2: gates as shares of their sum"""

    def add(self):
        for gate in "fin":
            self.affine(gate, "x")

    def forward(self, x, h):
        f, i = sigmoid(self.map("f", x)), sigmoid(self.map("i", x))
        return (f / (f + i) * h + i / (f + i) * self.map("n", x),)


class Lem(Cell):
    """Rusch et al. 2022, equations 3, with a time step of 1"""

    states = ["y", "z"]

    def add(self):
        for gate in ("fast", "slow", "z", "y"):
            self.affine(gate)

    def forward(self, x, y, z):
        z = torch.lerp(z, tanh(self.map("z", x, y)), sigmoid(self.map("fast", x, y)))
        return torch.lerp(y, tanh(self.map("y", x, z)), sigmoid(self.map("slow", x, y))), z


class LeakyIntegrator(Cell):
    """Jaeger et al. 2007, with a leak for each unit, which is learned"""

    def add(self):
        self.vector("leak")
        self.affine("h")

    def forward(self, x, h):
        return (torch.lerp(h, tanh(self.map("h", x, h)), sigmoid(self.of("leak"))),)


class EchoState(Cell):
    """Jaeger 2001 with a leak of 0.3; its weights stay as they were drawn."""

    trained = False

    def add(self):
        self.affine("h")

    def forward(self, x, h):
        return (0.7 * h + 0.3 * tanh(self.map("h", x, h)),)


class ConvCell(Cell):
    """Cells whose rows are pixels: [images, HEIGHT, WIDTH] one after another. Weights [3 * 3 * in, out], line by line."""

    def affine(self, gate, of="x h", bias="b", index=""):
        for term in of.split():
            size = self.size if term == "x" else UNITS
            self.draw(f"{gate}.{'W' if term == 'x' else 'U'}{index}", 9 * size, UNITS)
        self.draw(f"{gate}.{bias}", UNITS)

    def conv(self, value, weight):
        size = value.shape[-1]
        pictures = value.reshape(-1, HEIGHT, WIDTH, size).permute(0, 3, 1, 2)
        kernel = weight.reshape(3, 3, size, UNITS).permute(3, 2, 0, 1)
        return conv2d(pictures, kernel, padding=1).permute(0, 2, 3, 1).reshape(-1, UNITS)

    def map(self, gate, x, h):
        return self.of(f"{gate}.b") + self.conv(x, self.of(f"{gate}.W")) + self.conv(h, self.of(f"{gate}.U"))


class ConvLstm(ConvCell):
    """Shi et al. 2015, equations 3, with peepholes that all pixels share"""

    states = ["h", "c"]

    def add(self):
        for gate in "ifgo":
            self.affine(gate)
            if gate != "g":
                self.vector(f"{gate}.p")

    def forward(self, x, h, c):
        i = sigmoid(self.map("i", x, h) + self.of("i.p") * c)
        f = sigmoid(self.map("f", x, h) + self.of("f.p") * c)
        c = f * c + i * tanh(self.map("g", x, h))
        o = sigmoid(self.map("o", x, h) + self.of("o.p") * c)
        return o * tanh(c), c


class ConvGru(ConvCell):
    """Ballas et al. 2016, equations 10 to 13"""

    def add(self):
        for gate in "rzn":
            self.affine(gate)

    def forward(self, x, h):
        r, z = sigmoid(self.map("r", x, h)), sigmoid(self.map("z", x, h))
        return (torch.lerp(h, tanh(self.map("n", x, r * h)), z),)


WRITTEN = {
    "irnn": (Irnn, 1),
    "lstm-peephole": (PeepholeLstm, 1),
    "lstm-coupled": (CoupledLstm, 1),
    "lstm-layernorm": (NormalisedLstm, 1),
    "gru-reset-before": (FirstGru, 2),
    "mgu": (Mgu, 2),
    "minimal-rnn": (MinimalRnn, 2),
    "ugrnn": (Ugrnn, 2),
    "indrnn": (IndRnn, 2),
    "sru": (Sru, 1),
    "min-gru": (MinGru, 2),
    "min-lstm": (MinLstm, 2),
    "lem": (Lem, 1),
    "leaky-integrator": (LeakyIntegrator, 2),
    "echo-state": (EchoState, 2),
    "conv-lstm": (ConvLstm, 2),
    "conv-gru": (ConvGru, 2),
}


class Written(torch.nn.Module):
    """Layers of a cell with PyTorch's calling convention."""

    def __init__(self, cell, layers):
        super().__init__()
        self.cells = torch.nn.ModuleList(cell(INPUT if layer == 0 else UNITS) for layer in range(layers))

    def forward(self, x, start):
        last = {name: [] for name in start}
        for layer, cell in enumerate(self.cells):
            state = [start[name][layer] for name in cell.states]
            outputs = []
            for time in range(x.shape[1]):
                state = cell(x[:, time], *state)
                outputs.append(state[0])
            x = torch.stack(outputs, 1)
            for name, value in zip(cell.states, state):
                last[name].append(value)
        return x, {name: torch.stack(values) for name, values in last.items()}

    def named(self, of):
        return {
            f"layers.{layer}.{name.replace('_', '.')}": of(value)
            for layer, cell in enumerate(self.cells)
            for name, value in cell.weights.items()
        }


class Own(torch.nn.Module):
    """PyTorch's own layers by our names."""

    def __init__(self, cell, layers):
        super().__init__()
        self.cell, self.layers = cell, layers
        if cell == "lstm":
            self.net = torch.nn.LSTM(INPUT, UNITS, layers, batch_first=True)
        elif cell == "gru":
            self.net = torch.nn.GRU(INPUT, UNITS, layers, batch_first=True)
        else:
            function = "relu" if cell == "rnn-relu" else "tanh"
            self.net = torch.nn.RNN(INPUT, UNITS, layers, batch_first=True, nonlinearity=function)
        with torch.no_grad():
            for value in self.net.parameters():
                value.copy_(torch.round(value, decimals=2))
        self.single_bias()

    def single_bias(self):
        """Our cells have one bias a map; PyTorch adds two, of which only the GRU's candidate needs both."""
        with torch.no_grad():
            for layer in range(self.layers):
                bias = getattr(self.net, f"bias_hh_l{layer}")
                kept = bias[2 * UNITS :].clone()
                bias.zero_()
                if self.cell == "gru":
                    bias[2 * UNITS :] = kept

    def forward(self, x, start):
        output, last = self.net(x, (start["h"], start["c"]) if self.cell == "lstm" else start["h"])
        return output, dict(zip(start, last if self.cell == "lstm" else [last]))

    def named(self, of):
        """Weights (or what `of` takes of them), transposed to [in, out]."""
        out = {}
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        for layer in range(self.layers):
            w, u, b, b2 = (of(getattr(self.net, f"{kind}_l{layer}")) for kind in kinds)
            for index, name in enumerate(BLOCKS[self.cell]):
                rows = slice(index * UNITS, (index + 1) * UNITS)
                prefix = f"layers.{layer}.{name}"
                out[f"{prefix}.W"] = w[rows].T
                out[f"{prefix}.U"] = u[rows].T
                out[f"{prefix}.b"] = b[rows]
                if name == "n":
                    out[f"{prefix}.b2"] = b2[rows]
        return out


def plain(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]}


def case(cell, net, layers, names, image=None):
    rows = BATCH * HEIGHT * WIDTH if image else BATCH
    x = coarse(rows, TIME, INPUT).requires_grad_()
    start = {name: coarse(layers, rows, UNITS).requires_grad_() for name in names}
    output, last = net(x, start)
    weight = coarse(*output.shape)
    (output * weight).sum().backward()
    return {
        "cell": cell,
        "layers": layers,
        **({"image": image} if image else {}),
        "weights": {name: plain(value) for name, value in net.named(lambda p: p).items()},
        "input": plain(x),
        "start": {name: plain(value) for name, value in start.items()},
        "lossWeight": plain(weight),
        "output": plain(output),
        "last": {name: plain(value) for name, value in last.items()},
        "gradients": {
            name: plain(value) for name, value in net.named(lambda p: p.grad).items() if value is not None
        },
        "inputGradient": plain(x.grad),
        # Zero where the cell carries its output without reading it.
        "startGradient": {
            name: plain(torch.zeros_like(value) if value.grad is None else value.grad) for name, value in start.items()
        },
    }


cases = [
    case(cell, Own(cell, layers), layers, ["h", "c"] if cell == "lstm" else ["h"])
    for cell in BLOCKS
    for layers in (1, 2, 3)
] + [
    case(
        name,
        Written(cell, layers),
        layers,
        cell.states,
        {"height": HEIGHT, "width": WIDTH} if issubclass(cell, ConvCell) else None,
    )
    for name, (cell, layers) in WRITTEN.items()
]

path = pathlib.Path(__file__).with_name("cells.json")
path.write_text(json.dumps({"torch": torch.__version__, "units": UNITS, "cases": cases}, separators=(",", ":")) + "\n")
