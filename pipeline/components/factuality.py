"""How certainly a clause presents what it tells: from -3 (certainly not so) to 3 (certainly so).

The scale is that of FactBank (Saurí and Pustejovsky 2009) as taken over by the UW factuality data (Lee et
al. 2015). What decides is mostly what stands over an event - negation, modals, the verb that governs it
("denied", "hopes to") - so the features are words and labels on the way from the event up to the root of its
sentence.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from pipeline.components.hashing import buckets
from pipeline.components.tree import Tree
from pipeline.components.verbs import base_form
from pipeline.lexicons import entries, words

# How certain an event is that stands under a word of each class, where nothing else is said.
_CERTAINTY = {"true": 3.0, "given": 3.0, "false": -3.0, "intended": 0.75, "possible": 0.75, "said": 2.5}
_MODALS = {
    "may": 0.5,
    "might": 0.5,
    "could": 0.5,
    "can": 1.0,
    "would": 0.75,
    "should": 0.75,
    "must": 1.5,
    "will": 1.5,
}
_PASS = frozenset(
    {"conj", "compound", "amod", "nmod", "poss", "appos", "relcl", "det", "nsubj", "prep", "punct"}
)
_TOOLS = frozenset({"aux", "auxpass", "neg", "mark", "advmod", "det", "prt", "expl", "poss", "nummod"})
_DEPTH = 4


@cache
def _weights() -> tuple[list[float], float]:
    with (
        (files("pipeline") / "models" / "factuality" / "weights.npz").open("rb") as file,
        np.load(file) as arrays,
    ):
        return arrays["coefficients"].astype(np.float32).tolist(), float(arrays["bias"])


@lru_cache(maxsize=1 << 16)
def _weight(feature: str) -> float:
    """The weight of a feature; the same ones come again and again."""
    weights, _ = _weights()
    return weights[buckets((feature,), len(weights))[0]]


def factuality(tree: Tree, i: int) -> float:
    """Return how certainly the text presents an event, -3 (certainly not so) .. 3 (certainly so).

    Args:
        tree: the parse.
        i: the head of the event, a verb, noun or adjective.
    """
    value = _weights()[1] + sum(map(_weight, event_features(tree, i)))
    return max(-3.0, min(3.0, value))


def event_features(tree: Tree, i: int) -> list[str]:
    """Return the features of an event.

    Args:
        tree: the parse.
        i: the head of the event, a verb, noun or adjective.
    """
    forms, tags, deps, heads = tree.words, tree.tags, tree.deps, tree.heads
    lemma = base_form(forms[i]) if tags[i].startswith("V") else forms[i]
    features = ["", f"w={forms[i]}", f"l={lemma}", f"t={tags[i]}", f"d={deps[i]}", f"td={tags[i]} {deps[i]}"]
    features += _around(tree, i, "0")
    node, above = i, []
    for depth in range(1, _DEPTH + 1):
        head = heads[node]
        if head == node:
            features.append(f"root@{depth}")
            break
        up = base_form(forms[head]) if tags[head].startswith("V") else forms[head]
        label = deps[node]
        features.append(f"u{depth}={up}")
        features.append(f"u={up}")
        features.append(f"ud{depth}={label} {up}")
        features.append(f"ut{depth}={label} {tags[head]}")
        if depth == 1:
            features.append(f"tu={tags[i]} {label} {up}")
        if (kind := entries("event_governors").get(base_form(forms[head]))) is not None:
            negated = any(deps[c] == "neg" or forms[c] in words("negators") for c in tree.children[head])
            features.append(f"g{depth}={kind} {negated}")
            features.append(f"g={label} {kind} {negated}")
        features += _around(tree, head, str(depth))
        above.append(label)
        node = head
    features.append("path=" + " ".join(above))
    value, reasons = rule_factuality(tree, i)
    features += [f"rule={value}", f"rule={value} {deps[i]}", f"why={value} {' '.join(reasons[:2])}"]
    for k in (-2, -1, 1, 2):
        if 0 <= i + k < len(forms):
            features.append(f"c{k}={forms[i + k]}")
            features.append(f"ct{k}={tags[i + k]}")
    start, end = tree.sentences[tree.sentence_of[i]]
    features.append(f"end={forms[end - 1]}")
    features.append(f"start={forms[start]}")
    return features


def _around(tree: Tree, i: int, place: str) -> list[str]:
    """The tools of grammar that hang on a word: auxiliaries, negation, conjunctions, adverbs."""
    features = []
    labels = []
    tools = []
    for c in tree.children[i]:
        dep = tree.deps[c]
        if dep in _TOOLS:
            features.append(f"{place}:{dep}={tree.words[c]}")
            if dep in {"aux", "neg", "auxpass"}:
                tools.append(tree.words[c])
        elif dep not in {"punct", "compound", "amod"}:
            labels.append(dep)
            features.append(f"{place}>{dep}")
        if dep in {"nsubj", "nsubjpass"}:
            features.append(f"{place}:s={tree.words[c]}")
        elif dep == "prep" or (dep == "conj" and place == "0"):
            features.append(f"{place}:{dep}={tree.words[c]}")
    if tools:
        features.append(f"{place}:tools={' '.join(tools)}")
    features.append(f"{place}:tt={tree.tags[i]} {' '.join(tools)}")
    return features


def rule_factuality(tree: Tree, i: int) -> tuple[float, tuple[str, ...]]:
    """Return what the rules say of an event: -3..3, and the words that decided it, nearest first.

    Negation, modals and conditions on the event itself, then the words that it stands under, up to the first
    relative clause or the root.
    """
    value, reasons = 3.0, []
    node = i
    for depth in range(_DEPTH + 1):
        is_negated = False
        for c in tree.children[node]:
            word, dep = tree.words[c], tree.deps[c]
            if dep == "neg" or (dep in {"det", "advmod", "preconj"} and word in words("negators")):
                is_negated = True
                reasons.append(word)
            elif dep == "aux" and (depth == 0 or value < 3) and base_form(word) in _MODALS:
                value = min(value, _MODALS[base_form(word)])
                reasons.append(word)
            elif dep in {"mark", "advmod"} and depth == 0 and word in {"if", "unless", "whether"}:
                value = min(value, 0.0)
                reasons.append(word)
            elif (
                dep in {"advmod", "amod"}
                and depth == 0
                and entries("hedges").get(word) in {"possible", "probable", "distance"}
            ):
                value = min(value, 1.5)
                reasons.append(word)
        if depth:
            governor = base_form(tree.words[node])
            kind = entries("event_governors").get(governor)
            if kind is not None:
                certainty = _CERTAINTY[kind]
                if certainty < 0:
                    value = -value
                    reasons.append(tree.words[node])
                elif certainty < value:
                    value = certainty
                    reasons.append(tree.words[node])
                if is_negated and kind in {"true", "said"}:
                    value = -value
                elif is_negated and kind in {"intended", "possible"}:
                    value = min(value, 0.0)
        elif is_negated:
            value = -value
        label, head = tree.deps[node], tree.heads[node]
        if head == node or label in _PASS or (label == "advcl" and depth == 0):
            break
        node = head
    return value, tuple(reasons)
