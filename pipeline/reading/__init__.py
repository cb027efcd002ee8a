"""How a text is read: before the parse it becomes a reading view, with a way back to the stored text.

The stored text never changes. What is parsed is `Reading.text`: blanks of all kinds are plain ones, lines
that were wrapped are one, what was glued together stands apart (`view.py`). Its lines have classes
(`lines.py`), by which the extractors tell what the article says from what stands around it.
"""

import pipeline.accelerator.finder  # noqa: F401 - from here on, modules are imported as they are built
from pipeline.reading.edits import Edit, Offsets
from pipeline.reading.lines import DEBRIS, LineKind, TextLine, read_lines
from pipeline.reading.view import Reading, read_text

__all__ = ["DEBRIS", "Edit", "LineKind", "Offsets", "Reading", "TextLine", "read_lines", "read_text"]
