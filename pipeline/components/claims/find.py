"""What an article asserts, clause by clause: by whom, and how firmly.

A claim is the shortest stretch of text that stands as a statement: a main, coordinated, relative,
participial or adverbial clause or an apposition that says that something is so. Questions, commands,
conditions, purposes and the attributing clause itself ("he said") are none. What stands inside a quotation
belongs to its speaker; all else is said by the outlet.

The rules read the dependency parse (`propositions.py`) and the layers of entities and quotations, both of
which may be empty; without quotations, the content of a verb of saying is attributed to that verb's subject.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components.claims.checkworthiness import VERSION, checkworthiness, classify, content_parts
from pipeline.components.claims.factuality import factuality
from pipeline.components.claims.propositions import Proposition, Range, find_propositions
from pipeline.components.claims.topics import Topics, match_topics, read_topics
from pipeline.components.claims.types import claim_type
from pipeline.components.claims.values.on_tokens import Measure, Time, find_values
from pipeline.components.claims.verbs import base_form
from pipeline.components.doc.columns import Columns, read_columns
from pipeline.components.doc.tree import Tree, read_tree
from pipeline.components.layers import Claim, ClaimerKind, Entity, Quotation, write_layer
from pipeline.lexicons import entries, words

Modality = Literal["asserted", "possible", "probable", "necessary", "conditional", "future"]

_PUNCTUATION = frozenset({",", ".", ";", ":", "-", "--", "–", "—", "…", "..."})
_OPENERS = frozenset(
    {"however", "still", "meanwhile", "moreover", "furthermore", "therefore", "thus", "so", "also"}
)
_FIRST_PERSON = frozenset({"i", "we", "me", "us", "my", "our", "mine", "ours", "myself", "ourselves"})
_ON_TOPIC = 0.5  # from here on a topic is named in `Claim.topics`: one word of its own, or several shared
_QUOTE_MARKS = frozenset({'"', "”", "“", "’", "‘", "'", "''", "``"})
_DOUBLE_MARKS = frozenset({'"', "“", "”", "``", "''"})
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_PLACES = frozenset({"GPE", "LOC", "FAC"})


@Language.factory("claims", assigns=["doc.spans"], default_config={"topics": {}})
def make_claims(nlp: Language, name: str, topics: dict[str, Any] | None = None) -> Claims:
    """Return the component that writes the layer of claims; put it after `entities` and `quotes`.

    Args:
        nlp: the pipeline.
        name: of the component in it.
        topics: topic -> words and example statements, see `read_topics`; empty for none.

    Raises:
        ValueError: a topic has neither words nor statements.
    """
    return Claims(topics=read_topics(topics) if topics else None)


class Claims:
    """The claims of a document, kept as `doc.spans["claims"]` and read from `doc._.claims`."""

    def __init__(self, *, topics: Topics | None = None) -> None:
        self.topics = topics

    def __call__(self, doc: Doc) -> Doc:
        """Find the claims and store them."""
        write_layer(doc, "claims", find_claims(doc, topics=self.topics))
        return doc


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Who makes a claim, as the fields of `Claim` have it, and whether they deny it."""

    kind: ClaimerKind
    claimer: tuple[Span, ...] = ()
    entities: tuple[int, ...] = ()
    quotation: int | None = None
    chain: tuple[str, ...] = ()
    denies: bool = False


_OUTLET = _Source(kind="outlet")


@dataclass(slots=True)
class _Context:
    """What the rules need to know of a document, one entry a token where it is a list.

    Attributes:
        quotation_of: index of the innermost quotation whose content holds the token, or -1.
        frame_of: index of the quotation of whose cue or speaker the token is part, or -1.
        entity_of: index of the entity whose mention holds the token, or -1.
        quantities, times: the document's, in text order.
        has_clause: the quotations whose content is a clause, and not only a noun phrase.
        sources: of the quotations met so far, by index.
    """

    doc: Doc
    tree: Tree
    quotes: tuple[Quotation, ...]
    entities: tuple[Entity, ...]
    quotation_of: list[int]
    frame_of: list[int]
    entity_of: list[int]
    quantities: list[Measure]
    times: list[Time]
    has_clause: set[int] = field(default_factory=set)
    sources: dict[int, _Source] = field(default_factory=dict)


