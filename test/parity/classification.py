"""Writes classification.json: accuracy, macro F1 and confusion matrices by scikit-learn.

    pip install scikit-learn; python classification.py
"""

import json
import random
from pathlib import Path

import sklearn
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

random.seed(1)
cases = []
for classes, count in [(2, 10), (2, 1), (3, 30), (5, 12), (8, 200)]:
    labels = list(range(classes))
    truth = [random.choice(labels) for _ in range(count)]
    predicted = [t if random.random() < 0.5 else random.choice(labels) for t in truth]
    cases.append(
        {
            "classes": classes,
            "truth": truth,
            "predicted": predicted,
            "accuracy": accuracy_score(truth, predicted),
            "macroF1": f1_score(truth, predicted, labels=labels, average="macro", zero_division=0),
            "confusion": confusion_matrix(truth, predicted, labels=labels).tolist(),
        }
    )
result = {"scikit-learn": sklearn.__version__, "cases": cases}
Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
