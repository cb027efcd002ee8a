"""Rules that find who said what in a parsed document: content, cue and speaker, from words and dependencies.

One pass over the tokens looks up reporting verbs, nouns, adjectives and "according to" (`cues.py`), and reads
content and speaker off the dependency tree; a second over the regions in quotation marks (`regions.py`)
widens contents to the marks, gives marks without content a cue that stands beside them, and joins what a cue
interrupts. What comes out knows nothing of entities: see `speakers.py`.

After the observations on PolNeAR (Newell et al. 2018) and those of Krestel et al. (2008) on reported speech
in news.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spacy.attrs import DEP, ENT_TYPE, HEAD, IS_PUNCT, IS_SPACE, LOWER, TAG  # type: ignore[attr-defined]
from spacy.strings import get_string_id
from spacy.tokens import Doc

from pipeline.components import cues
from pipeline.components.regions import Region, paragraphs

Range = tuple[int, int]


def _ids(text: str) -> frozenset[int]:
    return frozenset(get_string_id(word) for word in text.split())


_VERB_TAGS = _ids("VB VBD VBG VBN VBP VBZ")
_NOUN_TAGS = _ids("NN NNS NNP NNPS")
_CCOMP, _XCOMP, _DOBJ, _PREP, _POBJ, _PCOMP, _OPRD, _ACOMP = map(
    get_string_id, ("ccomp", "xcomp", "dobj", "prep", "pobj", "pcomp", "oprd", "acomp")
)
_NSUBJ, _NSUBJPASS, _AUX, _AUXPASS, _AGENT, _NEG, _PRT, _MARK = map(
    get_string_id, ("nsubj", "nsubjpass", "aux", "auxpass", "agent", "neg", "prt", "mark")
)
_CONJ, _ADVCL, _ACL, _RELCL, _PARATAXIS, _POSS, _DEP = map(
    get_string_id, ("conj", "advcl", "acl", "relcl", "parataxis", "poss", "dep")
)
_VBG, _VBN, _TO = map(get_string_id, ("VBG", "VBN", "TO"))
_ACCORDING, _TO_WORD, _BY, _FROM = map(get_string_id, ("according", "to", "by", "from"))
_BE_FORMS = _ids(
    "be is are was were been being 's 're 'm ’s ’re ’m am feel feels felt seem seems seemed"
    " remain remains remained sounds sounded"
)
_TIMES = _ids("DATE TIME")
_OBJECT_PREPOSITIONS = _ids("as of for to with against on about over from by at in than")
_NOUN_PREPOSITIONS = _ids("of for about on against to")
_NO_SPEAKER = _ids("it there this that which what")


@dataclass(slots=True)
class Candidate:
    """A quotation in the making; ranges are token ranges, ends exclusive."""

    content: list[Range]
    cue: list[int]
    speaker: Range | None
    kind: str  # of the cue: speech, thought, show
    rule: str
    score: float = 0.5
    regions: list[int] = field(default_factory=list)


class Parse:
    """The attributes of a document's tokens as lists, taken once."""

    def __init__(self, doc: Doc) -> None:
        array = doc.to_array([HEAD, DEP, TAG, LOWER, ENT_TYPE, IS_PUNCT, IS_SPACE])
        columns = [column.tolist() for column in array.T] if len(doc) else [[]] * 7
        heads, self.dep, self.tag, self.lower, self.entity, punct, space = columns
        self.doc = doc
        self.n = len(doc)
        self.head = [i + (h if h < 1 << 63 else h - (1 << 64)) for i, h in enumerate(heads)]
        self.kids: list[list[int]] = [[] for _ in range(self.n)]
        for i, h in enumerate(self.head):
            if h != i:
                self.kids[h].append(i)
        self.is_empty = [bool(p or s) for p, s in zip(punct, space, strict=True)]
        self.idx = [token.idx for token in doc]

    def subtree(self, i: int) -> Range:
        """The range from the left to the right edge of a token's subtree."""
        token = self.doc[i]
        return token.left_edge.i, token.right_edge.i + 1

    def kid(self, i: int, dep: int) -> int | None:
        """The first child with that relation."""
        dependency = self.dep
        for k in self.kids[i]:
            if dependency[k] == dep:
                return k
        return None

    def trim(self, span: Range) -> Range | None:
        """The range without punctuation and blanks at its ends; None if nothing is left."""
        start, end = span
        empty = self.is_empty
        while start < end and empty[start]:
            start += 1
        while end > start and empty[end - 1]:
            end -= 1
        return (start, end) if end > start else None