def find_claims(
    doc: Doc,
    *,
    topics: Topics | None = None,
    entities: Sequence[Entity] | None = None,
    quotes: Sequence[Quotation] | None = None,
    published_at: datetime | None = None,
    columns: Columns | None = None,
    tree: Tree | None = None,
) -> Iterator[Claim]:
    """Yield the claims of a document in the order of their spans.

    Args:
        doc: tagged and parsed.
        topics: what the user follows, from `read_topics`; fills `Claim.topics` and counts for much in
            `Claim.checkworthiness`.
        entities: of the document; those of `doc._.entities` where None.
        quotes: of the document; those of `doc._.quotes` where None.
        published_at: the moment from which "on Monday" and the like are counted; `doc._.published_at` where
            None, and where that is None too, no day is made of them.
        columns: of the document, where somebody has read them already.
        tree: the same, from `read_tree`; it stays as it is.
    """
    context = _read_context(
        doc,
        read_tree(columns or read_columns(doc)) if tree is None else replace(tree, first=[*tree.first]),
        tuple(doc._.entities if entities is None else entities),
        tuple(doc._.quotes if quotes is None else quotes),
        doc._.published_at if published_at is None else published_at,
    )
    by_head = {p.head: p for p in find_propositions(context.tree)}
    drafts = []
    _note_clauses(context, by_head)
    for proposition in by_head.values():
        if _is_claim(context, proposition):
            start, end = _claim_range(context, proposition, by_head)
            if end > start:
                drafts.append((start, end, proposition))
    drafts.sort(key=lambda draft: draft[:2])
    scores = classify(doc, [(start, end) for start, end, _ in drafts])
    contents = [(start, end) for start, end, proposition in drafts if proposition.kind == "complement"]
    for (start, end, proposition), (checkable, debate) in zip(drafts, scores, strict=True):
        parts = content_parts(context.tree, start, end)
        parts["checkable"], parts["debate"] = checkable, debate
        parts["frame"] = float(any(start <= a and b <= end and (a, b) != (start, end) for a, b in contents))
        yield _make_claim(context, proposition, start, end, parts, topics)


def _read_context(
    doc: Doc,
    tree: Tree,
    entities: tuple[Entity, ...],
    quotes: tuple[Quotation, ...],
    published_at: datetime | None,
) -> _Context:
    quotation_of = [-1] * len(doc)
    frame_of = [-1] * len(doc)
    entity_of = [-1] * len(doc)
    # Longer contents first, so that a quotation inside another one has the last word.
    for number in sorted(range(len(quotes)), key=lambda n: -sum(map(len, quotes[n].content))):
        for span in quotes[number].content:
            quotation_of[span.start : span.end] = [number] * len(span)
    for number, quotation in enumerate(quotes):
        for span in (*quotation.cue, *quotation.speaker):
            frame_of[span.start : span.end] = [number] * len(span)
    for number, entity in enumerate(entities):
        for mention in entity.mentions:
            entity_of[mention.span.start : mention.span.end] = [number] * len(mention.span)
    quantities, times = find_values(doc, tree, published_at.date() if published_at else None)
    return _Context(doc, tree, quotes, entities, quotation_of, frame_of, entity_of, quantities, times)


def _note_clauses(context: _Context, by_head: dict[int, Proposition]) -> None:
    """Find out which quotations have content that asserts something, and give clauses in them a subject.

    In `The agency says, "vaccines ... do not help"` the parser may take the subject for an object of "says".
    """
    tree = context.tree
    for head, clause in by_head.items():
        number = context.quotation_of[head]
        if number < 0 or clause.kind == "apposition" or clause.is_verbless:
            continue
        if clause.subject is None and tree.tags[clause.predicate[0]] in _FINITE:
            start = next(span.start for span in context.quotes[number].content if span.end > head)
            nouns = [
                i for i in range(start, clause.predicate[0]) if tree.tags[i] in {"NN", "NNS", "NNP", "NNPS"}
            ]
            if nouns and clause.kind == "main":
                clause.subject, clause.subject_head = (start, nouns[-1] + 1), nouns[0]
                tree.first[head] = min(tree.first[head], start)
        if clause.subject is not None and any(tree.tags[i] in _FINITE for i in clause.predicate):
            context.has_clause.add(number)


