"""Ordinary months raise no alarm, whatever their weekdays and size; what is out of the ordinary does."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pipeline.desk.run_report.alarms import Alarm, alarms_of
from pipeline.desk.run_report.figures import Figures, Outlet, Refused

FIRST = date(2026, 1, 1)
N_DAYS = 84


def figures(
    day: date,
    outlets: dict[str, int],
    *,
    rng: np.random.Generator,
    rejects: float = 0.03,
    named: float = 0.7,
    per_article: tuple[float, float, float] = (9.0, 3.0, 12.0),
) -> Figures:
    """A day with so many articles of each outlet; what is in them is drawn article by article."""
    n = sum(outlets.values())
    means = rng.gamma(4.0, 0.25, size=(3, n))  # articles are longer and shorter
    entities, quotes, claims = (
        int(rng.poisson(mean * of_article).sum()) for mean, of_article in zip(per_article, means, strict=True)
    )
    shares = rng.beta(6, 6 / named - 6, size=max(1, n))  # and differ in what they quote
    share = float(np.clip(shares.mean(), 0, 1))
    n_rejected = int(rng.poisson(rejects * n))
    people, bodies, places = (int(entities * part * rng.uniform(0.95, 1.05)) for part in (0.4, 0.3, 0.2))
    return Figures(
        day=day,
        run_id="r",
        code="c",
        model="m",
        rows={
            "articles": n,
            "entities": entities,
            "mentions": 2 * entities,
            "quotes": quotes,
            "claims": claims,
            "rejects": n_rejected,
        },
        records=n + n_rejected,
        languages={"en": n},
        outlets={name: Outlet(records=kept, kept=kept) for name, kept in outlets.items()},
        quotes_named=int(rng.binomial(quotes, share)),
        quotes_speech=quotes,
        quotes_score=float(np.clip(0.8 + rng.normal(0, 0.1 / np.sqrt(max(1, n))), 0, 1)) if quotes else None,
        kinds={},
        labels={"PERSON": people, "ORG": bodies, "GPE": places},
        voices={"outlet": int(claims * rng.uniform(0.47, 0.53))},
        refused=(Refused(reason="too_short", n=n_rejected, detail="", record_ref=""),) if n_rejected else (),
        claims=(),
    )


type Rhythm = Callable[[date, int, np.random.Generator], dict[str, int]]


def weekdays(day: date, number: int, rng: np.random.Generator) -> dict[str, int]:
    """A newsroom of forty outlets: half on Saturdays, a third on Sundays, and noise of a tenth."""
    share = {5: 0.5, 6: 0.35}.get(day.weekday(), 1.0)
    busy = share * rng.lognormal(0, 0.1)
    return {f"Outlet {i}": int(rng.poisson(busy * 400 / (i + 1))) for i in range(40)}


def small(day: date, number: int, rng: np.random.Generator) -> dict[str, int]:
    """A weekly's desk: three outlets with two or three articles a day."""
    return {name: int(rng.poisson(mean)) for name, mean in (("A", 3.0), ("B", 2.0), ("C", 0.7))}


def bursts(day: date, number: int, rng: np.random.Generator) -> dict[str, int]:
    """A magazine that comes on Thursdays, a blog that comes when it comes, and a steady agency."""
    return {
        "Agency": int(rng.poisson(60)),
        "Weekly": int(rng.poisson(20)) if day.weekday() == 3 else 0,
        "Working days only": int(rng.poisson(15)) if day.weekday() < 5 else 0,
        "Now and then": int(rng.poisson(10)) if rng.random() < 0.4 else 0,
    }


def growing(day: date, number: int, rng: np.random.Generator) -> dict[str, int]:
    """An archive that takes on more: one percent a day."""
    return {f"Outlet {i}": int(rng.poisson(20 * 1.01**number)) for i in range(10)}


def months(rhythm: Rhythm, seed: int, n_days: int = N_DAYS) -> dict[date, Figures]:
    rng = np.random.default_rng(seed)
    days = (FIRST + timedelta(days=n) for n in range(n_days))
    return {day: figures(day, rhythm(day, n, rng), rng=rng) for n, day in enumerate(days)}


def all_alarms(archive: dict[date, Figures]) -> Iterator[tuple[date, Alarm]]:
    for day, found in archive.items():
        for alarm in alarms_of(found, archive):
            yield day, alarm


@pytest.mark.parametrize("rhythm", [weekdays, small, bursts, growing])
@pytest.mark.parametrize("seed", range(6))
def test_ordinary_months_raise_no_alarm(rhythm: Rhythm, seed: int) -> None:
    assert [f"{day}: {alarm.text}" for day, alarm in all_alarms(months(rhythm, seed))] == []


