"""The fields of LexisNexis exports: which names there are, and where in an article they stand."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.lexicons import lexicon

_UNI_FIELDS = (
    "byline",
    "section",
    "length",
    "dateline",
    "highlight",
    "series",
    "graphic",
    "load-date",
    "language",
)
"""Names of fields that Nexis Uni writes in small letters, but for the first."""

LATE_FIELDS = frozenset(
    ["byline", "section", "length", "dateline", "highlight", "series", "headline", "transcript", "body"]
)
"""Names of fields that may follow the number of words, before the text."""

BROADCAST_FIELDS = frozenset(["transcript", "program", "network", "show"])
"""Names of fields that stand in front of the headline of a broadcast."""

HEAD_FIELDS = LATE_FIELDS | {
    *("distribution", "edition", "column", "department", "subheading", "cite", "issue", "volume", "page"),
    *(
        "transcript",
        "program",
        "network",
        "body",
        "show",
        "anchor",
        "anchors",
        "host",
        "hosts",
        "guest",
        "guests",
        "reporter",
        "reporters",
    ),
}
"""Names of fields that stand between the headline and the text."""

INDEX_FIELDS = frozenset(
    [
        "subject",
        "company",
        "organization",
        "person",
        "geographic",
        "country",
        "state",
        "city",
        "industry",
        "ticker",
        "type",
        "name",
        "names",
        "trademark",
        "topic",
        "product",
        "sic",
        "keywords",
    ]
)
"""Names of fields behind the text whose values are index terms."""

TAIL_FIELDS = frozenset(
    [
        "load-date",
        "language",
        "publication-type",
        "document-type",
        "journal-code",
        "acc-no",
        "correction",
        "correction-date",
        "update-date",
        "graphic",
        "notes",
        "url",
        "pub-type",
        "insert-date",
        "transcript",
    ]
)
"""Names of other fields behind the text."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z-]{1,20}):[ \t]*+(.*+)", re.DOTALL)
_TERMS = re.compile(r"\(\d{1,3}%\)")
COPYRIGHT = re.compile(
    r"(?:Copyright\b\W{0,3}(?:\(c\) ?)?(?:©\s?)?(?:\d{4}\b|The\b)|All Rights Reserved\b|©)", re.I
)
_MONTH_NAMES = "|".join(
    [
        *lexicon().ordered("dates.months"),
        *("Januar", "Februar", "März", "Mai", "Juni", "Juli"),
        "Oktober",
        "Dezember",
    ]
)
DATE = re.compile(
    rf"\b(?:{_MONTH_NAMES})\b.{{0,12}}\b(?:1[6-9]|20)\d\d\b|\b(?:1[6-9]|20)\d\d\b.{{0,8}}\b(?:January|March)\b"
)


class Field(NamedTuple):
    """The field that a paragraph is."""

    name: str
    value: str


def field_of(line: str, names: frozenset[str]) -> Field | None:
    """Return the field that a paragraph is: one of the names, in capitals or as Nexis Uni writes it."""
    found = _FIELD.match(line)
    if found is None:
        return None
    name = found[1].lower()
    if name not in names or not (found[1].isupper() or (name in _UNI_FIELDS and found[1].istitle())):
        return None
    return Field(name, found[2].strip())


def is_said(field: Field) -> bool:
    """Tell whether it is a turn of a transcript (`HOST: Good evening.`), not a field with names."""
    return field.name not in LATE_FIELDS and field.value.endswith((".", "!", "?", "”", '"'))


def is_tail(line: str) -> bool:
    """Tell whether a paragraph is a field behind the text, as its value shows."""
    field = field_of(line, TAIL_FIELDS)
    if field is None:
        return False
    if field.name.endswith("-date"):
        return not field.value or re.search(r"\d{4}", field.value) is not None
    if field.name == "language":
        return len(field.value.split()) <= 4 and not field.value.endswith((".", "!", "?"))
    if field.name in ("publication-type", "document-type", "journal-code", "acc-no", "pub-type"):
        return len(field.value.split()) <= 12
    return False


def is_index(line: str) -> bool:
    """Tell whether a paragraph is a field of index terms: `HARBOURS (90%); FERRIES (78%)`."""
    field = field_of(line, INDEX_FIELDS)
    if field is None:
        return False
    value = field.value
    return _TERMS.search(value) is not None or (
        not value.endswith((".", "!", "?", "”", '"')) and (value.isupper() or not value)
    )


def body_end(lines: list[str]) -> int:
    """Return where the fields behind a text begin."""
    end = next((n for n, line in enumerate(lines) if is_tail(line)), len(lines))
    while end > 0:
        line = lines[end - 1]
        loose = field_of(line, TAIL_FIELDS)
        if not (
            is_index(line) or COPYRIGHT.match(line) or (loose and loose.name in ("graphic", "notes", "url"))
        ):
            break
        end -= 1
    return end
