"""PyTorch's numbers for whole training steps: embedding, LSTM, head, cross-entropy, clipping by global norm, Adam.

Writes training.json beside this file. Made with torch 2.13.0: python3 training.py
"""
import json
import pathlib

import torch

from cells import UNITS, named, plain, single_bias

torch.manual_seed(21)
BATCH, TIME, VOCABULARY, EMBEDDING, STEPS, RATE, CLIP = 2, 5, 7, 3, 4, 0.01, 0.25

embedding = torch.nn.Embedding(VOCABULARY, EMBEDDING)
net = torch.nn.LSTM(EMBEDDING, UNITS, 1, batch_first=True)
head = torch.nn.Linear(UNITS, VOCABULARY)
single_bias(net, "lstm", 1)
net.bias_hh_l0.requires_grad_(False)


def weights():
    own = {"embedding": embedding.weight, "head.W": head.weight.T, "head.b": head.bias}
    return {k: plain(v) for k, v in {**own, **named(net, "lstm", 1, lambda p: p)}.items()}


before = weights()
parameters = [p for m in (embedding, net, head) for p in m.parameters() if p.requires_grad]
adam = torch.optim.Adam(parameters, lr=RATE)
ids = torch.randint(0, VOCABULARY, (STEPS, BATCH, TIME + 1))
state, steps = None, []
for batch in ids:
    hidden, state = net(embedding(batch[:, :-1]), state)
    state = tuple(s.detach() for s in state)  # the gradient stops at the window, the state goes on
    loss = torch.nn.functional.cross_entropy(head(hidden).flatten(0, 1), batch[:, 1:].flatten())
    adam.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(parameters, CLIP)
    adam.step()
    steps.append({"ids": batch.tolist(), "loss": loss.item(), "gradientNorm": norm.item()})

path = pathlib.Path(__file__).with_name("training.json")
settings = {"vocabularySize": VOCABULARY, "embeddingSize": EMBEDDING, "units": UNITS, "learningRate": RATE, "clipNorm": CLIP}
path.write_text(json.dumps({"torch": torch.__version__, **settings, "before": before, "steps": steps, "after": weights()}, separators=(",", ":")) + "\n")
