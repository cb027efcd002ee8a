"""Where a claim begins and ends: its clause, without what hangs on its edges and is a claim of its own."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.components.claims.asserted import opening
from pipeline.components.claims.context import Context
from pipeline.components.claims.phrases import by_first_word
from pipeline.components.claims.propositions import Proposition, Range, lone_root
from pipeline.components.doc.tree import Tree
from pipeline.lexicons import Lexicon

_PUNCTUATION = frozenset({",", ".", ";", ":", "-", "--", "–", "—", "…", "..."})
_QUOTE_MARKS = frozenset({'"', "”", "“", "’", "‘", "'", "''", "``"})
_KEPT_MARKS = frozenset({"(", ")", "[", "]", "%", '"', "”"})
_LONGEST_LABEL = 4  # tokens


def claim_range(context: Context, clause: Proposition, claims: Mapping[int, Proposition]) -> Range:
    """Return the tokens of a claim, half-open.

    Args:
        context: of the document.
        clause: of the claim.
        claims: all clauses that are claims, by their heads.
    """
    tree, head = context.tree, clause.head
    root = lone_root(tree, head)
    start = max(tree.first[head if root is None else root], _after_label(tree, head))
    end = tree.last[head] + 1
    if clause.kind == "adverbial" and (mark := opening(tree, clause)) is not None and mark < head:
        start = max(start, mark + 1)
    end = _trimmed(tree, head, end)
    start, end = _without_satellites(context, head, start, end)
    start, end = _without_claims(tree, clause, claims, start, end)
    while start < head and (
        (_is_edge(tree, start) and not _opens_condition(tree, start, head))
        or _is_foreign(context, start, clause)
    ):
        start += 1
    while end - 1 > head and (_closes_nothing(tree, end - 1) or _is_foreign(context, end - 1, clause)):
        end -= 1
    return _behind_link(tree, start, head), end


def _trimmed(tree: Tree, head: int, end: int) -> int:
    """Return where a clause ends without the marks that close it."""
    while end - 1 > head and _closes_nothing(tree, end - 1):
        end -= 1
    return end


def _behind_link(tree: Tree, start: int, head: int) -> int:
    """Return where a claim begins behind words that link it to the one before: "For example, ..."."""
    for phrase in tree.lexicon.made(_read_links).get(tree.words[start], ()):
        after = start + len(phrase)
        if after < head and tree.words[after] == "," and tree.words[start:after] == phrase:
            return after + 1
    return start


def _read_links(lexicon: Lexicon) -> dict[str, list[list[str]]]:
    """Return the phrases that link a claim to the one before it, by their first words."""
    return by_first_word(lexicon.ordered("claims.linking_phrases"))


def _without_claims(
    tree: Tree, clause: Proposition, claims: Mapping[int, Proposition], start: int, end: int
) -> Range:
    """Cut off what stands at the edges of a claim and is a claim of its own.

    What is reported stays with who reports it, and so does what stands in the middle.
    """
    head = clause.head
    inside = [claims[i] for i in range(start, end) if i in claims and i != head]
    own = [one for one in inside if one.kind != "complement"]
    for one in own:
        first, last = tree.first[one.head], tree.last[one.head]
        if last < head and first <= start + 1 and one.kind in {"adverbial", "participle"}:
            start = max(start, last + 1)
    is_cut = True
    while is_cut:
        is_cut = False
        for one in own:
            first = tree.first[one.head]
            if head < first < end and tree.last[one.head] + 1 >= end:
                end, is_cut = _trimmed(tree, head, first), True
    return start, end


def _is_foreign(context: Context, i: int, clause: Proposition) -> bool:
    """Whether a word is attribution in what is attributed, or in a quotation that the claim is no part of.

    What the clause itself reports is part of it: "she denied *any role*".
    """
    quotation, inner = context.quotation_of[clause.head], context.quotation_of[i]
    if quotation >= 0 and context.frame_of[i] == quotation:
        return True
    if inner == quotation or _reports(context, clause, inner):
        return False
    return quotation >= 0 or inner in context.has_clause


def _reports(context: Context, clause: Proposition, number: int) -> bool:
    """Whether a quotation, or one around it, is reported by a clause: its cue stands in the predicate."""
    link: int | None = number if number >= 0 else None
    while link is not None:
        if any(context.frame_of[i] == link for i in (clause.head, *clause.predicate)):
            return True
        link = context.quotes[link].parent
    return False


def _without_satellites(context: Context, head: int, start: int, end: int) -> Range:
    """Cut off what stands at the edges of a clause and speaks for itself.

    These are coordinated clauses, adverbial clauses that assert something, relative clauses after a comma,
    and what follows a lone dash.
    """
    tree = context.tree
    openers = tree.lexicon.words("satellite_openers")
    for c in tree.children[head]:
        clause, dep = context.clauses.get(c), tree.deps[c]
        if c > head and dep in {"conj", "parataxis"} and clause and clause.kind != "apposition":
            # "prevent and treat" is one predicate with one object.
            if not (c == head + 2 and tree.deps[head + 1] == "cc"):
                end = min(end, tree.first[c])
        elif dep == "ccomp" and c < head and clause is not None and clause.kind == "main":
            start = max(start, tree.last[c] + 1)  # another statement, which the parse takes for content
        elif dep == "prep" and c < head and tree.words[c] in openers:
            # "Given that there are ..., we would see ..."
            if tree.child(c, "pcomp") is not None:
                start = _behind(tree, c, head, start)
        elif dep == "advcl" and clause is not None and _is_satellite(tree, clause):
            if c < head:
                start = _behind(tree, c, head, start)
            elif tree.last[c] + 2 >= end:
                end = min(end, tree.first[c])
    for i in range(end - 1, head, -1):
        if tree.deps[i] == "relcl" and tree.last[i] + 2 >= end and tree.words[tree.first[i] - 1] == ",":
            end = tree.first[i]
    dashes = [i for i in range(head + 1, end - 1) if tree.words[i] in {"–", "—", "--", ":"}]
    if len(dashes) == 1:
        end = dashes[0]
    return start, end


def _behind(tree: Tree, c: int, head: int, start: int) -> int:
    """Return where a claim begins behind a dependant that opens it; where it did, if that one does not."""
    is_first = tree.first[c] <= start + 1 and tree.last[c] + 1 < head
    return tree.last[c] + 1 if is_first else start


def _is_satellite(tree: Tree, clause: Proposition) -> bool:
    """Whether an adverbial clause adds a statement of its own: "although ...", "even if ..."."""
    mark = opening(tree, clause)
    if mark is None:
        return False
    lexicon = tree.lexicon
    return tree.words[mark] in lexicon.words("satellite_openers") or (
        mark > 0 and tree.words[mark - 1] in lexicon.words("claims.conceding_adverbs")
    )


def _after_label(tree: Tree, head: int) -> int:
    """Return the token after a label that opens the sentence of a clause: "Truth: ...", "Myth #2: ..."."""
    start, _ = tree.sentences[tree.sentence_of[head]]
    while start < head and tree.words[start].isspace():
        start += 1
    for i in range(start + 1, min(start + _LONGEST_LABEL + 1, head)):
        if tree.words[i] == ":":
            return i + 1
    return start


def _is_edge(tree: Tree, i: int) -> bool:
    """Whether a word at the edge of a claim is no part of it: punctuation, conjunctions, interjections."""
    word = tree.words[i]
    if word in _PUNCTUATION or word.isspace() or (tree.tags[i] == "IN" and tree.deps[i] == "dobj"):
        return True  # the parser takes the conjunction "that" for an object
    return tree.deps[i] in {"punct", "cc", "mark", "intj"} and word not in _KEPT_MARKS


def _closes_nothing(tree: Tree, i: int) -> bool:
    """The same at its end, where quotation marks are left out too."""
    return _is_edge(tree, i) or tree.words[i] in _QUOTE_MARKS


def _opens_condition(tree: Tree, i: int, head: int) -> bool:
    """Whether a conjunction belongs to a clause inside the claim: "If prices fall, farmers will lose"."""
    return tree.deps[i] == "mark" and tree.heads[i] != head
