"""Reports of days: the same tables give the same bytes, nothing runs in them, and none fails a day."""

import json
import logging
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from days import TEXT, article, rows_of, stage_day

from pipeline import cli
from pipeline.desk import run_report
from pipeline.desk.forget import forget
from pipeline.desk.run_report import report_path, write_report, write_report_anyhow
from pipeline.desk.run_report.page import duration, floors
from pipeline.errors import DamagedError, InputError
from pipeline.settings import Settings
from pipeline.stages import run_stage
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, published_path
from pipeline.store.timings import note_articles
from schemas import Reject

ROOT = Path(__file__).parents[3]
DAYS = [date(2026, 3, n) for n in (1, 2, 3)]
EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)'


def put(store: Store, day: date, *names: str, **options: Any) -> None:
    stage_day(store, day, articles=[article(name, **options) for name in names], shard_size=5)
    publish(store, Batch(day), Settings())


def reports(store: Store) -> dict[str, bytes]:
    """All that is written of reports, but for durations."""
    root = Path(store.root, "reports")
    files = [path for path in root.rglob("*") if path.is_file() and "-durations" not in path.name]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def page(store: Store, day: date) -> str:
    return store.get(report_path(day)).decode()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "data"))


def test_the_same_tables_give_the_same_bytes_in_any_order_of_days(tmp_path: Path) -> None:
    found = []
    for n, order in enumerate(([0, 1, 2], [2, 0, 1], [1, 2, 0])):
        store = Store(str(tmp_path / str(n)))
        for at in order:
            put(store, DAYS[at], f"{'abc'[at]}1", f"{'abc'[at]}2")
            write_report(store, DAYS[at])
        found.append(reports(store))
    assert found[0] == found[1] == found[2]
    assert {"index.html", *(f"{day}.html" for day in DAYS)} < set(found[0])


def test_durations_are_a_page_of_their_own_and_change_neither_report_nor_tables(store: Store) -> None:
    put(store, DAYS[0], "a1", "a2")
    write_report(store, DAYS[0])
    before, tables = reports(store), store.get(published_path("quotes", DAYS[0]))
    stage_day(store, DAYS[0], articles=[article("a1"), article("a2")], shard_size=5)
    run_stage("publish", store, Batch(DAYS[0]), Settings())
    note_articles(store, Batch(DAYS[0]), {"a1": 61.0, "a2": 0.2})
    write_report(store, DAYS[0])
    assert (reports(store), store.get(published_path("quotes", DAYS[0]))) == (before, tables)
    shown = store.get(run_report.durations_path(DAYS[0])).decode()
    assert "<td>publish</td>" in shown and "1 min 01 s" in shown


def test_a_damaged_note_of_time_is_left_out(store: Store) -> None:
    put(store, DAYS[0], "a1")
    for name, data in (("publish-00000", b"{"), ("ingest-00000", b"[]"), ("slowest-00000", b'{"a": 1}')):
        store.put(f"staged/{DAYS[0]}/timings/{name}.json", data)
    write_report(store, DAYS[0])
    assert "Nothing is noted" in store.get(run_report.durations_path(DAYS[0])).decode()


