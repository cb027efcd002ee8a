"""Interviews without labels: questions in lines of their own, answers in the lines between.

No single sign shows that a text is an interview: opinion pieces ask, authorities answer questions that nobody
has put, quizzes do both. It is one where all of these come together: several questions, each with lines of
another kind behind it; a "you" in the questions and an "I" in the answers; and an opening that names the one
person who was spoken to. Where one is missing, the lines stay the outlet's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.labels import Label, asks, asks_at_its_end
from pipeline.components.quotes.parsed import MARKS, Parse, Range
from pipeline.components.quotes.turns import interviewed

_LEAST_QUESTIONS = 3
_LONGEST_PROMPT = 45
"""Tokens of a request or a remark that stands for a question."""
_OPENING = 12
"""Lines before the first question among which the interview is announced."""
_NEAR = 7
"""Tokens behind "spoke to" among which a name stands."""
_OF_BOTH = 0.5
_OF_FEW = 0.3
"""Shares of the questions that speak to somebody, and of the answers that speak of themselves."""
_NAMED = 0.25
"""Share of the answers above which they are about the person who is named, or questions of a list."""
_LEAST_NAME = 2
"""Tokens of a person's name in full."""
_MARKS = MARKS - {"'", "`"}
_WITH = (["to"], ["with"])


@dataclass(slots=True)
class _Exchange:
    """A question, by its paragraph, and the paragraphs of its answer."""

    question: int
    answer: list[int] = field(default_factory=list)


def from_interviews(
    parse: Parse, labels: Sequence[Label], *, within: Range | None = None
) -> Iterator[QuoteCandidate]:
    """Yield the answers of an interview whose lines have no labels, or no longer have them.

    Args:
        parse: of the document.
        labels: of its speakers; where they go on, `from_turns` has read the interview.
        within: the paragraphs in which labels are left out, from `unlabelled`.
    """
    only_ask = all(label.asks for label in labels)
    if within is None and not only_ask:
        return
    asking = frozenset(label.paragraph for label in labels) if only_ask else frozenset()
    lines = [number for number in range(*(within or (0, len(parse.paragraphs)))) if _is_told(parse, number)]
    if sum(asks_at_its_end(parse, number) for number in lines) < _LEAST_QUESTIONS:
        return
    exchanges = _exchanges(parse, lines, asking)
    if len(exchanges) < _LEAST_QUESTIONS:
        return
    opening = parse.paragraphs[exchanges[0].question][0]
    answering = [label for label in labels if not label.asks and label.colon < opening]
    name = answering[-1].named or answering[-1].name if answering else interviewed(parse, opening)
    if name is None or (not answering and name[1] - name[0] < _LEAST_NAME):
        return
    if not _is_interview(parse, exchanges, name, is_labelled=bool(labels)):
        return
    speaker = _last_name(parse, name, opening)
    for exchange in exchanges:
        content = [parse.trim(parse.paragraphs[number]) for number in exchange.answer]
        ranges = [span for span in content if span is not None]
        if ranges:
            yield QuoteCandidate(_joined(parse, ranges), [], speaker, "speech", "interview", named=name)


def _is_told(parse: Parse, number: int) -> bool:
    """Return whether a paragraph is text of the article, and no heading."""
    line = parse.columns.lines[number]
    return not line.is_debris and (line.kind != "heading" or asks_at_its_end(parse, number))


def _exchanges(parse: Parse, lines: Sequence[int], asking: frozenset[int]) -> list[_Exchange]:
    """Return the questions with their answers; what stands directly behind a question answers it."""
    found: list[_Exchange] = []
    for place, number in enumerate(lines):
        is_question = number in asking or asks(parse, number)
        last = found[-1] if found else None
        if last is None:
            if is_question:
                found.append(_Exchange(number))
        elif not last.answer:
            if len(found) == 1 and is_question and not _speaks_to(parse, last.question):
                # A title that asks, with the first question below it.
                last.question = number
            else:
                last.answer.append(number)
        elif is_question or (
            _prompts(parse, number) and not asks(parse, lines[min(place + 1, len(lines) - 1)])
        ):
            found.append(_Exchange(number))
        else:
            last.answer.append(number)
    if found:
        found[-1].answer = _until_the_end(parse, found[-1].answer)
    return [exchange for exchange in found if exchange.answer]


def _prompts(parse: Parse, number: int) -> bool:
    """Return whether a paragraph asks without a question mark at its end.

    "Tell me about the mill.", "You left in May.", "Do you sail? I hear it is quiet out there."
    """
    start, end = parse.paragraphs[number]
    words = parse.words[start:end]
    if len(words) > _LONGEST_PROMPT:
        return False
    if words[0] in parse.lexicon.words("quotes.requests") and parse.tags[start] == "VB":
        return True
    if not _speaks_to(parse, number):
        return False
    return "?" in words or not _says(parse, number, "quotes.first_person")