LAST = FIRST + timedelta(days=N_DAYS - 1)


def changed(
    rhythm: Rhythm, seed: int, change: Callable[[dict[str, int]], dict[str, int]], **of: Any
) -> list[Alarm]:
    archive = months(rhythm, seed)
    rng = np.random.default_rng(seed + 1000)
    outlets = {name: outlet.kept for name, outlet in archive[LAST].outlets.items()}
    archive[LAST] = figures(LAST, change(outlets), rng=rng, **of)
    return list(alarms_of(archive[LAST], archive))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rhythm", [weekdays, growing])
def test_half_of_the_articles_is_an_alarm_and_so_is_double(rhythm: Rhythm, seed: int) -> None:
    def times(factor: float) -> Callable[[dict[str, int]], dict[str, int]]:
        return lambda outlets: {n: int(factor * k) for n, k in outlets.items()}

    for factor, word in ((0.3, "fewer"), (2.5, "more")):
        found = changed(rhythm, seed, times(factor))
        assert [alarm.what for alarm in found if alarm.kind == "figure"] == ["articles"]
        assert f"{word} than usual" in found[0].text


def test_a_day_without_anything_is_one_alarm() -> None:
    [alarm] = changed(weekdays, 1, lambda outlets: {})
    assert alarm.what == "articles"


@pytest.mark.parametrize("seed", range(4))
def test_a_silent_outlet_is_an_alarm_by_its_name(seed: int) -> None:
    def silenced(name: str) -> Callable[[dict[str, int]], dict[str, int]]:
        return lambda outlets: {n: k for n, k in outlets.items() if n != name}

    assert [a.what for a in changed(growing, seed, silenced("Outlet 3"))] == ["Outlet 3"]
    found = [a for a in changed(weekdays, seed, silenced("Outlet 1")) if a.kind == "silent outlet"]
    assert [alarm.what for alarm in found] == ["Outlet 1"]


def test_a_small_outlet_is_silent_after_some_days_and_told_each_day() -> None:
    archive = months(small, 3)
    quiet = {FIRST + timedelta(days=n) for n in range(N_DAYS - 7, N_DAYS)}
    rng = np.random.default_rng(1)
    for day in sorted(quiet):
        outlets = {n: o.kept for n, o in archive[day].outlets.items() if n != "A"}
        archive[day] = figures(day, outlets, rng=rng)
    told = [day for day, alarm in all_alarms(archive) if alarm.what == "A"]
    assert told and set(told) < quiet and told[-1] == LAST
    assert all((later - earlier).days == 1 for earlier, later in pairwise(told))


def test_a_weekly_that_does_not_come_is_silent_on_its_day_and_not_before() -> None:
    archive = months(bursts, 2)
    thursday = max(day for day in archive if day.weekday() == 3)
    rng = np.random.default_rng(1)
    for day in [day for day in archive if day >= thursday]:
        outlets = {n: o.kept for n, o in archive[day].outlets.items() if n != "Weekly"}
        archive[day] = figures(day, outlets, rng=rng)
    told = [day for day, alarm in all_alarms(archive) if alarm.what == "Weekly"]
    assert told[:1] == [thursday]


@pytest.mark.parametrize("seed", range(4))
def test_a_doubled_reject_rate_is_an_alarm_with_its_reason(seed: int) -> None:
    found = changed(growing, seed, dict, rejects=0.12)
    assert [(alarm.kind, "too_short" in alarm.text) for alarm in found] == [("rejects", True)]
    assert changed(growing, seed, dict, rejects=0.03) == []


def test_quotations_that_lose_their_speakers_are_an_alarm() -> None:
    found = changed(weekdays, 1, dict, named=0.45)
    assert [alarm.what for alarm in found] == ["quotations with a named speaker"]


def test_extraction_that_finds_half_as_much_is_an_alarm() -> None:
    found = changed(weekdays, 1, dict, per_article=(9.0, 1.2, 12.0))
    assert [alarm.what for alarm in found] == ["quotations an article"]


def test_two_weeks_are_needed_to_know_what_is_ordinary() -> None:
    archive = months(growing, 1, n_days=14)
    rng = np.random.default_rng(1)
    for n, expected in ((13, 0), (14, 1)):
        day = FIRST + timedelta(days=n)
        before = {other: found for other, found in archive.items() if other < day}
        assert len(alarms_of(figures(day, {}, rng=rng), before)) == expected


def test_days_that_were_not_published_are_no_days() -> None:
    archive = months(weekdays, 4)
    for n in (60, 61, 62, 70):
        del archive[FIRST + timedelta(days=n)]
    assert list(all_alarms(archive)) == []
