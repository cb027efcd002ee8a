"""Files that say something of the text file beside them, as two known corpora keep their metadata.

* `news_titles/12.txt` holds the title of `news/12.txt`;
* `true-meta-information/12-meta.txt` holds author, link, category and date of `true/12.txt`, a line each;
* `12.ann` holds annotations (brat) of `12.txt`, which are of no use here;
* a README or a licence tells of its folder: by its name and by what it says. A delivery may be named
  `license-fees.jsonl` or `readme_first.txt`, and is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.ingest.formats.about import is_about, may_be_about

Role = Literal["title", "meta"]

TITLES = "_titles"
META = "-meta-information"
"""How the names of folders end that stand beside one of texts."""


@dataclass(frozen=True, slots=True)
class Companions:
    """Which files stand beside which.

    Attributes:
        of: by the path of a text, the path of its companion and its role.
        used: paths that are no articles by themselves.
    """

    of: dict[str, tuple[str, Role]]
    used: frozenset[str]


def companions(paths: Iterable[str], head: Callable[[str], bytes] | None = None) -> Companions:
    """Return which of the paths are companions of others.

    Args:
        paths: of all files.
        head: the first bytes of a file; where it is not given, no file is taken to be about others.
    """
    known = set(paths)
    of: dict[str, tuple[str, Role]] = {}
    used: set[str] = set()
    for path in known:
        folder, _, name = path.rpartition("/")
        if head is not None and may_be_about(name) and is_about(name, head(path)):
            used.add(path)
        elif name.endswith(".ann"):
            if f"{path[:-4]}.txt" in known:
                used.add(path)
        elif folder.endswith(TITLES):
            text = f"{folder.removesuffix(TITLES)}/{name}"
            if text in known:
                of[text] = (path, "title")
                used.add(path)
        elif folder.endswith(META) and name.endswith("-meta.txt"):
            text = f"{folder.removesuffix(META)}/{name.removesuffix('-meta.txt')}.txt"
            if text in known:
                of[text] = (path, "meta")
                used.add(path)
    return Companions(of, frozenset(used))


def companion_fields(text: str, role: Role) -> dict[str, Any]:
    """Return the fields in a companion."""
    lines = [line.strip() for line in text.splitlines()]
    if role == "title":
        return {"title": " ".join(filter(None, lines))}
    named = zip(("author", "url", "section", "published_at"), lines, strict=False)
    return {name: line for name, line in named if line and line != "None"}
