"""Quotations by their layout: turns of transcripts, answers of interviews, embedded posts and signed lines.

"MARSH: The bridge is closed" and "A: Nobody else would do it" are somebody's words though no mark stands
around them; so is what a line with a dash and a name signs. One label alone is no transcript.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.components.doc.tags import FINITE_TAGS
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.debris import is_byline
from pipeline.components.quotes.labels import LONGEST_LABEL, Label
from pipeline.components.quotes.parsed import MARKS, Parse, Range

_LONGEST_POST = 320
"""Characters of a post that was written in several lines."""
_LONGEST_SIGNATURE = 24
"""Tokens of a line that signs the words before it."""
_SHORTEST_SIGNED = 6
"""Tokens of words that a line without marks can sign."""
_LEAST_LABELS = 2
_LINES_OF_END = 3
"""Lines at the end of an article among which its author signs."""
_HANDLE = re.compile(r"\(@\w+\)")
_HANDLE_ALONE = re.compile(r"@\w+")
_NAME_AND_HANDLE = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,4} (@\w{2,30})")
_DASHES = frozenset(("-", "--", "–", "—", "―"))


def from_turns(
    parse: Parse, labels: Sequence[Label], *, without: Range | None = None
) -> Iterator[QuoteCandidate]:
    """Yield the turns of transcripts and the answers of interviews; what is asked there is no quotation.

    Args:
        parse: of the document.
        labels: of its speakers.
        without: the paragraphs in which they are left out, from `unlabelled`.
    """
    if len(labels) < _LEAST_LABELS:
        return
    answering = interviewed(parse, labels[0].colon)
    counts = Counter(parse.words[label.name[1] - 1] for label in labels)
    for n, label in enumerate(labels):
        last = labels[n + 1].paragraph - 1 if n + 1 < len(labels) else label.paragraph
        if without is not None and label.paragraph < without[0] <= last:
            last = without[0] - 1
        content = parse.trim((label.colon + 1, parse.paragraphs[label.paragraph if label.asks else last][1]))
        n_turns = counts[parse.words[label.name[1] - 1]]
        if content is None or not _is_spoken(parse, label, content, n_turns):
            continue
        rule = "question" if label.asks else "answer" if label.answers else "turn"
        named = answering if label.answers else label.named
        yield QuoteCandidate([content], [label.colon], label.name, "speech", rule, named=named)


def _is_spoken(parse: Parse, label: Label, content: Range, n_turns: int) -> bool:
    """Return whether somebody speaks behind a label: lists have names, too ("Ann Roe: two counts")."""
    if content[1] - content[0] == 1 and not parse.words[content[0]][0].isalpha():
        return False  # "IG: @annroe"
    return (
        n_turns > 1
        or label.answers
        or parse.columns.words[label.name[0]].isupper()
        or any(parse.tags[t] in FINITE_TAGS for t in range(*content))
    )


def interviewed(parse: Parse, before: int) -> Range | None:
    """Return the name of the one person whom the text introduces before the first question."""
    names: list[Range] = []
    t = 0
    while t < before:
        end = t
        while end < before and parse.tree.ents[end] == "PERSON" and not parse.tree.debris[end]:
            end += 1
        last = end - (end > t and parse.tags[end - 1] == "POS")
        if last > t:
            names.append((t, last))
        t = max(end, t + 1)
    counts = Counter(parse.words[end - 1] for _, end in names)
    most = max(counts.values(), default=0)
    likely = {surname for surname, count in counts.items() if count == most}
    if len(likely) > 1:  # one word alone is often a place that the model takes for a person
        likely &= {parse.words[end - 1] for start, end in names if end - start > 1}
    if len(likely) != 1:
        return None
    (surname,) = likely
    spans = [span for span in names if parse.words[span[1] - 1] == surname]
    return next((span for span in spans if span[1] - span[0] > 1), spans[0])


def from_posts(parse: Parse) -> Iterator[QuoteCandidate]:
    """Yield what a line signs: "Great win! — Ann Miller (@ann)", the paragraph before "– Ann Miller, BBC"."""
    for number, (start, end) in enumerate(parse.paragraphs):
        signed = _with_handle(parse, number, start, end) or _signed_line(parse, number, start, end)
        if signed is not None:
            content, dash, speaker = signed
            yield QuoteCandidate([content], [dash], speaker, "speech", "post")


def from_named_posts(parse: Parse) -> Iterator[QuoteCandidate]:
    """Yield posts that stand under a name and a handle, in lines of their own or in one."""
    kinds = [line.kind for line in parse.columns.lines]
    first = kinds.index("paragraph") + 1 if "paragraph" in kinds else 1  # before that it is a byline
    for number in range(first, len(parse.paragraphs) - 1):
        start, end = parse.paragraphs[number]
        line = parse.text[parse.idx[start] : parse.idx[end - 1] + len(parse.words[end - 1])].strip()
        named = _NAME_AND_HANDLE.fullmatch(line)
        if named is not None:
            handle = parse.idx[start] + named.start(1)
            speaker = parse.trim((start, bisect_left(parse.idx, handle, start, end)))
        elif _HANDLE_ALONE.fullmatch(line):
            speaker = parse.trim(parse.paragraphs[number - 1])
        else:
            continue
        if speaker is None:
            continue
        content = parse.trim(_without_links(parse, parse.paragraphs[number + 1]))
        if content is not None and speaker[1] - speaker[0] <= LONGEST_LABEL:
            yield QuoteCandidate([content], [], speaker, "speech", "post")


def _with_handle(parse: Parse, number: int, start: int, end: int) -> tuple[Range, int, Range] | None:
    """Read the signature of an embedded post: a dash, a name and a handle in brackets."""
    offset = parse.idx[start]
    text = parse.text[offset : parse.idx[end - 1] + len(parse.words[end - 1])]
    if not _HANDLE.search(text):
        return None
    for dash in (t for t in range(start, end) if parse.words[t] in _DASHES):
        bracket = next(
            (t for t in range(dash + 1, min(end, dash + LONGEST_LABEL)) if parse.words[t] == "("), None
        )
        if bracket is None:
            continue
        speaker = parse.trim((dash + 1, bracket))
        whole = (start, dash) if dash > start else _lines_above(parse, number)
        content = parse.trim(_without_links(parse, whole)) if whole is not None else None
        if speaker is not None and content is not None and parse.words[content[0]][0] != "#":
            return content, dash, speaker
    return None


def _lines_above(parse: Parse, number: int) -> Range | None:
    """Return what a signature in a line of its own signs: the line above it.

    All lines from one that ends with a colon on, where they are no longer than a post.
    """
    if not number:
        return None
    end = parse.paragraphs[number - 1][1]
    for first in range(number - 1, 0, -1):
        start = parse.paragraphs[first][0]
        if parse.idx[end - 1] - parse.idx[start] > _LONGEST_POST:
            break
        if parse.words[parse.paragraphs[first - 1][1] - 1] == ":":
            return start, end
    return parse.paragraphs[number - 1]


def _without_links(parse: Parse, span: Range) -> Range:
    start, end = span
    while end > start and (
        parse.is_empty[end - 1] or "/" in parse.words[end - 1] or parse.words[end - 1][0] in "#@"
    ):
        end -= 1
    return start, end


def _ends_article(parse: Parse, number: int, before: Range) -> bool:
    """Return whether a mere name signs a whole article: at its end, below what no "I" or "we" tells."""
    words = parse.words[slice(*before)]
    return (
        number >= len(parse.paragraphs) - _LINES_OF_END
        and parse.lexicon.words("quotes.first_person").isdisjoint(words)
        and MARKS.isdisjoint(words)
    )


def _signed_line(parse: Parse, number: int, start: int, end: int) -> tuple[Range, int, Range] | None:
    """Read a line that is nothing but a dash and a person's name, or "Posted by" and a name."""
    if not number or not 2 < end - start <= _LONGEST_SIGNATURE:
        return None
    first = start + 1
    if parse.words[start] not in _DASHES:
        if tuple(parse.words[start : start + 2]) != parse.lexicon.ordered("quotes.posted_by"):
            return None
        first = start + 2
    elif parse.tree.ents[first] != "PERSON" or any(parse.tags[t] in FINITE_TAGS for t in range(first, end)):
        return None
    stop = next(
        (
            t
            for t in range(first, end)
            if parse.words[t] in (",", "(") or parse.tree.ents[t] in ("DATE", "TIME")
        ),
        end,
    )
    speaker = parse.trim((first, stop))
    if speaker is not None and parse.tags[speaker[1] - 1] == "IN":
        speaker = parse.trim((speaker[0], speaker[1] - 1))
    before = parse.paragraphs[number - 1]
    content = parse.trim(before)
    if is_byline(parse, (first, end)) or (stop == end and _ends_article(parse, number, before)):
        return None
    if speaker is None or content is None or content[1] - content[0] < _SHORTEST_SIGNED:
        return None
    return content, start, speaker
