"""What clustering works on: all names of one spelling (a form), and the names of one entity (a cluster)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.components.entities.name import Name

TEAM = "#team"
"""Last word of the key of a national team, which keeps it apart from its country."""
PLACES = frozenset(("GPE", "LOC", "FAC"))


class Reason(NamedTuple):
    """Why a name stands in its cluster (the name of the rule), and how sure that is, 0..1."""

    rule: str
    certainty: float


SAME_NAME = Reason("same_name", 0.95)


@dataclass(slots=True)
class Cluster:
    """Names of one entity.

    Attributes:
        names: in text order.
        label: the entity's label.
        name: canonical name.
        code: code of the country or subdivision that it is, if it is one.
        is_local: a lone surname or the like.
        gender: m or f, where a title has shown it.
        reasons: why a name of the document is in its cluster, where it is not for its spelling alone.
    """

    names: list[Name]
    label: str
    name: str
    code: str | None = None
    is_local: bool = False
    gender: str = ""
    reasons: Mapping[Name, Reason] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Form:
    """All names of one spelling, and the form that they have been joined to.

    Attributes:
        key: the spelling as plain words.
        text: as it is printed, in capitals only where it never is otherwise.
        names: in text order, until names of other forms move in.
        label: the entity label of most of them.
        parent: the form that this one has been joined to.
        method: the rule that joined it.
        reasons: those of all names of the document, see `Cluster`: one dict for all forms.
        in_debris: all names of this spelling stand in debris.
    """

    key: tuple[str, ...]
    text: str
    reasons: dict[Name, Reason]
    names: list[Name] = field(default_factory=list)
    label: str = ""
    parent: Form | None = None
    method: str = ""
    in_debris: bool = False

    def root(self) -> Form:
        """Return the form at the end of the chain of joins that begins here."""
        form = self
        while form.parent is not None:
            form = form.parent
        return form

    def join(self, into: Form, rule: str, certainty: float) -> None:
        """Make this form and another one entity, unless they are one already."""
        own, other = self.root(), into.root()
        if own is not other:
            own.parent = other
            self.method = rule
            self.reasons.update(dict.fromkeys(self.names, Reason(rule, certainty)))

    def take_in(self, name: Name, rule: str, certainty: float) -> None:
        """Take in a single name of another form, which has to give it up."""
        self.reasons[name] = Reason(rule, certainty)
        self.names.append(name)


Forms = dict[tuple[str, ...], Form]
"""The forms of a document by their keys, in order of first mention."""


def by_root(forms: Iterable[Form]) -> dict[Form, Form]:
    """Return the roots of some forms, in order, each with the last of the forms joined to it."""
    return {form.root(): form for form in forms}


def owners(clusters: Sequence[Cluster], label: str | None = None) -> dict[int, int]:
    """Return which cluster (its number) each token of a name belongs to.

    Args:
        clusters: of the document.
        label: of the clusters that count; None for all.
    """
    return {
        token: i
        for i, cluster in enumerate(clusters)
        if label is None or cluster.label == label
        for name in cluster.names
        for token in range(name.start, name.end)
    }
