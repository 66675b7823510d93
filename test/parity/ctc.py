"""PyTorch's CTCLoss and its gradients, in double precision.

Rows of different lengths in one batch: repeated labels, no label at all, one step, and a row that is too short for its labels.
Writes ctc.json beside this file.

    pip install torch==2.13.0; python ctc.py
"""

import json
from pathlib import Path

import torch

torch.manual_seed(6)
torch.set_default_dtype(torch.float64)

BATCHES = {
    "labels of different lengths": (9, 6, [[1, 2, 3], [4], [5, 1]], [9, 5, 7]),
    "labels that repeat": (12, 5, [[1, 1, 2, 2], [3, 3, 3], [4, 4]], [12, 9, 3]),
    "no label": (6, 4, [[], [2], []], [6, 4, 1]),
    "as many steps as labels": (4, 7, [[1, 2, 3, 4], [5, 6, 1], [3]], [4, 3, 1]),
    "too short for its labels": (5, 4, [[1, 1, 1], [1, 2]], [4, 5]),
    "more classes than a panel has columns": (20, 37, [[36, 1, 17, 16, 15, 32, 36, 36, 9], [20, 31]], [20, 14]),
}


def coarse(*shape):
    """Normal numbers of two decimals: exact in few characters."""
    return torch.round(torch.randn(shape) * 2, decimals=2)


cases = []
for name, (steps, classes, labels, lengths) in BATCHES.items():
    logits = coarse(len(labels), steps, classes).requires_grad_()
    losses = torch.nn.functional.ctc_loss(
        torch.log_softmax(logits, 2).transpose(0, 1),
        torch.tensor([label for row in labels for label in row], dtype=torch.long),
        torch.tensor(lengths),
        torch.tensor([len(row) for row in labels]),
        reduction="none",
        zero_infinity=True,
    )
    losses.sum().backward()
    cases.append(
        {
            "name": name,
            "logits": logits.tolist(),
            "labels": labels,
            "lengths": lengths,
            "loss": losses.sum().item(),
            "gradient": [[[round(g, 9) for g in step] for step in row] for row in logits.grad.tolist()],
        }
    )

out = {"torch": torch.__version__, "cases": cases}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
