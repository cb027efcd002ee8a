"""The forms that a measurement takes; each has one `value`, in percent unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision and recall of what was found; `value` is their F1.

    Hits are counted from both sides, because they need not be the same number: a quotation may be of one
    type in the gold and of another as found, and in B-cubed a mention is right in part.
    """

    gold_hits: float
    n_gold: int
    found_hits: float
    n_found: int

    @property
    def recall(self) -> float:
        """Share of the gold that was found, 0..100."""
        return 100 * self.gold_hits / self.n_gold if self.n_gold else 0.0

    @property
    def precision(self) -> float:
        """Share of what was found that is right, 0..100."""
        return 100 * self.found_hits / self.n_found if self.n_found else 0.0

    @property
    def value(self) -> float:
        """F1: the harmonic mean of precision and recall."""
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0

    def cells(self) -> tuple[str, str, str, str]:
        """Return precision, recall, F1 and the number of gold and found items, as text."""
        return (
            f"{self.precision:.1f}",
            f"{self.recall:.1f}",
            f"{self.value:.1f}",
            f"{self.n_gold} / {self.n_found}",
        )


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some items are right."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0..100; 0 of nothing."""
        return 100 * self.right / self.of if self.of else 0.0

    def cells(self) -> tuple[str, str, str, str]:
        """Return the share and the two numbers, as text."""
        return "", "", f"{self.value:.1f}", f"{self.right} of {self.of}"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure that is neither: an error, a correlation, an average precision."""

    value: float
    n: int
    digits: int = 1

    def cells(self) -> tuple[str, str, str, str]:
        """Return the value and the number of items behind it, as text."""
        return "", "", f"{self.value:.{self.digits}f}", str(self.n)


@dataclass(frozen=True, slots=True)
class External:
    """Precision, recall and F1 as a scorer outside of the project gave them."""

    precision: float
    recall: float
    value: float
    n: str

    def cells(self) -> tuple[str, str, str, str]:
        """Return precision, recall, F1 and the numbers behind them, as text."""
        return f"{self.precision:.1f}", f"{self.recall:.1f}", f"{self.value:.1f}", self.n


@dataclass(frozen=True, slots=True)
class Bounded:
    """A figure with the bounds that chance puts around it."""

    figure: Figure
    low: float
    high: float

    @property
    def value(self) -> float:
        """That of the figure."""
        return self.figure.value

    def cells(self) -> tuple[str, str, str, str]:
        """Return the figure's cells, the bounds behind its numbers."""
        p, r, value, n = self.figure.cells()
        return p, r, value, f"{n} [{self.low:.1f} to {self.high:.1f}]"


type Figure = Rates | Share | Value | External | Bounded
type Figures = dict[str, Figure]
"""Figures by name, in the order in which they are printed."""


def found(hits: int, *, n_gold: int, n_found: int) -> Rates:
    """Return the rates of hits that count once on either side."""
    return Rates(hits, n_gold, hits, n_found)
