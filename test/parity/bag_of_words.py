"""Probabilities of classes by scikit-learn's TF-IDF and logistic regression. Writes bag_of_words.json beside this file.

Made with scikit-learn 1.9.1: pip install scikit-learn; python bag_of_words.py
"""

import json
import random
from pathlib import Path

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

random.seed(3)
cases = []
for classes, count, words in [(2, 60, 20), (3, 90, 30), (5, 200, 12)]:
    vocabulary = [f"w{index}" for index in range(1, words + 1)]
    lean = [random.sample(vocabulary, 4) for _ in range(classes)]
    labels = [random.randrange(classes) for _ in range(count)]
    text = lambda label: [random.choice(lean[label] if random.random() < 0.3 else vocabulary) for _ in range(random.randint(1, 9))]
    texts = [text(label) for label in labels]
    unseen = [text(random.randrange(classes)) for _ in range(10)] + [["nothing known"]]
    vectorizer = TfidfVectorizer(analyzer=lambda tokens: tokens, vocabulary=vocabulary)
    model = LogisticRegression(max_iter=10000, tol=1e-10).fit(vectorizer.fit_transform(texts), labels)
    number = {word: index for index, word in enumerate(vocabulary, 1)}
    cases.append(
        {
            "classes": classes,
            "vocabularySize": words + 1,
            "texts": [[number[word] for word in words] for words in texts],
            "labels": labels,
            "unseen": [[number.get(word, 0) for word in words] for words in unseen],
            "probabilities": model.predict_proba(vectorizer.transform(unseen)).tolist(),
        }
    )
result = {"scikit-learn": sklearn.__version__, "cases": cases}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