def _is_claim(context: _Context, proposition: Proposition) -> bool:
    """Whether the clause asserts something of its own."""
    tree, head = context.tree, proposition.head
    if proposition.subject is None or _is_question(tree, head):
        return False
    if proposition.object is None and not proposition.arguments and proposition.is_verbless:
        return False
    if _is_attribution(context, proposition):
        return False
    if (
        proposition.predicate and tree.words[proposition.predicate[0]] == "to"
    ):  # an infinitive: what is meant to be
        return False
    match proposition.kind:
        case "main" | "conjunct" | "apposition":
            return True
        case "relative":
            return _is_asserting_modifier(tree, proposition)
        case "participle":
            return tree.tags[head] != "VB" and _is_asserting_modifier(tree, proposition)
        case "adverbial":
            return _is_asserting_adverbial(tree, proposition)
        case "complement":
            return _is_reported(context, proposition)


def _is_question(tree: Tree, i: int) -> bool:
    _, end = tree.sentences[tree.sentence_of[i]]
    end -= 1
    while end > i and (tree.words[end] in {'"', "”", "'", ")", "''"} or tree.words[end].isspace()):
        end -= 1
    return tree.words[end] == "?"


def _is_attribution(context: _Context, proposition: Proposition) -> bool:
    """Whether a clause only tells who says what: its content is the claim."""
    tree, head = context.tree, proposition.head
    if proposition.kind == "apposition":
        return False
    if _is_cue(context, head):
        return context.frame_of[head] in context.has_clause
    frames = entries("cue_verbs").get(base_form(tree.words[head]))
    if frames is None:
        return False
    if frames.startswith("speech") and proposition.object is None and not proposition.is_passive:
        return True
    quotation = context.quotation_of[head]
    return any(
        tree.deps[c] == "ccomp" or context.quotation_of[c] not in {-1, quotation}
        for c in tree.children[head]
        if context.quotation_of[c] < 0 or context.quotation_of[c] in context.has_clause
    )


def _is_asserting_modifier(tree: Tree, proposition: Proposition) -> bool:
    """A relative or participial clause that tells something new, or something that is taken as given.

    "The rebels, who were armed in 2013" and "the man who shot the mayor" do; "people who smoke" and "anyone
    caught speeding" only tell which are meant.
    """
    antecedent = proposition.subject_head if proposition.parent is None else proposition.parent
    while antecedent is not None and tree.tags[antecedent] in {"VBD", "VBN", "VBG", "VBZ", "VBP", "VB"}:
        up = tree.heads[antecedent]
        if up == antecedent:
            break
        antecedent = up
    if antecedent is None:
        return False
    start = tree.first[proposition.head]
    if start > 0 and tree.words[start - 1] in {",", "(", "–", "—", "--"}:
        return True
    if any(tree.tags[i] == "MD" for i in proposition.predicate):
        return False
    if tree.tags[antecedent] in {"NNP", "NNPS", "CD"} or tree.ents[antecedent]:
        return True
    determiners = {
        tree.words[c] for c in tree.children[antecedent] if tree.deps[c] in {"det", "poss", "nummod"}
    }
    if not determiners:
        return tree.tags[proposition.head] == "VBD"
    return not determiners & {"any", "no", "every", "each", "those", "whichever", "whatever"}


def _is_asserting_adverbial(tree: Tree, proposition: Proposition) -> bool:
    mark = _opening(tree, proposition)
    if mark is None:
        return tree.tags[proposition.head] in {"VBG", "VBN", "VBD", "VBZ", "VBP"}
    return entries("subordinators").get(tree.words[mark]) == "asserted"


