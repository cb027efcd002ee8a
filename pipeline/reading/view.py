"""A text as it is parsed: the reading view, made in steps that each change little.

    escapes   line ends and marks that stand in the text as "\\n" and "\\"" become what they mean
    blanks    blanks of all kinds are plain ones, invisible characters are gone
    marks     apostrophes that were set as opening quotation marks or accents are apostrophes
    wraps     a line end inside of a sentence is a blank
    glue      sentences and words that lost the blank between them get one
    turns     labels of an interview that stand in the midst of a line begin one

A view of a view is the view itself, as far as the steps go: each leaves alone what is as it should be.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language
from pipeline.reading.apostrophes import apostrophe_changes
from pipeline.reading.blanks import blank_changes, escape_changes
from pipeline.reading.edits import Edit, Offsets, changed
from pipeline.reading.glue import glue_changes
from pipeline.reading.lines import TextLine, line_places, read_lines
from pipeline.reading.turns_in_line import turn_changes
from pipeline.reading.wraps import wrap_changes

_STEPS = (escape_changes, blank_changes, apostrophe_changes, wrap_changes, glue_changes, turn_changes)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the parser sees it.

    Attributes:
        text: the view.
        edits: how it was made of the stored text, by step; none where it is the stored text.
        lexicon: the words of its language.
    """

    text: str
    edits: tuple[tuple[Edit, ...], ...]
    lexicon: Lexicon = field(compare=False, repr=False)

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """The lines of the view, told apart when asked for; together they hold all but the line ends."""
        return read_lines(self.text, lexicon=self.lexicon)

    @property
    def line_starts(self) -> list[int]:
        """Where the lines begin, which is known without telling what they are."""
        return [start for start, _ in line_places(self.text)]

    @property
    def offsets(self) -> Offsets:
        """The way back to the stored text."""
        return Offsets(self.edits)


def read_text(text: str, *, lexicon: Lexicon | None = None) -> Reading:
    """Return the reading view of a text, in time that grows with its length.

    Args:
        text: as stored; any string.
        lexicon: the words of its language; English where None.
    """
    lexicon = lexicon or lexicon_of_language()
    steps: list[tuple[Edit, ...]] = []
    for changes in _STEPS:
        text, edits = changed(text, changes(text, lexicon))
        if edits:
            steps.append(tuple(edits))
    return Reading(text, tuple(steps), lexicon)
