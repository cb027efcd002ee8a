"""Long lists, of claims and of what spread: the rows are right, and only files of their days are read."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from days import article
from explored import FIRST, LAST, asked_of, asking, looking, publish_day

from pipeline.desk.explorer.pages import check, spread
from pipeline.desk.explorer.snapshot import Desk, Snapshot
from pipeline.identity import content_id
from pipeline.store import Store
from pipeline.store.batch import takedown_path

OLD_DAY, NEW_DAY = date(2026, 2, 28), date(2026, 3, 1)
FILE = re.compile(r"'([^']*\.parquet)'")


@pytest.fixture
def snapshot(sample: Store) -> Iterator[Snapshot]:
    with looking(sample) as found:
        yield found


def outlets(snapshot: Snapshot) -> list[str]:
    found = snapshot.rows("select source from articles group by 1 order by count(*) desc, 1 limit 2")
    return [row["source"] for row in found]


@pytest.mark.slow
def test_what_is_worth_checking_is_the_view_in_its_order(snapshot: Snapshot) -> None:
    """Page after page, under each filter, as the view `asserted` has it."""
    outlet = outlets(snapshot)[0]
    cases: list[tuple[dict[str, Any], dict[str, str], str]] = [
        ({}, {}, "true"),
        ({"outlet": outlet}, {}, f"outlet = '{outlet}'"),
        ({"is_once": True}, {}, "not is_reprint"),
        (
            {"outlet": outlet, "is_once": True},
            {"alone": "1"},
            f"outlet = '{outlet}' and not is_reprint and is_self_contained",
        ),
        ({"words": "THE FERRY"}, {}, "contains(lower(claim), 'the ferry')"),
        ({}, {"voice": "attributed"}, "voice = 'attributed'"),
        ({"first": FIRST, "last": FIRST}, {"type": "quantity"}, "claim_type = 'quantity'"),
    ]
    for filters, query, condition in cases:
        snapshot.window = (filters.get("first", FIRST), filters.get("last", LAST))
        whole = snapshot.rows(f"select claim_id from asserted where {condition}{check._ORDER}")
        found = []
        for page in range(1, -(-len(whole) // check.N_CLAIMS) + 2):
            shown = check.check(asked_of(snapshot, query, **filters, page=page)).values
            assert shown["total"] == len(whole), (filters, query)
            found += [claim["claim_id"] for claim in shown["claims"]]
        assert found == [row["claim_id"] for row in whole], (filters, query)
        assert whole


def groups(snapshot: Snapshot, *, is_derived: bool, **options: Any) -> tuple[list[dict[str, Any]], int]:
    snapshot.__dict__["is_derived"] = is_derived
    assert snapshot.is_derived == is_derived, "both ways are the one"
    return spread.ranked(asked_of(snapshot), {"n": 7, "offset": options.pop("offset", 0)}, **options)


def test_groups_are_the_same_whether_claims_are_looked_at_to_count_them_or_not(snapshot: Snapshot) -> None:
    assert asked_of(snapshot).snapshot.is_derived
    options: list[dict[str, Any]] = [{"offset": offset} for offset in (0, 7, 70, 700)]
    options += [{"outlet": outlet} for outlet in (*outlets(snapshot), "No such paper")]
    options += [{"is_contradicted": True}, {"is_contradicted": True, "outlet": outlets(snapshot)[0]}]
    for some in options:
        assert groups(snapshot, is_derived=True, **some) == groups(snapshot, is_derived=False, **some), some


def test_groups_are_those_of_the_view(snapshot: Snapshot) -> None:
    """Over all days, where the list and the view `spread` have the same claims before them."""
    snapshot.window = (FIRST, LAST)
    view = snapshot.rows(
        "from spread order by n_origins desc, is_self_contained desc, checkworthiness desc, claim_group_id"
    )
    found, total = spread.ranked(asked_of(snapshot), {"n": 1000, "offset": 0})
    same = (
        *("claim_group_id", "claim", "n_outlets", "n_origins", "n_claims", "n_contradicting"),
        *("is_self_contained", "checkworthiness", "first_day", "last_day"),
    )
    shown, wanted = ([[row[name] for name in same] for row in rows] for rows in (found, view))
    assert shown == wanted
    assert total == len(view) > 50


@pytest.mark.parametrize("more", ["", "&contradicted=1", "&outlet=The+Albion+Courier"])
def test_as_many_groups_are_taken_away_as_the_page_says(sample: Store, more: str) -> None:
    window = "from=2026-03-02&to=2026-03-03"
    with asking(sample) as client:
        said = client.get(f"/spread?{window}{more}").text
        taken = client.get(f"/export/jsonl/spread?{window}{more}").text
    [total] = re.findall(r"<h1>([\d,]+) claim", said)
    assert len(taken.splitlines()) == int(total.replace(",", "")) > 0


def test_what_was_taken_down_is_not_counted_before_it_is_out_of_the_tables(
    sample: Store, tmp_path: Path
) -> None:
    own = Store(str(shutil.copytree(sample.root, tmp_path / "own")))
    desk = Desk(own, tmp_path / "none")
    with desk.snapshot() as before:
        asked = asked_of(before)
        [first, *_], n_groups = spread.ranked(asked, {"n": 1, "offset": 0})
        n_claims = check.check(asked).values["total"]
        sql = "select article_id from asserted where claim_group_id = $id and relation <> 'contradicts'"
        articles = {row["article_id"] for row in before.rows(sql, {"id": first["claim_group_id"]})}
        sql = "select count(*) as n from claims where article_id in (select unnest($articles))"
        gone = (before.row(sql, {"articles": sorted(articles)}) or {})["n"]
    for article_id in articles:
        own.write_json(
            takedown_path(article_id), {"version": 1, "article_id": article_id, "reason": "a test"}
        )
    with desk.snapshot() as after:
        asked = asked_of(after)
        found, n_left = spread.ranked(asked, {"n": 1000, "offset": 0})
        assert first["claim_group_id"] not in {group["claim_group_id"] for group in found}
        assert n_left == len(found) < n_groups
        assert check.check(asked).values["total"] == n_claims - gone < n_claims
    desk.close()


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(str(tmp_path_factory.mktemp("months")))
    for day in (OLD_DAY, NEW_DAY):
        ids = [content_id(f"{name} {day}") for name in ("one", "another")]
        publish_day(store, day, [article(id, source=f"Paper {n}") for n, id in enumerate(ids)])
    return store


@pytest.mark.parametrize(
    "path", ["/", "/check", "/check?once=1", "/spread", "/spread?contradicted=1", "/spread?outlet=Paper+0"]
)
def test_a_page_of_some_days_opens_only_the_files_of_these(
    two_months: Store, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables of a day, and those that have a file a month: these are long after some years."""
    opened: set[str] = set()
    whole = Snapshot._whole

    def noting(self: Snapshot, *given: Any) -> tuple[str, dict[str, Any]]:
        made = whole(self, *given)
        opened.update(str(Path(file).relative_to(two_months.root)) for file in FILE.findall(made[0]))
        return made

    monkeypatch.setattr(Snapshot, "_whole", noting)
    mark = "&" if "?" in path else "?"
    with asking(two_months) as client:
        answer = client.get(f"{path}{mark}from={NEW_DAY}&to={NEW_DAY}")
    assert answer.status_code == 200, answer.text
    assert not [file for file in opened if "2026-02" in file]
    assert opened & {f"tables/{table}/2026-03.parquet" for table in ("claim_groups", "duplicates")}
    assert opened & {f"tables/claims/{NEW_DAY}.parquet", f"tables/articles/{NEW_DAY}.parquet"}


def test_months_without_rows_are_no_missing_table(two_months: Store) -> None:
    with looking(two_months) as snapshot:
        snapshot.window = (date(2030, 1, 1), date(2030, 2, 1))
        assert snapshot.rows("from claim_groups", days=[date(2030, 1, 1)]) == []
        assert {row["day"] for row in snapshot.rows("from claim_groups", days=[])} == {OLD_DAY, NEW_DAY}
