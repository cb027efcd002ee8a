"""What one more night costs in archives of 10,000 to a million articles: `python -m benchmarks.growth BASE`.

BASE is a data folder with published days, such as `data` after `make run`. Its articles are taken again and
again under other ids, with other words of the same length, so that copies and claims do not meet by chance.
They make the days before a night, as far back as any table looks, which are derived for real. The days before
those are made of these: a manifest for each, the files of its tables (linked, since nothing reads them), the
months of the derived tables, and in the index of entities as many rows as so many days bring: 3 in 10 of a
day's ids come again, the others are new. So what a night finds, and must look into, is what it would find in
an archive of that size.

Then the night is ingested, published and derived by the stages, each in a process of its own. Printed are its
processor seconds, the most memory it took, and how many requests it would send to an object store.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import provenance
from pipeline.derived.entity_counts import COUNTS
from pipeline.derived.tables import DERIVED, Grouped, Summed
from pipeline.derived.work import State
from pipeline.identity import checksum
from pipeline.settings import Settings, load_settings
from pipeline.stages import run_stage
from pipeline.stages.derive import derive
from pipeline.store import Store
from pipeline.store.batch import (
    PARTIALS,
    Batch,
    derived_path,
    manifest_path,
    month_of,
    month_path,
    published_path,
    rejects_of,
    staged_path,
)
from pipeline.store.days import note, published
from pipeline.store.folder import Folder
from pipeline.store.manifest import find_manifest, manifests
from pipeline.store.plan import find_plan
from pipeline.store.published import replace_day
from pipeline.store.row_groups import in_groups
from schemas import DAY_TABLES, EXTRACTED, TABLES
from schemas.table import arrow_schema

NIGHT = date(2026, 3, 31)
WINDOW = 31
"""Days before the night that are made for real."""

SIZES = (10_000, 100_000, 1_000_000)
STAGES = ("ingest", "publish", "derive")
_NEW_OF_TEN = 7
_IDS = ("article_id", "claim_id", "quote_id", "mention_id", "parent_quote_id")
_LONGER_WORD = re.compile(r"\b[a-z]{4,}[a-z]{2}\b")


class Counting:
    """A folder that counts the requests that an object store would be sent for what it is asked."""

    def __init__(self, folder: Folder) -> None:
        """Count what a folder is asked."""
        self._folder = folder
        self.requests: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        of_folder = getattr(self._folder, name)
        if not callable(of_folder):
            return of_folder

        def counted(*args: Any, **options: Any) -> Any:
            found = of_folder(*args, **options)
            pages = 1 + len(found) // 1000 if name in ("names", "versions") else 1
            # Under a lock a put first asks which version it replaces; a lock is made, and let go.
            self.requests[name] += {"put": 2, "lock": 3, "sweep": 0}.get(name, pages)
            return found

        return counted


# ---- days that are made for real -------------------------------------------------------------------


def copied(base: Mapping[str, pa.Table], name: str, day: date) -> dict[str, pa.Table]:
    """Return the tables of a day once more, under other ids and with other words."""
    letters = checksum(name).translate(str.maketrans("0123456789", "ghijklmnop"))
    ends = [letters[at : at + 2] for at in range(0, 40, 2)]
    found = {}
    for table_name, table in base.items():
        columns = []
        for field in table.schema:
            column = table[field.name]
            if field.name in _IDS:
                column = pc.binary_join_element_wise(column, pa.scalar(name), "")
            elif field.name == "duplicate_of":
                column = pa.chunked_array([pa.nulls(len(table), field.type)])
            elif field.name == "day":
                column = pa.chunked_array([pa.repeat(pa.scalar(day, field.type), len(table))])
            elif field.name not in ("text_sha256", "language", "source", "record_ref") and pa.types.is_string(
                field.type
            ):
                column = pa.chunked_array(
                    [pa.array([_worded(text, ends) for text in column.to_pylist()], field.type)]
                )
            columns.append(column)
        found[table_name] = pa.Table.from_arrays(columns, names=table.schema.names)
    texts = found["articles"]["text"].to_pylist()
    at = found["articles"].column_names.index("text_sha256")
    sums = pa.array([checksum(text) for text in texts], pa.string())
    found["articles"] = found["articles"].set_column(at, "text_sha256", sums)
    return found


def _worded(text: str | None, ends: Sequence[str]) -> str | None:
    """Return a text in which longer words in lower case end otherwise; its length stays."""
    if text is None:
        return None
    return _LONGER_WORD.sub(lambda found: found[0][:-2] + ends[len(found[0]) % len(ends)], text)


def tables_of(base: Sequence[Mapping[str, pa.Table]], day: date, a_day: int) -> dict[str, pa.Table]:
    """Return the tables of a day of so many articles."""
    parts: list[dict[str, pa.Table]] = []
    n_articles = number = 0
    while n_articles < a_day:
        part = copied(base[number % len(base)], f"{day:%m%d}{number:03x}", day)
        n_articles += len(part["articles"])
        parts.append(part)
        number += 1
    joined = {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}
    ids = joined["articles"].sort_by("article_id")["article_id"].slice(0, a_day)
    return {
        name: table.filter(pc.is_in(table["article_id"], value_set=ids.combine_chunks())).sort_by(
            [(column, "ascending") for column in TABLES[name].order]
        )
        for name, table in joined.items()
    }


def write_window(store: Store, base: Sequence[Mapping[str, pa.Table]], a_day: int, origin: Any) -> None:
    """Publish and derive the days before the night."""
    for back in range(WINDOW, 0, -1):
        day = NIGHT - timedelta(back)
        replace_day(
            store, day, tables_of(base, day, a_day), counts=origin.counts, origin=origin.origin, inputs=()
        )
    derive(store, Batch(NIGHT), _settings(store))


def _settings(store: Store) -> Settings:
    return load_settings(
        data_dir=store.root, source="drop", drop_dir=Path(store.root) / "drop", decisions_file=Path("none")
    )


# ---- days before those -----------------------------------------------------------------------------


def write_older(store: Store, n_days: int) -> None:
    """Add so many days before the window, made of it, to what is published and derived."""
    state = State.read(store)
    real = sorted(state.runs)
    root = Path(store.root)
    older = [real[0] - timedelta(back) for back in range(1, n_days + 1)]
    for number, day in enumerate(older):
        model = real[number % len(real)]
        manifest = find_manifest(store, model)
        assert manifest is not None
        run = checksum(f"{day}")[:16]
        path = root / manifest_path(day)
        path.write_bytes(manifest.model_copy(update={"day": day, "run_id": run}).to_bytes())
        state.runs[day] = run
        for row_class in DAY_TABLES:
            (root / published_path(row_class.table_name, day)).hardlink_to(
                root / published_path(row_class.table_name, model)
            )
    for table in DERIVED:
        known = state.tables[table.name]
        if isinstance(table, Summed):
            _more_rows(store, table, known, n_days / len(real))
            continue
        model_month = month_of(real[-1])
        for month in sorted({month_of(day) for day in older} - {month_of(day) for day in real}):
            (root / month_path(table.name, month)).hardlink_to(root / month_path(table.name, model_month))
            known.files[f"{month}.parquet"] = known.files[f"{model_month}.parquet"]
            if isinstance(table, Grouped):
                folder = root / PARTIALS / f"{table.name}_members"
                (folder / f"{month}.parquet").hardlink_to(folder / f"{model_month}.parquet")
                known.kept[month] = known.kept[model_month]
    state.runs = dict(sorted(state.runs.items()))
    state.write(store)
    note(store, published(store))


def _more_rows(store: Store, table: Summed, known: Any, times: float) -> None:
    """Add to a table of entities as many rows as so many times its days bring."""
    file = f"{table.name}.parquet"
    untold = f"{PARTIALS}/{table.name}/untold.parquet"
    for path, schema in ((derived_path(table.name), arrow_schema(table.row_class)), (untold, COUNTS)):
        rows = store.read(path).replace_schema_metadata(None)
        parts = [rows]
        for number in range(round(times * 10)):  # a tenth of the ids at a time
            tenth = rows.filter(_tenth(rows["entity_id"], number % 10))
            if number % 10 < _NEW_OF_TEN:
                ids = pc.binary_join_element_wise(tenth["entity_id"], pa.scalar(f"{number:06d}"), "")
                parts.append(tenth.set_column(0, "entity_id", ids))
        grown = pa.concat_tables(parts)
        data = in_groups([grown.take(pc.sort_indices(grown["entity_id"]))], schema)
        store.put(path, data)
        if path == untold:
            known.kept["untold.parquet"] = checksum(data)
        else:
            known.files[file] = (len(grown), checksum(data))


def _tenth(ids: pa.ChunkedArray, number: int) -> pa.Array:
    return pa.array([int(checksum(one)[:4], 16) % 10 == number for one in ids.to_pylist()])


# ---- the night -------------------------------------------------------------------------------------


def write_night(store: Store, base: Sequence[Mapping[str, pa.Table]], a_day: int) -> None:
    """Put the night's articles into the drop folder, which has a file for each day that is indexed."""
    tables = tables_of(base, NIGHT, a_day)
    drop = Path(store.root) / "drop"
    for day in published(store).days:
        (drop / str(day)).mkdir(parents=True)
        record = {
            "url": f"https://paper.example/{day}",
            "text": "word " * 60,
            "published_at": f"{day}T08:00:00Z",
        }
        (drop / str(day) / "articles.jsonl").write_text(json.dumps(record), encoding="utf-8")
    run_stage("ingest", store, Batch(min(published(store).days)), _settings(store))
    (drop / str(NIGHT)).mkdir()
    with (drop / str(NIGHT) / "articles.jsonl").open("w", encoding="utf-8") as file:
        for row in tables["articles"].to_pylist():
            record = {
                "id": row["article_id"],
                "title": row["title"],
                "text": row["text"],
                "source": row["source"],
            }
            record |= {"url": f"https://{row['article_id']}.example/a", "published_at": f"{NIGHT}T08:00:00Z"}
            file.write(json.dumps(record | {"language": "en"}) + "\n")


