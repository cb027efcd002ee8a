"""Docs written by hand: a parse that a rule is tried on stands in its test, and needs no model.

`parsed` takes every token's tag, dependency and head, for rules that read the tree; `build` takes words and
named entities and guesses the rest, for rules that read names.
"""

from collections.abc import Iterable, Iterator, Mapping

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

type Ents = Mapping[str, str] | Iterable[tuple[int, int, str]]


def parsed(*items: str, vocab: Vocab | None = None) -> Doc:
    r"""Return a Doc of `word/TAG/dep/head` items, each head counted in tokens from 0.

    A root is its own head, and each root with what hangs on it is a sentence. A word may hold slashes and
    whitespace, but no space:

        parsed("Ann/NNP/nsubj/1 said/VBD/ROOT/1 it/PRP/nsubj/3 fell/VBD/ccomp/1 \n\n/_SP/dep/3")

    Args:
        items: one string or several, each with one item or several, separated by single spaces.
        vocab: its vocabulary, for rules that need vectors or forms in lower case; if left out, a new one.
    """
    rows = [item.rsplit("/", 3) for item in " ".join(items).split(" ")]
    words, tags, deps, heads = zip(*rows, strict=True)
    return Doc(
        Vocab() if vocab is None else vocab,
        words=list(words),
        tags=list(tags),
        deps=list(deps),
        heads=[int(head) for head in heads],
    )


def build(
    text: str,
    ents: Ents = (),
    *,
    tags: Mapping[str, str] | None = None,
    arcs: Mapping[int, tuple[int, str]] | None = None,
    root: int = -1,
) -> Doc:
    """Return a Doc of words separated by single spaces, with named entities.

    Words with a capital are proper nouns (NNP), all others nouns (NN). Without `arcs` there is no tree, and
    sentences end with full stops:

        build("Ana Colvey left . She ran .", {"Ana Colvey": "PERSON"}, tags={"She": "PRP"})
        build("Quellmar lost its way", [(0, 1, "ORG")], root=1, arcs={0: (1, "nsubj"), 2: (3, "poss")})

    Args:
        text: the words.
        ents: labels of names, each wherever it stands, longer names first; or (start, end, label) in tokens.
        tags: tags of words, wherever they stand.
        arcs: (head, dependency) of tokens; every other token hangs on the root as `dep`.
        root: the root of the tree, where there are arcs.
    """
    words = text.split(" ")
    known = tags or {}
    all_tags = [known.get(word, "NNP" if word[:1].isupper() else "NN") for word in words]
    if arcs is None:
        starts: list[bool | int | None] = [i == 0 or words[i - 1] == "." for i in range(len(words))]
        doc = Doc(Vocab(), words=words, tags=all_tags, sent_starts=starts)
    else:
        root %= len(words)
        tree = [(root, "ROOT") if i == root else arcs.get(i, (root, "dep")) for i in range(len(words))]
        heads, deps = zip(*tree, strict=True)
        doc = Doc(Vocab(), words=words, tags=all_tags, heads=list(heads), deps=list(deps))
    given = _places(words, ents) if isinstance(ents, Mapping) else ents
    doc.set_ents([Span(doc, start, end, label=label) for start, end, label in sorted(given)])
    return doc


def _places(words: list[str], names: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    taken: set[int] = set()
    for name, label in sorted(names.items(), key=lambda item: -len(item[0])):
        parts = name.split(" ")
        for start in range(len(words) - len(parts) + 1):
            place = range(start, start + len(parts))
            if words[start : place.stop] == parts and taken.isdisjoint(place):
                taken.update(place)
                yield start, place.stop, label
