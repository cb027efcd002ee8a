"""From a Doc with its layers to rows: the one place that knows both.

Entities, quotations and claims that turn out to have the same identity (the same name twice, the same
words found by two rules) become one row here, so that keys are unique whatever an extractor does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from spacy.tokens import Span

import schemas
from pipeline.components import layers
from pipeline.components.doc.columns import Columns
from pipeline.components.entities import canonical_key
from pipeline.identity import content_id
from pipeline.parsing.tokenizer import STORED, stored_offsets, stored_text
from schemas.claims import Argument, DateInterval, Hedge, Place, Quantity, ScorePart
from schemas.table import TextSpan

CONTEXT_CHARS = 100


@dataclass(slots=True)
class Rows:
    """The rows of some articles, by table."""

    entities: list[schemas.EntityRow] = field(default_factory=list)
    mentions: list[schemas.MentionRow] = field(default_factory=list)
    quotes: list[schemas.Quote] = field(default_factory=list)
    claims: list[schemas.ClaimRow] = field(default_factory=list)

    def extend(self, other: Rows) -> None:
        """Add the rows of another article."""
        self.entities += other.entities
        self.mentions += other.mentions
        self.quotes += other.quotes
        self.claims += other.claims


class Stored:
    """The stored text of a document, and where its tokens and sentences stand in it."""

    def __init__(self, columns: Columns) -> None:
        doc, starts, words = columns.doc, columns.starts, columns.words
        self.text = stored_text(doc) if STORED in doc.user_data else columns.text
        ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
        starts, ends = stored_offsets(doc).stored_tokens(starts, ends)
        self.sentences = [starts[i] for i in (0, *columns.opens)] if starts else [0]
        self._starts = [*starts, len(self.text)]
        self._ends = [0, *ends]  # of the token before each, and of the last one

    def range(self, span: Span) -> tuple[int, int]:
        """Return where a span stands in the text."""
        start = self._starts[span.start]
        return start, max(start, self._ends[span.end])

    def said(self, span: Span) -> str:
        """Return the words of a span as they are printed."""
        start, end = self.range(span)
        return self.text[start:end]

    def bounds(self, spans: Sequence[Span]) -> list[int]:
        """Return where each span starts and ends, one after the other."""
        return [offset for span in spans for offset in self.range(span)]

    def spans(self, spans: Sequence[Span]) -> list[TextSpan]:
        """Return where spans that are not empty stand, in order."""
        if not spans:
            return []
        return sorted([TextSpan(start, end) for start, end in map(self.range, spans) if start < end])

    def joined(self, spans: Sequence[Span], *, by: str = " ... ") -> str | None:
        """Return the words of spans in order, joined; None where there are none."""
        if len(spans) < 2:
            return self.said(spans[0]) or None if spans else None
        return by.join([self.text[start:end] for start, end in sorted(map(self.range, spans))]) or None


def doc_rows(
    columns: Columns,
    article_id: str,
    *,
    title: str | None,
    entities: Sequence[layers.Entity],
    quotations: Sequence[layers.Quotation],
    claims: Sequence[layers.Claim],
) -> Rows:
    """Return the rows of one article.

    Args:
        columns: of the article's Doc; all offsets and printed words of rows are of the text that it was made
            of.
        article_id: of the article.
        title: of the article.
        entities: found in it.
        quotations: found in it; their indices point into `entities`.
        claims: found in it; their indices point into `entities` and `quotations`.
    """
    stored = Stored(columns)
    entity_ids = [_entity_id(entity, article_id) for entity in entities]
    quote_ids = [content_id("quote", article_id, *stored.bounds(q.content)) for q in quotations]
    rows = Rows()
    rows.mentions = _mentions(stored, entities, entity_ids, quotations, article_id)
    rows.entities = _entities(entities, entity_ids, rows.mentions, article_id, title)
    # From here on, only what has a row of its own may be referred to.
    with_row = {row.entity_id: row.name for row in rows.entities}
    refs = [entity_id if entity_id in with_row else None for entity_id in entity_ids]
    rows.quotes = _quotes(stored, quotations, quote_ids, refs, with_row, article_id)
    quoted = {row.quote_id for row in rows.quotes}
    quote_refs = [quote_id if quote_id in quoted else None for quote_id in quote_ids]
    rows.claims = _claims(stored, claims, refs, with_row, quote_refs, article_id)
    return rows


def _entity_id(entity: layers.Entity, article_id: str) -> str:
    key = canonical_key(entity.name, entity.label)
    return content_id("entity", key, article_id) if entity.is_local else content_id("entity", key)


def _mentions(
    stored: Stored,
    entities: Sequence[layers.Entity],
    entity_ids: Sequence[str],
    quotations: Iterable[layers.Quotation],
    article_id: str,
) -> list[schemas.MentionRow]:
    quoted = _merged(stored.range(s) for q in quotations for s in q.content)
    found: dict[tuple[int, int], schemas.MentionRow] = {}
    for entity, entity_id in zip(entities, entity_ids, strict=True):
        for mention in entity.mentions:
            start, end = stored.range(mention.span)
            if start >= end or ((start, end) in found and found[start, end].score >= mention.score):
                continue
            found[start, end] = schemas.MentionRow(
                mention_id=content_id("mention", article_id, start, end),
                article_id=article_id,
                entity_id=entity_id,
                start_char=start,
                end_char=end,
                text=stored.text[start:end],
                label=entity.label,  # type: ignore[arg-type]
                kind=mention.kind,
                sentence_index=_sentence_index(stored.sentences, start),
                in_quote=_lies_in(quoted, start, end),
                method=mention.method,
                score=round(mention.score, 4),
            )
    return [found[offsets] for offsets in sorted(found)]


def _entities(
    entities: Sequence[layers.Entity],
    entity_ids: Sequence[str],
    mentions: Iterable[schemas.MentionRow],
    article_id: str,
    title: str | None,
) -> list[schemas.EntityRow]:
    by_id: dict[str, list[schemas.MentionRow]] = {}
    for mention in mentions:
        by_id.setdefault(mention.entity_id, []).append(mention)
    headline = (title or "").casefold()
    rows: dict[str, schemas.EntityRow] = {}
    for entity, entity_id in zip(entities, entity_ids, strict=True):
        if entity_id in rows or entity_id not in by_id:
            continue
        own = by_id[entity_id]
        names = [m.text for m in own if m.kind == "name"]
        aliases = sorted({" ".join(name.split()) for name in names})
        rows[entity_id] = schemas.EntityRow(
            article_id=article_id,
            entity_id=entity_id,
            name=entity.name,
            label=entity.label,  # type: ignore[arg-type]
            n_mentions=len(own),
            n_named=len(names),
            aliases=aliases,
            first_start_char=own[0].start_char,
            in_title=any(_names(headline, alias.casefold()) for alias in (*aliases, entity.name)),
            salience=round(entity.salience, 4),
            role=entity.role,
            wikidata_id=entity.wikidata_id,
            geonames_id=entity.geonames_id,
            country_code=entity.country_code,
            link_method=entity.link_method,
            link_score=entity.link_score,
        )
    return sorted(rows.values(), key=lambda row: (row.first_start_char, row.entity_id))


def _quotes(
    stored: Stored,
    quotations: Sequence[layers.Quotation],
    quote_ids: Sequence[str],
    refs: Sequence[str | None],
    names: Mapping[str, str],
    article_id: str,
) -> list[schemas.Quote]:
    contents = [stored.spans(quotation.content) for quotation in quotations]
    with_row = {quote_id for quote_id, spans in zip(quote_ids, contents, strict=True) if spans}
    rows: dict[str, schemas.Quote] = {}
    for quotation, quote_id, spans in zip(quotations, quote_ids, contents, strict=True):
        if not spans or (quote_id in rows and rows[quote_id].score >= quotation.score):
            continue
        start, end = spans[0].start_char, max(s.end_char for s in spans)
        speakers = _referred(refs, quotation.speaker_entities)
        parent = None if quotation.parent is None else quote_ids[quotation.parent]
        rows[quote_id] = schemas.Quote(
            quote_id=quote_id,
            article_id=article_id,
            kind=quotation.kind,
            content=" ... ".join(stored.text[s.start_char : s.end_char] for s in spans),
            content_spans=spans,
            start_char=start,
            end_char=end,
            cue=stored.joined(quotation.cue),
            cue_spans=stored.spans(quotation.cue),
            speaker=stored.joined(quotation.speaker),
            speaker_spans=stored.spans(quotation.speaker),
            speaker_entity_id=speakers[0] if speakers else None,
            speaker_name=names[speakers[0]] if speakers else None,
            speaker_entity_ids=speakers,
            speaker_method=quotation.speaker_method,
            parent_quote_id=parent if parent in with_row and parent != quote_id else None,
            is_speech=quotation.is_speech,
            context_before=stored.text[max(0, start - CONTEXT_CHARS) : start],
            context_after=stored.text[end : end + CONTEXT_CHARS],
            score=round(quotation.score, 4),
        )
    return sorted(rows.values(), key=lambda row: (row.start_char, row.end_char, row.quote_id))


def _claims(
    stored: Stored,
    claims: Iterable[layers.Claim],
    refs: Sequence[str | None],
    names: Mapping[str, str],
    quote_refs: Sequence[str | None],
    article_id: str,
) -> list[schemas.ClaimRow]:
    said, bounds = stored.said, stored.bounds
    rows: dict[str, schemas.ClaimRow] = {}
    for claim in claims:
        start, end = stored.range(claim.span)
        subject = "" if claim.subject is None else said(claim.subject)
        subject_start = -1 if claim.subject is None else stored.range(claim.subject)[0]
        claim_id = content_id("claim", article_id, start, end, subject_start, *bounds(claim.predicate))
        if start >= end or claim_id in rows:
            continue
        claimers = _referred(refs, claim.claimer_entities)
        rows[claim_id] = schemas.ClaimRow(
            claim_id=claim_id,
            article_id=article_id,
            start_char=start,
            end_char=end,
            text=stored.text[start:end],
            sentence_index=_sentence_index(stored.sentences, start),
            claimer_kind=claim.claimer_kind,
            claimer=stored.joined(claim.claimer),
            claimer_spans=stored.spans(claim.claimer),
            claimer_entity_id=claimers[0] if claimers else None,
            claimer_name=names[claimers[0]] if claimers else None,
            quote_id=None if claim.quotation is None else quote_refs[claim.quotation],
            attribution_chain=list(claim.chain),
            subject=subject,
            subject_entity_id=None if claim.subject_entity is None else refs[claim.subject_entity],
            predicate=stored.joined(claim.predicate, by=" ") or "",
            predicate_lemma=claim.predicate_lemma,
            object=None if claim.object is None else said(claim.object),
            arguments=[Argument(role, said(span)) for role, span in claim.arguments],
            polarity=claim.polarity,
            modality=claim.modality,
            factuality=round(claim.factuality, 3),
            hedges=[Hedge(said(s), *stored.range(s)) for s in claim.hedges],
            quantities=[
                Quantity(said(s), value, unit, comparator, *stored.range(s))
                for s, value, unit, comparator in claim.quantities
            ],
            dates=[
                DateInterval(said(s), _day(first), _day(last), *stored.range(s))
                for s, first, last in claim.dates
            ],
            places=[
                Place(said(s), None if entity is None else refs[entity], *stored.range(s))
                for s, entity in claim.places
            ],
            entity_ids=_referred(refs, claim.entities),
            claim_type=claim.claim_type,  # type: ignore[arg-type]
            is_self_contained=claim.is_self_contained,
            unresolved=list(claim.unresolved),
            checkable=round(claim.checkable, 4),
            checkworthiness=round(claim.checkworthiness, 4),
            score_parts=[_score_part(name, value) for name, value in claim.score_parts],
            topics=list(claim.topics),
        )
    return sorted(rows.values(), key=lambda row: (row.start_char, row.end_char, row.claim_id))


@lru_cache(maxsize=1 << 14)
def _score_part(name: str, value: float) -> ScorePart:
    """Return a part of a score; nine of ten are counts of a few words, and come again and again."""
    return ScorePart(name, round(value, 4))


def _referred(refs: Sequence[str | None], indices: Sequence[int]) -> list[str]:
    """Return the ids that indices into a layer stand for, each once, in order."""
    if not indices:
        return []
    return list(dict.fromkeys([ref for i in indices if (ref := refs[i]) is not None]))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _sentence_index(starts: Sequence[int], start_char: int) -> int:
    return max(bisect_right(starts, start_char) - 1, 0)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _lies_in(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_right(spans, (start, float("inf"))) - 1
    return at >= 0 and end <= spans[at][1]


def _names(title: str, name: str) -> bool:
    """Tell whether a headline holds a name as words of its own."""
    at = title.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        if not (title[at - 1 : at].isalnum() or title[end : end + 1].isalnum()):
            return True
        at = title.find(name, at + 1)
    return False