class Parts(HTMLParser):
    """The tags and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in ("src", "srcset", "action", "data") or (name == "href" and tag != "a"):
                self.loads.append(f"{tag} {value}")
            if name == "href":
                self.links.append(value or "")


def test_nothing_runs_and_nothing_is_loaded_whatever_the_texts_say(store: Store) -> None:
    articles = [
        article("a1", source=EVIL, title=EVIL, url="javascript:alert(4)"),
        article("a2", source="x", title="t", url=" JaVaScRiPt:alert(5)"),
        article("a3", source="y", title="u", url='https://e.example/"><script>alert(6)</script>'),
    ]
    rejects = [Reject(record_ref=EVIL, reason="not_json", detail=EVIL, bytes=3, stage="ingest")]
    stage_day(store, DAYS[0], articles=articles, rejects=rejects, shard_size=5)
    publish(store, Batch(DAYS[0]), Settings(max_reject_rate=1.0))
    note_articles(store, Batch(DAYS[0]), {"a1": 1.0})
    write_report(store, DAYS[0])
    root = Path(store.root, "reports")
    for path in root.glob("*.html"):
        parts = Parts(path.read_text(encoding="utf-8"))
        assert not parts.tags & {"script", "img", "iframe", "object", "embed", "form", "base"}, path
        assert (parts.handlers, parts.loads) == ([], [])
        assert not [link for link in parts.links if link.strip().lower().startswith("javascript")]
        assert "default-src 'none'" in path.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page(store, DAYS[0])


def test_links_between_pages_lead_to_pages(store: Store) -> None:
    for at in (0, 1):
        put(store, DAYS[at], f"a{at}")
        write_report(store, DAYS[at])
    root = Path(store.root, "reports")
    for path in root.glob("*.html"):
        for link in Parts(path.read_text(encoding="utf-8")).links:
            assert link.startswith("https://") or (root / link).is_file(), (path.name, link)


def test_what_is_shown_is_what_the_tables_hold(store: Store) -> None:
    stage_day(
        store,
        DAYS[0],
        articles=[article("a1"), article("a2", text=TEXT + " More.", source="Brenn Echo")],
        rejects=[Reject(record_ref="f#1", reason="too_short", detail="2 words", bytes=3, stage="ingest")],
    )
    publish(store, Batch(DAYS[0]), Settings())
    figures = write_report(store, DAYS[0]).figures
    assert (figures.n_articles, figures.n_rejected, figures.records) == (2, 1, 3)
    assert (figures.quotes_named, figures.quotes_speech, figures.quotes_score) == (2, 2, 1.0)
    assert (figures.labels, figures.voices, figures.kinds) == (
        {"PERSON": 2},
        {"attributed": 2},
        {"indirect": 2},
    )
    [claim] = figures.claims
    assert (claim.claim, claim.said_by, claim.n_outlets) == (TEXT[20:39], "Mara Lindqvist", 2)
    text = re.sub(r"\s+", " ", page(store, DAYS[0]))
    assert "Sunday, 1 March 2026" in text and "2 words" in text and "and in 1 other" in text


def test_an_empty_day_has_a_report(store: Store) -> None:
    put(store, DAYS[0])
    assert write_report(store, DAYS[0]).figures.n_articles == 0
    assert "Nothing came in" in page(store, DAYS[0])


def test_a_takedown_takes_it_out_of_the_reports_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    gone, stays = "a" * 16, "b" * 16
    change = {"claims": [*rows_of(gone)["claims"]]}
    articles = [
        article(gone, title="To be forgotten"),
        article(stays, text=TEXT + " And so on.", title="Stays"),
    ]
    stage_day(store, DAYS[0], articles=articles, change=change)
    publish(store, Batch(DAYS[0]), Settings())
    note_articles(store, Batch(DAYS[0]), {gone: 3.0})
    write_report(store, DAYS[0])
    assert any(b"To be forgotten" in data for data in reports(store).values())
    forget(store, gone, reason="by order")
    files = [path for path in Path(store.root, "reports").rglob("*") if path.is_file()]
    assert files and not any(b"To be forgotten" in path.read_bytes() for path in files)
    assert "<b>1</b>" in page(store, DAYS[0])


def test_a_report_that_fails_fails_no_day_and_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put(store, DAYS[0], "a1")
    with monkeypatch.context() as broken:
        broken.setattr(run_report, "report_page", lambda *_: 1 / 0)
        with caplog.at_level(logging.ERROR):
            assert write_report_anyhow(store, DAYS[0]) is None
    assert "2026-03-01 is published, but its report could not be written" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert write_report_anyhow(store, DAYS[0]) == report_path(DAYS[0])


def test_a_damaged_day_is_named_and_left_out_of_other_reports(store: Store) -> None:
    put(store, DAYS[0], "a1")
    put(store, DAYS[1], "a2")
    store.put(published_path("quotes", DAYS[0]), b"PAR1")
    with pytest.raises(DamagedError, match="run the day again"):
        write_report(store, DAYS[0])
    assert write_report(store, DAYS[1]).before == {}
    with pytest.raises(InputError, match="is not published"):
        write_report(store, DAYS[2])


def test_damaged_figures_are_made_again(store: Store) -> None:
    put(store, DAYS[0], "a1")
    write_report(store, DAYS[0])
    before = reports(store)
    store.put(f"reports/figures/{DAYS[0]}.json", b"{}")
    write_report(store, DAYS[0])
    assert reports(store) == before


def test_the_command_prints_the_essentials_and_names_the_file(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    put(store, DAYS[0], "a1", "a2")
    put(store, DAYS[1], "a3")
    for words, day in (([], DAYS[1]), ([str(DAYS[0])], DAYS[0])):
        monkeypatch.setattr("sys.argv", ["newstables", "report", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        said = capsys.readouterr().out
        assert f"report: {store.root}/{report_path(day)}" in said and f"{day:%A}, {day}" in said
        assert store.exists(report_path(day))
    assert "usually" not in said
    monkeypatch.setattr("sys.argv", ["newstables", "report", "2026-03-09"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1 and "2026-03-09 is not published" in capsys.readouterr().err


def test_floors_are_those_that_the_tests_hold() -> None:
    held = json.loads((ROOT / "tests/gold/floors.json").read_text(encoding="utf-8"))["floors"]
    assert floors() == held, "mend pipeline/desk/run_report/floors.json with `make eval ARGS=--update-floors`"


@pytest.mark.parametrize(
    "seconds, shown",
    [(0.123, "0.12 s"), (9.9, "9.9 s"), (59.7, "1 min 00 s"), (185, "3 min 05 s"), (7620, "2 h 07 min")],
)
def test_durations_are_for_people(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
