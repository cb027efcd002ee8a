"""Folds by outlet: what is trained or calibrated on articles is measured on outlets that it has not seen.

Articles of one outlet share its style sheet, its debris and its people, so that a fold by article tells too
much. Scripts in `training/` and figures in `quality/` take their folds from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.identity import checksum

N_FOLDS = 5


def outlet_key(outlet: str) -> str:
    """Return an outlet's name in the form in which spellings of it are one: "The BBC " and "bbc"."""
    return " ".join(outlet.casefold().split()).removeprefix("www.").removeprefix("the ")


def fold_of(outlet: str, *, n_folds: int = N_FOLDS) -> int:
    """Return the fold of an outlet, 0 up to `n_folds`: by its name alone, the same in every run and set."""
    return int(checksum(f"outlet {outlet_key(outlet)}")[:8], 16) % n_folds


def left_out(outlets: Sequence[str], *, n_folds: int = N_FOLDS) -> list[tuple[list[int], list[int]]]:
    """Return for each fold that has articles the places of those to learn from and of those to measure on.

    Args:
        outlets: of articles, in their order.
        n_folds: number of folds.

    Returns:
        (to learn from, to measure on) by fold; each place is measured on once, and never beside an
        article of its outlet that was learnt from.
    """
    folds = [fold_of(outlet, n_folds=n_folds) for outlet in outlets]
    return [
        (
            [at for at, one in enumerate(folds) if one != fold],
            [at for at, one in enumerate(folds) if one == fold],
        )
        for fold in sorted(set(folds))
    ]


def predict_left_out[Item, Model, Out](
    items: Sequence[Item],
    outlet: Callable[[Item], str],
    *,
    fit: Callable[[Sequence[Item]], Model],
    predict: Callable[[Model, Item], Out],
    n_folds: int = N_FOLDS,
) -> list[Out]:
    """Return for each item what a model says of it that has seen nothing of its outlet.

    Args:
        items: articles, or what stands in them.
        outlet: of an item.
        fit: makes a model of items.
        predict: what a model says of an item.
        n_folds: number of folds.
    """
    said: dict[int, Out] = {}
    for learn, measure in left_out([outlet(item) for item in items], n_folds=n_folds):
        model = fit([items[at] for at in learn])
        said |= {at: predict(model, items[at]) for at in measure}
    return [said[at] for at in range(len(items))]
