"""Human decisions as they hold now, in one file beside the tables: all who read tables obey them at once.

Derived tables are made under the decisions of their time, which stand in a file of their own. What people
decided since reaches readers by this file, whether they read by `load`, in DuckDB or by way of an export:
whom an entity is merged into, split off from or called by, who speaks, which claims leave their group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decision_files import load_decisions, note_decision
from pipeline.curation.decisions import Decisions, decisions_json, decisions_of_json
from pipeline.store import Store
from pipeline.store.batch import DECISIONS, DECISIONS_NOW
from pipeline.store.derived_files import read_derived
from schemas import ClaimGroup


@dataclass(frozen=True, slots=True)
class DecisionsNow:
    """What holds for readers.

    Attributes:
        decisions: all of them.
        leaving: claim_ids that are in no group any longer, since they were told apart from others after
            `claim_groups` was derived.
    """

    decisions: Decisions = field(default_factory=Decisions)
    leaving: frozenset[str] = frozenset()


def decide(store: Store, decision: Mapping[str, Any], path: Path) -> str:
    """Note a decision, let it hold at once for all who read the tables, and return the path of the note.

    Args:
        store: whose readers are meant.
        decision: as `note_decision` takes it.
        path: the file of decisions.

    Raises:
        InputError: it is no decision, and nothing is noted; or a line that was there before is none.
    """
    noted = note_decision(store, decision)
    write_decisions_now(store, path)
    return noted


def write_decisions_now(store: Store, path: Path) -> None:
    """Write down what holds now, in one file; arguments and errors as of `decide`."""
    with store.lock("decisions-now"):
        decisions = load_decisions(path, store)
        derived = decisions_of_json(store.read_json(DECISIONS))
        leaving = leaving_groups(store, {*decisions.apart} - {*derived.apart})
        store.write_json(DECISIONS_NOW, {**decisions_json(decisions), "leaving": sorted(leaving)})


def read_decisions_now(store: Store) -> DecisionsNow:
    """Return what holds now; none before anything was derived.

    Raises:
        DamagedError: the file cannot be read.
    """
    found = store.read_json(DECISIONS_NOW)
    if found is None:  # derived before there was such a file
        return DecisionsNow(decisions_of_json(store.read_json(DECISIONS)))
    return DecisionsNow(decisions_of_json(found), frozenset(found["leaving"]))


def leaving_groups(store: Store, apart: Collection[tuple[str, str]]) -> set[str]:
    """Return the claims that leave their group now.

    Of two claims of one group that were told apart it is the later one; and where a group is left with one
    article that says so, all of it is gone. The next derive makes all groups anew.

    Args:
        store: with `claim_groups`, or without.
        apart: pairs of claim_ids that were told apart since it was derived.

    Raises:
        DamagedError: a file of `claim_groups` cannot be read.
    """
    told = {claim_id for pair in apart for claim_id in pair}
    there = {row["claim_id"]: row for row in _claims(store, "claim_id", told)}
    leaving = set()
    for pair in apart:
        if {*pair} <= there.keys():
            first, second = (there[claim_id] for claim_id in pair)
            if first["claim_group_id"] == second["claim_group_id"]:
                leaving.add(max(pair, key=lambda claim_id: (there[claim_id]["day"], claim_id)))
    members = [*_claims(store, "claim_group_id", {there[claim_id]["claim_group_id"] for claim_id in leaving})]
    left = [row for row in members if row["claim_id"] not in leaving]
    n_left = Counter(row["claim_group_id"] for row in left)
    n_agreeing = Counter(row["claim_group_id"] for row in left if row["relation"] != "contradicts")
    gone = {group for group in {row["claim_group_id"] for row in members} if n_left[group] < 2}
    gone |= {group for group in n_left if not n_agreeing[group]}
    return leaving | {row["claim_id"] for row in members if row["claim_group_id"] in gone}


def _claims(store: Store, column: str, wanted: set[str]) -> Iterable[dict[str, Any]]:
    """Yield the rows of `claim_groups` that have a value, a month at a time."""
    if not wanted:
        return
    values = pa.array(sorted(wanted), pa.string())
    columns = ["claim_group_id", "claim_id", "day", "relation"]
    for rows in read_derived(store, ClaimGroup, columns=columns):
        yield from rows.filter(pc.is_in(rows[column], value_set=values)).to_pylist()
