"""The backfill of an archive: its files are those of the collection, and its checks find what is wrong."""

import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pytest
from days import rows_of

from benchmarks.archive import checks, story, write_sgml
from benchmarks.leaving import work_folder
from pipeline.settings import load_settings
from pipeline.stages.derive import derive
from pipeline.stages.ingest import ingest
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, manifest_path, published_path
from pipeline.store.derived_files import derived_files
from schemas import Duplicate, MentionRow
from schemas.table import to_arrow

DAYS = [date(1987, 4, 5), date(1987, 4, 6), date(1987, 4, 7)]


def record(number: int, at: str | None, **values: Any) -> dict[str, Any]:
    given = {
        "id": f"reuters-{number}",
        "title": "OSTREN & HALE TO BUY <TWICE>",
        "text": "Ostren & Hale <OSTN.X> said it would buy seven mills.\n\nIt named no price for them.",
        "published_at": at,
        "dateline": "TARNLEY, April 5 -",
        "topics": ["acq"],
        "places": [],
    }
    return given | values


RECORDS = [
    record(8, "1987-04-05T09:30:01"),
    record(9, "1987-04-07T23:59:59", title="LÖWENAU MILLS – RESULTS"),
    record(10, None),
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The days of RECORDS, published without extraction."""
    write_sgml(RECORDS, tmp_path / "drop")
    settings = load_settings(
        drop_dir=tmp_path / "drop", data_dir=str(tmp_path / "data"), languages=("de",), processes=1
    )
    store = Store(settings.data_dir)
    for day in DAYS:
        ingest(store, Batch(day), settings)
        publish(store, Batch(day), settings)
    derive(store, Batch(DAYS[-1]), settings)
    return store


def wrong(store: Store, records: list[dict[str, Any]] = RECORDS) -> list[str]:
    """Return what does not hold, but for entities, quotes and claims: without extraction there are none."""
    of_days = ("entity_days", "speaker_days", "quote_name_days")
    empty = {f"{name}: 0 rows" for name in (*of_days, "entity_index", "entity_pronouns", "claim_groups")}
    return [text for holds, text in checks(store, records, DAYS) if not holds and text not in empty]


def test_a_story_is_written_in_the_layout_of_the_collection() -> None:
    written = story(RECORDS[0])
    assert written.startswith('<REUTERS TOPICS="YES" NEWID="8">\n<DATE>5-APR-1987 09:30:01.00</DATE>\n')
    assert "<TOPICS><D>acq</D></TOPICS>\n<PLACES></PLACES>" in written
    assert "<TEXT>&#2;\n<TITLE>OSTREN &amp; HALE TO BUY &lt;TWICE&gt;</TITLE>" in written
    assert written.endswith("\n    It named no price for them.\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n")
    assert "<DATE></DATE>" in story(RECORDS[2])


def test_a_thousand_stories_a_file(tmp_path: Path) -> None:
    paths = write_sgml([record(number, "1987-04-05T09:30:01") for number in range(1001)], tmp_path)
    assert [path.name for path in paths] == ["reut2-000.sgm", "reut2-001.sgm"]
    assert [path.read_bytes().count(b"<REUTERS ") for path in paths] == [1000, 1]
    assert all(path.read_bytes().startswith(b'<!DOCTYPE lewis SYSTEM "lewis.dtd">\n') for path in paths)


def test_what_is_written_is_read_as_it_was(store: Store) -> None:
    rows = [row for day in DAYS for row in store.read(published_path("articles", day)).to_pylist()]
    assert [(f"{row['published_at']:%F %T}", row["title"]) for row in rows] == [
        ("1987-04-05 09:30:01", "OSTREN & HALE TO BUY <TWICE>"),
        ("1987-04-07 23:59:59", "LÖWENAU MILLS – RESULTS"),
    ]
    assert rows[0]["text"].split() == RECORDS[0]["text"].split()


def test_days_that_are_as_they_should_be(store: Store) -> None:
    assert wrong(store) == []
    told = [text for _, text in checks(store, RECORDS, DAYS)]
    assert "2 days have articles, 2 have dated records" in told
    assert "1 days are empty, and marked" in told
    assert "2 kept + 0 rejected + 1 undated = 3; 3 records were put in" in told


def test_a_record_that_is_nowhere(store: Store) -> None:
    found = wrong(store, [*RECORDS, record(11, "1987-04-06T10:00:00")])
    assert found == [
        "2 days have articles, 3 have dated records",
        "2 kept + 0 rejected + 1 undated = 3; 4 records were put in",
        "2 dated articles, 3 dated records",
    ]


def test_a_day_that_was_not_published(store: Store) -> None:
    store.remove(manifest_path(DAYS[1]))
    assert wrong(store) == ["2 of 3 days are published"]


def test_an_offset_that_is_wrong(store: Store) -> None:
    path = published_path("mentions", DAYS[0])
    article_id = store.read(published_path("articles", DAYS[0]))["article_id"][0].as_py()
    mention: MentionRow = rows_of(article_id)["mentions"][0]
    store.write(path, to_arrow([mention], MentionRow, day=DAYS[0]))
    assert wrong(store) == ["1 offsets are wrong (1 mentions)"]


def test_a_derived_table_that_is_missing(store: Store) -> None:
    for path in derived_files(store, Duplicate):
        store.remove(path)
    assert wrong(store) == ["duplicates is missing"]


def of(folder: Path) -> list[psutil.Process]:
    """Return the processes that a folder is the temporary folder of."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            is_alive = process.status() != psutil.STATUS_ZOMBIE
            if is_alive and process.environ().get("TMPDIR") == str(folder):
                found.append(process)
    return found


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "number"),
    [("days in", signal.SIGINT), ("days in", signal.SIGTERM), ("created", signal.SIGTERM)],
)
def test_nothing_stays_of_one_that_is_ended(moment: str, number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "corpora").mkdir()
    with gzip.open(tmp_path / "corpora" / "reuters21578.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in RECORDS)
    # What is started in the background inherits that Ctrl-C is ignored.
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += f"from benchmarks.archive import main; sys.argv[1:] = [{str(tmp_path)!r}]; sys.exit(main())"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any(moment in line for line in process.stdout)
        [folder] = temporary.glob("newstables-archive-*")
        process.send_signal(number)
        assert process.wait(timeout=60) == 128 + number
    assert not folder.exists()
    assert of(temporary) == []


def test_a_folder_that_was_given_stays(tmp_path: Path) -> None:
    with pytest.raises(SystemExit), work_folder("newstables-", tmp_path / "given") as given:
        (given / "kept").touch()
        signal.raise_signal(signal.SIGTERM)
    assert (tmp_path / "given" / "kept").exists()


def test_a_second_signal_does_not_disturb_what_the_first_began() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    undone = []
    with pytest.raises(SystemExit) as ended, work_folder("newstables-") as folder:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            undone.append(folder)
    assert undone and not folder.exists() and ended.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == handler
