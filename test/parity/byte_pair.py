"""Merges, ids and pieces of byte-level byte-pair encoding by HuggingFace's tokenizers.

Writes byte_pair.json beside this file. Tokens stand in GPT-2's printable alphabet, one character a byte.

    pip install tokenizers==0.23.3; python byte_pair.py
"""

import json
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

TEXTS = {
    "english": "the cat sat on the mat, and the rat sat on that cat; they're what they were\n\n  the hat that's that\n" * 3,
    "scripts": "Straße für Füße, naïve Café – «déjà vu» 東京都東京都 の 東京 🙂🙂 👩‍👩‍👧 Москва, Москвы москве 1234 1234 12\n" * 4,
    "code": "for (let i = 0; i < n; i++) {\n    if (a[i] === b[i]) {\n        count += 1;\n    }\n}\n" * 4,
    "repeats": "aaaaaaaa aaaa aaa aa a abababab bababa\t\t\t\n\n\n\n" * 2,
}
UNSEEN = "The cat’s hat; 東京 naïve 12345 i++ aaaaa 🙃\n\n"
SIZES = {"english": 300, "scripts": 340, "code": 290, "repeats": 275}

result = []
for name, text in TEXTS.items():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.train_from_iterator(
        [text],
        trainers.BpeTrainer(
            vocab_size=SIZES[name] + 1,  # with what is unknown, whose id is 0
            min_frequency=2,
            special_tokens=["\ufffd"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = [token for token, _ in sorted(model["vocab"].items(), key=lambda entry: entry[1])]
    result.append(
        {
            "name": name,
            "text": text,
            "vocabularySize": SIZES[name],
            "vocabulary": vocabulary,
            "merges": [merge if isinstance(merge, list) else merge.split(" ") for merge in model["merges"]],
            "ids": tokenizer.encode(text).ids,
            "unseen": UNSEEN,
            "unseenIds": tokenizer.encode(UNSEEN).ids,
        }
    )

Path(__file__).with_suffix(".json").write_text(json.dumps(result, ensure_ascii=True, separators=(",", ":")) + "\n")
