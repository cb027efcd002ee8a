"""The numbers of the network's inputs: columns, flags and labels; they are rows of trained tables.

Nothing here may change without training anew.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]

KINDS = ("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT")
"""The labels of names. A word of a name has the number 2 * kind + 1 where it begins the name, else
2 * kind + 2; all others have 0."""
N_LABELS = 2 * len(KINDS) + 1

_MODEL_KINDS = """
CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME
WORK_OF_ART
"""
MODEL_KINDS = {kind: number for number, kind in enumerate(_MODEL_KINDS.split(), start=1)}
"""The labels of the model; 0 stands for others."""

WORD_BUCKETS = 4096
SUFFIX_BUCKETS = 1024
SHAPE_BUCKETS = 256
LABEL_BUCKETS = 128
"""Of tags and dependencies, of which there are about fifty each."""
HEAD_BUCKETS = 1024
OTHERS = 3 * (len(KINDS) + 1) + 1
"""How the other occurrences of a word are used: see `others_of`."""

# Name and number of values of each categorical column, in the order of `LabelFeatures.columns`.
COLUMNS = {
    "word": WORD_BUCKETS,
    "prefix": SUFFIX_BUCKETS,
    "suffix": SUFFIX_BUCKETS,
    "shape": SHAPE_BUCKETS,
    "tag": LABEL_BUCKETS,
    "dep": LABEL_BUCKETS,
    "head": HEAD_BUCKETS,
    "head_tag": LABEL_BUCKETS,
    "model": 2 * len(MODEL_KINDS) + 3,
    "rules": N_LABELS,
    "others": OTHERS,
    "line": 128,
}
COLUMN_OFFSETS = np.concatenate([[0], np.cumsum(list(COLUMNS.values()))]).astype(np.int32)

N_LISTS = 24
"""The lists of the lexicon that a word is looked up in: see `features.py`."""
MARKS = (
    "opens_sentence",
    "opens_line",
    "closes_line",
    "glued_in_front",
    "glued_behind",
    "small_elsewhere",
    "large_elsewhere",
    "repeats",
    "in_short_marks",
    "in_sport",
)
N_FLAGS = N_LISTS + len(MARKS)
"""One for each list, then the marks."""

WINDOW = 3
"""Words on each side that the network reads beside a word."""
