"""Rules that find who said what in a parsed document: content, cue and speaker, from words and dependencies.

One pass over the tokens looks up reporting verbs, nouns, adjectives and "according to" (`cues.py`), and reads
content and speaker off the dependency tree; a second over the regions in quotation marks (`regions.py`)
widens contents to the marks, gives marks without content a cue that stands beside them, and joins what a cue
interrupts. What comes out knows nothing of entities: see `speakers.py`.

After the observations on PolNeAR (Newell et al. 2018) and those of Krestel et al. (2008) on reported speech
in news.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.components import cues
from pipeline.components.regions import Region, paragraphs
from pipeline.components.tree import Tree, read_tree
from pipeline.lexicons import words

Range = tuple[int, int]

_VERB_TAGS = frozenset(["VB", "VBD", "VBG", "VBN", "VBP", "VBZ"])
_FINITE_TAGS = frozenset(["VBD", "VBP", "VBZ", "VBN"])
_NOUN_TAGS = frozenset(["NN", "NNS", "NNP", "NNPS"])
_PUNCTUATION = frozenset(".,;:!?…\"“”„‟«»‘’'`()[]{}-–—―/*•_|~<>=\\")
_DASHES = frozenset(("-", "--", "–", "—", "―"))
_SIGNATURE = re.compile(r"[.,]?\s*(?:--|[-–—―])\s*(?=[^\W\d])")
_SENTENCE_END = frozenset(".!?…")
_MARKS = frozenset(("“", "”", '"', "„", "«", "»", "``", "''", "'", "`"))
_COPULAS = words("copulas")
_OBJECT_PREPOSITIONS = frozenset(
    ("as", "of", "for", "to", "with", "against", "on", "about", "over", "from", "by", "at", "in", "than")
)
_JUDGEMENT_PREPOSITIONS = frozenset(("as", "for", "of", "over"))
_NOUN_PREPOSITIONS = frozenset(("of", "for", "about", "on", "against", "to"))
_NO_SPEAKER = frozenset(["it", "there", "this", "that", "which", "what"])
_TIMES = frozenset(("DATE", "TIME"))
_CLAUSAL = frozenset(("relcl", "acl", "advcl", "ccomp", "parataxis", "dep"))
_ABOVE = frozenset(["conj", "xcomp", "advcl", "pcomp", "prep", "ccomp", "aux"])


# Share of what a rule finds that is right (PolNeAR train, content and speaker).
_PRECISION = {
    "according": 0.72,
    "adjective": 0.56,
    "after": 0.81,
    "before": 0.67,
    "block": 0.5,
    "clause": 0.82,
    "colon": 0.57,
    "floating": 0.48,
    "infinitive": 0.54,
    "noun": 0.3,
    "object": 0.55,
    "parenthetical": 0.74,
    "passive": 0.44,
    "preposition": 0.52,
    "seem": 0.48,
    "signed": 0.8,
    "within": 0.49,
}


@dataclass(slots=True)
class Candidate:
    """A quotation in the making; ranges are token ranges, ends exclusive.

    Attributes:
        content: its ranges, sorted, apart.
        cue: its tokens.
        speaker: None where the text gives none.
        kind: of the cue: speech, thought, show.
        rule: that found it.
        score: 0..1; what the rule usually achieves unless given.
    """

    content: list[Range]
    cue: list[int]
    speaker: Range | None
    kind: str
    rule: str
    score: float = -1.0

    def __post_init__(self) -> None:
        if self.score < 0:
            self.score = _PRECISION[self.rule]


class Parse:
    """A document as the rules see it: its tree, its paragraphs, which tokens are punctuation or blank."""

    def __init__(self, doc: Doc) -> None:
        self.tree: Tree = read_tree(doc)
        self.words, self.tags, self.deps = self.tree.words, self.tree.tags, self.tree.deps
        self.heads, self.kids = self.tree.heads, self.tree.children
        self.size = len(self.words)
        self.doc = doc
        self.text = doc.text
        self.idx = [token.idx for token in doc]
        self.is_empty = [
            word.isspace() or (word[0] in _PUNCTUATION and not any(c.isalnum() for c in word))
            for word in self.words
        ]
        self.paragraphs: list[Range] = []
        self.paragraph_of = [0] * self.size
        for number, (start, end) in enumerate(paragraphs(self.text)):
            first, last = bisect_left(self.idx, start), bisect_left(self.idx, end)
            self.paragraphs.append((first, last))
            self.paragraph_of[first:last] = [number] * (last - first)

    def subtree(self, i: int) -> Range:
        """The range from the left to the right edge of a token's subtree."""
        return self.tree.first[i], self.tree.last[i] + 1

    def trim(self, span: Range) -> Range | None:
        """The range without punctuation and blanks at its ends; None if nothing is left."""
        start, end = span
        empty = self.is_empty
        while start < end and empty[start]:
            start += 1
        while end > start and empty[end - 1]:
            end -= 1
        return (start, end) if end > start else None

    def line_ends(self, paragraph: int) -> int:
        """How many line ends part a paragraph from the one before it."""
        start, end = self.paragraphs[paragraph - 1][1], self.paragraphs[paragraph][0]
        return sum(word.count("\n") for word in self.words[start:end])

    def clip(self, span: Range, at: int) -> Range:
        """The part of a range that lies in the paragraph of the token `at`."""
        start, end = self.paragraphs[self.paragraph_of[at]]
        return max(span[0], start), min(span[1], end)