def stage_extracted(store: Store, base: Sequence[Mapping[str, pa.Table]], a_day: int) -> None:
    """Stage what the night's parse and extract would: the rows of the base under the ids that ingest gave."""
    plan = find_plan(store, NIGHT)
    assert plan is not None
    settings = _settings(store)
    tables = tables_of(base, NIGHT, a_day)
    by_text = dict(
        zip(tables["articles"]["text"].to_pylist(), tables["articles"]["article_id"].to_pylist(), strict=True)
    )
    for shard in plan.shards:
        batch = Batch(NIGHT, shard.shard)
        articles = store.read(staged_path("articles", batch))
        old = [by_text.get(text, "") for text in articles["text"].to_pylist()]
        before, now = pa.array(old, pa.string()), articles["article_id"].combine_chunks()
        lineage = {
            "articles": shard.sha256,
            "code": "base",
            "model": "base",
            "settings": provenance.row_settings(settings),
        }
        for name in EXTRACTED:
            rows = tables[name].filter(pc.is_in(tables[name]["article_id"], value_set=before))
            at = pc.index_in(rows["article_id"].combine_chunks(), value_set=before)
            rows = rows.set_column(rows.column_names.index("article_id"), "article_id", now.take(at))
            store.write(staged_path(name, batch), rows.cast(arrow_schema(TABLES[name])), lineage=lineage)
        for stage in ("parse", "extract"):
            empty = arrow_schema(TABLES["rejects"]).empty_table()
            store.write(staged_path(rejects_of(stage), batch), empty, lineage=lineage)


