"""Who quotes whom: what is counted by day and what is counted row by row are the same."""

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from explored import FIRST, LAST, asked_of, asking

from pipeline.desk.explorer.filters import KINDS
from pipeline.desk.explorer.pages.quoting import WHOLE, quoting, select
from pipeline.desk.explorer.pages.speaker import about
from pipeline.desk.explorer.snapshot import Desk, Snapshot
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, takedown_path
from pipeline.store.manifest import published_days

WINDOWS = [(FIRST, LAST), (date(2026, 3, 2), date(2026, 3, 3)), (LAST, LAST), (date(2026, 2, 1), FIRST)]


def rows_of(desk: Desk, *, is_by_day: bool, **filters: Any) -> dict[str, Any]:
    """All that the page shows or gives away, and whom each speaker names, in one of both ways."""
    with desk.snapshot() as snapshot:
        asked = asked_of(snapshot, **filters)
        assert snapshot.is_counted or not is_by_day
        snapshot.__dict__["is_counted"] = is_by_day
        assert snapshot.is_counted == is_by_day, "both ways are the one"
        found: dict[str, Any] = {
            name: snapshot.batches(*select(asked, name)).read_all().to_pylist() for name in WHOLE
        }
        found |= quoting(asked).values
        for speaker in found["speakers"][:2]:
            ids = [speaker["speaker_id"], *_merged_into(snapshot, speaker["speaker_id"])]
            articles = [row["article_id"] for row in snapshot.rows("select article_id from articles")]
            own = {"id": speaker["speaker_id"], "ids": ids, "articles": articles}
            found[speaker["speaker_id"]] = about(asked, own)
    return found


def _merged_into(snapshot: Snapshot, entity_id: str) -> list[str]:
    return [one for one, into in snapshot.decisions.merged.items() if into == entity_id]


def combinations(desk: Desk) -> Iterator[Mapping[str, Any]]:
    with desk.snapshot() as snapshot:
        found = snapshot.rows("select source from articles group by 1 order by count(*) desc, 1 limit 2")
    outlets = [*(row["source"] for row in found), "No such paper"]
    for first, last in WINDOWS:
        yield {"first": first, "last": last}
    for outlet in outlets:
        yield {"outlet": outlet}


@pytest.fixture
def own(sample: Store, tmp_path: Path) -> Store:
    """The sample, to be changed."""
    return Store(str(shutil.copytree(sample.root, tmp_path / "own")))


def test_both_ways_give_the_same(sample: Store) -> None:
    desk = Desk(sample, Path(sample.root) / "none")
    for filters in combinations(desk):
        by_day = rows_of(desk, is_by_day=True, **filters)
        assert by_day == rows_of(desk, is_by_day=False, **filters), filters
    whole = rows_of(desk, is_by_day=True)
    assert len(whole["names"]) > len(whole["pairs"]) == 40
    assert sum(len(value) for name, value in whole.items() if len(name) == 16) > 2
    desk.close()


def test_so_they_do_after_decisions_that_are_derived(own: Store, tmp_path: Path) -> None:
    file = tmp_path / "decisions.jsonl"
    desk = Desk(own, file)
    before = rows_of(desk, is_by_day=True)
    first, second, third, fourth = (row["speaker_id"] for row in before["speakers"][:4])
    with desk.snapshot() as snapshot:
        sql = "select quote_id, id_in_article from said join article_entities using (day, article_id)"
        of_fourth = snapshot.rows(
            f"{sql} where speaker_id = $id and entity_id <> $id order by all", {"id": fourth}
        )
        article = snapshot.rows("select article_id from said where speaker_id = $id", {"id": third})[0]
    decisions = [
        {"action": "merge", "entity_id": second, "into": first},
        {"action": "split", "entity_id": third, "article_ids": [article["article_id"]]},
        {"action": "rename", "entity_id": first, "name": "Somebody Else"},
        {
            "action": "wrong-speaker",
            "quote_id": of_fourth[0]["quote_id"],
            "speaker_id": of_fourth[0]["id_in_article"],
        },
        {"action": "wrong-speaker", "quote_id": of_fourth[-1]["quote_id"], "speaker_id": None},
    ]
    for n in (2, 5):
        lines = (json.dumps({**decision, "reason": "a test"}) for decision in decisions[:n])
        file.write_text("\n".join(lines), encoding="utf-8")
        with desk.snapshot() as snapshot:
            assert not asked_of(snapshot).snapshot.is_counted, "nothing decided since may be missing"
        ahead = rows_of(desk, is_by_day=False)
        derive(own, Batch(LAST), Settings(decisions_file=file))
        after = rows_of(desk, is_by_day=True)
        assert after == rows_of(desk, is_by_day=False)
        assert after["counts"] == ahead["counts"] != before["counts"]
    desk.close()


@pytest.mark.parametrize("more", ["&once=1", *(f"&kind={kind}" for kind in KINDS), ""])
def test_filters_that_days_do_not_count_are_answered_row_by_row(own: Store, more: str) -> None:
    """The page is the same whether there is anything counted by day or not."""
    address = f"/quoting?from={FIRST}&to={LAST}{more}"
    with asking(own) as client:
        counted = client.get(address)
    assert counted.status_code == 200
    shutil.rmtree(Path(own.root) / "tables" / "_partials")
    with asking(own) as client:
        assert client.get(address).text == counted.text


def test_what_is_not_derived_yet_is_counted_row_by_row(own: Store) -> None:
    desk = Desk(own, Path(own.root) / "none")

    def is_counted(**filters: Any) -> bool:
        with desk.snapshot() as snapshot:
            return asked_of(snapshot, **filters).snapshot.is_counted

    assert is_counted()
    with desk.snapshot() as snapshot:
        [article] = snapshot.rows("select article_id from articles where day = $day limit 1", {"day": FIRST})
    taken_down = {"version": 1, "article_id": article["article_id"], "reason": "a test"}
    own.write_json(takedown_path(article["article_id"]), taken_down)
    assert not is_counted()
    assert is_counted(first=date(2026, 3, 2))
    publish(own, Batch(FIRST), Settings())
    assert not is_counted()
    derive(own, Batch(FIRST), Settings(decisions_file=Path(own.root) / "none"))
    assert is_counted() and published_days(own)[0] == FIRST
    desk.close()


def test_pages_are_the_same_with_what_is_counted_by_day_and_without(own: Store) -> None:
    """Those of speakers and entities, under all filters."""
    desk = Desk(own, Path(own.root) / "none")
    with desk.snapshot() as snapshot:
        outlet = snapshot.rows("select source from articles group by 1 order by count(*) desc, 1 limit 1")
        most = snapshot.rows("select entity_id from entity_index order by n_articles desc, 1 limit 3")
    desk.close()
    window = f"from={FIRST}&to={date(2026, 3, 3)}"
    addresses = [
        f"/{kind}/{row['entity_id']}?{window}{more}"
        for row in most
        for kind in ("speaker", "entity")
        for more in ("", "&once=1", f"&outlet={outlet[0]['source']}")
    ]
    with asking(own) as client:
        counted = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in counted} == {200}
    shutil.rmtree(Path(own.root) / "tables" / "_partials")
    with asking(own) as client:
        for address, answer in zip(addresses, counted, strict=True):
            assert client.get(address).text == answer.text, address