def _opening(tree: Tree, proposition: Proposition) -> int | None:
    """The word that subordinates a clause: a conjunction, a wh-word or the "to" of an infinitive."""
    if proposition.mark is not None:
        return proposition.mark
    for c in tree.children[proposition.head]:
        if c < proposition.head and (
            tree.tags[c] in {"WRB", "WP", "TO"} or (tree.deps[c] == "prep" and tree.tags[c] == "IN")
        ):
            return c
    return None


def _is_reported(context: _Context, proposition: Proposition) -> bool:
    """Whether a complement clause is what somebody says, or what the matrix verb holds to be so."""
    tree, head = context.tree, proposition.head
    parent = tree.heads[head]
    first = tree.first[head]
    if tree.tags[head] in {"VB", "VBG", "VBN"} and not any(
        tree.deps[c] in {"aux", "auxpass"} for c in tree.children[head]
    ):
        return False
    if tree.words[first] in {"whether", "if", "how", "what", "why", "who", "which", "where"}:
        return False
    if context.quotation_of[head] != context.quotation_of[parent] or context.frame_of[parent] >= 0:
        return True
    if tree.deps[head] == "acl":
        if any(
            tree.deps[c] in {"det", "neg"} and tree.words[c] in words("negators")
            for c in tree.children[parent]
        ):
            return False  # "no evidence that": the denial is the claim
        if tree.child(tree.heads[parent], "neg") is not None:
            return False
        return _is_content_noun(tree.words[parent])
    verb = base_form(tree.words[parent])
    if verb in words("endorsing_verbs") and (noun := tree.child(parent, "dobj")) is not None:
        return _is_content_noun(tree.words[noun])  # "promoted the idea - without evidence - that ..."
    return verb in entries("cue_verbs")


def _is_content_noun(word: str) -> bool:
    noun = word.removesuffix("s")
    return noun in words("content_nouns") or noun in entries("cue_nouns")


def _make_claim(
    context: _Context,
    proposition: Proposition,
    start: int,
    end: int,
    parts: dict[str, float],
    topics: Topics | None,
) -> Claim:
    doc, tree = context.doc, context.tree
    source = _source(context, proposition)
    negated = _is_negated(tree, proposition) != source.denies
    modality = _modality(tree, proposition)
    mentioned = sorted(set(context.entity_of[start:end]) - {-1})
    unresolved = _unresolved(context, start, end, source.quotation)
    certainty = factuality(tree, _event(tree, proposition))
    said_as = claim_type(tree, proposition, start, end, modality)
    if said_as in {"opinion", "prediction"}:
        parts["checkable"] *= 0.5
    on_topic = _topics(context, proposition.head, start, end, topics)
    parts["prominence"] = max((context.entities[e].salience for e in mentioned), default=0.0)
    is_aside = proposition.kind == "apposition" or context.frame_of[proposition.head] >= 0
    parts["descriptive"] = 1.0 if is_aside else 0.8 * (proposition.kind in {"relative", "participle"})
    topic = None if on_topic is None else max(on_topic.values(), default=0.0)
    worth = checkworthiness(parts, topic)
    if topic is not None:
        parts["topic"] = topic
    parts["version"] = VERSION
    return Claim(
        span=Span(doc, start, end),
        claimer_kind=source.kind,
        claimer=source.claimer,
        claimer_entities=source.entities,
        quotation=source.quotation,
        chain=source.chain,
        subject=_span(doc, proposition.subject),
        subject_entity=_entity_at(context, proposition.subject_head, source.quotation),
        predicate=tuple(_runs(doc, proposition.predicate)),
        predicate_lemma="be" if proposition.kind == "apposition" else base_form(tree.words[proposition.head]),
        object=_span(doc, proposition.object),
        arguments=tuple((role, Span(doc, a, b)) for role, (a, b) in proposition.arguments),
        polarity="negated" if negated else "affirmed",
        modality=modality,
        factuality=round(-abs(certainty) if source.denies else certainty, 2),
        hedges=tuple(
            Span(doc, a, b)
            for a, b in sorted([*_hedges(tree, start, end), *_scare_quotes(context, start, end)])
        ),
        quantities=tuple(
            (Span(doc, q.start, q.end), q.value, q.unit, q.comparator)
            for q in _inside(context.quantities, start, end)
        ),
        dates=tuple(
            (
                Span(doc, t.start, t.end),
                t.first.isoformat() if t.first else None,
                t.last.isoformat() if t.last else None,
            )
            for t in _inside(context.times, start, end)
        ),
        places=tuple(_places(context, start, end)),
        entities=tuple(mentioned),
        claim_type=said_as,
        is_self_contained=not unresolved,
        unresolved=unresolved,
        checkable=round(parts["checkable"], 4),
        checkworthiness=round(worth, 4),
        score_parts=tuple(parts.items()),
        topics=() if on_topic is None else tuple(t for t, score in on_topic.items() if score >= _ON_TOPIC),
    )