def night(root: str, stage: str) -> None:
    """Run a stage of the night, and print what it took as JSON."""
    place = Counting(Folder(root))
    store = Store(root, place)  # type: ignore[arg-type]
    before = resource.getrusage(resource.RUSAGE_SELF)
    run_stage(stage, store, Batch(NIGHT), _settings(store))
    after, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (
        after.ru_utime
        + after.ru_stime
        - before.ru_utime
        - before.ru_stime
        + children.ru_utime
        + children.ru_stime
    )
    said = {"cpu_s": cpu, "mb": after.ru_maxrss / 1024, "requests": sum(place.requests.values())}
    sys.stdout.write(json.dumps(said | {"of": dict(place.requests)}) + "\n")


def measured(
    root: Path, base_folder: Path, *, n_articles: int, a_day: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Make an archive, and yield what each stage of one more night takes."""
    base_store, store = Store(str(base_folder)), Store(str(root))
    known = [one for one in manifests(base_store).values() if not one.is_empty]
    base = [
        {
            name: base_store.read(published_path(name, one.day)).replace_schema_metadata(None)
            for name in one.tables
        }
        for one in known
    ]
    for tables in base:
        tables["rejects"] = tables["rejects"].slice(0, 0)
    write_window(store, base, a_day, known[0])
    write_older(store, max(0, n_articles // a_day - WINDOW))
    write_night(store, base, a_day)
    for stage in STAGES:
        if stage == "publish":
            stage_extracted(store, base, a_day)
        command = [sys.executable, "-m", "benchmarks.growth", "--night", str(root), stage]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        yield stage, json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description=(__doc__ or "").split("\n\n")[0]
    )
    options.add_argument(
        "base", type=Path, nargs="?", default=Path("data"), help="a data folder with published days"
    )
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="articles")
    options.add_argument("--a-day", type=int, default=600, help="articles of a day")
    options.add_argument("--night", nargs=2, metavar=("ROOT", "STAGE"), help="run one stage of the night")
    args = options.parse_args()
    if args.night:
        night(*args.night)
        return
    print(
        "| articles | days | entities | stage | CPU s | most memory, MB | requests |\n"
        "| ---: | ---: | ---: | --- | ---: | ---: | ---: |"
    )
    for size in args.sizes:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "data"
            for stage, took in measured(root, args.base, n_articles=size, a_day=args.a_day):
                n_entities = State.read(Store(str(root))).tables["entity_index"].n_rows
                print(
                    f"| {size:,} | {max(size // args.a_day, WINDOW):,} | {n_entities:,} | {stage}"
                    f" | {took['cpu_s']:.1f} | {took['mb']:,.0f} | {took['requests']:,} |",
                    flush=True,
                )
                sys.stderr.write(f"{stage}: {took['of']}\n")
        sys.stderr.write(f"{size:,} articles: {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
