"""Quotation marks and their cues: widen contents to the marks, find other marks a cue, join the parts.

Marks with no cue beside them (`beside.py`) go on with the quotation before, belong to a verb further up, or
float (`floating.py`): whole sentences in marks, said by whom the text was just about.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from pipeline.components.quotes.beside import cue_after, cue_before, signature
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.floating import floating, governed
from pipeline.components.quotes.parsed import Parse, Range, join_ranges
from pipeline.components.quotes.quoted import Quoted, goes_on, quoted_ranges, starts_clause
from pipeline.components.quotes.region import Region


def with_regions(
    parse: Parse, regions: Sequence[Region], candidates: Sequence[QuoteCandidate]
) -> list[QuoteCandidate]:
    """Widen contents to the quotation marks around them, and give the other marks a cue of their own.

    Args:
        parse: of the document.
        regions: of its text.
        candidates: each with a cue; they are left as they are.

    Returns:
        Candidates with a content: what is said by a cue outside of marks first, what is said within last.
    """
    quoted = quoted_ranges(parse, regions)
    if not quoted:
        return list(candidates)
    inside, outside = _split(parse, quoted, candidates)
    joined = _Joined(parse, quoted, outside)
    joined.look_beside()
    joined.keep_apart()
    joined.give_to_the_tightest()
    joined.give_the_rest()
    return [candidate for candidate in (*joined.candidates(), *inside) if candidate.content]


def _split(
    parse: Parse, quoted: Sequence[Quoted], candidates: Iterable[QuoteCandidate]
) -> tuple[list[QuoteCandidate], list[QuoteCandidate]]:
    """Return copies of the candidates whose cue stands in marks, and of the others.

    What is reported within a quotation ends where that ends.
    """
    starts = [q.start for q in quoted]
    inside, outside = [], []
    for candidate in candidates:
        cue = candidate.cue[-1]
        at = bisect_right(starts, cue) - 1
        if at < 0 or cue >= quoted[at].end:
            outside.append(candidate.with_content(candidate.content))
            continue
        home = quoted[at]
        pieces = [(max(start, home.start), min(end, home.end)) for start, end in candidate.content]
        content = join_ranges(parse, [piece for piece in pieces if piece[0] < piece[1]])
        inside.append(candidate.with_content(content))
    return inside, outside


class _Joined:
    """Candidates and quotation marks while they are joined, one step after another."""

    def __init__(self, parse: Parse, quoted: Sequence[Quoted], candidates: list[QuoteCandidate]) -> None:
        self.parse = parse
        self.quoted = quoted
        self.by_rule = candidates
        self.added: list[QuoteCandidate] = []
        self.by_cue = {candidate.cue[-1]: candidate for candidate in candidates}

    def candidates(self) -> list[QuoteCandidate]:
        """Return all candidates, those that the marks have added behind the others."""
        with_cue = [candidate for candidate in self.added if candidate.cue]
        return [*self.by_rule, *with_cue, *(candidate for candidate in self.added if not candidate.cue)]

    def add(self, candidate: QuoteCandidate) -> QuoteCandidate:
        """Return the candidate that has this one's cue already; if there is none, this one."""
        if not candidate.cue:
            self.added.append(candidate)
            return candidate
        known = self.by_cue.setdefault(candidate.cue[-1], candidate)
        if known is candidate:
            self.added.append(candidate)
        return known

    def look_beside(self) -> None:
        """Find the marks that have a cue beside them."""
        for q in self.quoted:
            candidate = cue_after(self.parse, q)
            if candidate is not None and not starts_clause(self.parse, q):
                known = self.by_cue.get(candidate.cue[-1])
                if known is not None and known.speaker is None:
                    known.speaker = candidate.speaker
                continue
            candidate = candidate or cue_before(self.parse, q) or signature(self.parse, q)
            if candidate is not None:
                q.beside = self.add(candidate)
                if q.beside.speaker is None:
                    q.beside.speaker = candidate.speaker

    def keep_apart(self) -> None:
        """Undo what the parse makes of marks that have a cue beside them.

        No other candidate keeps them, unless it reports the cue too; and of what stands behind the cue, only
        what is in marks is kept.
        """
        on = self._by_token()
        for q in self.quoted:
            if q.beside is None:
                continue
            cue = q.beside.cue[-1]
            for other in {id(c): c for t in range(q.start, q.end) for c in on.get(t, ())}.values():
                if other is not q.beside and not any(start <= cue < end for start, end in other.content):
                    other.content = [
                        piece for span in other.content for piece in _minus(span, (q.start, q.end))
                    ]
            if q.end <= cue:
                q.beside.content = [
                    span for span in q.beside.content if span[0] < cue or self._touches_marks(span)
                ]

    def _by_token(self) -> dict[int, list[QuoteCandidate]]:
        """Return the candidates on each token."""
        on: dict[int, list[QuoteCandidate]] = {}
        for candidate in self.by_rule:
            for start, end in candidate.content:
                for token in range(start, end):
                    on.setdefault(token, []).append(candidate)
        return on

    def _touches_marks(self, span: Range) -> bool:
        # Of those that begin before its end, the last reaches farthest.
        at = bisect_left(self.quoted, span[1], key=lambda q: q.start) - 1
        return at >= 0 and span[0] < self.quoted[at].end

    def give_to_the_tightest(self) -> None:
        """Give marks to the shortest candidate on them: of "X said Y called it “a farce”", the call."""
        starts = [q.start for q in self.quoted]
        for candidate in sorted(self.by_rule, key=_length, reverse=True):
            for start, end in candidate.content:
                at = max(0, bisect_right(starts, start) - 1)
                while at < len(self.quoted) and self.quoted[at].start < end:
                    if self.quoted[at].end > start:
                        self.quoted[at].owner = candidate
                    at += 1

    def give_the_rest(self) -> None:
        """Give marks to the cue beside them, or those that nothing owns to what is near; widen contents."""
        said = self._said()
        previous: Quoted | None = None
        for q in self.quoted:
            if q.beside is not None:
                q.owner = q.beside
            elif q.owner is None and previous is not None and goes_on(self.parse, previous, q):
                q.owner = previous.owner
            if q.owner is None:
                candidate = governed(self.parse, q) or floating(self.parse, q, previous, said)
                q.owner = self.add(candidate) if candidate is not None else None
            if q.owner is not None:
                speaker = q.owner.speaker
                without = [*q.owner.cue, *(range(*speaker) if speaker is not None else ())]
                pieces = [*q.owner.content, (q.start, q.end)]
                q.owner.content = join_ranges(self.parse, pieces, without=without)
            previous = q

    def _said(self) -> dict[int, QuoteCandidate]:
        """Return the last candidate of speech with a speaker of each sentence, by the sentence of its cue."""
        return {
            self.parse.tree.sentence_of[cue]: candidate
            for cue, candidate in sorted(self.by_cue.items(), key=lambda item: item[0])
            if candidate.kind == "speech" and candidate.rule != "object" and candidate.speaker is not None
        }


def _minus(span: Range, cut: Range) -> list[Range]:
    """Return what is left of a range outside another."""
    return [
        piece
        for piece in ((span[0], min(span[1], cut[0])), (max(span[0], cut[1]), span[1]))
        if piece[0] < piece[1]
    ]


def _length(candidate: QuoteCandidate) -> int:
    return sum(end - start for start, end in candidate.content)
