"""What is said in front of a date: whether it is that of publication or of a later change."""

from __future__ import annotations

import re

from pipeline.ingest.patterns import one_of
from pipeline.lexicons import Lexicon, lexicon

_BETWEEN = " ,;|•·–—-()/"


def _leads(words: Lexicon) -> re.Pattern[str]:
    """Return the pattern of what leads a date, of its publication or of a later change."""
    published, updated = words.ordered("ingest.published"), words.ordered("ingest.updated")
    groups = (f"(?P<published>{one_of(published)})", f"(?P<updated>{one_of(updated)})")
    return re.compile(rf"\b(?:{'|'.join(groups)})\b(?: (?:on|at))?[:,]? ?", re.IGNORECASE)


def of_publication(text: str) -> str:
    """Return the date of publication, out of a string that has that of a change as well."""
    leads = list(lexicon().made(_leads).finditer(text))
    if not leads:
        return text
    parts: dict[str, str] = {"": text[: leads[0].start()].strip(_BETWEEN)}
    for lead, end in zip(leads, [*(lead.start() for lead in leads[1:]), len(text)], strict=True):
        parts.setdefault(lead.lastgroup or "", text[lead.end() : end].strip(_BETWEEN))
    dated = {kind: part for kind, part in parts.items() if any(c.isdigit() for c in part)}
    # "2 March 2026, updated 4 March 2026": the one without a word of its own is that of publication.
    return dated.get("published") or dated.get("") or text
