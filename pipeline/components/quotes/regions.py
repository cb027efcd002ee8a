"""Regions of a text that stand in quotation marks, however carelessly the marks are set.

News copy pairs straight with curly marks, forgets one of them, turns one round, opens every paragraph of a
long quotation and closes only the last, and uses the same character for an apostrophe and for a nested
quotation. `find_regions` reads each mark by its shape and by what stands on both sides of it, pairs the marks
paragraph by paragraph, and repairs what does not pair. It never raises and is linear in the text.

Whether a region is a quotation, a title, a nickname or a pair of scare quotes is not its question: see
`marked.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline import lexicons
from pipeline.components.quotes.double_marks import double_regions
from pipeline.components.quotes.region import Region
from pipeline.components.quotes.single_marks import single_regions
from pipeline.lexicons import Lexicon
from pipeline.reading import TextLine, read_lines

_WORD = re.compile(r"\w")


def find_regions(
    text: str, *, lexicon: Lexicon | None = None, lines: Sequence[TextLine] | None = None
) -> list[Region]:
    """Find what stands in quotation marks.

    Args:
        text: any string.
        lexicon: the words of its language; English where None.
        lines: of the text, where somebody has read them already. Each is a paragraph; debris is none,
            and marks pair as if it were not there.

    Returns:
        Regions in order of their start, an outer one before those inside it. Regions nest or are apart;
        they never overlap in part. A region holds at least one word character.
    """
    lexicon = lexicon or lexicons.lexicon()
    lines = read_lines(text, lexicon=lexicon) if lines is None else lines
    paragraphs = [(line.start, line.end) for line in lines if not line.is_debris]
    doubles = double_regions(text, paragraphs)
    singles = single_regions(text, doubles, paragraphs, lexicon)
    regions: list[Region] = []
    around: list[Region] = []
    for region in sorted(doubles + singles, key=lambda r: (r.start, -r.end)):
        while around and around[-1].end <= region.start:
            around.pop()
        if around and region.end > around[-1].end:
            continue
        if not _WORD.search(text, region.inner_start, region.inner_end):
            continue
        around.append(replace(region, depth=len(around)))
        regions.append(around[-1])
    return regions
