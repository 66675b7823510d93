"""A whole training step in PyTorch on the CPU: embedding, layers, head, cross-entropy, backward, clipping at 5, Adam."""
import torch
from rows import run
from torch import nn


class Peephole(nn.Module):
    """The peephole LSTM as one writes it in Python: a loop over time with one product a step."""

    def __init__(self, inputs, units):
        super().__init__()
        self.inputs = nn.Linear(inputs, 4 * units)
        self.states = nn.Linear(units, 4 * units, bias=False)
        self.scales = nn.Parameter(torch.zeros(3, units))

    def forward(self, sequence):
        all_inputs = self.inputs(sequence)
        h = c = sequence.new_zeros(sequence.shape[0], self.scales.shape[1])
        outputs = []
        for at_step in all_inputs.unbind(1):
            i, f, g, o = (at_step + self.states(h)).chunk(4, 1)
            i = torch.sigmoid(i + self.scales[0] * c)
            f = torch.sigmoid(f + self.scales[1] * c)
            c = f * c + i * torch.tanh(g)
            o = torch.sigmoid(o + self.scales[2] * c)
            h = o * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, 1), None


def prepare(sizes, cell, threads):
    vocabulary, batch, steps, embedding, units, layers = sizes
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    if cell == "peephole":
        stack = [Peephole(embedding if layer == 0 else units, units) for layer in range(layers)]
    else:
        stack = [getattr(nn, cell)(embedding, units, layers, batch_first=True)]
    table, head = nn.Embedding(vocabulary, embedding), nn.Linear(units, vocabulary)
    parameters = [p for module in [table, head, *stack] for p in module.parameters()]
    adam = torch.optim.Adam(parameters, 0.002)
    ids = torch.randint(vocabulary, (batch, steps))
    targets = torch.randint(vocabulary, (batch * steps,))

    def step():
        adam.zero_grad()
        sequence = table(ids)
        for layer in stack:
            sequence, _ = layer(sequence)
        loss = nn.functional.cross_entropy(head(sequence).reshape(-1, vocabulary), targets)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 5)
        adam.step()
        return loss.detach()

    return step


run(prepare)
