"""Networks that have not learnt from the articles that they are measured on.

The shipped labeller of names is trained on all of own_dev. Beside it `training/names.py --keep-folds` leaves
one network for each fold of its outlets, trained without them; on own_dev names are looked over by these.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.models.network import Network

FOLDS = Path(__file__).parents[2] / "training/folds/names"


def network_without(outlet: str) -> Network:
    """Return the network that was trained without an outlet.

    Raises:
        KeyError: no network was trained without it.
    """
    return _network(_fold_by_outlet()[outlet])


type NetworkOf = Callable[[str], Network]


@cache
def _fold_by_outlet() -> dict[str, int]:
    folds: dict[str, int] = json.loads((FOLDS / "outlets.json").read_text(encoding="utf-8"))
    return folds


@cache
def _network(fold: int) -> Network:
    with np.load(FOLDS / f"{fold}.npz") as arrays:
        return Network(arrays, projection="vectors")
