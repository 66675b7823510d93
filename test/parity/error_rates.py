"""Edits and error rates of transcripts, in words and in characters, as jiwer counts them.

Writes error_rates.json beside this file: of each pair the edits, and the rates of all pairs together. Of an empty reference
jiwer gives the number of edits as its rate.

    pip install jiwer==4.0.0; python error_rates.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import jiwer

# What is said, and what is written.
PAIRS = [
    ("seven", "seven"),
    ("seven", "sevn"),
    ("three", "tree"),
    ("the cat sat on the mat", "the cat sat on the mat"),
    ("the cat sat on the mat", "the hat sat on mat"),
    ("the cat sat on the mat", "mat the on sat cat the"),
    ("one two three", "one two two three"),
    ("no no no no", "no no"),
    ("no no", "no no no no no no"),
    ("aaaa", "aa"),
    ("abab", "baba"),
    ("ice cream", "icecream"),
    ("icecream", "i ce cream"),
    ("it's ten o'clock", "its ten o clock"),
    ("seven", ""),
    ("", ""),
    ("", "uh huh"),
    ("straße", "strasse"),
    ("naïve café", "naive cafe"),
    # The same letter as one code point and as two.
    ("caf\u00e9", "cafe\u0301"),
    ("東京 タワー", "東京 タワ"),
    # Beyond sixteen bits: one character each.
    ("𝄞𝄢 𐍈", "𝄞 𐍈𐍈"),
    ("привет мир", "превед мир"),
    ("नमस्ते दुनिया", "नमसते दुनिया"),
]


def edits(output):
    return output.substitutions + output.deletions + output.insertions


references, transcripts = zip(*PAIRS)
out = {
    "jiwer": version("jiwer"),
    "pairs": [
        {
            **{"reference": reference, "transcript": transcript},
            "words": edits(jiwer.process_words(reference, transcript)),
            "characters": edits(jiwer.process_characters(reference, transcript)),
        }
        for reference, transcript in PAIRS
    ],
    "wordErrorRate": jiwer.wer(list(references), list(transcripts)),
    "characterErrorRate": jiwer.cer(list(references), list(transcripts)),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n")
