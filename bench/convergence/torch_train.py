"""The same training in PyTorch: initial weights from a safetensors file of ours, the same windows, clipping, Adam and schedule.

    python torch_train.py PLAN.json   prints one JSON line: validation losses by step

The plan has: ids (path of int32 ids), boundary, weights (path), units, timeSteps, batchSize, steps, evaluateEvery,
learningRate, clipNorm.
"""
import json
import math
import struct
import sys
import time

import numpy as np
import torch

plan = json.load(open(sys.argv[1]))
TIME, STEPS = plan["timeSteps"], plan["steps"]
torch.set_num_threads(2)


def safetensors(path):
    data = open(path, "rb").read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    start = 8 + size
    return {
        name: torch.from_numpy(np.frombuffer(data[start + e["data_offsets"][0] : start + e["data_offsets"][1]], "<f4").reshape(e["shape"]).copy())
        for name, e in header.items()
        if name != "__metadata__"
    }


ours = safetensors(plan["weights"])
vocabulary, embedding = ours["embedding"].shape
table = torch.nn.Embedding(vocabulary, embedding)
net = torch.nn.LSTM(embedding, plan["units"], 1, batch_first=True)
head = torch.nn.Linear(plan["units"], vocabulary)
with torch.no_grad():
    table.weight.copy_(ours["embedding"])
    gates = lambda what: torch.cat([ours[f"layers.0.{gate}.{what}"].reshape(-1, plan["units"]).T for gate in "ifgo"])
    net.weight_ih_l0.copy_(gates("W"))
    net.weight_hh_l0.copy_(gates("U"))
    net.bias_ih_l0.copy_(gates("b").flatten())
    net.bias_hh_l0.zero_()
    head.weight.copy_(ours["head.W"].T)
    head.bias.copy_(ours["head.b"])
net.bias_hh_l0.requires_grad_(False)  # one bias a gate
parameters = [p for m in (table, net, head) for p in m.parameters() if p.requires_grad]
adam = torch.optim.Adam(parameters, lr=plan["learningRate"])
ids = np.fromfile(plan["ids"], "<i4")
training, validation = ids[: plan["boundary"]], ids[plan["boundary"] :]


def windows(length, batch):
    """Parallel streams, each epoch a position later: start of each stream's window, and whether streams begin anew."""
    streams = min(batch, length // TIME)
    per_stream = length // streams
    per_epoch = per_stream // TIME
    slack = per_stream - per_epoch * TIME

    def at(step):
        epoch, window = divmod(step - 1, per_epoch)
        offset = epoch % (slack + 1) + window * TIME
        return [stream * per_stream + offset for stream in range(streams)], window == 0

    return at, per_epoch, streams


def batch(part, starts):
    rows = torch.from_numpy(np.stack([part[s : s + TIME + 1] for s in starts]).astype(np.int64))
    return rows[:, :-1], rows[:, 1:]


def loss_of(part, starts, state):
    inputs, targets = batch(part, starts)
    hidden, state = net(table(inputs), state)
    return torch.nn.functional.cross_entropy(head(hidden).flatten(0, 1), targets.flatten()), tuple(s.detach() for s in state)


def evaluate():
    at, per_stream, _ = windows(len(validation) - 1, plan["batchSize"])
    count, state, total = min(per_stream, 16), None, 0.0
    with torch.no_grad():
        for step in range(1, count + 1):
            loss, state = loss_of(validation, at(step)[0], state)
            total += loss.item()
    return total / count


at, _, _ = windows(len(training) - 1, plan["batchSize"])
state, losses, began = None, {}, time.time()
for step in range(1, STEPS + 1):
    starts, reset = at(step)
    loss, state = loss_of(training, starts, None if reset else state)
    for group in adam.param_groups:
        group["lr"] = plan["learningRate"] * (1 + math.cos(math.pi * (step - 1) / STEPS)) / 2
    adam.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, plan["clipNorm"])
    adam.step()
    if step % plan["evaluateEvery"] == 0 or step == STEPS:
        losses[step] = evaluate()
print(json.dumps({"torch": torch.__version__, "seconds": time.time() - began, "losses": losses}))
