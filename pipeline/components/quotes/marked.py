"""Quotation marks and their cues: widen contents to the marks, find other marks a cue, join the parts.

The parse is at its worst around quotation marks, so here the order of words comes first: "...,” she said",
"said Ann: “...”", “...” - Ann. Marks with no cue beside them go on with the quotation before, belong to a
verb further up, or float: whole sentences in marks, said by whom the text was just about. What is left are
titles, nicknames and scare quotes, and no quotation.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.components.quotes import cues
from pipeline.components.quotes.candidates import Candidate, clean_candidate
from pipeline.components.quotes.parsed import (
    MARKS,
    NOUN_TAGS,
    SENTENCE_END,
    VERB_TAGS,
    Parse,
    Range,
    is_title,
    join_ranges,
    kid,
    noun_phrase,
    subject_of,
)
from pipeline.components.quotes.regions import Region

_DASHES = frozenset(("-", "--", "–", "—", "―"))
_SIGNATURE = re.compile(r"[.,]?\s*(?:--|[-–—―])\s*(?=[^\W\d])")


@dataclass(slots=True)
class _Quoted:
    """A region as token range, without its marks."""

    start: int
    end: int
    region: Region
    owner: Candidate | None = None


def with_regions(parse: Parse, regions: Sequence[Region], found: list[Candidate]) -> list[Candidate]:
    """Widen contents to the quotation marks around them, and give the other marks a cue of their own."""
    quoted = []
    for region in regions:
        if region.depth == 0:
            start, end = bisect_left(parse.idx, region.inner_start), bisect_left(parse.idx, region.inner_end)
            span = parse.trim((start, end))
            if span is not None:
                quoted.append(_Quoted(*span, region))
    if not quoted:
        return found
    starts = [q.start for q in quoted]

    def around(token: int) -> _Quoted | None:
        at = bisect_right(starts, token) - 1
        return quoted[at] if at >= 0 and token < quoted[at].end else None

    inside: list[Candidate] = []
    outside: list[Candidate] = []
    candidate: Candidate | None
    for candidate in found:
        home = around(candidate.cue[-1]) if candidate.cue else None
        if home is None:
            outside.append(candidate)
            continue
        # What is reported within a quotation ends where that ends.
        pieces = [(max(s, home.start), min(e, home.end)) for s, e in candidate.content]
        candidate.content = join_ranges(parse, [p for p in pieces if p[0] < p[1]])
        if candidate.content:
            inside.append(candidate)
    by_cue = {candidate.cue[-1]: candidate for candidate in outside}
    beside: dict[int, Candidate] = {}
    for q in quoted:
        candidate = _cue_after(parse, q)
        if candidate is not None and not _starts_clause(parse, q):
            known = by_cue.get(candidate.cue[-1])
            if known is not None and known.speaker is None:
                known.speaker = candidate.speaker
            continue
        candidate = candidate or _cue_before(parse, q) or _signed(parse, q)
        if candidate is not None:
            beside[id(q)] = by_cue.setdefault(candidate.cue[-1], candidate)
            if beside[id(q)].speaker is None:
                beside[id(q)].speaker = candidate.speaker
    for q in quoted:
        own = beside.get(id(q))
        if own is not None:
            _keep_apart(q, own, outside, quoted)
    # The tightest candidate owns a region: of "X said Y called it “a farce”", the call.
    for candidate in sorted(outside, key=_length, reverse=True):
        for start, end in candidate.content:
            at = max(0, bisect_right(starts, start) - 1)
            while at < len(quoted) and quoted[at].start < end:
                if quoted[at].end > start:
                    quoted[at].owner = candidate
                at += 1
    said = {
        parse.tree.sentence_of[c.cue[-1]]: c
        for c in sorted(by_cue.values(), key=lambda c: c.cue[-1])
        if c.kind == "speech" and c.rule != "object" and c.speaker is not None
    }
    previous: _Quoted | None = None
    floating: list[Candidate] = []
    for q in quoted:
        own = beside.get(id(q))
        if own is not None:
            q.owner = own
        elif q.owner is None and previous is not None and _goes_on(parse, previous, q):
            q.owner = previous.owner
        if q.owner is None:
            q.owner = _within(parse, q) or _floating(parse, q, previous, said)
            if q.owner is not None and q.owner.cue:
                q.owner = by_cue.setdefault(q.owner.cue[-1], q.owner)
            elif q.owner is not None:
                floating.append(q.owner)
        if q.owner is not None:
            speaker = q.owner.speaker
            without = [*q.owner.cue, *(range(*speaker) if speaker is not None else ())]
            q.owner.content = join_ranges(parse, [*q.owner.content, (q.start, q.end)], without=without)
        previous = q
    kept = {id(c): c for c in (*outside, *by_cue.values(), *floating)}
    return [c for c in (*kept.values(), *inside) if c.content]


def _keep_apart(q: _Quoted, owner: Candidate, others: Iterable[Candidate], quoted: Sequence[_Quoted]) -> None:
    """Undo what the parse makes of a region whose cue stands beside it.

    No other candidate keeps the region, unless it reports the cue too; and of what stands behind the cue,
    only what is in marks is kept.
    """
    cue = owner.cue[-1]
    for other in others:
        if other is owner or any(start <= cue < end for start, end in other.content):
            continue
        other.content = [piece for span in other.content for piece in _minus(span, (q.start, q.end))]
    if q.end <= cue:
        owner.content = [
            span
            for span in owner.content
            if span[0] < cue or any(span[0] < other.end and other.start < span[1] for other in quoted)
        ]


def _minus(span: Range, cut: Range) -> list[Range]:
    """What is left of a range outside another."""
    return [
        piece
        for piece in ((span[0], min(span[1], cut[0])), (max(span[0], cut[1]), span[1]))
        if piece[0] < piece[1]
    ]


def _length(candidate: Candidate) -> int:
    return sum(end - start for start, end in candidate.content)


def _goes_on(parse: Parse, before: _Quoted, q: _Quoted) -> bool:
    """Tell whether a region goes on with the quotation before it: nothing but its cue and speaker between."""
    if before.owner is None:
        return False
    if q.region.continues:
        return True
    if not _is_utterance(parse, q):
        return False
    here, there = parse.paragraph_of[q.start], parse.paragraph_of[before.start]
    starts_paragraph = all(parse.is_empty[parse.paragraphs[here][0] : q.start])
    if here != there and not (here == there + 1 and starts_paragraph):
        return False
    gap = [t for t in range(before.end, q.start) if not parse.is_empty[t]]
    if not gap:
        return True
    between = parse.words[gap[-1] + 1 : q.start]
    if not any(w in SENTENCE_END for w in between) and here == there and any(w != "," for w in between[:1]):
        return False
    ends = sum(parse.words[t] in SENTENCE_END for t in range(gap[0], q.start))
    return ends <= 1 and bool(before.owner.cue) and before.owner.cue[-1] in gap


def _is_utterance(parse: Parse, q: _Quoted) -> bool:
    """Tell a stretch that somebody says from a title, a nickname or scare quotes."""
    if q.end - q.start > 5:
        return True
    return any(c in ",.!?" for c in parse.text[q.region.inner_end - 1 : q.region.end + 1])


def _starts_clause(parse: Parse, q: _Quoted) -> bool:
    """Tell marks that open a sentence or clause from those in a phrase ("on “Morning News,” she said")."""
    at = q.start - 1
    start = parse.paragraphs[parse.paragraph_of[q.start]][0]
    while at >= start and (parse.words[at] in MARKS or parse.words[at].isspace()):
        at -= 1
    if at < start or parse.is_empty[at] or parse.tags[at] in ("CC", "UH"):
        return True
    return q.end - q.start > 7 and parse.doc[q.start].text[0].isupper()


def _cue_after(parse: Parse, q: _Quoted) -> Candidate | None:
    """“...,” she said; “...,” said Ann, a doctor; “...,” Ann, a doctor, told the court."""
    ending = parse.text[max(q.region.inner_end - 3, 0) : q.region.end + 1]
    if not any(c in ",?!-–—…" for c in ending):
        return None
    verbs = cues.verbs()
    limit = parse.paragraphs[parse.paragraph_of[q.end - 1]][1]
    first = q.end
    while first < limit and parse.is_empty[first]:
        first += 1
    for t in range(first, min(limit, first + 40)):
        if parse.words[t] in SENTENCE_END and t > first and parse.tags[t] == ".":
            break
        if parse.words[t] in MARKS:
            break
        if parse.tags[t] not in VERB_TAGS and not (
            parse.tags[t] == "NNS" and t > first and parse.tags[t - 1] in ("NNP", "PRP")
        ):
            continue
        cue = verbs.get(parse.words[t]) or _put_it(parse, t)
        if cue is None or not cue.frames & {"c", "q"}:
            if parse.deps[t] in ("relcl", "acl", "advcl", "aux", "auxpass", "amod", "compound"):
                continue
            break
        if parse.deps[t] in ("relcl", "acl", "advcl") and t - first > 1:
            continue
        subject = subject_of(parse, t)
        if subject is not None and subject[0] < first < subject[1]:
            # The parse has hung a mark on it.
            subject = (first, subject[1])
        if subject is None or subject[0] < first:
            subject = _nearby_subject(parse, first, t, limit)
        if subject is None or not _may_say(parse, cue, subject):
            break
        if min(subject[0], t) - first > 2:
            break
        return Candidate([(q.start, q.end)], [t], subject, cue.kind, "after")
    return None


def _signed(parse: Parse, q: _Quoted) -> Candidate | None:
    """Read the signature of a quotation: “...” - Ann Miller, at the end of its line or on the next one."""
    dash = _SIGNATURE.match(parse.text, q.region.end)
    if dash is None or not _starts_clause(parse, q):
        return None
    first = bisect_left(parse.idx, dash.end())
    if first >= parse.size:
        return None
    speaker = parse.trim((first, parse.paragraphs[parse.paragraph_of[first]][1]))
    if (
        speaker is None
        or speaker[1] - speaker[0] > 15
        or parse.tags[speaker[0]] not in ("NNP", "NNPS")
        or any(parse.tags[t] in ("VBD", "VBZ", "VBP") for t in range(*speaker))
    ):
        return None
    comma = next((t for t in range(*speaker) if parse.words[t] == ","), speaker[1])
    return Candidate([(q.start, q.end)], [first - 1], (speaker[0], comma), "speech", "signed")


def _within(parse: Parse, q: _Quoted) -> Candidate | None:
    """The reporting verb that governs marks from further off: "warned them against “any haste”"."""
    if is_title(parse, (q.start, q.end)):
        return None
    verbs = cues.verbs()
    at = q.start
    for t in range(q.start, q.end):
        if not q.start <= parse.heads[t] < q.end:
            at = t
            break
    for _ in range(8):
        above = parse.heads[at]
        if above == at or parse.paragraph_of[above] != parse.paragraph_of[at]:
            return None
        cue = verbs.get(parse.words[above])
        if (
            cue is not None
            and parse.tags[above] in VERB_TAGS
            and cue.kind == "speech"
            and parse.deps[at] != "nsubj"
        ):
            subject = subject_of(parse, above)
            if subject is None or not (subject[1] <= q.start or q.end <= subject[0]):
                return None
            return clean_candidate(
                parse, [parse.subtree(at), (q.start, q.end)], [above], subject, cue.kind, "within", at=above
            )
        at = above
    return None


def _floating(
    parse: Parse, q: _Quoted, before: _Quoted | None, said: dict[int, Candidate]
) -> Candidate | None:
    """A quotation without a cue: whole sentences in marks, said by whom the text was just about.

    Where the sentence before reports speech (`said`, by sentence), the marks go on with that.
    """
    text = parse.text
    if q.end - q.start < 4 or not any(c in ".!?" for c in text[q.region.inner_end - 1 : q.region.end + 1]):
        return None
    paragraph = parse.paragraph_of[q.start]
    t = q.start - 1
    start = parse.paragraphs[paragraph][0]
    while t >= start and parse.is_empty[t] and parse.words[t] not in SENTENCE_END:
        t -= 1
    if t >= start and parse.words[t] not in SENTENCE_END:
        return None
    if not text[q.region.inner_start : q.region.inner_end].lstrip("[( ")[:1].isupper():
        return None
    last = t if t >= start else start - 1
    while last >= 0 and parse.is_empty[last]:
        last -= 1
    if last < 0 or paragraph - parse.paragraph_of[last] > 1:
        return None
    sentence = parse.tree.sentence_of[last]
    if sentence in said:
        return said[sentence]
    speaker = None
    if t > start:
        speaker = _person_of(parse, sentence)
    if (
        speaker is None
        and before is not None
        and before.owner is not None
        and paragraph - parse.paragraph_of[before.start] <= 1
    ):
        speaker = before.owner.speaker
    if speaker is None:
        return None
    return Candidate([(q.start, q.end)], [], speaker, "speech", "floating")


def _person_of(parse: Parse, sentence: int) -> Range | None:
    """The person that a sentence is about: its subject."""
    for i in range(*parse.tree.sentences[sentence]):
        if parse.deps[i] == "ROOT":
            subject = kid(parse, i, "nsubj")
            if subject is not None and (
                parse.tree.ents[subject] == "PERSON" or parse.words[subject] in ("he", "she")
            ):
                return noun_phrase(parse, subject)
    return None


def _put_it(parse: Parse, t: int) -> cues.Cue | None:
    """Read "put it" as a cue ("as she put it: “...”")."""
    is_idiom = parse.words[t] in ("put", "puts", "putting") and parse.words[t + 1 : t + 2] in (
        ["it"],
        ["this"],
    )
    return cues.Cue("put", "speech", frozenset("q")) if is_idiom else None


def _may_say(parse: Parse, cue: cues.Cue, subject: Range) -> bool:
    """Persons do not read a quotation, letters do."""
    return "d" not in cue.frames or not any(
        parse.tree.ents[t] == "PERSON" or parse.tags[t] == "PRP" for t in range(*subject)
    )


def _nearby_subject(parse: Parse, first: int, verb: int, limit: int) -> Range | None:
    """The noun phrase beside a reporting verb where the parse has no subject for it."""
    if verb - first <= 1:
        for t in range(verb + 1, min(limit, verb + 8)):
            if parse.tags[t] in NOUN_TAGS and parse.deps[t] not in ("compound", "nmod", "amod", "poss"):
                span = noun_phrase(parse, t)
                if span is not None and span[0] > verb:
                    return span
                return (verb + 1, t + 1)
            if parse.tags[t] == "PRP":
                return (t, t + 1)
        return None
    for t in range(verb - 1, first - 1, -1):
        if parse.tags[t] in NOUN_TAGS or parse.tags[t] == "PRP":
            return parse.trim((first, t + 1))
    return None


def _cue_before(parse: Parse, q: _Quoted) -> Candidate | None:
    """Ann said: “...”; Ann told the court, “...”; Ann: “...”."""
    verbs = cues.verbs()
    at = q.start - 1
    while at >= 0 and (parse.words[at] in MARKS or parse.words[at].isspace()):
        at -= 1
    if at < 0:
        return None
    colon = parse.words[at] == ":"
    start = parse.paragraphs[parse.paragraph_of[at]][0]
    if parse.paragraph_of[at] != parse.paragraph_of[q.start] and not colon:
        return None
    if not colon and parse.words[at] != "," and parse.words[at] not in _DASHES:
        cue = verbs.get(parse.words[at])
        if cue is None or not cue.frames & {"c", "q"} or parse.tags[at] not in VERB_TAGS:
            return None
        subject = subject_of(parse, at)
        if (
            subject is None
            or subject[0] >= q.start
            or is_title(parse, (q.start, q.end))
            or not _may_say(parse, cue, subject)
        ):
            return None
        return Candidate([(q.start, q.end)], [at], subject, cue.kind, "before")
    for t in range(at - 1, max(start, at - 25) - 1, -1):
        if parse.words[t] in SENTENCE_END and parse.tags[t] == ".":
            break
        if parse.words[t] in MARKS:
            break
        cue = verbs.get(parse.words[t]) or _put_it(parse, t)
        if cue is None or parse.tags[t] not in VERB_TAGS or parse.deps[t] in ("relcl", "amod"):
            continue
        if not cue.frames & ({"c", "q", "o"} if colon else {"c", "q"}):
            continue
        subject = subject_of(parse, t)
        if subject is not None and subject[1] <= q.start and _may_say(parse, cue, subject):
            return Candidate([(q.start, q.end)], [t], subject, cue.kind, "before")
    if colon:
        speaker = _name_before(parse, at, start)
        if speaker is not None:
            return Candidate([(q.start, q.end)], [at], speaker, "speech", "colon")
    return None


def _name_before(parse: Parse, colon: int, start: int) -> Range | None:
    """The noun phrase that ends just before a colon."""
    t = colon - 1
    if t < start or parse.tags[t] not in NOUN_TAGS:
        return None
    first, _ = parse.subtree(t)
    while t != parse.heads[t] and parse.heads[t] < t and parse.tags[parse.heads[t]] in NOUN_TAGS:
        t = parse.heads[t]
        first = parse.subtree(t)[0]
    return parse.trim((max(first, start), colon))
