"""How firmly a claim is made: its polarity, its mode, and the words that hedge it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.components.claims.context import Context
from pipeline.components.claims.phrases import by_first_word
from pipeline.components.claims.propositions import Proposition, Range
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tree import Tree
from pipeline.lexicons import Lexicon

Modality = Literal["asserted", "possible", "probable", "necessary", "conditional", "future"]

_DOUBLE_MARKS = frozenset({'"', "“", "”", "``", "''"})
_OPENING_MARKS = _DOUBLE_MARKS | {"‘"}
_CLOSING_MARKS = {"‘": frozenset({"'"})}
_BESIDE = frozenset({"det", "neg", "preconj", "conj", "advmod", "amod"})
_MOST_IN_MARKS = 4  # words


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that tell how firm a claim is.

    Attributes:
        base_form: of a verb form.
        reporting: verbs of saying and thinking, base forms.
        subordinators: word that opens a clause -> how the clause stands.
        negators: words that negate.
        implicatives: verbs that say that what completes them did not happen, base forms.
        raising: verbs that a negation of what completes them negates as a whole, base forms.
        no_negations: phrases with a negating word that negate nothing.
        possible, necessary, probable, future, conditional: words of the mode.
        necessary_phrases, future_phrases: words that tell it side by side, by the first of them.
        hedges: hedging words and phrases by their first word, as words, the longest first.
        hedging_participles: words that hedge only before a noun.
    """

    base_form: Callable[[str], str]
    reporting: Mapping[str, str]
    subordinators: Mapping[str, str]
    negators: frozenset[str]
    implicatives: frozenset[str]
    raising: frozenset[str]
    no_negations: tuple[tuple[str, ...], ...]
    possible: frozenset[str]
    necessary: frozenset[str]
    necessary_phrases: dict[str, list[list[str]]]
    probable: frozenset[str]
    future: frozenset[str]
    future_phrases: dict[str, list[list[str]]]
    conditional: frozenset[str]
    hedges: dict[str, list[list[str]]]
    hedging_participles: frozenset[str]


def _read_words(lexicon: Lexicon) -> _Words:
    hedges = lexicon.entries("hedges")
    probable = {word for word, kind in hedges.items() if kind == "probable"}
    return _Words(
        base_form=lexicon.made(read_base_forms),
        reporting=lexicon.entries("cue_verbs"),
        subordinators=lexicon.entries("subordinators"),
        negators=lexicon.words("negators"),
        implicatives=lexicon.words("negative_implicatives") - lexicon.words("claims.refusals"),
        raising=lexicon.words("claims.raising_verbs"),
        no_negations=_phrases(lexicon.ordered("claims.no_negations")),
        possible=lexicon.words("claims.possible"),
        necessary=lexicon.words("necessity_words"),
        necessary_phrases=by_first_word(lexicon.ordered("claims.necessity_phrases")),
        probable=lexicon.words("claims.probable") | probable,
        future=lexicon.words("claims.future"),
        future_phrases=by_first_word(lexicon.ordered("claims.future_phrases")),
        conditional=lexicon.words("claims.conditional"),
        hedges=by_first_word(sorted(hedges, key=lambda phrase: -len(phrase.split()))),
        hedging_participles=lexicon.words("claims.hedging_participles"),
    )


def _phrases(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in phrases)


def is_negated(tree: Tree, clause: Proposition) -> bool:
    """Whether a clause says that something is not so; two negations cancel out.

    "Not only", "nothing more than" negate nothing. In "decided not to return" it is the return that is
    negated, and not the decision; in "seems not to know" the whole clause is.
    """
    words = tree.lexicon.made(_read_words)
    denying = [i for i in _denying(tree, words, clause) if not _is_no_negation(tree, words, i)]
    return len(denying) % 2 == 1


def _denying(tree: Tree, words: _Words, clause: Proposition) -> set[int]:
    """Return the words that turn a clause into its opposite."""
    head, own = clause.head, {clause.head, *tree.children[clause.head]}
    is_raised = words.base_form(tree.words[head]) in words.raising
    found = set()
    for i in clause.predicate:
        is_negator = i == clause.negation or tree.words[i] in words.negators
        if is_negator and (i in own or is_raised):
            found.add(i)
        if i != clause.predicate[-1] and words.base_form(tree.words[i]) in words.implicatives:
            found.add(i)  # "failed to pay"; who refuses does so
    for noun in (clause.subject_head, clause.object_head):
        if noun is None or noun == head or tree.tags[noun].startswith("VB"):
            continue
        if tree.words[noun] in words.negators:
            found.add(noun)
        found.update(_negators_of(tree, words, noun))
    for c in tree.children[head]:
        if tree.deps[c] in {"advmod", "preconj"} and c not in clause.predicate:
            found.update(i for i in (c, *tree.children[c]) if tree.words[i] in words.negators)
    return found


