"""Fold the fragments of changelog.d into CHANGELOG.md: `python -m tools.changelog VERSION`.

A fragment is one change: a file `<slug>.<kind>.md` with the text of one entry. So two branches never write
to the same line. Folding makes a section of the version out of them, by kind and then by slug, puts it above
the versions before it, and removes the fragments.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

KINDS = ("added", "changed", "fixed", "removed")
"""In the order of the sections."""

_NAME = re.compile(rf"[a-z0-9][a-z0-9-]*\.({'|'.join(KINDS)})\.md")
_WRAPPER = textwrap.TextWrapper(
    118, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
)
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class ChangelogError(Exception):
    """A fragment that is none, or a version that cannot be made; the message says which, and what to do."""


def read_fragments(folder: Path) -> dict[str, list[tuple[Path, str]]]:
    """Return the fragments of a folder by kind, each with its text.

    Raises:
        ChangelogError: a file that is not named as a fragment, or is empty.
    """
    found: dict[str, list[tuple[Path, str]]] = {kind: [] for kind in KINDS}
    for path in sorted(folder.iterdir()):
        if path.name == "README.md" or path.name.startswith("."):
            continue
        named = _NAME.fullmatch(path.name)
        if named is None:
            raise ChangelogError(f"{path}: name it <slug>.<{'|'.join(KINDS)}>.md, the slug in a-z, 0-9 and -")
        text = " ".join(path.read_text(encoding="utf-8").split())
        if not text:
            raise ChangelogError(f"{path} is empty: write what changes, for whom")
        found[named[1]].append((path, text.removeprefix("- ")))
    return found


def fold(changelog: str, version: str, day: date, fragments: dict[str, list[tuple[Path, str]]]) -> str:
    """Return the changelog with a section for the version above the others.

    Raises:
        ChangelogError: no such version, one that is there already, or nothing to fold.
    """
    if not _VERSION.fullmatch(version):
        raise ChangelogError(f"{version!r} is no version; write it as 1.2.3")
    if re.search(rf"^## {re.escape(version)} ", changelog, re.MULTILINE):
        raise ChangelogError(f"CHANGELOG.md has a section {version} already; name the next version")
    if not any(fragments.values()):
        raise ChangelogError("changelog.d holds no fragment: there is nothing to fold")
    lines = [f"## {version} - {day.isoformat()}", ""]
    for kind, entries in fragments.items():
        if entries:
            lines += [f"### {kind.capitalize()}", ""]
            lines += [_WRAPPER.fill(text) for _, text in entries]
            lines.append("")
    head, mark, older = changelog.partition("\n## ")
    return "\n".join([head.rstrip("\n"), "", *lines]).rstrip("\n") + "\n" + mark + older


def main(arguments: Sequence[str] | None = None) -> int:
    """Fold, and return the exit code: 2 where nothing was done."""
    options = argparse.ArgumentParser(prog="python -m tools.changelog", description=__doc__.split("\n\n")[0])
    options.add_argument("version", help="as 1.2.3")
    options.add_argument("--root", type=Path, default=Path(), help="the project's folder (%(default)s)")
    args = options.parse_args(arguments)
    path = args.root / "CHANGELOG.md"
    try:
        fragments = read_fragments(args.root / "changelog.d")
        folded = fold(path.read_text(encoding="utf-8"), args.version, datetime.now(UTC).date(), fragments)
    except ChangelogError as error:
        sys.stderr.write(f"newstables: {error}\n")
        return 2
    path.write_text(folded, encoding="utf-8")
    for entries in fragments.values():
        for fragment, _ in entries:
            fragment.unlink()
    sys.stdout.write(f"CHANGELOG.md has a section {args.version}; look it over, then commit it\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
