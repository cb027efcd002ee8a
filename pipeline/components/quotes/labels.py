"""Labels of speakers at the start of a line: "MARSH: ...", "Q: ...", "The Gazette: ...", "AR: ..."."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.components.doc.tags import FINITE_TAGS
from pipeline.components.quotes.parsed import MARKS, Parse, Range

LONGEST_LABEL = 9
"""Tokens of a speaker's label, before the colon."""
_LEAST_TURNS = 2
"""Turns of each speaker from which on labels that are no plain names make a transcript."""
_COLONS = frozenset((":", "):"))
"""The colon, also as spaCy cuts it off "(AR):"."""
_LONGEST_QUESTION = 110
"""Tokens of a paragraph that asks."""
_UNLABELLED = 3
"""Questions in lines of their own from which on an interview goes on without its labels."""
_FEW = 4
"""Labels at the beginning of an interview that goes on without them."""
_BEHIND_QUESTION = frozenset("\"”’')]*_ ")


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the start of a paragraph.

    Attributes:
        paragraph: its number.
        name: the words of the name.
        colon: the token behind it.
        named: the words that name the speaker in full, where the label is short for them ("AR:").
        asks: whether it stands before a question of an interview: "Q", or an outlet.
        answers: whether it is a mere "A".
    """

    paragraph: int
    name: Range
    colon: int
    named: Range | None = None
    asks: bool = False
    answers: bool = False


def asks_at_its_end(parse: Parse, paragraph: int) -> bool:
    """Return whether a paragraph ends with a question mark, whatever closes behind it."""
    t = parse.paragraphs[paragraph][1] - 1
    start = parse.paragraphs[paragraph][0]
    while t > start and (parse.words[t].isspace() or parse.words[t][0] in _BEHIND_QUESTION):
        t -= 1
    return parse.words[t][-1] == "?"


def asks(parse: Parse, paragraph: int) -> bool:
    """Return whether a paragraph is a question in a line of its own, not in marks, and no debris."""
    start, end = parse.paragraphs[paragraph]
    return (
        end - start <= _LONGEST_QUESTION
        and parse.words[start] not in MARKS
        and not parse.columns.lines[paragraph].is_debris
        and asks_at_its_end(parse, paragraph)
    )


def unlabelled(parse: Parse, labels: Sequence[Label]) -> Range | None:
    """Return the paragraphs in which an interview goes on without labels; None if it does nowhere.

    There is a label before a question and one before its answer; then both are left out. They begin at the
    next question and end at the next label.

    Args:
        parse: of the document.
        labels: of its speakers.
    """
    for n, (asking, label) in enumerate(pairwise(labels[:_FEW]), start=1):
        end = labels[n + 1].paragraph if n + 1 < len(labels) else len(parse.paragraphs)
        if not (asking.asks or asks(parse, asking.paragraph)) or label.asks or asks(parse, label.paragraph):
            continue
        questions = [number for number in range(label.paragraph + 1, end) if asks(parse, number)]
        if len(questions) >= _UNLABELLED:
            return questions[0], end
    return None


def read_labels(parse: Parse) -> list[Label]:
    """Return the labels of a document, in order.

    A name in capitals is one, and a person's name, and Q and A. Any other words are where they come back, and
    those of an interview do: one asks, another answers.
    """
    strict: dict[int, Label] = {}
    loose: dict[int, Label] = {}
    aliases: dict[str, Range] = {}
    for number, (start, end) in enumerate(parse.paragraphs):
        within = range(start, min(end, start + LONGEST_LABEL))
        colon = next((t for t in within if parse.words[t] in _COLONS), None)
        if colon is None or colon == start or colon + 1 >= end:
            continue
        label = _label(parse, number, start, colon)
        if label is None:
            continue
        is_strict = label.asks or label.answers or _is_name_of_speaker(parse, label)
        (strict if is_strict else loose)[number] = label
        behind = label.name[1]
        if parse.words[behind : behind + 1] == ["("] and behind + 2 <= colon:
            aliases.setdefault(parse.words[behind + 1], label.name)
    if loose:
        strict.update(_of_interview(parse, strict, loose, aliases))
    return [strict[number] for number in sorted(strict)]


def _label(parse: Parse, number: int, start: int, colon: int) -> Label | None:
    """Return the words before a colon as a label, where nothing in them speaks against it."""
    comma = next((t for t in range(start, colon) if parse.words[t] in (",", "(")), colon)
    name = parse.trim((start, comma))
    if name is None:
        return None
    if name[1] - name[0] == 1:
        word = parse.words[name[0]]
        if word in parse.lexicon.words("quotes.labels_of_questions"):
            return Label(number, name, colon, asks=True)
        if word in parse.lexicon.words("quotes.labels_of_answers"):
            return Label(number, name, colon, answers=True)
    if any(parse.tags[t] in FINITE_TAGS for t in range(start, colon)):
        return None
    if parse.words[name[0]] in parse.lexicon.words("quotes.no_labels"):
        return None
    if any(parse.tree.ents[t] == "DATE" for t in range(*name)):
        return None
    return Label(number, name, colon) if parse.words[colon + 1] not in MARKS else None


def _is_name_of_speaker(parse: Parse, label: Label) -> bool:
    """Return whether a label is a name in capitals or the name of a person, and no place."""
    if any(parse.tree.ents[t] in ("GPE", "LOC") for t in range(*label.name)):
        return False
    words = parse.columns.words[label.name[0] : label.name[1]]
    is_in_capitals = all(word.isupper() or not word.isalpha() for word in words) and words[0].isupper()
    return is_in_capitals or all(
        parse.tree.ents[t] == "PERSON" or parse.is_empty[t] for t in range(*label.name)
    )


def _of_interview(
    parse: Parse, strict: dict[int, Label], loose: dict[int, Label], aliases: dict[str, Range]
) -> dict[int, Label]:
    """Return the labels of an interview: of two or more that come back, one asks and another answers."""
    groups: dict[str, list[Label]] = {}
    for number in sorted({*strict, *loose}):
        label = strict.get(number) or loose[number]
        if label.asks or label.answers or not parse.columns.words[label.name[0]][:1].isupper():
            continue
        word = parse.words[label.name[1] - 1]
        groups.setdefault(parse.words[aliases[word][1] - 1] if word in aliases else word, []).append(label)
    groups = {key: labels for key, labels in groups.items() if len(labels) >= _LEAST_TURNS}
    asking = {
        key
        for key, labels in groups.items()
        if 2 * sum(asks_at_its_end(parse, label.paragraph) for label in labels) >= len(labels)
    }
    if not asking or len(asking) == len(groups) or not _alternate(groups, asking):
        return {}
    found = {}
    for key, labels in groups.items():
        is_person = any(parse.tree.ents[t] == "PERSON" for label in labels for t in range(*label.name))
        named = next((label.name for label in labels if label.name[1] - label.name[0] > 1), None)
        for label in labels:
            found[label.paragraph] = Label(
                label.paragraph,
                label.name,
                label.colon,
                named=named if label.name[1] - label.name[0] == 1 else None,
                asks=key in asking and not is_person,
            )
    return found


def _alternate(groups: dict[str, list[Label]], asking: set[str]) -> bool:
    """Return whether who asks and who answers take turns."""
    order = sorted((label.paragraph, key in asking) for key, labels in groups.items() for label in labels)
    changes = sum(one != other for (_, one), (_, other) in pairwise(order))
    return 2 * changes >= len(order)