def find_attributions(parse: Parse, regions: Sequence[Region]) -> list[Candidate]:
    """Find the quotations of a document by rules.

    Args:
        parse: of the document; where it has no dependencies, hardly anything can be found.
        regions: of its text, from `find_regions`.

    Returns:
        Candidates in order of their content's start; nested ones included.
    """
    found = [*_from_cues(parse), *_from_colons(parse), *_from_blocks(parse)]
    found = _with_regions(parse, regions, found)
    found = _without_doubles(found)
    found.sort(key=lambda c: (c.content[0][0], -c.content[-1][1]))
    return found


# --- cues -----------------------------------------------------------------------------------------------


def kind_of_cue(parse: Parse, cue: Sequence[int]) -> str:
    """Tell saying from thinking and showing by the last reporting word of a cue.

    A cue without one ("voted for", "made no secret of") shows a stance; no cue at all, or a mark, is speech.
    """
    verbs, others = cues.verbs(), {**cues.nouns(), **cues.adjectives()}
    for table, wanted in ((verbs, True), (others, False)):
        for t in reversed(cue):
            known = table.get(parse.words[t])
            if known is not None and (parse.tags[t] in _VERB_TAGS) == wanted:
                return known.kind
    if not cue or any(parse.words[t] == "according" or parse.is_empty[t] for t in cue):
        return "speech"
    return "thought"


def _from_cues(parse: Parse) -> Iterator[Candidate]:
    verbs, nouns, adjectives = cues.verbs(), cues.nouns(), cues.adjectives()
    tags = parse.tags
    for i, word in enumerate(parse.words):
        if word in verbs and tags[i] in _VERB_TAGS:
            candidate = _from_verb(parse, i, verbs[word])
        elif word in nouns and tags[i] in _NOUN_TAGS:
            candidate = _from_noun(parse, i, nouns[word])
        elif word == "according":
            candidate = _from_according(parse, i)
        elif word in adjectives:
            candidate = _from_adjective(parse, i, adjectives[word])
        else:
            continue
        if candidate is not None:
            yield candidate


