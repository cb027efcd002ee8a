"""Articles as brat has them, in a ZIP file: a .txt and an .ann for each, and the configuration to show them.

Format: https://brat.nlplab.org/standoff.html and https://brat.nlplab.org/configuration.html. Offsets count
characters of the text (code points), the end exclusive. What is marked may not run over the end of a line:
then it is a discontinuous span, with a fragment for each line.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from pipeline.desk.exports.layered import LayeredArticle, spans_of

_LABELS = ("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT")
_LINES = re.compile(r"[^\s](?:[^\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*[^\s])?")
_WHEN = (2020, 1, 1, 0, 0, 0)  # of all files, so that the same articles give the same bytes

ANNOTATION_CONF = f"""\
[entities]
{"".join(f"{label}\n" for label in _LABELS)}Quotation
Cue
Source
Claim

[relations]
Said-by\tArg1:Quotation, Arg2:Source
Cued-by\tArg1:Quotation, Arg2:Cue
Same-entity\tArg1:<ENTITY>, Arg2:<ENTITY>
<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>

[events]

[attributes]
Polarity\tArg:Claim, Value:affirmed|negated
Voice\tArg:Claim, Value:outlet|attributed|unknown
"""


def write_brat(articles: Iterator[LayeredArticle], to: BinaryIO) -> int:
    """Write a ZIP file for brat's data folder; returns the number of articles.

    Args:
        articles: what it holds, in folders by day.
        to: where the bytes go; it is left open, and need not be able to seek.
    """
    n = 0
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "annotation.conf", ANNOTATION_CONF)
        for found in articles:
            name = f"{found.article['day']}/{found.article['article_id']}"
            _put(archive, f"{name}.txt", found.text)
            _put(archive, f"{name}.ann", standoff(found))
            n += 1
    return n


def standoff(found: LayeredArticle) -> str:
    """Return the annotations of an article, one a line.

    T: mentions by their label, quotations, cues, sources, claims. R: who said it, by which words, and from a
    mention of an entity to the one before it. A: polarity and voice of claims. #: canonical names.
    """
    lines = _Lines(found.text)
    names = {entity["entity_id"]: entity["name"] for entity in found.entities}
    before: dict[str, str] = {}
    for mention in found.mentions:
        one = lines.marked(mention["label"], spans_of([mention]))
        entity = mention["entity_id"]
        if one and (same := before.get(entity)):
            lines.related("Same-entity", one, same)
        elif one and entity in names:
            lines.noted(one, names[entity])
        before[entity] = one or before.get(entity, "")
    for quote in found.quotes:
        one = lines.marked("Quotation", spans_of(quote["content_spans"]))
        lines.related("Said-by", one, lines.marked("Source", spans_of(quote["speaker_spans"])))
        lines.related("Cued-by", one, lines.marked("Cue", spans_of(quote["cue_spans"])))
        if one and quote["speaker_name"]:
            lines.noted(one, quote["speaker_name"])
    for claim in found.claims:
        one = lines.marked("Claim", spans_of([claim]))
        lines.attributed("Polarity", one, claim["polarity"])
        lines.attributed("Voice", one, claim["claimer_kind"])
    return "".join(f"{line}\n" for line in lines.written)


@dataclass(slots=True)
class _Lines:
    """The lines of an .ann file, and which numbers are taken."""

    text: str
    written: list[str] = field(default_factory=list)
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    n: dict[str, int] = field(default_factory=dict)

    def marked(self, kind: str, spans: list[tuple[int, int]]) -> str:
        """Mark stretches of the text; returns the mark's name, "" where there is nothing to be marked."""
        fragments = [part.span() for span in spans for part in _LINES.finditer(self.text, *span)]
        if not fragments:
            return ""
        where = ";".join(f"{start} {end}" for start, end in fragments)
        if (kind, where) not in self.marks:
            text = " ".join(self.text[start:end] for start, end in fragments)
            self.marks[kind, where] = self._write("T", f"{kind} {where}\t{text}")
        return self.marks[kind, where]

    def related(self, kind: str, one: str, other: str) -> None:
        """Relate two marks, where there are both."""
        if one and other:
            self._write("R", f"{kind} Arg1:{one} Arg2:{other}")

    def attributed(self, kind: str, one: str, value: str) -> None:
        """Give a mark an attribute, where there is one."""
        if one:
            self._write("A", f"{kind} {one} {value}")

    def noted(self, one: str, text: str) -> None:
        """Write a note on a mark."""
        self._write("#", f"AnnotatorNotes {one}\t{' '.join(text.split())}")

    def _write(self, letter: str, rest: str) -> str:
        self.n[letter] = self.n.get(letter, 0) + 1
        name = f"{letter}{self.n[letter]}"
        self.written.append(f"{name}\t{rest}")
        return name


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text.encode())
