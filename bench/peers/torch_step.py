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


class Convolutional(nn.Module):
    """A convolutional LSTM (Shi et al. 2015, with peepholes that pixels share) or GRU, as one writes it in Python."""

    def __init__(self, cell, inputs, units):
        super().__init__()
        self.cell, self.units = cell, units
        gates = 4 if cell == "ConvLSTM" else 3
        self.inputs = nn.Conv2d(inputs, gates * units, 3, padding=1)
        self.states = nn.Conv2d(units, (4 if cell == "ConvLSTM" else 2) * units, 3, padding=1, bias=False)
        if cell == "ConvLSTM":
            self.scales = nn.Parameter(torch.zeros(3, units, 1, 1))
        else:
            self.candidate = nn.Conv2d(units, units, 3, padding=1, bias=False)

    def forward(self, sequence):
        batch, steps = sequence.shape[:2]
        all_inputs = self.inputs(sequence.flatten(0, 1)).unflatten(0, (batch, steps))
        h = c = sequence.new_zeros(batch, self.units, *sequence.shape[3:])
        outputs = []
        for at_step in all_inputs.unbind(1):
            if self.cell == "ConvLSTM":
                i, f, g, o = (at_step + self.states(h)).chunk(4, 1)
                i = torch.sigmoid(i + self.scales[0] * c)
                f = torch.sigmoid(f + self.scales[1] * c)
                c = f * c + i * torch.tanh(g)
                h = torch.sigmoid(o + self.scales[2] * c) * torch.tanh(c)
            else:
                of_gates, of_candidate = at_step.split((2 * self.units, self.units), 1)
                r, z = torch.sigmoid(of_gates + self.states(h)).chunk(2, 1)
                h = (1 - z) * h + z * torch.tanh(of_candidate + self.candidate(r * h))
            outputs.append(h)
        return torch.stack(outputs, 1)


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


def prepare_task(row, cell, threads):
    """The usual model of a task: layers on numbers, layers pooled by attention, an encoder and a decoder that attends to it, layers that read
    both ways with CTC."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    task, batch, steps, units, layers = (row[name] for name in ("task", "batch", "timeSteps", "units", "layers"))
    module = nn.ModuleDict()
    recurrent = lambda inputs: getattr(nn, cell)(inputs, units, layers, batch_first=True)
    if task == "forecast":
        columns = row["columns"]
        module.update({"stack": recurrent(columns), "head": nn.Linear(units, columns)})
        numbers, targets = torch.randn(batch, steps, columns), torch.randn(batch, steps, columns)

        def loss_of():
            return nn.functional.mse_loss(module["head"](module["stack"](numbers)[0]), targets)

    elif task == "speech":
        columns, classes, labels = row["columns"], row["classes"], row["labels"]
        both = getattr(nn, cell)(columns, units, layers, batch_first=True, bidirectional=True)
        module.update({"stack": both, "head": nn.Linear(units, classes)})
        numbers, targets = torch.randn(batch, steps, columns), torch.randint(1, classes, (batch, labels))
        lengths, counts = torch.full((batch,), steps), torch.full((batch,), labels)

        def loss_of():
            forwards, backwards = module["stack"](numbers)[0].chunk(2, 2)
            scores = torch.log_softmax(module["head"](forwards + backwards), 2).transpose(0, 1)
            return nn.functional.ctc_loss(scores, targets, lengths, counts, reduction="sum") / (batch * labels)

    elif task == "frames":
        size = (batch, steps, 1, row["height"], row["width"])
        layers_of = [Convolutional(cell, 1 if layer == 0 else units, units) for layer in range(layers)]
        module.update({"stack": nn.Sequential(*layers_of), "head": nn.Conv2d(units, 1, 1)})
        numbers, targets = torch.randn(size), torch.randn(size)

        def loss_of():
            hidden = module["stack"](numbers)
            return nn.functional.mse_loss(module["head"](hidden.flatten(0, 1)), targets.flatten(0, 1))

    else:
        vocabulary, embedding = row["vocabulary"], row["embedding"]
        ids = torch.randint(vocabulary, (batch, steps))
        module.update({"table": nn.Embedding(vocabulary, embedding), "stack": recurrent(embedding)})
    if task == "classify":
        module.update({"attention": nn.Linear(units, 1, bias=False), "head": nn.Linear(units, row["classes"])})
        targets = torch.randint(row["classes"], (batch,))

        def loss_of():
            sequence = module["stack"](module["table"](ids))[0]
            weights = torch.softmax(module["attention"](sequence)[..., 0], 1)
            pooled = torch.einsum("bt,btu->bu", weights, sequence)
            return nn.functional.cross_entropy(module["head"](pooled), targets)

    elif task == "translate":
        written = torch.randint(vocabulary, (batch, row["written"]))
        targets = torch.randint(vocabulary, (batch * row["written"],))
        states = 2 if cell == "LSTM" else 1
        module.update({"written": nn.Embedding(vocabulary, embedding), "decoder": recurrent(embedding)})
        module.update({f"bridge{index}": nn.Linear(units, units) for index in range(states * layers)})
        module.update({"query": nn.Linear(units, units, bias=False), "context": nn.Linear(units, units)})
        module.update({"state": nn.Linear(units, units, bias=False), "head": nn.Linear(units, vocabulary)})

        def loss_of():
            memory = module["stack"](module["table"](ids))[0]
            mean = memory.mean(1)
            first = [torch.tanh(module[f"bridge{index}"](mean)) for index in range(states * layers)]
            state = tuple(torch.stack(first[index::states]) for index in range(states))
            sequence = module["decoder"](module["written"](written), state if states == 2 else state[0])[0]
            weights = torch.softmax(module["query"](sequence) @ memory.transpose(1, 2), 2)
            hidden = torch.tanh(module["context"](weights @ memory) + module["state"](sequence))
            return nn.functional.cross_entropy(module["head"](hidden).reshape(-1, vocabulary), targets)

    parameters = list(module.parameters())
    adam = torch.optim.Adam(parameters, 0.002)

    def step():
        adam.zero_grad()
        loss = loss_of()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 5)
        adam.step()
        return loss.detach()

    return step


run(prepare, prepare_task)
