"""How certainly a clause presents what it tells: from -3 (certainly not so) to 3 (certainly so).

The scale is that of FactBank (Saurí and Pustejovsky 2009) as taken over by the UW factuality data (Lee et
al. 2015). What decides is mostly what stands over an event - negation, modals, the verb that governs it
("denied", "hopes to") - so the features are words and labels on the way from the event up to the root of its
sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.components.claims.hashing import buckets
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tree import Tree
from pipeline.lexicons import Lexicon
from pipeline.models.weights import load_weights

# How certain an event is that stands under a word of each class, where nothing else is said.
_CERTAINTY = {"true": 3.0, "given": 3.0, "false": -3.0, "intended": 0.75, "possible": 0.75, "said": 2.5}
_ASSERTED, _LEFT_OPEN = 1.5, 0.25  # a claim that is flatly asserted, or not, is at least so certain
_HEDGED = 1.5  # and of one beside "reportedly", "probably", at most
_WEAKENING = frozenset({"possible", "probable", "distance"})  # classes of hedges that make it so
_PASS = frozenset(
    {"conj", "compound", "amod", "nmod", "poss", "appos", "relcl", "det", "nsubj", "prep", "punct"}
)
_TOOLS = frozenset({"aux", "auxpass", "neg", "mark", "advmod", "det", "prt", "expl", "poss", "nummod"})
_BARE = frozenset({"punct", "compound", "amod"})  # tell nothing of the word above them
_WITH_WORD = _TOOLS | {"nsubj", "nsubjpass", "prep", "conj"}
_DEPTH = 4
_MOST_FACTS = 1 << 16  # whose weights are kept


@cache
def _weights() -> tuple[list[float], float]:
    arrays = load_weights("factuality/weights.npz")
    return arrays["coefficients"].astype(np.float32).tolist(), float(arrays["bias"])


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that bear on an event, and the base forms by which governors and modals are looked up."""

    base_form: Callable[[str], str]
    governors: Mapping[str, str]
    negators: frozenset[str]
    modals: Mapping[str, float]
    conditions: frozenset[str]
    hedges: frozenset[str]


def _read_words(lexicon: Lexicon) -> _Words:
    return _Words(
        base_form=lexicon.made(read_base_forms),
        governors=lexicon.entries("event_governors"),
        negators=lexicon.words("negators"),
        modals={word: float(value) for word, value in lexicon.entries("claims.modals").items()},
        conditions=lexicon.words("claims.event_conditions"),
        hedges=frozenset(word for word, kind in lexicon.entries("hedges").items() if kind in _WEAKENING),
    )


# Something that bears on an event: what it is, and the words, labels and numbers that go with it.
type Fact = tuple[str | int | float, ...]


def factuality(tree: Tree, i: int) -> float:
    """Return how certainly the text presents an event, -3 (certainly not so) .. 3 (certainly so).

    Args:
        tree: the parse.
        i: the head of the event, a verb, noun or adjective.
    """
    value = _weights()[1] + sum(map(_fact_weights.__getitem__, _facts(tree, i)))
    return max(-3.0, min(3.0, value))


def signed(value: float, *, is_negated: bool, modality: str) -> float:
    """Return the factuality of a claim, whose sign follows its polarity.

    The regression sees a clause's words and may miss what negates it, "none of the men", or who denies it.

    Args:
        value: from `factuality`.
        is_negated: whether the claim's polarity is "negated".
        modality: of the claim, as in the table; what is flatly asserted is at least fairly certain.
    """
    least = _ASSERTED if modality == "asserted" else _LEFT_OPEN
    if is_negated:
        return -max(abs(value), least)
    return value if value > 0 else max(abs(value), least)


def event_features(tree: Tree, i: int) -> list[str]:
    """Return the features of an event.

    Args:
        tree: the parse.
        i: the head of the event, a verb, noun or adjective.
    """
    return [feature for kind, *values in _facts(tree, i) for feature in _FEATURES[kind](*values)]


class _FactWeights(dict[Fact, float]):
    """The weight of each fact's features: the same ones come again and again, 25 a claim."""

    def __missing__(self, fact: Fact) -> float:
        weights, _ = _weights()
        kind, *values = fact
        if len(self) >= _MOST_FACTS:
            self.clear()
        weight = sum([weights[bucket] for bucket in buckets(_FEATURES[kind](*values), len(weights))])
        self[fact] = weight
        return weight


_fact_weights = _FactWeights()


def _facts(tree: Tree, i: int) -> list[Fact]:
    """What bears on an event: the word itself, those above, below and beside it, and what the rules say."""
    forms, tags, deps, heads = tree.words, tree.tags, tree.deps, tree.heads
    words = tree.lexicon.made(_read_words)
    base_form, governors, negators = words.base_form, words.governors, words.negators
    lemma = base_form(forms[i]) if tags[i].startswith("V") else forms[i]
    facts: list[Fact] = [("event", forms[i], lemma, tags[i], deps[i])]
    _add_children(facts, tree, i, 0)
    node, path = i, []
    for depth in range(1, _DEPTH + 1):
        head = heads[node]
        if head == node:
            facts.append(("root", depth))
            break
        label, base = deps[node], base_form(forms[head])
        up = base if tags[head].startswith("V") else forms[head]
        facts.append(("above", depth, label, up, tags[head]))
        if depth == 1:
            facts.append(("joined", tags[i], label, up))
        if (kind := governors.get(base)) is not None:
            negated = any(deps[c] == "neg" or forms[c] in negators for c in tree.children[head])
            facts.append(("governor", depth, label, kind, negated))
        _add_children(facts, tree, head, depth)
        path.append(label)
        node = head
    facts.append(("path", *path))
    value, reasons = rule_factuality(tree, i)
    facts.append(("rule", value, deps[i], *reasons[:2]))
    for k in (-2, -1, 1, 2):
        if 0 <= i + k < len(forms):
            facts.append(("near", k, forms[i + k], tags[i + k]))
    start, end = tree.sentences[tree.sentence_of[i]]
    facts.append(("end", forms[end - 1]))
    facts.append(("start", forms[start]))
    return facts


