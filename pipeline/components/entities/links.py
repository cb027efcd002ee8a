"""Links of names to a knowledge base of the user's: the best candidate of an alias table, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.components.entities.cluster import Cluster

MIN_PRIOR = 0.75
"""Share of an alias's uses that the chosen candidate must have among those of its type."""
_KINDS = {"GPE": "place", "LOC": "place", "FAC": "place"}


class LinkCandidate(NamedTuple):
    """What an alias may mean; `type` is an entity label, "" where it is not known; `prior` is 0..1."""

    id: str
    name: str
    prior: float
    type: str


Lookup = Callable[[str], Sequence[LinkCandidate]]
"""From a name to its candidates, best first; no candidates for an unknown name."""


def best_candidate(cluster: Cluster, lookup: Lookup) -> LinkCandidate | None:
    """Return the candidate that a cluster's canonical name, else its other names, means; None in doubt.

    Only candidates of the cluster's type count. A name that is local to its document (a lone surname) is
    never looked up: null rather than wrong.
    """
    if cluster.is_local:
        return None
    wanted = _KINDS.get(cluster.label, cluster.label)
    fitting = [c for c in lookup(cluster.name) if _KINDS.get(c.type, c.type) == wanted]
    total = sum(c.prior for c in fitting)
    if not fitting or total <= 0:
        return None
    best = max(fitting, key=lambda c: (c.prior, c.id))
    share = best.prior / total
    return best._replace(prior=share) if share >= MIN_PRIOR else None
