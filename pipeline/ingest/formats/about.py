"""A README or a licence tells of the files beside it, in a folder or an archive, and is no article."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pipeline.ingest.formats.reader import decode
from pipeline.lexicons import words

_ABOUT = re.compile(r"(?:readme|licen[cs]e|copying|notice)", re.IGNORECASE)
_TEXTS = ("", ".txt", ".md", ".rst", ".text")
_N_SIGNS = 2


def may_be_about(name: str) -> bool:
    """Tell whether a file is named like a README or a licence; `is_about` tells whether it is one."""
    return _ABOUT.match(name) is not None


def is_about(name: str, head: bytes) -> bool:
    """Tell whether a file named like a README or a licence is one: a text that speaks of files or of rights.

    Args:
        name: of the file.
        head: its first bytes.
    """
    if PurePosixPath(name.lower()).suffix not in _TEXTS or re.search(rb"[\x00-\x08\x0e-\x1a]", head):
        return False
    text = " ".join(decode(head).lower().split())
    if text.startswith(("{", "[", "<")):
        return False
    return sum(sign in text for sign in words("ingest.about_files")) >= _N_SIGNS