def _event(tree: Tree, proposition: Proposition) -> int:
    """The verb that names what happened: "publish" in "failed to publish"."""
    verbs = (i for i in reversed(proposition.predicate) if tree.tags[i].startswith("VB"))
    return next(verbs, proposition.head)


def _inside[Value: (Measure, Time)](values: list[Value], start: int, end: int) -> Iterator[Value]:
    """The values between two tokens."""
    for value in values[bisect_left(values, start, key=lambda v: v.start) :]:
        if value.start >= end:
            break
        if value.end <= end:
            yield value


def _topics(
    context: _Context, head: int, start: int, end: int, topics: Topics | None
) -> dict[str, float] | None:
    """How much a claim is on each topic; its sentence counts too, for what the claim has as a pronoun."""
    if topics is None:
        return None
    words_, (first, last) = context.tree.words, context.tree.sentences[context.tree.sentence_of[head]]
    scores = match_topics(topics, words_[start:end])
    for name, score in match_topics(topics, words_[first:last]).items():
        scores[name] = max(scores.get(name, 0.0), 0.95 * score)
    return scores


def _span(doc: Doc, at: Range | None) -> Span | None:
    return None if at is None else Span(doc, *at)


def _runs(doc: Doc, indices: list[int]) -> Iterator[Span]:
    """The spans that unbroken runs of indices make."""
    if not indices:
        return
    start = previous = indices[0]
    for i in indices[1:]:
        if i != previous + 1:
            yield Span(doc, start, previous + 1)
            start = i
        previous = i
    yield Span(doc, start, previous + 1)


def _claim_range(context: _Context, proposition: Proposition, by_head: dict[int, Proposition]) -> Range:
    """The tokens of a claim: its clause, without what hangs on its edges and is a claim of its own."""
    tree, head = context.tree, proposition.head
    start, end = tree.first[head], tree.last[head] + 1
    if proposition.kind in {"relative", "participle", "apposition"} and proposition.subject is not None:
        antecedent = proposition.subject
        if antecedent[1] <= start <= antecedent[1] + 2:
            start = antecedent[0]
    start = max(start, _after_label(tree, head))
    while end - 1 > head and (_is_edge(tree, end - 1) or tree.words[end - 1] in _QUOTE_MARKS):
        end -= 1
    start, end = _without_satellites(tree, head, start, end, by_head)
    quotation = context.quotation_of[head]

    def is_foreign(i: int) -> bool:
        """Attribution within what is attributed, or a longer quotation within what is not part of it."""
        inner = context.quotation_of[i]
        if quotation >= 0:
            return inner != quotation or context.frame_of[i] == quotation
        return inner in context.has_clause

    while start < head and (
        (_is_edge(tree, start) and not _opens_condition(tree, start, head)) or is_foreign(start)
    ):
        start += 1
    while end - 1 > head and (
        _is_edge(tree, end - 1) or tree.words[end - 1] in _QUOTE_MARKS or is_foreign(end - 1)
    ):
        end -= 1
    if tree.words[start] in _OPENERS and start + 1 < head and tree.words[start + 1] == ",":
        start += 2
    return start, end


