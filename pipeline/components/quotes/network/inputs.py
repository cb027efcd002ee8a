"""The numbers of the network's inputs: labels, buckets, columns and flags; they are rows of trained tables.

Nothing here may change without training anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]

# The labels of the model, in an order of our own: their numbers are rows of the trained tables.
_TAGS = """
$ '' , -LRB- -RRB- . : ADD AFX CC CD DT EX FW HYPH IN JJ JJR JJS LS MD NFP NN NNP NNPS NNS PDT POS PRP PRP$
RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB XX ``
"""
_DEPS = """
ROOT acl acomp advcl advmod agent amod appos attr aux auxpass case cc ccomp compound conj csubj csubjpass
dative dep det dobj expl intj mark meta neg nmod npadvmod nsubj nsubjpass nummod oprd parataxis pcomp pobj
poss preconj predet prep prt punct quantmod relcl xcomp
"""
_ENTS = """
CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME
WORK_OF_ART
"""
# Labels of the head of a clause, and labels of dependents that a word has a flag for.
_CLAUSAL = "ROOT acl advcl ccomp csubj csubjpass parataxis pcomp relcl xcomp"
_SHOWN = """
nsubj nsubjpass csubj ccomp xcomp dobj prep agent mark aux auxpass neg prt advcl relcl acl conj parataxis
appos poss attr acomp dative advmod punct
"""
TAGS, DEPS, ENTS = _TAGS.split(), _DEPS.split(), _ENTS.split()
CLAUSES, CHILDREN = _CLAUSAL.split(), _SHOWN.split()

WORD_BUCKETS = 4096
SUFFIX_BUCKETS = 1024
SHAPE_BUCKETS = 128
RULE_BUCKETS = 32

# Name and number of values of each categorical column, in the order of `QuoteFeatures.columns`.
COLUMNS = {
    "word_a": WORD_BUCKETS + 1,  # 0: masked
    "word_b": WORD_BUCKETS + 1,
    "suffix": SUFFIX_BUCKETS + 1,
    "shape": SHAPE_BUCKETS,
    "tag": len(TAGS) + 1,
    "dep": len(DEPS) + 1,
    "head_distance": 15,
    "head_tag": len(TAGS) + 1,
    "head_dep": len(DEPS) + 1,
    "entity": 2 * len(ENTS) + 2,
    "clause_dep": len(DEPS) + 1,
    "clause_tag": len(TAGS) + 1,
    "clause_distance": 15,
    "governor_tag": len(TAGS) + 1,
    "governor_distance": 15,
    "mark": 8,
    "region_length": 8,
    "region_start": 10,
    "region_end": 10,
    "paragraph_start": 10,
    "paragraph_end": 10,
    "paragraph_kind": 24,
    "sentence_start": 10,
    "sentence_end": 10,
    # Last, so that training can drop them together: see RULE_COLUMNS.
    "rule_role": 7,
    "rule_kind": 4,
    "rule_nested_role": 7,
    "rule_nested_kind": 4,
    "rule_name": RULE_BUCKETS + 1,
}
RULE_COLUMNS = 5
COLUMN_OFFSETS = np.concatenate([[0], np.cumsum(list(COLUMNS.values()))]).astype(np.int32)
FLAGS = (*(f"child:{dep}" for dep in CHILDREN), "in_sentence_with_mark", "in_paragraph_with_mark")

# Values of the column "mark".
OUTSIDE, OPENING, INSIDE, CLOSING = 0, 1, 2, 3

_STEPS = np.array([1, 2, 3, 5, 8, 14, 28, 56, 112])  # lower bounds of distance buckets 1..9
_SIGNED_STEPS = np.array([1, 2, 3, 5, 9, 17, 40])


def bucket(distance: NDArray[Any]) -> Ints:
    """Return the bucket of a distance: 0 for 0, up to 9."""
    return np.searchsorted(_STEPS, distance, side="right").astype(np.int32)


def signed_bucket(distance: NDArray[Any]) -> Ints:
    """Return the bucket of a signed distance: 0 for 0, 1..7 to the right, 8..14 to the left."""
    size = np.searchsorted(_SIGNED_STEPS, np.abs(distance), side="right").astype(np.int32)
    return size + 7 * (distance < 0)