def find_attributions(doc: Doc, regions: Sequence[Region]) -> list[Candidate]:
    """Find the quotations of a document by rules.

    Args:
        doc: tagged and parsed; without a parse, only what stands in quotation marks can be found.
        regions: of its text, from `find_regions`.

    Returns:
        Candidates in order of their content's start; nested ones included.
    """
    parse = Parse(doc)
    if not parse.n:
        return []
    found = list(_from_cues(parse))
    found = _with_regions(parse, regions, found)
    found = _without_doubles(parse, found)
    found.sort(key=lambda c: (c.content[0][0], -c.content[-1][1]))
    return found


# --- cues -----------------------------------------------------------------------------------------------


def _from_cues(parse: Parse) -> Iterable[Candidate]:
    verbs, nouns, adjectives = cues.verbs(), cues.nouns(), cues.adjectives()
    lower, tag = parse.lower, parse.tag
    for i in range(parse.n):
        word = lower[i]
        if word in verbs and tag[i] in _VERB_TAGS:
            candidate = _from_verb(parse, i, verbs[word])
        elif word in nouns and tag[i] in _NOUN_TAGS:
            candidate = _from_noun(parse, i, nouns[word])
        elif word == _ACCORDING:
            candidate = _from_according(parse, i)
        elif word in adjectives:
            candidate = _from_adjective(parse, i, adjectives[word])
        else:
            continue
        if candidate is not None:
            yield candidate


