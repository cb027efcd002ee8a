"""The names of a document while rules add to them: who has which token, and where a name may still go."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pipeline.components.doc.tags import NAME_TAGS
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.headlines import shouting_lines
from pipeline.components.entities.name import Name


class Ledger:
    """The names of a document so far, and the tokens that they cover.

    The ledger owns its names: rules change them, and only here. A token that has once been covered stays so
    when its name is removed: no rule looks at it twice.

    Attributes:
        names: in the order in which they came in.
        covered: for each token, whether a name has it or had it.
    """

    def __init__(self, names: Iterable[Name], tokens: Tokens) -> None:
        """Open a ledger with names that do not overlap."""
        self.names = [*names]
        self.covered = [False] * len(tokens)
        self._tokens = tokens
        self._shouting: list[bool] | None = None
        for name in self.names:
            self.cover(name.start, name.end)

    @property
    def shouting(self) -> list[bool]:
        """For each line whether it is written as a headline."""
        if self._shouting is None:
            self._shouting = shouting_lines(self._tokens)
        return self._shouting

    def is_covered(self, start: int, end: int) -> bool:
        """Return whether a name has any of the tokens [start, end)."""
        return any(self.covered[start:end])

    def cover(self, start: int, end: int) -> None:
        """Mark the tokens [start, end) as those of a name."""
        for i in range(start, end):
            self.covered[i] = True

    def add(self, name: Name) -> None:
        """Add a name and cover its tokens."""
        self.names.append(name)
        self.cover(name.start, name.end)

    def widen(self, name: Name, *, start: int | None = None, end: int | None = None, method: str) -> None:
        """Give a name of the ledger more tokens in front or behind.

        Args:
            name: to be changed.
            start: its new first token; None for the old one.
            end: after its new last token; None for the old one.
            method: the rule that says so.
        """
        if start is not None:
            self.cover(start, name.start)
            name.start = start
        if end is not None:
            self.cover(name.end, end)
            name.end = end
        name.method = method

    def drop(self, names: Collection[Name]) -> None:
        """Remove names; their tokens stay covered."""
        if names:
            self.names = [name for name in self.names if name not in names]

    def drop_within(self, start: int, end: int) -> None:
        """Remove the names that have any of the tokens [start, end)."""
        self.names = [name for name in self.names if name.end <= start or name.start >= end]

    def restart(self, names: Iterable[Name]) -> None:
        """Replace all names: what the new ones do not cover is free again."""
        self.names = [*names]
        self.covered = [False] * len(self.covered)
        for name in self.names:
            self.cover(name.start, name.end)


def is_capital(tokens: Tokens, i: int) -> bool:
    """Return whether a token is a proper noun written with a capital."""
    return tokens.words[i][:1].isupper() and tokens.tags[i] in NAME_TAGS