def _without_satellites(
    tree: Tree, head: int, start: int, end: int, by_head: dict[int, Proposition]
) -> Range:
    """Cut off what stands at the edges of a clause and speaks for itself.

    These are coordinated clauses, adverbial clauses that assert something, relative clauses after a comma,
    and what follows a lone dash.
    """
    for c in tree.children[head]:
        clause = by_head.get(c)
        if c > head and tree.deps[c] in {"conj", "parataxis"} and clause and clause.kind != "apposition":
            if c == head + 2 and tree.deps[head + 1] == "cc":
                continue  # "prevent and treat": one predicate, one object
            end = min(end, tree.first[c])
        elif tree.deps[c] == "prep" and c < head and tree.words[c] in words("satellite_openers"):
            # "Given that there are ..., we would see ..."
            if tree.first[c] <= start + 1 and tree.child(c, "pcomp") is not None and tree.last[c] + 1 < head:
                start = tree.last[c] + 1
        elif tree.deps[c] == "advcl" and clause is not None:
            mark = _opening(tree, clause)
            asserted = mark is not None and (
                tree.words[mark] in words("satellite_openers")
                or (mark > 0 and tree.words[mark - 1] == "even")
            )
            if c < head and asserted and tree.first[c] <= start + 1 and tree.last[c] + 1 < head:
                start = tree.last[c] + 1
            elif c > head and asserted and tree.last[c] + 2 >= end:
                end = min(end, tree.first[c])
    for i in range(end - 1, head, -1):
        if tree.deps[i] == "relcl" and tree.last[i] + 2 >= end and tree.words[tree.first[i] - 1] == ",":
            end = tree.first[i]
    dashes = [i for i in range(head + 1, end - 1) if tree.words[i] in {"–", "—", "--", ":"}]
    if len(dashes) == 1:
        end = dashes[0]
    return start, end


def _after_label(tree: Tree, head: int) -> int:
    """After a label that opens the sentence of a clause: "Truth: ...", "Myth #2: ...", "LONDON - ..."."""
    start, _ = tree.sentences[tree.sentence_of[head]]
    while start < head and tree.words[start].isspace():
        start += 1
    for i in range(start + 1, min(start + 5, head)):
        if tree.words[i] == ":":
            return i + 1
    return start


def _is_edge(tree: Tree, i: int) -> bool:
    word = tree.words[i]
    if word in _PUNCTUATION or word.isspace():
        return True
    return tree.deps[i] in {"punct", "cc", "mark", "intj"} and word not in {"(", ")", "[", "]", "%", '"', "”"}


def _opens_condition(tree: Tree, i: int, head: int) -> bool:
    """Whether a conjunction belongs to a clause inside the claim: "If prices fall, farmers will lose"."""
    return tree.deps[i] == "mark" and tree.heads[i] != head


def _is_cue(context: _Context, i: int) -> bool:
    """Whether a word is part of a cue, and not of a speaker (a relative clause can stand in a speaker)."""
    number = context.frame_of[i]
    return number >= 0 and any(span.start <= i < span.end for span in context.quotes[number].cue)


def _source(context: _Context, proposition: Proposition) -> _Source:
    """Who makes the claim."""
    number = context.quotation_of[proposition.head]
    above = proposition.parent if proposition.kind == "complement" else None
    if number < 0:
        return _OUTLET if above is None else _grammatical_source(context, above)
    if number not in context.sources:
        context.sources[number] = _quoted_source(context, number)
    source = context.sources[number]
    if above is None or context.quotation_of[above] != number:
        return source
    return _inner_source(context, above, source)


def _inner_source(context: _Context, verb: int, outer: _Source) -> _Source:
    """Whom a speaker reports, where that is no quotation of its own: "She said the firm denied that ..."."""
    tree = context.tree
    subject = tree.child(verb, "nsubj")
    kind = entries("cue_verbs").get(base_form(tree.words[verb]), "")
    if (
        subject is None
        or not kind.startswith(("speech", "thought"))
        or not tree.tags[subject].startswith("NN")
    ):
        return outer
    inner = _grammatical_source(context, verb)
    chain = (*outer.chain, *inner.chain)
    return replace(inner, quotation=outer.quotation, chain=chain, denies=inner.denies != outer.denies)