def _speaks_to(parse: Parse, number: int) -> bool:
    return _says(parse, number, "quotes.readers")


def _says(parse: Parse, number: int, words: str) -> bool:
    """Return whether one of some words stands in a paragraph outside of marks."""
    wanted = parse.lexicon.words(words)
    is_marked = False
    for t in range(*parse.paragraphs[number]):
        if parse.words[t] in _MARKS:
            is_marked = not is_marked
        elif not is_marked and parse.words[t] in wanted:
            return True
    return False


def _until_the_end(parse: Parse, answer: list[int]) -> list[int]:
    """Return the last answer without what stands below the interview: as long as it speaks of itself."""
    kept = answer[:1]
    for number in answer[1:]:
        if not _says(parse, number, "quotes.first_person"):
            break
        kept.append(number)
    return kept


def _is_interview(parse: Parse, exchanges: Sequence[_Exchange], name: Range, *, is_labelled: bool) -> bool:
    """Return whether the signs of an interview come together."""
    n = len(exchanges)
    surname = parse.words[name[1] - 1]
    about = sum(surname in parse.words[slice(*parse.paragraphs[e.answer[0]])] for e in exchanges)
    to_somebody = sum(_speaks_to(parse, e.question) for e in exchanges)
    of_us = sum(
        _says(parse, e.question, "quotes.first_person") and not _speaks_to(parse, e.question)
        for e in exchanges
    )
    of_themselves = sum(
        any(_says(parse, number, "quotes.first_person") for number in e.answer) for e in exchanges
    )
    in_a_row = sum(asks(parse, e.answer[0]) for e in exchanges)
    if max(about, in_a_row) > _NAMED * n or 2 * of_us > n:
        return False
    if is_labelled:
        return to_somebody + of_themselves >= _OF_BOTH * n
    match _announcement(parse, exchanges[0].question, surname):
        case "plain":
            return to_somebody >= 1 and of_themselves >= max(1, _OF_FEW * n)
        case "vague":
            return to_somebody >= max(2, _OF_FEW * n) and of_themselves >= max(2, _OF_BOTH * n)
        case _:
            return False


def _announcement(parse: Parse, first: int, surname: str) -> str | None:
    """Return how the lines before the first question tell that somebody was spoken to.

    "plain": "we spoke to Ann Roe", "she talked to the Gazette"; "vague": by a word alone; None: not at all,
    or it is readers who ask.
    """
    vague = parse.lexicon.words("quotes.words_of_interviews")
    readers = parse.lexicon.words("quotes.words_of_letters")
    talking = parse.lexicon.words("quotes.talking")
    told: str | None = None
    for number in range(max(0, first - _OPENING), first):
        if parse.columns.lines[number].is_debris:
            continue
        start, end = parse.paragraphs[number]
        for t in range(start, end):
            word = parse.words[t]
            if word in readers:
                return None
            if (
                word in talking
                and parse.words[t + 1 : t + 2] in _WITH
                and _is_spoken_to(parse, t + 2, end, surname)
            ):
                told = "plain"
            elif word in vague and told is None:
                told = "vague"
    return told


def _is_spoken_to(parse: Parse, start: int, end: int, surname: str) -> bool:
    """Return whether words name the one who is interviewed, or who asks: an outlet, one of its people, us."""
    near = range(start, min(end, start + _NEAR))
    return any(
        parse.words[t] == surname
        or parse.words[t] in parse.lexicon.words("quotes.interviewers")
        or parse.tree.ents[t] == "ORG"
        for t in near
    )


def _last_name(parse: Parse, name: Range, before: int) -> Range:
    """Return the last words before a token that give a surname, as a speaker is printed."""
    surname = parse.words[name[1] - 1]
    for t in range(before - 1, name[1] - 1, -1):
        if parse.words[t] == surname and parse.tree.ents[t] == "PERSON" and not parse.tree.debris[t]:
            start = t
            while (
                start > 0 and parse.tree.ents[start - 1] == "PERSON" and parse.words[start - 1] not in MARKS
            ):
                start -= 1
            return start, t + 1
    return name


def _joined(parse: Parse, ranges: Sequence[Range]) -> list[Range]:
    """Return the paragraphs of an answer as one range where no other paragraph stands between them."""
    out: list[Range] = []
    for start, end in ranges:
        if out and parse.paragraph_of[start] - parse.paragraph_of[out[-1][1] - 1] == 1:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out