def _from_verb(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    kids, dep = parse.kids[i], parse.dep
    frames = cue.frames
    passive = any(dep[k] == _AUXPASS for k in kids) or (parse.tag[i] == _VBN and dep[i] in (_ACL, _ADVCL))
    content: list[Range] = []
    words = [k for k in kids if dep[k] in (_AUX, _AUXPASS, _NEG, _PRT) and abs(k - i) < 4] + [i]
    rule = ""
    dobj = parse.kid(i, _DOBJ)
    for k in kids:
        d = dep[k]
        if d == _CCOMP and (frames & {"c", "x"}):
            content.append(parse.subtree(k))
            rule = "clause"
        elif d == _XCOMP and (
            "i" in frames
            or (parse.tag[k] == _VBG and frames & {"c", "o"})
            or ("x" in frames and (dobj is not None or passive))
        ):
            content.append(parse.subtree(k))
            rule = rule or "infinitive"
        elif d == _XCOMP and "e" in frames:
            content.append(parse.subtree(k))
            rule = rule or "seem"
        elif (d == _DOBJ and (frames & {"o", "x"}) and "a" not in frames and not passive) or (
            d == _OPRD and "x" in frames
        ):
            content.append(parse.subtree(k))
            rule = rule or "object"
        elif d == _PREP and parse.lower[k] in cue.prepositions:
            inner = [j for j in parse.kids[k] if dep[j] in (_POBJ, _PCOMP)]
            if inner:
                content.append((k + 1, parse.subtree(k)[1]))
                words.append(k)
                rule = rule or "preposition"
    if rule == "object":
        for k in kids:
            if (
                "x" in frames
                and dep[k] == _PREP
                and k > i
                and parse.lower[k] in _OBJECT_PREPOSITIONS
                and not _is_when(parse, k)
            ):
                content.append(parse.subtree(k))
    subject = _subject(parse, i)
    if not content and "c" in frames and dep[i] in (_PARATAXIS, _CCOMP, _ADVCL, _RELCL, _CONJ) and subject:
        content, rule = _parenthetical(parse, i)
    if passive and (frames & {"o", "x"}):
        theme = parse.kid(i, _NSUBJPASS)
        if theme is not None and parse.lower[theme] not in _NO_SPEAKER and rule != "clause":
            content.insert(0, parse.subtree(theme))
            rule = "passive"
        subject = None
    elif passive:
        subject = None
    if passive:
        subject = _agent(parse, i)
    if not content:
        return None
    if rule == "seem":
        theme = parse.kid(i, _NSUBJ)
        if theme is not None:
            content.insert(0, parse.subtree(theme))
        subject = None
    ranges = _ranges(parse, content, without=[*words])
    if not ranges:
        return None
    return Candidate(ranges, sorted(words), subject, cue.kind, rule)


def _is_when(parse: Parse, k: int) -> bool:
    """Tell whether a preposition brings a time: it belongs to the saying, not to what is said."""
    pobj = parse.kid(k, _POBJ)
    return pobj is not None and parse.entity[pobj] in _TIMES


def _parenthetical(parse: Parse, i: int) -> tuple[list[Range], str]:
    """The content of a reporting clause set into another: "Sales, he said, were great"."""
    if parse.dep[i] != _PARATAXIS:
        return [], ""
    start, end = parse.subtree(parse.head[i])
    inner_start, inner_end = parse.subtree(i)
    return [(start, inner_start), (inner_end, end)], "parenthetical"


def _agent(parse: Parse, i: int) -> Range | None:
    agent = parse.kid(i, _AGENT)
    if agent is None:
        return None
    pobj = parse.kid(agent, _POBJ)
    return _noun_phrase(parse, pobj) if pobj is not None else None


def _subject(parse: Parse, i: int, depth: int = 0) -> Range | None:
    """The noun phrase that the verb `i` is said of; a participle or conjunct takes it from the verb above."""
    if depth > 6:
        return None
    dep = parse.dep
    for k in parse.kids[i]:
        if dep[k] == _NSUBJ:
            return _noun_phrase(parse, k)
    if any(dep[k] == _NSUBJPASS for k in parse.kids[i]):
        if depth:
            theme = parse.kid(i, _NSUBJPASS)
            return _noun_phrase(parse, theme) if theme is not None else None
        return None
    head = parse.head[i]
    if head == i:
        return None
    if dep[i] in (_ACL, _RELCL) and parse.tag[head] in _NOUN_TAGS:
        return _noun_phrase(parse, head, before=i)
    if dep[i] in (_CONJ, _XCOMP, _ADVCL, _PCOMP, _PREP, _CCOMP, _AUX):
        above = head
        while above != parse.head[above] and parse.tag[above] not in _VERB_TAGS:
            if parse.tag[above] in _NOUN_TAGS and dep[i] == _CONJ:
                return None
            above = parse.head[above]
        if above == i:
            return None
        if dep[i] == _XCOMP:
            dobj = parse.kid(above, _DOBJ)
            if dobj is not None and dobj < i:
                return _noun_phrase(parse, dobj)
        return _subject(parse, above, depth + 1)
    return None


def _noun_phrase(parse: Parse, i: int, before: int | None = None) -> Range | None:
    """A noun with what belongs to it: modifiers and short appositions, no relative clause."""
    start, end = parse.subtree(i)
    if before is not None:
        end = min(end, before)
    for k in parse.kids[i]:
        if k > i and parse.dep[k] in (_RELCL, _ACL, _ADVCL, _CCOMP, _PARATAXIS, _DEP):
            end = min(end, parse.subtree(k)[0])
    return parse.trim((start, end)) if end > i else (i, i + 1)


def _from_noun(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    dep = parse.dep
    content: list[Range] = []
    words = [i]
    speaker: Range | None = None
    for k in parse.kids[i]:
        d = dep[k]
        if d == _POSS:
            speaker = _possessor(parse, k)
        elif k < i:
            continue
        elif (
            d == _ACL
            and parse.tag[k] != _VBN
            and (parse.kid(k, _MARK) is not None or any(parse.tag[j] == _TO for j in parse.kids[k]))
        ) or d == _CCOMP:
            content.append(parse.subtree(k))
        elif d == _PREP and parse.lower[k] in (_BY, _FROM):
            pobj = parse.kid(k, _POBJ)
            if pobj is not None:
                speaker = _noun_phrase(parse, pobj)
    if speaker is not None and not content:
        for k in parse.kids[i]:
            if k > i and dep[k] == _PREP and parse.lower[k] in _NOUN_PREPOSITIONS:
                content.append((k + 1, parse.subtree(k)[1]))
                words.append(k)
                break
    if not content:
        return None
    if speaker is None:
        verb = parse.head[i]
        if dep[i] == _DOBJ and parse.tag[verb] in _VERB_TAGS:
            speaker = _subject(parse, verb)
            words.append(verb)
    ranges = _ranges(parse, content, without=words)
    if not ranges:
        return None
    return Candidate(ranges, sorted(words), speaker, cue.kind, "noun")


def _possessor(parse: Parse, k: int) -> Range | None:
    start, end = parse.subtree(k)
    return parse.trim((start, end))


def _from_according(parse: Parse, i: int) -> Candidate | None:
    """ "According to" and what it belongs to."""
    if i + 1 >= parse.n or parse.lower[i + 1] != _TO_WORD:
        return None
    to = i + 1
    pobj = parse.kid(to, _POBJ)
    if pobj is None:
        pobj = parse.kid(i, _POBJ)
    if pobj is None or pobj < i:
        return None
    speaker = _noun_phrase(parse, pobj)
    end = parse.subtree(pobj)[1]
    head = parse.head[i]
    while parse.tag[head] not in _VERB_TAGS and parse.head[head] != head:
        head = parse.head[head]
    sent = parse.doc[i].sent
    start_, end_ = parse.subtree(head)
    start_, end_ = max(start_, sent.start), min(end_, sent.end)
    pieces = [(start_, i)] if head < i else [(start_, i), (end, end_)]
    ranges = _ranges(parse, pieces, without=[i, to])
    if not ranges:
        return None
    return Candidate(ranges, [i, to], speaker, "speech", "according", 0.9)


def _from_adjective(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    verb = parse.head[i]
    if parse.dep[i] != _ACOMP or parse.lower[verb] not in _BE_FORMS:
        return None
    content = [
        parse.subtree(k)
        for k in [*parse.kids[i], *parse.kids[verb]]
        if k > i and parse.dep[k] in (_CCOMP, _XCOMP)
    ]
    subject = _subject(parse, verb)
    if not content or subject is None or parse.lower[subject[0]] in _NO_SPEAKER:
        return None
    ranges = _ranges(parse, content, without=[i, verb])
    return Candidate(ranges, sorted({verb, i}), subject, cue.kind, "adjective") if ranges else None


def _ranges(parse: Parse, spans: Iterable[Range], *, without: Iterable[int] = ()) -> list[Range]:
    """Sort, cut out the tokens of `without`, trim and join."""
    pieces: list[Range] = []
    cut = sorted(without)
    for start, end in sorted(spans):
        at = start
        for token in cut:
            if at <= token < end:
                pieces.append((at, token))
                at = token + 1
        pieces.append((at, end))
    trimmed = sorted(piece for span in pieces if (piece := parse.trim(span)) is not None)
    joined: list[Range] = []
    for start, end in trimmed:
        if joined and (start <= joined[-1][1] or all(parse.is_empty[joined[-1][1] : start])):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


# --- regions --------------------------------------------------------------------------------------------


def _with_regions(parse: Parse, regions: Sequence[Region], found: list[Candidate]) -> list[Candidate]:
    """Widen contents to the quotation marks around them, and give the other marks a cue of their own."""
    tokens: list[Range | None] = []
    for region in regions:
        start = bisect_left(parse.idx, region.inner_start)
        end = bisect_left(parse.idx, region.inner_end)
        tokens.append(parse.trim((start, end)) if region.depth == 0 else None)
    spans = [(s, k) for k, s in enumerate(tokens) if s is not None]
    if not spans:
        return found
    starts = [s[0] for s, _ in spans]

    def region_of(token: int) -> int | None:
        """The number of the region that a token stands in."""
        at = bisect_right(starts, token) - 1
        if at >= 0 and token < spans[at][0][1]:
            return at
        return None

    owner: dict[int, Candidate] = {}
    candidate: Candidate | None
    nested: list[Candidate] = []
    outer: list[Candidate] = []
    for candidate in found:
        if region_of(candidate.cue[-1]) is not None:
            nested.append(candidate)
            continue
        outer.append(candidate)
    # The tightest candidate owns a region: of "X said Y called it “a farce”", the call.
    for candidate in sorted(outer, key=_length, reverse=True):
        for start, end in candidate.content:
            at = max(0, bisect_right(starts, start) - 1)
            while at < len(spans) and spans[at][0][0] < end:
                if spans[at][0][1] > start:
                    owner[at] = candidate
                at += 1
    for at, candidate in owner.items():
        candidate.regions.append(at)
        candidate.content = _ranges(parse, [*candidate.content, spans[at][0]], without=candidate.cue)
    added: list[Candidate] = []
    paragraph_ends = [end for _, end in paragraphs(parse.doc.text)]
    paragraph = [bisect_left(paragraph_ends, parse.idx[s[0]] + 1) for s, _ in spans]
    previous: Candidate | None = None
    for at, (span, number) in enumerate(spans):
        candidate = owner.get(at)
        if candidate is None:
            candidate = _beside(parse, span)
            if candidate is not None:
                twin = next(
                    (
                        c
                        for c in [*outer, *added]
                        if c.cue == candidate.cue and c.rule in ("clause", "beside")
                    ),
                    None,
                )
                if twin is not None:
                    twin.content = _ranges(parse, [*twin.content, span])
                    candidate = twin
                else:
                    added.append(candidate)
        if candidate is None and previous is not None and at and _is_utterance(parse, span):
            gap = range(spans[at - 1][0][1], span[0])
            near = (
                paragraph[at] == paragraph[at - 1]
                or regions[number].continues
                or (paragraph[at] == paragraph[at - 1] + 1 and _starts_paragraph(parse, span))
            )
            speech = [t for t in gap if not parse.is_empty[t]]
            limit = 25 if regions[number].continues else 14 if paragraph[at] == paragraph[at - 1] else 0
            if near and (
                len(speech) < limit or all(t in previous.cue or _in(t, previous.speaker) for t in speech)
            ):
                previous.content = _ranges(parse, [*previous.content, span])
                candidate = previous
        previous = candidate
        if candidate is not None:
            candidate.regions.append(at)
    return outer + added + nested


def _in(token: int, span: Range | None) -> bool:
    return span is not None and span[0] <= token < span[1]


def _starts_paragraph(parse: Parse, span: Range) -> bool:
    before = span[0] - 1
    while before >= 0 and parse.is_empty[before]:
        if "\n" in parse.doc[before].text_with_ws:
            return True
        before -= 1
    return before < 0


def _length(candidate: Candidate) -> int:
    return sum(end - start for start, end in candidate.content)


def _is_utterance(parse: Parse, span: Range) -> bool:
    """Tell a stretch that somebody says from a title, a nickname or scare quotes."""
    if span[1] - span[0] > 5:
        return True
    after = parse.doc[span[1] - 1 : min(span[1] + 1, parse.n)].text
    return any(c in after for c in ",.!?") and any(parse.tag[t] in _VERB_TAGS for t in range(*span))


def _beside(parse: Parse, span: Range) -> Candidate | None:
    """A quotation whose cue stands just after or just before the marks."""
    verbs = cues.verbs()
    start, end = span
    # After: “...,” she said / said Smith / Smith, a doctor, said
    limit = min(parse.n, end + 30)
    for t in range(end, limit):
        if "\n" in parse.doc[t].text:
            break
        if t > end + 2 and parse.doc[t].is_sent_start and parse.doc[t - 1].text in {".", "!", "?"}:
            break
        cue = verbs.get(parse.lower[t])
        if cue is not None and parse.tag[t] in _VERB_TAGS and cue.frames & {"c", "q"}:
            subject = _subject(parse, t)
            if subject is not None and subject[0] >= end:
                return Candidate([span], [t], subject, cue.kind, "beside", 0.9)
            break
    # Before: Smith said: “...”; Smith, who is 40, told reporters, “...”
    for t in range(start - 1, max(-1, start - 25), -1):
        if "\n" in parse.doc[t].text:
            break
        if t < start - 2 and parse.doc[t].text in {".", "!", "?"}:
            break
        cue = verbs.get(parse.lower[t])
        if cue is not None and parse.tag[t] in _VERB_TAGS and cue.frames & {"c", "q", "o", "x"}:
            subject = _subject(parse, t)
            if subject is not None and subject[1] <= start:
                return Candidate([span], [t], subject, cue.kind, "beside", 0.8)
    return None


def _without_doubles(parse: Parse, found: list[Candidate]) -> list[Candidate]:
    """Of two candidates with the same content keep the first."""
    seen: set[tuple[Range, ...]] = set()
    kept = []
    for candidate in found:
        key = tuple(candidate.content)
        if key and key not in seen:
            seen.add(key)
            kept.append(candidate)
    return kept
