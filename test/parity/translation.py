"""PyTorch's loss and gradients of an encoder and a decoder with attention; BLEU and chrF by sacreBLEU.

Sequences of different lengths, each computed by itself, without padding. Writes translation.json beside this file.

    pip install torch==2.13.0 sacrebleu==2.6.0; python translation.py
"""

import json
import random
from pathlib import Path

import sacrebleu
import torch
from sacrebleu.metrics import BLEU, CHRF

torch.manual_seed(4)
torch.set_default_dtype(torch.float64)
UNITS, EMBEDDING, SOURCE, TARGET = 4, 3, 6, 7
BOUNDARY = 1


def coarse(*shape):
    """Normal numbers of two decimals: exact in few characters."""
    return torch.round(torch.randn(shape) * 0.6, decimals=2)


def weights(attention, directions, layers):
    shapes = {"embedding": (SOURCE, EMBEDDING), "decoder.embedding": (TARGET, EMBEDDING)}
    for prefix in ["", *(["reverse."] if directions == 2 else []), "decoder."]:
        for layer in range(layers):
            name = f"{prefix}layers.{layer}.h"
            shapes |= {f"{name}.W": (EMBEDDING if layer == 0 else UNITS, UNITS), f"{name}.U": (UNITS, UNITS), f"{name}.b": (UNITS,)}
    for layer in range(layers):
        shapes |= {f"bridge.layers.{layer}.h.W": (UNITS, UNITS), f"bridge.layers.{layer}.h.b": (UNITS,)}
    if attention != "dot":
        shapes["attention.query"] = (UNITS, UNITS)
    if attention == "additive":
        shapes |= {"attention.memory": (UNITS, UNITS), "attention.score": (UNITS, 1)}
    shapes |= {"combine.W": (UNITS, UNITS), "combine.U": (UNITS, UNITS), "combine.b": (UNITS,), "head.W": (UNITS, TARGET), "head.b": (TARGET,)}
    return {name: coarse(*shape).requires_grad_() for name, shape in shapes.items()}


def rnn(w, name, sequence, state):
    outputs = []
    for x in sequence:
        state = torch.tanh(x @ w[f"{name}.h.W"] + state @ w[f"{name}.h.U"] + w[f"{name}.h.b"])
        outputs.append(state)
    return torch.stack(outputs)


def encode(w, ids, directions, layers):
    sequence = w["embedding"][ids]
    for layer in range(layers):
        forward = rnn(w, f"layers.{layer}", sequence, torch.zeros(UNITS))
        if directions == 2:
            forward = forward + rnn(w, f"reverse.layers.{layer}", sequence.flip(0), torch.zeros(UNITS)).flip(0)
        sequence = forward
    return sequence


def decode(w, memory, ids, attention, layers):
    sequence = w["decoder.embedding"][ids]
    for layer in range(layers):
        bridge = f"bridge.layers.{layer}.h"
        first = torch.tanh(memory.mean(0) @ w[f"{bridge}.W"] + w[f"{bridge}.b"])
        sequence = rnn(w, f"decoder.layers.{layer}", sequence, first)
    if attention == "dot":
        scores = sequence @ memory.T
    elif attention == "general":
        scores = sequence @ w["attention.query"] @ memory.T
    else:
        pairs = torch.tanh((sequence @ w["attention.query"])[:, None] + (memory @ w["attention.memory"])[None])
        scores = (pairs @ w["attention.score"])[..., 0]
    context = torch.softmax(scores, -1) @ memory
    hidden = torch.tanh(context @ w["combine.W"] + sequence @ w["combine.U"] + w["combine.b"])
    return hidden @ w["head.W"] + w["head.b"]


pairs = [([2, 5, 3, 0], [3, 2]), ([1], [6, 4, 4]), ([4, 4], [5])]
models = []
for attention in ["dot", "general", "additive"]:
    for directions, layers in [(1, 1), (2, 2)]:
        w = weights(attention, directions, layers)
        logits, targets = [], []
        for source, target in pairs:
            memory = encode(w, torch.tensor(source), directions, layers)
            logits.append(decode(w, memory, torch.tensor([BOUNDARY, *target]), attention, layers))
            targets += [*target, BOUNDARY]
        loss = torch.nn.functional.cross_entropy(torch.cat(logits), torch.tensor(targets))
        loss.backward()
        models.append(
            {
                "attention": attention,
                "directions": directions,
                "layers": layers,
                "weights": {name: value.flatten().tolist() for name, value in w.items()},
                "logits": [round(value, 9) for value in torch.cat(logits).flatten().tolist()],
                "loss": loss.item(),
                "gradients": {name: [round(v, 9) for v in value.grad.flatten().tolist()] for name, value in w.items()},
            }
        )

random.seed(2)
words = "the a cat dog sat , . 'll 1.5 3,000 mat-like (on) \"it\" &amp; over ran in-2 U.S. 50% $5".split()
sentences = [[" ".join(random.choices(words, k=random.randint(1, 14))) for _ in range(12)] for _ in range(6)]
corpora = [(reference, reference) for reference in sentences[:1]]
for reference in sentences[1:4]:
    outputs = []
    for sentence in reference:
        kept = [random.choice(words) if random.random() < 0.3 else word for word in sentence.split()]
        outputs.append(" ".join(kept[: random.randint(1, len(kept) + 1)]))
    corpora.append((outputs, reference))
corpora += [(sentences[4], sentences[5]), (["", "the cat"], ["the cat", "a dog"]), (["x"], ["y"]), (["ab"], ["ab"])]
corpora += [(["Größe: 3,5 m – „so“ 日本語"], ["Größe 3,5 m: „so“ 日本"])]
scores = [
    {
        "outputs": outputs,
        "references": references,
        "bleu": BLEU().corpus_score(outputs, [references]).score,
        "chrf": CHRF().corpus_score(outputs, [references]).score,
    }
    for outputs, references in corpora
]
result = {"torch": torch.__version__, "sacrebleu": sacrebleu.__version__, "pairs": pairs, "models": models, "scores": scores}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
