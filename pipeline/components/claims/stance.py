"""How firmly a claim is made: its polarity, its mode, and the words that hedge it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.components.claims.context import Context
from pipeline.components.claims.propositions import Proposition, Range
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tree import Tree
from pipeline.lexicons import Lexicon

Modality = Literal["asserted", "possible", "probable", "necessary", "conditional", "future"]

_DOUBLE_MARKS = frozenset({'"', "“", "”", "``", "''"})
_MOST_IN_MARKS = 4  # words
_LONGEST_HEDGE = 5  # words


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that tell how firm a claim is.

    Attributes:
        base_form: of a verb form.
        subordinators: word that opens a clause -> how the clause stands.
        possible, necessary, probable, future, conditional: words of the mode.
        necessary_phrases, future_phrases: words that tell it together.
        hedges: hedging words and phrases.
        hedge_openers: the first words of these.
    """

    base_form: Callable[[str], str]
    subordinators: Mapping[str, str]
    possible: frozenset[str]
    necessary: frozenset[str]
    necessary_phrases: tuple[frozenset[str], ...]
    probable: frozenset[str]
    future: frozenset[str]
    future_phrases: tuple[frozenset[str], ...]
    conditional: frozenset[str]
    hedges: frozenset[str]
    hedge_openers: frozenset[str]


def _read_words(lexicon: Lexicon) -> _Words:
    hedges = lexicon.entries("hedges")
    return _Words(
        base_form=lexicon.made(read_base_forms),
        subordinators=lexicon.entries("subordinators"),
        possible=lexicon.words("claims.possible"),
        necessary=lexicon.words("necessity_words"),
        necessary_phrases=tuple(frozenset(p.split()) for p in lexicon.ordered("claims.necessity_phrases")),
        probable=frozenset(word for word, kind in hedges.items() if kind == "probable"),
        future=lexicon.words("claims.future"),
        future_phrases=tuple(frozenset(p.split()) for p in lexicon.ordered("claims.future_phrases")),
        conditional=lexicon.words("claims.conditional"),
        hedges=frozenset(hedges),
        hedge_openers=frozenset(phrase.split()[0] for phrase in hedges),
    )


def is_negated(tree: Tree, clause: Proposition) -> bool:
    """Whether a clause says that something is not so; two negations cancel out."""
    lexicon = tree.lexicon
    negators, implicatives = lexicon.words("negators"), lexicon.words("negative_implicatives")
    base_form = lexicon.made(read_base_forms)
    count = int(clause.negation is not None)
    for i in clause.predicate:
        is_negator = i != clause.negation and tree.words[i] in negators
        is_last = i == clause.predicate[-1]
        count += is_negator or (not is_last and base_form(tree.words[i]) in implicatives)
    for noun in (clause.subject_head, clause.object_head):
        if noun is not None and noun != clause.head:
            count += tree.words[noun] in negators or any(
                tree.words[c] in negators and tree.deps[c] in {"det", "neg", "preconj"}
                for c in tree.children[noun]
            )
    count += sum(
        tree.words[c] in negators and tree.deps[c] in {"advmod", "preconj"} and c not in clause.predicate
        for c in tree.children[clause.head]
    )
    return count % 2 == 1


def modality(tree: Tree, clause: Proposition) -> Modality:
    """Return the mode of a clause, from its auxiliaries, its adverbs and a condition that hangs on it."""
    words = tree.lexicon.made(_read_words)
    if _is_under_condition(tree, words, clause.head):
        return "conditional"
    beside = (c for c in tree.children[clause.head] if tree.deps[c] in {"advmod", "acomp"})
    forms = {tree.words[i] for i in (*clause.predicate, *beside)}
    if forms & words.possible:
        return "possible"
    if any(words.base_form(form) in words.necessary for form in forms):
        return "necessary"
    if any(phrase <= forms for phrase in words.necessary_phrases):
        return "necessary"
    if forms & words.probable:
        return "probable"
    if forms & words.future or any(phrase <= forms for phrase in words.future_phrases):
        return "future"
    return "conditional" if forms & words.conditional else "asserted"


def _is_under_condition(tree: Tree, words: _Words, head: int) -> bool:
    """Whether a clause depends on a condition: "If prices fall, farmers will lose"."""
    for c in tree.children[head]:
        if tree.deps[c] == "advcl":
            mark = tree.child(c, "mark", "advmod")
            if mark is not None and words.subordinators.get(tree.words[mark]) == "conditional":
                return True
    return False


def hedges(tree: Tree, start: int, end: int) -> Iterator[Range]:
    """Yield the hedging words and phrases between two tokens, the longest at each place."""
    words = tree.lexicon.made(_read_words)
    if words.hedge_openers.isdisjoint(tree.words[start:end]):
        return
    i = start
    while i < end:
        if tree.words[i] in words.hedge_openers:
            for n in range(min(_LONGEST_HEDGE, end - i), 0, -1):
                phrase = " ".join(tree.words[i : i + n])
                # "May" in a date is the month.
                if phrase in words.hedges and not (n == 1 and tree.ents[i] == "DATE"):
                    yield i, i + n
                    i += n - 1
                    break
        i += 1


def scare_quotes(context: Context, start: int, end: int) -> Iterator[Range]:
    """Yield up to four words in marks that nobody is said to have spoken: the outlet does not vouch for them.

    Titles and names, which are capitalised, are none.
    """
    forms = context.tree.words
    if _DOUBLE_MARKS.isdisjoint(forms[start:end]):
        return
    opening: int | None = None
    for i in range(start, end):
        if forms[i] not in _DOUBLE_MARKS:
            continue
        if opening is None:
            opening = i
            continue
        inner = range(opening + 1, i)
        if 1 <= len(inner) <= _MOST_IN_MARKS and all(
            context.quotation_of[j] < 0 and context.frame_of[j] < 0 and context.doc[j].text.islower()
            for j in inner
        ):
            yield opening, i + 1
        opening = None
