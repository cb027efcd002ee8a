"""Who makes a claim: the speaker of its quotation, the holder of a complement clause, or the outlet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Span

from pipeline.components.claims.asserted import is_hardly_anybody
from pipeline.components.claims.context import Context
from pipeline.components.claims.judgements import is_judgement
from pipeline.components.claims.propositions import Proposition, Range, noun_range
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tree import Tree
from pipeline.components.layers import ClaimerKind, Quotation

_LONGEST_CHAIN = 10
_WITHOUT_SUBJECT = frozenset({"conj", "xcomp", "advcl"})
_UNDER_VERB = frozenset({"dobj", "nsubjpass"})


@dataclass(slots=True, kw_only=True)
class ClaimSource:
    """Who makes a claim, as the fields of `Claim` have it, and whether they deny it."""

    kind: ClaimerKind
    claimer: tuple[Span, ...] = ()
    entities: tuple[int, ...] = ()
    quotation: int | None = None
    chain: tuple[str, ...] = ()
    denies: bool = False


_OUTLET, _UNKNOWN = ClaimSource(kind="outlet"), ClaimSource(kind="unknown")


def quoted_sources(context: Context) -> list[ClaimSource]:
    """Return who says what stands in each quotation of a document."""
    return [_quoted_source(context, number) for number in range(len(context.quotes))]


def claim_source(
    context: Context, clause: Proposition, span: Range, quoted: Sequence[ClaimSource]
) -> ClaimSource:
    """Return who makes a claim.

    Args:
        context: of the document.
        clause: of the claim.
        span: its tokens.
        quoted: from `quoted_sources`.
    """
    if is_judgement(clause):
        return _judging_source(context, clause.head, quoted)
    number = context.quotation_of[clause.head]
    above = clause.parent if clause.kind == "complement" else None
    if number < 0 and _is_whole_in_marks(context, span):
        return _UNKNOWN
    if number < 0:
        # What hangs on words in marks, and does not stand in them, is the text's own.
        if above is None or context.quotation_of[above] >= 0:
            return _OUTLET
        return _grammatical_source(context, above)
    if above is None or context.quotation_of[above] != number:
        return quoted[number]
    return _inner_source(context, above, quoted[number])


def _is_whole_in_marks(context: Context, span: Range) -> bool:
    """Whether a claim stands in quotation marks from end to end: words that the text only shows."""
    start, end = span
    if max(context.marked_of[start:end], default=-1) < 0:
        return False
    marks = {context.marked_of[i] for i in range(start, end) if any(map(str.isalnum, context.tree.words[i]))}
    return len(marks) == 1 and -1 not in marks


def _judging_source(context: Context, verb: int, quoted: Sequence[ClaimSource]) -> ClaimSource:
    """Return who calls something what it is called: the speaker, where that is a quotation."""
    return quoted[context.frame_of[verb]] if context.is_cue(verb) else _grammatical_source(context, verb)


def _inner_source(context: Context, verb: int, outer: ClaimSource) -> ClaimSource:
    """Return whom a speaker reports, where that is no quotation: "She said the firm denied that ..."."""
    tree, lexicon = context.tree, context.tree.lexicon
    subject = tree.child(verb, "nsubj")
    kind = lexicon.entries("cue_verbs").get(lexicon.made(read_base_forms)(tree.words[verb]), "")
    if subject is None or not tree.tags[subject].startswith("NN"):
        return outer
    if not kind.startswith(("speech", "thought")):
        return outer
    inner = _grammatical_source(context, verb)
    chain = (*outer.chain, *inner.chain)
    return replace(inner, quotation=outer.quotation, chain=chain, denies=inner.denies != outer.denies)


def _quoted_source(context: Context, number: int) -> ClaimSource:
    """Return who says what stands in a quotation."""
    tree, lexicon = context.tree, context.tree.lexicon
    quotation = context.quotes[number]
    while quotation.parent is not None and (
        _is_nobody(tree, quotation) or _is_of_outer_speaker(tree, quotation)
    ):
        number = quotation.parent
        quotation = context.quotes[number]
    if _is_nobody(tree, quotation):  # "nobody disputes that ..."
        return ClaimSource(kind="unknown", quotation=number, chain=_chain(context, number))
    denials, base_form = lexicon.words("denial_verbs"), lexicon.made(read_base_forms)
    return ClaimSource(
        kind="attributed" if quotation.speaker else "unknown",
        claimer=quotation.speaker,
        entities=quotation.speaker_entities,
        quotation=number,
        chain=_chain(context, number),
        denies=any(
            base_form(word) in denials for cue in quotation.cue for word in tree.words[cue.start : cue.end]
        ),
    )


def _chain(context: Context, number: int) -> tuple[str, ...]:
    """Return the speakers of a quotation and of those around it, from the outermost."""
    chain: list[str] = []
    link: int | None = number
    while link is not None and len(chain) < _LONGEST_CHAIN:
        speaker = context.quotes[link].speaker
        if speaker:
            chain.insert(0, " ".join([context.text[span.start_char : span.end_char] for span in speaker]))
        link = context.quotes[link].parent
    return tuple(chain)


def _is_nobody(tree: Tree, quotation: Quotation) -> bool:
    """Whether the "speaker" of a quotation makes no claim: "no evidence shows that ..."."""
    if not quotation.speaker:
        return False
    lexicon, first = tree.lexicon, tree.words[quotation.speaker[0].start]
    return first in lexicon.words("negators") or first in lexicon.words("claims.hardly_anybody")


def _is_of_outer_speaker(tree: Tree, quotation: Quotation) -> bool:
    """Whether what stands within a quotation is said by its speaker: "“I think that it fell,” she said"."""
    speaker = quotation.speaker
    return (
        len(speaker) == 1
        and len(speaker[0]) == 1
        and tree.words[speaker[0].start] in tree.lexicon.words("claims.conversing")
    )


def _grammatical_source(context: Context, above: int) -> ClaimSource:
    """Return who holds what a complement says, where it is no quotation.

    Args:
        context: of the document.
        above: the verb or the noun that the complement hangs on.
    """
    tree, lexicon = context.tree, context.tree.lexicon
    denies = lexicon.made(read_base_forms)(tree.words[above]) in lexicon.words("denial_verbs")
    holder = _holder(tree, above)
    if _is_outlets_own(context, above, holder):
        return replace(_OUTLET, denies=denies)
    if holder is not None and is_hardly_anybody(tree, holder):  # "nobody disputes that ..."
        return ClaimSource(kind="unknown", denies=False)
    if holder is not None and tree.deps[above] in _UNDER_VERB:  # "rejected the claim that ..."
        denies = denies or _is_denial(tree, tree.heads[above])
    if holder is None:
        return ClaimSource(kind="unknown", denies=denies)
    last = noun_range(tree, holder)[1] - 1
    if last > holder and tree.deps[last] == "case":  # "the firm's claim that"
        last -= 1
    span = Span(context.doc, tree.first[holder], last + 1)
    entity = context.entity_of[holder]
    return ClaimSource(
        kind="attributed",
        claimer=(span,),
        entities=(entity,) if entity >= 0 else (),
        chain=(context.text[span.start_char : span.end_char],),
        denies=denies,
    )


def _is_outlets_own(context: Context, verb: int, holder: int | None) -> bool:
    """Whether a text tells in its own voice what it knows, outside of quotations.

    So it does by its author or its reader ("we found that", "you have to know that"), and by what an outlet
    has learnt ("the Gazette has learned that").
    """
    tree, lexicon = context.tree, context.tree.lexicon
    if holder is None:
        return False
    word = tree.words[holder]
    if word in lexicon.words("claims.conversing") and not context.doc[holder].text == word.upper() != "I":
        return True
    is_perfect = tree.tags[verb] == "VBN" and tree.child(verb, "aux") is not None
    base_form = lexicon.made(read_base_forms)
    is_learning = is_perfect and base_form(tree.words[verb]) in lexicon.words("claims.learning_verbs")
    return is_learning and context.doc[holder].text[:1].isupper() and tree.ents[holder] != "PERSON"


def _is_denial(tree: Tree, verb: int) -> bool:
    """Whether a verb says that its content is untrue: "deny", "reject"."""
    return tree.lexicon.made(read_base_forms)(tree.words[verb]) in tree.lexicon.words("denial_verbs")


def _holder(tree: Tree, above: int) -> int | None:
    """Return the subject of a verb; the owner of a noun ("a claim by"), or who makes it theirs."""
    lexicon = tree.lexicon
    if tree.tags[above].startswith("NN"):
        for c in tree.children[above]:
            if tree.deps[c] == "poss":
                return c
            if tree.deps[c] == "prep" and tree.words[c] in lexicon.words("claims.owner_prepositions"):
                return tree.child(c, "pobj")
        verb = tree.heads[above]
        endorses = lexicon.made(read_base_forms)(tree.words[verb]) in lexicon.words("endorsing_verbs")
        stands = endorses or _is_denial(tree, verb)
        return _holder(tree, verb) if tree.deps[above] in _UNDER_VERB and stands else None
    while tree.deps[above] in _WITHOUT_SUBJECT and tree.child(above, "nsubj") is None:
        above = tree.heads[above]
    return tree.child(above, "nsubj")