def _negators_of(tree: Tree, words: _Words, noun: int) -> list[int]:
    """Return what negates a noun, "no", "not all" and "little or no", or a preposition that it hangs on."""
    near = [c for c in tree.children[noun] if tree.deps[c] in _BESIDE]
    near += [d for c in near for d in tree.children[c] if tree.deps[d] in _BESIDE]
    if tree.deps[noun] == "pobj":
        near += [c for c in tree.children[tree.heads[noun]] if tree.deps[c] in {"neg", "preconj"}]
    return [c for c in near if tree.words[c] in words.negators]


def _is_no_negation(tree: Tree, words: _Words, i: int) -> bool:
    """Whether a negating word is part of a phrase that negates nothing: "not only", "nothing less than"."""
    start = max(0, i - 1)
    return any(
        tuple(tree.words[k : k + len(phrase)]) == phrase
        for phrase in words.no_negations
        for k in range(start, i + 1)
    )


def modality(tree: Tree, clause: Proposition) -> Modality:
    """Return the mode of a clause, from its auxiliaries, its adverbs and a condition that hangs on it.

    Words of the mode count as what they are: "have to" as neighbours, "may" as a modal verb and no name.
    """
    words = tree.lexicon.made(_read_words)
    if _is_under_condition(tree, words, clause.head):
        return "conditional"
    beside = [c for c in tree.children[clause.head] if tree.deps[c] in {"advmod", "acomp"}]
    modals = {tree.words[i] for i in clause.predicate if tree.tags[i] == "MD"}
    forms = {tree.words[i] for i in (*clause.predicate, *beside) if tree.tags[i] != "NNP"}
    if modals & words.possible or any(
        tree.words[i] in words.possible for i in (*clause.predicate, *beside) if tree.tags[i].startswith("RB")
    ):
        return "possible"
    if modals & words.necessary or _has_phrase(tree, clause, words.necessary_phrases):
        return "necessary"
    if forms & words.probable:
        return "probable"
    if modals & words.future or _has_phrase(tree, clause, words.future_phrases):
        return "future"
    if modals & words.conditional:
        return "future" if _is_reported_in_past(tree, words, clause.head) else "conditional"
    return "asserted"


def _has_phrase(tree: Tree, clause: Proposition, phrases: dict[str, list[list[str]]]) -> bool:
    """Whether a predicate has a phrase, its words side by side, with the infinitive "to": "have to pay"."""
    for i in clause.predicate:
        for phrase in phrases.get(tree.words[i], ()):
            last = i + len(phrase) - 1
            is_there = tree.words[i : last + 1] == phrase and tree.tags[last] == "TO"
            if is_there and last in clause.predicate:
                return True
    return False


def _is_reported_in_past(tree: Tree, words: _Words, head: int) -> bool:
    """Whether a clause is reported by a verb in the past: "would" is then what "will" was."""
    while tree.heads[head] != head:
        dep, head = tree.deps[head], tree.heads[head]
        if dep == "ccomp":
            told = {tree.tags[head], *(tree.tags[c] for c in tree.children[head] if tree.deps[c] == "aux")}
            return "VBD" in told and words.base_form(tree.words[head]) in words.reporting
        if dep not in {"conj", "advcl", "relcl"}:
            return False
    return False


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
    words, forms = tree.lexicon.made(_read_words), tree.words
    if words.hedges.keys().isdisjoint(forms[start:end]):
        return
    after = start
    for i in range(start, end):
        if i < after or forms[i] not in words.hedges:
            continue
        for phrase in words.hedges[forms[i]]:
            after = i + len(phrase)
            is_there = after <= end and forms[i:after] == phrase
            if is_there and (len(phrase) > 1 or _hedges_alone(tree, words, i)):
                yield i, after
                break
        else:
            after = i + 1


def _hedges_alone(tree: Tree, words: _Words, i: int) -> bool:
    """Whether a lone word hedges: a participle does before a noun, "the claimed success", a name never."""
    if tree.tags[i].startswith("NNP"):
        return False
    return tree.words[i] not in words.hedging_participles or tree.deps[i] == "amod"


def scare_quotes(context: Context, start: int, end: int) -> Iterator[Range]:
    """Yield up to four words in marks that nobody is said to have spoken: the outlet does not vouch for them.

    Titles and names, which are capitalised, are none. A mark right behind the claim closes one, too.
    """
    forms = context.tree.words
    if _OPENING_MARKS.isdisjoint(forms[start:end]):
        return
    opening: int | None = None
    for i in range(start, min(end + 1, len(forms))):
        if opening is None:
            if forms[i] in _OPENING_MARKS and i < end:
                opening = i
            continue
        if forms[i] not in _CLOSING_MARKS.get(forms[opening], _DOUBLE_MARKS):
            continue
        inner = range(opening + 1, i)
        if 1 <= len(inner) <= _MOST_IN_MARKS and all(
            context.quotation_of[j] < 0 and context.frame_of[j] < 0 and context.doc[j].text.islower()
            for j in inner
        ):
            yield opening, min(i + 1, end)
        opening = None