def _quoted_source(context: _Context, number: int) -> _Source:
    """Who says what stands in a quotation."""
    quotation = context.quotes[number]
    while quotation.parent is not None and _is_nobody(quotation):
        number = quotation.parent
        quotation = context.quotes[number]
    chain: list[str] = []
    link: int | None = number
    while link is not None and len(chain) < 10:
        speaker = context.quotes[link].speaker
        if speaker:
            chain.insert(0, " ".join(span.text for span in speaker))
        link = context.quotes[link].parent
    denials = words("denial_verbs")
    return _Source(
        kind="attributed" if quotation.speaker else "unknown",
        claimer=quotation.speaker,
        entities=quotation.speaker_entities,
        quotation=number,
        chain=tuple(chain),
        denies=any(base_form(token.text.lower()) in denials for cue in quotation.cue for token in cue),
    )


def _is_nobody(quotation: Quotation) -> bool:
    """Whether its "speaker" makes no claim: "no evidence shows that ..."."""
    return bool(quotation.speaker) and quotation.speaker[0][0].text.lower() in words("negators")


def _grammatical_source(context: _Context, above: int) -> _Source:
    """Who holds what a complement says, where no quotation was found.

    Args:
        context: of the document.
        above: the verb or the noun that the complement hangs on.
    """
    tree = context.tree
    denies = base_form(tree.words[above]) in words("denial_verbs")
    holder = _holder(tree, above)
    if holder is None:
        return _Source(kind="unknown", denies=denies)
    last = tree.last[holder]
    if last > holder and tree.deps[last] == "case":  # "the firm's claim that"
        last -= 1
    span = Span(context.doc, tree.first[holder], last + 1)
    entity = context.entity_of[holder]
    return _Source(
        kind="attributed",
        claimer=(span,),
        entities=(entity,) if entity >= 0 else (),
        chain=(span.text,),
        denies=denies,
    )


def _holder(tree: Tree, above: int) -> int | None:
    """The subject of a verb; the owner of a noun ("his claim that", "a claim by"), or who makes it theirs."""
    if tree.tags[above].startswith("NN"):
        for c in tree.children[above]:
            if tree.deps[c] == "poss":
                return c
            if tree.deps[c] == "prep" and tree.words[c] in {"by", "from"}:
                return tree.child(c, "pobj")
        verb = tree.heads[above]
        is_made = tree.deps[above] == "dobj" and base_form(tree.words[verb]) in words("endorsing_verbs")
        return _holder(tree, verb) if is_made else None
    while tree.deps[above] in {"conj", "xcomp"} and tree.child(above, "nsubj") is None:
        above = tree.heads[above]
    return tree.child(above, "nsubj")


def _is_negated(tree: Tree, proposition: Proposition) -> bool:
    """Whether the clause says that something is not so; two negations cancel out."""
    count = int(proposition.negation is not None)
    negators = words("negators")
    for i in proposition.predicate:
        is_negator = i != proposition.negation and tree.words[i] in negators
        is_last = i == proposition.predicate[-1]
        count += is_negator or (not is_last and base_form(tree.words[i]) in words("negative_implicatives"))
    for noun in (proposition.subject_head, proposition.object_head):
        if noun is not None and noun != proposition.head:
            count += tree.words[noun] in negators or any(
                tree.words[c] in negators and tree.deps[c] in {"det", "neg", "preconj"}
                for c in tree.children[noun]
            )
    for c in tree.children[proposition.head]:
        if (
            tree.words[c] in negators
            and tree.deps[c] in {"advmod", "preconj"}
            and c not in proposition.predicate
        ):
            count += 1
    return count % 2 == 1