def _from_verb(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    kids, deps, tags = parse.kids[i], parse.deps, parse.tags
    frames = cue.frames
    passive = any(deps[k] == "auxpass" for k in kids) or (tags[i] == "VBN" and deps[i] in ("acl", "advcl"))
    content: list[Range] = []
    cue_words = [i, *(k for k in kids if deps[k] in ("aux", "auxpass", "neg", "prt") and abs(k - i) < 4)]
    rule = ""
    has_object = any(deps[k] == "dobj" for k in kids)
    for k in kids:
        dep = deps[k]
        if dep == "ccomp" and frames & {"c", "x"}:
            content.append(parse.subtree(k))
            rule = "clause"
        elif dep == "xcomp" and (
            "i" in frames
            or (tags[k] == "VBG" and frames & {"c", "o"})
            or ("x" in frames and (has_object or passive))
        ):
            content.append(parse.subtree(k))
            rule = rule or "infinitive"
        elif dep == "xcomp" and "e" in frames:
            content.append(parse.subtree(k))
            rule = rule or "seem"
        elif (dep == "dobj" and frames & {"o", "x"} and "a" not in frames and not passive) or (
            dep == "oprd" and "x" in frames
        ):
            content.append(parse.subtree(k))
            rule = rule or "object"
        elif dep == "prep" and parse.words[k] in cue.prepositions and len(parse.kids[k]):
            content.append((k + 1, parse.subtree(k)[1]))
            cue_words.append(k)
            rule = rule or "preposition"
    if rule == "object":
        wanted = _OBJECT_PREPOSITIONS if "x" in frames else _JUDGEMENT_PREPOSITIONS
        content += [
            parse.subtree(k)
            for k in kids
            if k > i and deps[k] == "prep" and parse.words[k] in wanted and not _is_when(parse, k)
        ]
    subject = _subject(parse, i)
    if not content and "c" in frames and deps[i] == "parataxis" and subject:
        content, rule = _around(parse, i), "parenthetical"
    if passive:
        theme = _kid(parse, i, "nsubjpass")
        if (
            frames & {"o", "x"}
            and theme is not None
            and parse.words[theme] not in _NO_SPEAKER
            and rule != "clause"
        ):
            content.insert(0, parse.subtree(theme))
            rule = "passive"
        subject = _agent(parse, i)
    elif rule == "seem":
        theme = _kid(parse, i, "nsubj")
        if theme is not None:
            content.insert(0, parse.subtree(theme))
        subject = None
    return _candidate(parse, content, cue_words, subject, cue.kind, rule, at=i)


def _candidate(
    parse: Parse,
    content: Iterable[Range],
    cue: Sequence[int],
    speaker: Range | None,
    kind: str,
    rule: str,
    *,
    at: int,
) -> Candidate | None:
    """A candidate with its content cleaned: in the cue's paragraph, without the cue; None if none is left."""
    pieces = [_until_quote_ends(parse, parse.clip(span, at), at) for span in content]
    ranges = join_ranges(parse, pieces, without=cue)
    if not ranges:
        return None
    if speaker is not None:
        speaker = parse.trim(parse.clip(speaker, at))
    return Candidate(ranges, sorted(cue), speaker, kind, rule)


def _until_quote_ends(parse: Parse, span: Range, at: int) -> Range:
    """Cut off what follows a closed quotation of whole sentences: the parse does not see that it ends."""
    start, end = span
    if at < start:
        for t in range(start + 1, end - 1):
            if (
                parse.words[t] in _MARKS
                and parse.words[t - 1] in _SENTENCE_END
                and (parse.doc[t + 1].text[:1].isupper() or parse.is_empty[t + 1])
            ):
                return start, t
    return span


def _kid(parse: Parse, i: int, dep: str) -> int | None:
    return parse.tree.child(i, dep)


def _is_when(parse: Parse, k: int) -> bool:
    """Tell whether a preposition brings a time: it belongs to the saying, not to what is said."""
    pobj = _kid(parse, k, "pobj")
    return pobj is not None and parse.tree.ents[pobj] in _TIMES


def _around(parse: Parse, i: int) -> list[Range]:
    """The content of a reporting clause set into another: "Sales, he said, were great"."""
    start, end = parse.subtree(parse.heads[i])
    inner_start, inner_end = parse.subtree(i)
    return [(start, inner_start), (inner_end, end)]


def _agent(parse: Parse, i: int) -> Range | None:
    agent = _kid(parse, i, "agent")
    pobj = _kid(parse, agent, "pobj") if agent is not None else None
    return _noun_phrase(parse, pobj) if pobj is not None else None


def _subject(parse: Parse, i: int, depth: int = 0) -> Range | None:
    """The noun phrase that the verb `i` is said of; a participle or conjunct has it from the verb above."""
    if depth > 6:
        return None
    deps, tags = parse.deps, parse.tags
    subject = _kid(parse, i, "nsubj")
    if subject is not None:
        return _noun_phrase(parse, subject)
    theme = _kid(parse, i, "nsubjpass")
    if theme is not None:
        return _noun_phrase(parse, theme) if depth else None
    head = parse.heads[i]
    if head == i:
        return None
    if deps[i] in ("acl", "relcl") and tags[head] in _NOUN_TAGS:
        return _noun_phrase(parse, head, before=i)
    if deps[i] not in _ABOVE:
        return None
    above = head
    while above != parse.heads[above] and tags[above] not in _VERB_TAGS:
        if tags[above] in _NOUN_TAGS and deps[i] == "conj":
            return None
        above = parse.heads[above]
    if above == i:
        return None
    if deps[i] == "xcomp":
        dobj = _kid(parse, above, "dobj")
        if dobj is not None and dobj < i:
            return _noun_phrase(parse, dobj)
    return _subject(parse, above, depth + 1)


def _noun_phrase(parse: Parse, i: int, before: int | None = None) -> Range | None:
    """A noun with what belongs to it: modifiers and short appositions, no relative clause."""
    start, end = parse.subtree(i)
    if before is not None:
        end = min(end, before)
    for k in parse.kids[i]:
        if k > i and parse.deps[k] in _CLAUSAL:
            end = min(end, parse.subtree(k)[0])
    return parse.trim(parse.clip((start, end), i)) if end > i else (i, i + 1)


def _from_noun(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    deps, tags = parse.deps, parse.tags
    content: list[Range] = []
    cue_words = [i]
    speaker: Range | None = None
    for k in parse.kids[i]:
        dep = deps[k]
        if dep == "poss":
            speaker = parse.trim(parse.subtree(k))
        elif k < i:
            continue
        elif (
            dep == "ccomp"
            or (
                dep == "acl"
                and tags[k] != "VBN"
                and any(deps[j] == "mark" or tags[j] == "TO" for j in parse.kids[k])
            )
            or (dep == "relcl" and any(deps[j] == "mark" and parse.words[j] == "that" for j in parse.kids[k]))
        ):
            content.append(parse.subtree(k))
        elif dep == "prep" and parse.words[k] in ("by", "from"):
            pobj = _kid(parse, k, "pobj")
            speaker = _noun_phrase(parse, pobj) if pobj is not None else speaker
    if speaker is not None and not content:
        for k in parse.kids[i]:
            if k > i and deps[k] == "prep" and parse.words[k] in _NOUN_PREPOSITIONS:
                content.append((k + 1, parse.subtree(k)[1]))
                cue_words.append(k)
                break
    if not content:
        return None
    verb = parse.heads[i]
    if speaker is None and deps[i] == "dobj" and tags[verb] in _VERB_TAGS:
        speaker = _subject(parse, verb)
        cue_words.append(verb)
    return _candidate(parse, content, cue_words, speaker, cue.kind, "noun", at=i)


def _from_according(parse: Parse, i: int) -> Candidate | None:
    """ "According to" and the clause that it belongs to."""
    to = i + 1
    if to >= parse.size or parse.words[to] != "to":
        return None
    pobj = _kid(parse, to, "pobj")
    if pobj is None:
        pobj = _kid(parse, i, "pobj")
    if pobj is None or pobj < i:
        return None
    end = parse.subtree(pobj)[1]
    head = parse.heads[i]
    while parse.tags[head] not in _VERB_TAGS and parse.heads[head] != head:
        head = parse.heads[head]
    first, last = parse.subtree(head)
    pieces = [(first, i)] if head < i else [(first, i), (end, last)]
    found = _candidate(parse, pieces, [i, to], _noun_phrase(parse, pobj), "speech", "according", at=i)
    return found


def _from_adjective(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    verb = parse.heads[i]
    if parse.deps[i] != "acomp" or parse.words[verb] not in _COPULAS:
        return None
    kids = sorted({*parse.kids[i], *parse.kids[verb]})
    content = [parse.subtree(k) for k in kids if k > i and parse.deps[k] in ("ccomp", "xcomp")]
    subject = _subject(parse, verb)
    if subject is None or parse.words[subject[0]] in _NO_SPEAKER:
        return None
    return _candidate(parse, content, [verb, i], subject, cue.kind, "adjective", at=i)


def _from_colons(parse: Parse) -> Iterator[Candidate]:
    """Headlines and transcripts: "Mayor: We will rebuild the bridge"."""
    sources = cues.sources()
    for number, (start, end) in enumerate(parse.paragraphs):
        colon = next((t for t in range(start, min(end, start + 9)) if parse.words[t] == ":"), None)
        if colon is None or colon == start or colon + 2 > end:
            continue
        name = range(start, colon)
        if any(parse.is_empty[t] and parse.words[t] not in ("-", "(", ")", ".") for t in name):
            continue
        is_named = any(parse.tree.ents[t] in ("PERSON", "ORG") for t in name)
        is_shouted = all(parse.doc[t].text.isupper() or parse.is_empty[t] for t in name)
        last = parse.words[colon - 1]
        if not (is_shouted and number and is_named) and not (number == 0 and (is_named or last in sources)):
            continue
        if any(parse.tags[t] in _FINITE_TAGS for t in name):
            continue
        content = parse.trim((colon + 1, end))
        speaker = parse.trim((start, colon))
        if content is not None and speaker is not None and content[1] - content[0] > 1:
            yield Candidate([content], [colon], speaker, "speech", "colon")


def _from_blocks(parse: Parse) -> Iterator[Candidate]:
    """Block quotations: paragraphs without marks after "the ministry wrote:"."""
    verbs = cues.verbs()
    for number, (start, end) in enumerate(parse.paragraphs[:-1]):
        first, last = parse.paragraphs[number + 1]
        colon = end - 1
        if parse.words[colon] != ":" or parse.words[first] in _MARKS or last - first < 8:
            continue
        for t in range(colon - 1, max(start, colon - 4) - 1, -1):
            cue = verbs.get(parse.words[t])
            if (
                cue is None
                or cue.kind != "speech"
                or not cue.frames & {"c", "q"}
                or parse.tags[t] not in _VERB_TAGS
                or parse.deps[t] in ("relcl", "amod")
            ):
                continue
            # Its paragraphs are parted by line ends, the text around it by blank lines.
            at = number + 2
            while at < len(parse.paragraphs) and parse.line_ends(at) == 1 < parse.line_ends(number + 1):
                last = parse.paragraphs[at][1]
                at += 1
            subject = _subject(parse, t)
            content = parse.trim((first, last))
            if subject is not None and content is not None:
                yield Candidate([content], [t], subject, cue.kind, "block")
            break


def join_ranges(parse: Parse, spans: Iterable[Range], *, without: Iterable[int] = ()) -> list[Range]:
    """Sort ranges, cut out the tokens of `without`, trim, and join what only punctuation parts."""
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


@dataclass(slots=True)
class _Quoted:
    """A region as token range, without its marks."""

    start: int
    end: int
    region: Region
    owner: Candidate | None = None


def _with_regions(parse: Parse, regions: Sequence[Region], found: list[Candidate]) -> list[Candidate]:
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
    if not any(w in _SENTENCE_END for w in between) and here == there and any(w != "," for w in between[:1]):
        return False
    ends = sum(parse.words[t] in _SENTENCE_END for t in range(gap[0], q.start))
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
    while at >= start and (parse.words[at] in _MARKS or parse.words[at].isspace()):
        at -= 1
    if at < start or parse.is_empty[at] or parse.tags[at] in ("CC", "UH"):
        return True
    return q.end - q.start > 7 and parse.doc[q.start].text[0].isupper()


def _is_title(parse: Parse, q: _Quoted) -> bool:
    """Tell the title of a book or song: every longer word begins with a capital."""
    longer = [t for t in range(q.start, q.end) if len(parse.words[t]) > 3]
    return len(longer) > 1 and all(parse.doc[t].text[0].isupper() for t in longer)


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
        if parse.words[t] in _SENTENCE_END and t > first and parse.tags[t] == ".":
            break
        if parse.words[t] in _MARKS:
            break
        if parse.tags[t] not in _VERB_TAGS and not (
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
        subject = _subject(parse, t)
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
    if _is_title(parse, q):
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
            and parse.tags[above] in _VERB_TAGS
            and cue.kind == "speech"
            and parse.deps[at] != "nsubj"
        ):
            subject = _subject(parse, above)
            if subject is None or not (subject[1] <= q.start or q.end <= subject[0]):
                return None
            return _candidate(
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
    while t >= start and parse.is_empty[t] and parse.words[t] not in _SENTENCE_END:
        t -= 1
    if t >= start and parse.words[t] not in _SENTENCE_END:
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
            subject = _kid(parse, i, "nsubj")
            if subject is not None and (
                parse.tree.ents[subject] == "PERSON" or parse.words[subject] in ("he", "she")
            ):
                return _noun_phrase(parse, subject)
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
            if parse.tags[t] in _NOUN_TAGS and parse.deps[t] not in ("compound", "nmod", "amod", "poss"):
                span = _noun_phrase(parse, t)
                if span is not None and span[0] > verb:
                    return span
                return (verb + 1, t + 1)
            if parse.tags[t] == "PRP":
                return (t, t + 1)
        return None
    for t in range(verb - 1, first - 1, -1):
        if parse.tags[t] in _NOUN_TAGS or parse.tags[t] == "PRP":
            return parse.trim((first, t + 1))
    return None


def _cue_before(parse: Parse, q: _Quoted) -> Candidate | None:
    """Ann said: “...”; Ann told the court, “...”; Ann: “...”."""
    verbs = cues.verbs()
    at = q.start - 1
    while at >= 0 and (parse.words[at] in _MARKS or parse.words[at].isspace()):
        at -= 1
    if at < 0:
        return None
    colon = parse.words[at] == ":"
    start = parse.paragraphs[parse.paragraph_of[at]][0]
    if parse.paragraph_of[at] != parse.paragraph_of[q.start] and not colon:
        return None
    if not colon and parse.words[at] != "," and parse.words[at] not in _DASHES:
        cue = verbs.get(parse.words[at])
        if cue is None or not cue.frames & {"c", "q"} or parse.tags[at] not in _VERB_TAGS:
            return None
        subject = _subject(parse, at)
        if (
            subject is None
            or subject[0] >= q.start
            or _is_title(parse, q)
            or not _may_say(parse, cue, subject)
        ):
            return None
        return Candidate([(q.start, q.end)], [at], subject, cue.kind, "before")
    for t in range(at - 1, max(start, at - 25) - 1, -1):
        if parse.words[t] in _SENTENCE_END and parse.tags[t] == ".":
            break
        if parse.words[t] in _MARKS:
            break
        cue = verbs.get(parse.words[t]) or _put_it(parse, t)
        if cue is None or parse.tags[t] not in _VERB_TAGS or parse.deps[t] in ("relcl", "amod"):
            continue
        if not cue.frames & ({"c", "q", "o"} if colon else {"c", "q"}):
            continue
        subject = _subject(parse, t)
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
    if t < start or parse.tags[t] not in _NOUN_TAGS:
        return None
    first, _ = parse.subtree(t)
    while t != parse.heads[t] and parse.heads[t] < t and parse.tags[parse.heads[t]] in _NOUN_TAGS:
        t = parse.heads[t]
        first = parse.subtree(t)[0]
    return parse.trim((max(first, start), colon))


def _without_doubles(found: list[Candidate]) -> list[Candidate]:
    """Of two candidates with the same content keep the first."""
    seen: set[tuple[Range, ...]] = set()
    kept = []
    for candidate in found:
        key = tuple(candidate.content)
        if key not in seen:
            seen.add(key)
            kept.append(candidate)
    return kept
