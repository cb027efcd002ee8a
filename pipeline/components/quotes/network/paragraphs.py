"""What the network is told of paragraphs and quotation marks.

It reads marks more simply than `regions.py` does: it was trained so.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.components.quotes.network.inputs import CLOSING, INSIDE, OPENING, Ints, bucket

_MARKS = re.compile(r"[“”„«»\"\n]|``|''|(?<!\w)['‘](?=\w)|(?<=[\w.,!?…])['’](?!\w)")
_SINGLES = frozenset("'‘’")
_ONLY_OPENING, _ONLY_CLOSING = frozenset(("“", "„", "«", "``")), frozenset("”»")
_MOST_IN_SINGLES = 200
"""Characters that single marks may hold."""

_PARAGRAPH_ENDS = {**dict.fromkeys(".!?…", 1), **dict.fromkeys("\"”'’»", 2)}
_PARAGRAPH_OPENINGS = frozenset("\"“„«'‘`")


def scan_marks(text: str, starts: NDArray[np.int64]) -> tuple[Ints, Ints, tuple[Ints, Ints, Ints]]:
    """Return of each word its paragraph, its place in quotation marks, and how far it is from the marks.

    Args:
        text: of all documents, with a line break between two of them.
        starts: first character of each word.

    Returns:
        The ordinal of the paragraph; OUTSIDE, OPENING, INSIDE or CLOSING; and in buckets the number of words
        in the marks, of those since the opening one, and of those until the closing one.
    """
    breaks, quoted = _read_marks(text)
    n = len(starts)
    marks, length, since, until = (np.zeros(n, dtype=np.int32) for _ in range(4))
    # Line breaks in a row are one paragraph break: number the words' break counts densely.
    before = np.searchsorted(np.array(breaks, dtype=np.int64), starts)
    paragraphs = (np.cumsum(np.diff(before, prepend=before[:1]) > 0)).astype(np.int32)
    if quoted:
        bounds = np.array(quoted, dtype=np.int64)
        first = np.searchsorted(starts, bounds[:, 0])
        last = np.searchsorted(starts, bounds[:, 1]) - 1
        wide = last > first
        first, last = first[wide], last[wide]
        sizes = last - first + 1
        since_one = np.arange(1, sizes.sum() + 1) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        word = np.repeat(first - 1, sizes) + since_one
        marks[word] = INSIDE
        marks[first], marks[last] = OPENING, CLOSING
        length[word] = np.repeat(sizes - 2, sizes)
        since[word] = since_one
        until[word] = np.repeat(sizes + 1, sizes) - since_one
    distances = np.minimum(bucket(length), 7), np.minimum(bucket(since), 9), np.minimum(bucket(until), 9)
    return paragraphs, marks, distances


def _read_marks(text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Return where lines break, and the stretches in quotation marks, the marks included.

    Marks pair within a paragraph; straight marks open or close, whichever is due; an opening mark that is
    not closed runs to the end of its paragraph. Single marks count outside double ones only.
    """
    breaks: list[int] = []
    quoted: list[tuple[int, int]] = []
    opened, is_single = -1, False
    for match in _MARKS.finditer(text):
        mark, at = match.group(), match.start()
        if mark == "\n":
            if opened >= 0 and not is_single:
                quoted.append((opened, at))
            opened = -1
            breaks.append(at)
        elif mark in _SINGLES:
            if opened < 0 and mark != "’" and (at == 0 or not text[at - 1].isalnum()):
                opened, is_single = at, True
            elif opened >= 0 and is_single and mark != "‘" and at - opened > 2:
                if at - opened <= _MOST_IN_SINGLES:
                    quoted.append((opened, at + 1))
                opened = -1
        elif opened >= 0 and not is_single:
            if mark == '"' and _can_only_open(text, at):
                # It takes up a quotation that was not closed; the marks behind it keep their parity.
                quoted.append((opened, at))
                opened = at
            elif mark not in _ONLY_OPENING:
                quoted.append((opened, match.end()))
                opened = -1
        elif mark not in _ONLY_CLOSING:
            opened, is_single = at, False
    if opened >= 0 and not is_single:
        quoted.append((opened, len(text)))
    return breaks, quoted


def _can_only_open(text: str, at: int) -> bool:
    """Return whether a straight mark stands before a word and behind a blank."""
    return text[at + 1 : at + 2].isalnum() and text[at - 1 : at].isspace()


def paragraph_kinds(
    text: str,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    begins: NDArray[np.bool_],
    documents: NDArray[np.int64],
) -> Ints:
    """Return of each word the kind of its paragraph: 6 * its place + 2 * its end + whether a mark opens it.

    Its place is 0 for the first of a document, 1 for the second, 2 for later ones, 3 for the last; its end
    is 1 for a full stop or the like, 2 for a quotation mark, 0 for anything else.

    Args:
        text: of all documents.
        starts: first character of each word.
        lengths: characters of each word.
        begins: whether a word begins a paragraph.
        documents: ordinal of each word's document.
    """
    first = np.flatnonzero(begins)
    if not len(first):
        return np.zeros(0, dtype=np.int32)
    sizes = np.diff(first, append=len(starts))
    last = first + sizes - 1
    home = documents[first]
    number = np.arange(len(first)) - np.searchsorted(home, home)
    place = np.where(np.diff(home, append=-1) != 0, 3, np.minimum(number, 2))
    openings = starts[first].tolist()
    finals = (starts[last] + lengths[last] - 1).tolist()
    look = [
        2 * _PARAGRAPH_ENDS.get(text[final], 0) + (text[opening] in _PARAGRAPH_OPENINGS)
        for opening, final in zip(openings, finals, strict=True)
    ]
    kinds = place * 6 + np.array(look)
    return np.repeat(kinds, sizes).astype(np.int32)


def edges(group: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the first and the last index of the run of equal numbers that each element stands in."""
    if not len(group):
        return group, group
    first = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    sizes = np.diff(first, append=len(group))
    return np.repeat(first, sizes), np.repeat(first + sizes - 1, sizes)


def any_in(flag: NDArray[np.bool_], group: NDArray[Any]) -> NDArray[np.bool_]:
    """Return of each element whether the flag is set anywhere in its group."""
    if not len(group):
        return flag
    is_set: NDArray[np.bool_] = np.bincount(group, weights=flag)[group] > 0
    return is_set