def _add_children(facts: list[Fact], tree: Tree, i: int, place: int) -> None:
    """Add what hangs on a word: auxiliaries, negation, conjunctions, adverbs, and the kinds of the rest."""
    tools = []
    for c in tree.children[i]:
        dep = tree.deps[c]
        if dep in _BARE:
            continue
        word = tree.words[c]
        if dep in {"aux", "neg", "auxpass"}:
            tools.append(word)
        facts.append(("below", place, dep, word if dep in _WITH_WORD else ""))
    facts.append(("tools", place, tree.tags[i], *tools))


def _below(place: int, dep: str, word: str) -> list[str]:
    features = [f"{place}:{dep}={word}"] if dep in _TOOLS else [f"{place}>{dep}"]
    if dep in {"nsubj", "nsubjpass"}:
        features.append(f"{place}:s={word}")
    elif dep == "prep" or (dep == "conj" and place == 0):
        features.append(f"{place}:{dep}={word}")
    return features


def _rule(value: float, dep: str, *reasons: str) -> list[str]:
    return [f"rule={value}", f"rule={value} {dep}", f"why={value} {' '.join(reasons)}"]


# What the regression sees of each kind of fact.
_FEATURES: dict[str | int | float, Callable[..., list[str]]] = {
    "event": lambda form, lemma, tag, dep: [
        "",
        f"w={form}",
        f"l={lemma}",
        f"t={tag}",
        f"d={dep}",
        f"td={tag} {dep}",
    ],
    "root": lambda depth: [f"root@{depth}"],
    "above": lambda depth, label, up, tag: [
        f"u{depth}={up}",
        f"u={up}",
        f"ud{depth}={label} {up}",
        f"ut{depth}={label} {tag}",
    ],
    "joined": lambda tag, label, up: [f"tu={tag} {label} {up}"],
    "governor": lambda depth, label, kind, negated: [
        f"g{depth}={kind} {negated}",
        f"g={label} {kind} {negated}",
    ],
    "below": _below,
    "tools": lambda place, tag, *tools: [
        f"{place}:tt={tag} {' '.join(tools)}",
        *([f"{place}:tools={' '.join(tools)}"] if tools else []),
    ],
    "path": lambda *labels: [f"path={' '.join(labels)}"],
    "rule": _rule,
    "near": lambda k, form, tag: [f"c{k}={form}", f"ct{k}={tag}"],
    "start": lambda form: [f"start={form}"],
    "end": lambda form: [f"end={form}"],
}


def rule_factuality(tree: Tree, i: int) -> tuple[float, tuple[str, ...]]:
    """Return what the rules say of an event: -3..3, and the words that decided it, nearest first.

    Negation, modals and conditions on the event itself, then the words that it stands under, up to the first
    relative clause or the root.
    """
    words = tree.lexicon.made(_read_words)
    value, reasons, node = 3.0, [], i
    for depth in range(_DEPTH + 1):
        value, is_negated, told = _beside(tree, words, node, value, is_event=depth == 0)
        reasons += told
        kind = words.governors.get(words.base_form(tree.words[node])) if depth else None
        if kind is not None:
            if _CERTAINTY[kind] < 0 or _CERTAINTY[kind] < value:
                reasons.append(tree.words[node])
            value = _governed(value, kind, is_negated=is_negated)
        elif is_negated and not depth:
            value = -value
        label, head = tree.deps[node], tree.heads[node]
        if head == node or label in _PASS or (label == "advcl" and depth == 0):
            break
        node = head
    return value, tuple(reasons)


def _beside(
    tree: Tree, words: _Words, node: int, value: float, *, is_event: bool
) -> tuple[float, bool, list[str]]:
    """Weigh what hangs on an event, or on a word that it stands under: negation, modals, conditions, hedges.

    Returns:
        How certain the event is then, whether the word is negated, and the words that decided it.
    """
    is_negated, reasons = False, []
    for c in tree.children[node]:
        word, dep = tree.words[c], tree.deps[c]
        if dep == "neg" or (dep in {"det", "advmod", "preconj"} and word in words.negators):
            is_negated = True
        elif dep == "aux" and (is_event or value < 3) and words.base_form(word) in words.modals:
            value = min(value, words.modals[words.base_form(word)])
        elif is_event and dep in {"mark", "advmod"} and word in words.conditions:
            value = min(value, 0.0)
        elif is_event and dep in {"advmod", "amod"} and word in words.hedges:
            value = min(value, _HEDGED)
        else:
            continue
        reasons.append(word)
    return value, is_negated, reasons


def _governed(value: float, kind: str, *, is_negated: bool) -> float:
    """Return how certain an event is under a word of a class, which may be negated itself."""
    certainty = _CERTAINTY[kind]
    value = -value if certainty < 0 else min(value, certainty)
    if is_negated and kind in {"true", "said"}:
        return -value
    if is_negated and kind in {"intended", "possible"}:
        return min(value, 0.0)
    return value