def _modality(tree: Tree, proposition: Proposition) -> Modality:
    """The mode of a clause, from its auxiliaries, its adverbs and a condition that hangs on it."""
    head = proposition.head
    hedges = entries("hedges")
    for c in tree.children[head]:
        if tree.deps[c] == "advcl":
            mark = tree.child(c, "mark", "advmod")
            if mark is not None and entries("subordinators").get(tree.words[mark]) == "conditional":
                return "conditional"
    around = [
        *proposition.predicate,
        *(c for c in tree.children[head] if tree.deps[c] in {"advmod", "acomp"}),
    ]
    forms = {tree.words[i] for i in around}
    if forms & {"may", "might", "could", "perhaps", "possibly", "maybe"}:
        return "possible"
    if (
        {base_form(w) for w in forms} & words("necessity_words")
        or {"have", "to"} <= forms
        or {"has", "to"} <= forms
    ):
        return "necessary"
    if any(hedges.get(w) == "probable" for w in forms):
        return "probable"
    if forms & {"will", "'ll", "wo", "shall"} or {"going", "to"} <= forms:
        return "future"
    if forms & {"would", "'d"}:
        return "conditional"
    return "asserted"


def _hedges(tree: Tree, start: int, end: int) -> Iterator[Range]:
    """Hedging words and phrases between two tokens, the longest at each place."""
    lexicon, openers = entries("hedges"), _hedge_openers()
    if openers.isdisjoint(tree.words[start:end]):
        return
    i = start
    while i < end:
        if tree.words[i] in openers:
            for n in range(min(5, end - i), 0, -1):
                phrase = " ".join(tree.words[i : i + n])
                if phrase in lexicon and not (n == 1 and tree.ents[i] == "DATE"):
                    yield i, i + n
                    i += n - 1
                    break
        i += 1


def _scare_quotes(context: _Context, start: int, end: int) -> Iterator[Range]:
    """Up to four words in marks that nobody is said to have spoken: the outlet does not vouch for them.

    Titles and names, which are capitalised, are none.
    """
    words_ = context.tree.words
    if _DOUBLE_MARKS.isdisjoint(words_[start:end]):
        return
    opening: int | None = None
    for i in range(start, end):
        if words_[i] not in _DOUBLE_MARKS:
            continue
        if opening is None:
            opening = i
            continue
        inner = range(opening + 1, i)
        if 1 <= len(inner) <= 4 and all(
            context.quotation_of[j] < 0 and context.frame_of[j] < 0 and context.doc[j].text.islower()
            for j in inner
        ):
            yield opening, i + 1
        opening = None


@cache
def _hedge_openers() -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in entries("hedges"))


def _entity_at(context: _Context, i: int | None, quotation: int | None) -> int | None:
    """The entity that a word names or points to; "I" and "we" are the speaker of the quotation."""
    if i is None:
        return None
    if context.entity_of[i] >= 0:
        return context.entity_of[i]
    if context.tree.words[i] in _FIRST_PERSON and quotation is not None:
        speakers = context.quotes[quotation].speaker_entities
        return speakers[0] if speakers else None
    return None


def _unresolved(context: _Context, start: int, end: int, quotation: int | None) -> tuple[str, ...]:
    """Pronouns whose referent nobody has settled, as printed."""
    tree, pronouns = context.tree, words("pronouns")
    if pronouns.isdisjoint(tree.words[start:end]):
        return ()
    open_words = []
    for i in range(start, end):
        if tree.words[i] not in pronouns or tree.tags[i] not in {"PRP", "PRP$", "DT"}:
            continue
        if tree.tags[i] == "DT" and tree.deps[i] == "det":
            continue
        if tree.deps[i] == "expl" or _entity_at(context, i, quotation) is not None:
            continue
        open_words.append(context.doc[i].text)
    return tuple(dict.fromkeys(open_words))


def _places(context: _Context, start: int, end: int) -> Iterator[tuple[Span, int | None]]:
    """The named places between two tokens."""
    tree = context.tree
    if _PLACES.isdisjoint(tree.ents[start:end]):
        return
    i = start
    while i < end:
        label = tree.ents[i]
        if label in _PLACES:
            j = i + 1
            while j < end and tree.ents[j] == label and context.doc[j].ent_iob == 1:
                j += 1
            entity = context.entity_of[i]
            yield Span(context.doc, i, j), entity if entity >= 0 else None
            i = j
        else:
            i += 1
