"""How long the stages of a day took, beside what they staged: no table holds it, and no row depends on it.

staged/<day>/timings/<stage>-<shard>.json    seconds and counts of a stage
staged/<day>/timings/slowest-<shard>.json    the articles of a shard that took longest in extract
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pipeline.store.batch import Batch, plan_path, staged_folder
from pipeline.store.contract import Contract, as_object

if TYPE_CHECKING:
    from pipeline.store.files import Store

TIMINGS = "timings"
"""The folder beside a day's plan."""

MOST_ARTICLES = 20
"""So many articles of a shard are kept, the slowest."""

_NAME = re.compile(r"([a-z]+)-(\d{5,})\.json")
_SLOWEST = "slowest"


class StageTime(Contract):
    """How long a stage took for a batch.

    Attributes:
        stage: its name.
        shard: 0 where the stage runs once a day.
        seconds: by the clock on the wall.
        counts: what the stage counted.
    """

    stage: str
    shard: int
    seconds: float
    counts: dict[str, Any]


class SlowArticle(Contract):
    """How many seconds extract took for an article."""

    article_id: str
    seconds: float


class _Slowest(Contract):
    articles: tuple[SlowArticle, ...]


class Timings(Contract):
    """What is known of a day: its stages in no order, and its slowest articles, the slowest first."""

    stages: tuple[StageTime, ...] = ()
    slowest: tuple[SlowArticle, ...] = ()


def note_stage(store: Store, batch: Batch, stage: str, seconds: float, counts: Mapping[str, Any]) -> None:
    """Note how long a stage took; an earlier note of it is replaced."""
    time = StageTime(stage=stage, shard=batch.shard, seconds=round(seconds, 3), counts=dict(counts))
    _put(store, batch, stage, time.to_bytes())


def note_articles(store: Store, batch: Batch, seconds: Mapping[str, float]) -> None:
    """Note the articles of a shard that took longest, of all that took seconds, by their ids."""
    ranked = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))[:MOST_ARTICLES]
    slow = tuple(SlowArticle(article_id=id, seconds=round(taken, 3)) for id, taken in ranked)
    _put(store, batch, _SLOWEST, _Slowest(articles=slow).to_bytes())


def read_timings(store: Store, day: date, *, shards: Iterable[int]) -> Timings:
    """Return what is known of a day; what is damaged, or of a shard that is gone, is left out.

    Args:
        store: where it is staged.
        day: the day.
        shards: that the day has now.
    """
    there = {0, *shards}
    stages: list[StageTime] = []
    slowest: list[SlowArticle] = []
    for name in store.names(f"{staged_folder(day)}/{TIMINGS}"):
        found = _NAME.fullmatch(name)
        value = as_object(store.find(f"{staged_folder(day)}/{TIMINGS}/{name}") or b"")
        if found is None or value is None or int(found[2]) not in there:
            continue
        try:
            if found[1] == _SLOWEST:
                slowest += _Slowest.model_validate(value).articles
            else:
                stages.append(StageTime.model_validate(value))
        except ValidationError:
            continue
    slowest.sort(key=lambda article: (-article.seconds, article.article_id))
    return Timings(stages=tuple(stages), slowest=tuple(slowest[:MOST_ARTICLES]))


def _put(store: Store, batch: Batch, what: str, data: bytes) -> None:
    path = f"{staged_folder(batch.day)}/{TIMINGS}/{what}-{batch.shard_name}.json"
    store.put(path, data)
    if not store.exists(plan_path(batch.day)):  # the day was removed meanwhile, by a takedown
        store.remove_folder(f"{staged_folder(batch.day)}/{TIMINGS}")
