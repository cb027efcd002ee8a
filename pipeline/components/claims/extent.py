"""Where a claim begins and ends: its clause, without what hangs on its edges and is a claim of its own."""

from __future__ import annotations

from pipeline.components.claims.asserted import opening
from pipeline.components.claims.context import Context
from pipeline.components.claims.propositions import Proposition, Range
from pipeline.components.doc.tree import Tree

_PUNCTUATION = frozenset({",", ".", ";", ":", "-", "--", "–", "—", "…", "..."})
_QUOTE_MARKS = frozenset({'"', "”", "“", "’", "‘", "'", "''", "``"})
_KEPT_MARKS = frozenset({"(", ")", "[", "]", "%", '"', "”"})
_LONGEST_LABEL = 4  # tokens


def claim_range(context: Context, clause: Proposition) -> Range:
    """Return the tokens of a claim, half-open."""
    tree, head = context.tree, clause.head
    start, end = tree.first[head], tree.last[head] + 1
    if clause.kind in {"relative", "participle", "apposition"} and clause.subject is not None:
        antecedent = clause.subject
        if antecedent[1] <= start <= antecedent[1] + 2:
            start = antecedent[0]
    start = max(start, _after_label(tree, head))
    while end - 1 > head and _closes_nothing(tree, end - 1):
        end -= 1
    start, end = _without_satellites(context, head, start, end)
    while start < head and (
        (_is_edge(tree, start) and not _opens_condition(tree, start, head))
        or _is_foreign(context, start, head)
    ):
        start += 1
    while end - 1 > head and (_closes_nothing(tree, end - 1) or _is_foreign(context, end - 1, head)):
        end -= 1
    links = tree.lexicon.words("claims.linking_adverbs")
    if tree.words[start] in links and start + 1 < head and tree.words[start + 1] == ",":
        start += 2
    return start, end


def _is_foreign(context: Context, i: int, head: int) -> bool:
    """Whether a word is attribution in what is attributed, or in a quotation that the claim is no part of."""
    quotation, inner = context.quotation_of[head], context.quotation_of[i]
    if quotation >= 0:
        return inner != quotation or context.frame_of[i] == quotation
    return inner in context.has_clause


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
    if word in _PUNCTUATION or word.isspace():
        return True
    return tree.deps[i] in {"punct", "cc", "mark", "intj"} and word not in _KEPT_MARKS


def _closes_nothing(tree: Tree, i: int) -> bool:
    """The same at its end, where quotation marks are left out too."""
    return _is_edge(tree, i) or tree.words[i] in _QUOTE_MARKS


def _opens_condition(tree: Tree, i: int, head: int) -> bool:
    """Whether a conjunction belongs to a clause inside the claim: "If prices fall, farmers will lose"."""
    return tree.deps[i] == "mark" and tree.heads[i] != head
