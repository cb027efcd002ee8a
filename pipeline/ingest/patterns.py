"""Patterns made of words."""

from __future__ import annotations

import re
from collections.abc import Iterable


def one_of(forms: Iterable[str]) -> str:
    """Return a pattern of any of some words, the longest first, without a group around it."""
    return "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
