"""What is taken away from a page is what it shows, whole, in every format, and harmless."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from explored import A1, FIRST, MARA, SECOND, asking, evil_day, two_days

from benchmarks.desk import Memory
from benchmarks.desk_archive import replicated
from pipeline.desk.exports.plain import FORMATS
from pipeline.load import load, load_arrow
from pipeline.store import Store
from pipeline.store.batch import published_path
from pipeline.store.derived_files import derived_files
from pipeline.store.manifest import PublishedTable, manifests, write_manifest
from schemas import DAY_TABLES, DERIVED_TABLES


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return two_days(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def desk(store: Store) -> Iterator[httpx.Client]:
    with asking(store) as client:
        yield client


def parquet(desk: httpx.Client, address: str) -> pa.Table:
    answer = desk.get(f"/export/parquet{address}")
    assert answer.status_code == 200, answer.text
    return pq.read_table(io.BytesIO(answer.content))


@pytest.mark.parametrize(
    "address, view, where",
    [
        (f"/speaker/{MARA}", "said", {"speaker_id": MARA}),
        (f"/speaker/{MARA}?once=1", "said", {"is_reprint": False}),
        (f"/speaker/{MARA}?from={SECOND}", "said", {"day": str(SECOND)}),
        (f"/speaker/{MARA}?kind=direct", "said", {"kind": "direct"}),
        (f"/speaker/{MARA}?outlet=Brenn+Echo", "said", {"outlet": "Brenn Echo"}),
        (f"/entity/{MARA}", "article_entities", {"entity_id": MARA}),
        (f"/entity/{MARA}?table=claims", "asserted", {"said_by_id": MARA}),
        ("/check", "asserted", {}),
        ("/check?table=amounts", "claim_amounts", {}),
        ("/check?table=amounts&once=1", "claim_amounts", {"is_reprint": False}),
        ("/check?voice=attributed&q=safe", "asserted", {"voice": "attributed"}),
        ("/spread", "spread", {}),
        ("/?q=bridge", "said", {}),
        ("/?q=bridge&outlet=Brenn+Echo", "said", {"outlet": "Brenn Echo"}),
        (f"/article/{FIRST}/{A1}", "said", {"article_id": A1}),
        (f"/article/{FIRST}/{A1}?table=asserted", "asserted", {"article_id": A1}),
        (f"/article/{FIRST}/{A1}?table=article_entities", "article_entities", {"article_id": A1}),
    ],
)
def test_it_is_what_load_gives(
    store: Store, desk: httpx.Client, address: str, view: str, where: dict[str, object]
) -> None:
    loaded = load_arrow(view, where=where, data_dir=store.root)
    assert parquet(desk, address).replace_schema_metadata(None).cast(loaded.schema).equals(loaded)


def test_other_lists(store: Store, desk: httpx.Client) -> None:
    group = load("spread", data_dir=store.root)["claim_group_id"][0]
    assert parquet(desk, f"/claim-group/{group}")["rank"].to_pylist() == [1, 1, 3, 4]
    assert parquet(desk, f"/day/{FIRST}")["n_quotes"].to_pylist() == [1, 1]
    outlets = parquet(desk, "/quoting?table=outlets").to_pylist()
    assert [(row["outlet"], row["n_quotes"]) for row in outlets] == [
        ("The Albion Courier", 3),
        ("Brenn Echo", 1),
    ]
    assert len(parquet(desk, "/quoting?table=names")) == 0
    assert parquet(desk, "/?q=lanes&in=texts")["outlet"].to_pylist() == ["The Albion Courier"]
    assert len(parquet(desk, "/?q=zebra")) == 0
    assert parquet(desk, "/?q=zebra").column_names == load_arrow("said", data_dir=store.root).column_names


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_every_format_has_all_rows_and_a_name(desk: httpx.Client, ending: str) -> None:
    answer = desk.get(f"/export/{ending}/speaker/{MARA}?from={FIRST}&to={SECOND}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[ending].media_type
    assert answer.headers["content-disposition"].endswith(f'filename="newstables-speaker-{MARA}.{ending}"')
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.text)))
    elif ending == "jsonl":
        rows = [json.loads(line) for line in answer.text.splitlines()]
    elif ending == "parquet":
        rows = pq.read_table(io.BytesIO(answer.content)).to_pylist()
    else:
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        head, *lines = book.worksheets[0].iter_rows(values_only=True)
        rows = [dict(zip(head, line, strict=True)) for line in lines]
        about = [row for row in book.worksheets[1].iter_rows(values_only=True) if any(row)]
        said = {str(row[0]): row[1] for row in about}
        assert f"/speaker/{MARA}?from={FIRST}" in said["link"] and "Mara Lindqvist" in said["query"]
        assert said["rows"] == 4 and len([row for row in about if len(str(row[1])) == 16]) == 2
    assert [row["quote"] for row in rows] == ["the bridge was safe"] * 4
    head = desk.head(f"/export/{ending}/speaker/{MARA}")
    assert head.status_code == 200 and not head.content


@pytest.mark.parametrize(
    "address, status",
    [
        ("/export/exe/check", 404),
        ("/export/csv/nothing", 404),
        ("/export/csv/speaker/nobody", 404),
        ("/export/csv/quoting?table=x", 400),
        ("/export/csv/check?table=x", 400),
        (f"/export/csv/entity/{MARA}?table=x", 400),
        (f"/export/csv/article/{FIRST}/{A1}?table=mentions", 400),
        ("/export/csv/?q=", 400),
        ("/export/csv/check?from=x", 400),
    ],
)
def test_what_cannot_be_taken_away(desk: httpx.Client, address: str, status: int) -> None:
    assert desk.get(address).status_code == status


def test_no_cell_of_an_evil_store_is_a_formula(tmp_path_factory: pytest.TempPathFactory) -> None:
    with asking(evil_day(tmp_path_factory.mktemp("evil"))) as desk:
        found = 0
        for page in ("/check", "/?q=bridge", f"/day/{FIRST}", "/quoting?table=outlets"):
            answer = desk.get(f"/export/csv{page}")
            assert answer.status_code == 200, answer.text
            cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
            assert not [cell for cell in cells if cell.startswith("=")]
            found += sum(cell.startswith("'=") for cell in cells)
            book = openpyxl.load_workbook(io.BytesIO(desk.get(f"/export/xlsx{page}").content))
            assert {cell.data_type for sheet in book for row in sheet.rows for cell in row} <= set("snbd")
        assert found > 3


def test_memory_does_not_grow_with_the_number_of_days(tmp_path: Path) -> None:
    made = two_days(tmp_path / "made")
    known = manifests(made)[FIRST]
    store = Store(str(tmp_path / "many"))
    days = [FIRST + timedelta(days=n) for n in range(5)]
    for day in days:
        tables = {}
        for row_class in DAY_TABLES:
            name = row_class.table_name
            rows = replicated(made.read(published_path(name, FIRST)), 8_000, day, "many")
            lineage = {"run_id": "many", "schema_version": known.schema_version}
            digest = store.write(published_path(name, day), rows, lineage=lineage)
            tables[name] = PublishedTable(rows=len(rows), sha256=digest)
        write_manifest(store, known.model_copy(update={"day": day, "run_id": "many", "tables": tables}))
    for row_class in DERIVED_TABLES:
        for path in derived_files(made, row_class):
            store.put(path, made.get(path))
    with asking(store) as desk:

        def exported(first: date) -> tuple[int, int]:
            with Memory() as memory:
                address = f"/export/csv/check?from={first}&to={days[-1]}"
                with desk.stream("GET", address) as answer:
                    n_lines = sum(chunk.count(b"\n") for chunk in answer.iter_bytes())
            return n_lines - 1, memory.most

        exported(days[-1])
        one, few = exported(days[-1])
        all_, many = exported(days[0])
    assert (one, all_) == (16_000, 80_000)
    assert many - few < 40_000_000, "64,000 rows more of claims are some 60 MB"
