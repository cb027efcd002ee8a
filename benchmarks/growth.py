"""What one more night costs in archives of 10,000 to a million articles: `python -m benchmarks.growth`.

    python -m benchmarks.growth [--base FOLDER] [--sizes N ...] [--a-day N] [--write-docs]

The base is a data folder with published days, such as `data` after `make run`; without one, the sample's days
are run first. Its articles are taken again and again under other ids, with other words of the same length,
so that copies do not meet by chance; of an article's entities, some are named for the first time.

The days before a night, as far back as any table looks, are published and derived by the stages. The days
before those are made of these: a manifest for each, the files of its tables (linked, since nothing may read
them), the months of the derived tables, and in the tables of entities the rows that so many days bring. Where
a stage should look into one of these files all the same, it finds what it would find.

Then the night is ingested, published and derived, each in a process of its own. Told are its processor
seconds, the most memory it took, and the requests that an object store would be sent.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.history import machine
from pipeline import provenance
from pipeline.derived.entity_counts import COUNTS
from pipeline.derived.tables import DERIVED, Grouped, Summed
from pipeline.derived.work import State, TableState
from pipeline.identity import checksum
from pipeline.settings import Settings, load_settings
from pipeline.stages import run_days, run_stage
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
from pipeline.store.manifest import Manifest, find_manifest, manifests
from pipeline.store.plan import find_plan
from pipeline.store.published import replace_day
from pipeline.store.row_groups import in_groups
from quality.web.document import replaced
from schemas import DAY_TABLES, EXTRACTED, TABLES
from schemas.table import arrow_schema

ROOT = Path(__file__).parents[1]
FIGURES = Path("benchmarks/growth.json")
DOCUMENT = Path("docs/operations.md")
COMMAND = "make growth ARGS=--write-docs"

SAMPLE = [date(2026, 3, 1) + timedelta(n) for n in range(4)]
NIGHT = date(2026, 3, 31)
WINDOW = 31
"""Days before the night that are made by the stages: no table looks further back."""

SIZES = (10_000, 100_000, 1_000_000)
STAGES = ("ingest", "publish", "derive")
MOST_TIMES = 3.0
"""So many times what a night takes in the smallest archive it may take in the largest."""

MOST_MB = 1_500

_YOUNG_S = 2.1
"""Files younger than that are not known by their times."""

_CLAIMS = 8
"""Of an article, as in ordinary news; the sample's are full of them."""

_NEW_ENTITIES = 8
"""One in so many of an article's entities is named for the first time: some two, as in ordinary news."""

_IDS = ("article_id", "claim_id", "quote_id", "mention_id", "parent_quote_id")
_ENTITY_IDS = ("entity_id", "speaker_entity_id", "claimer_entity_id", "subject_entity_id")
_ENTITY_LISTS = ("entity_ids", "speaker_entity_ids")
_WORDED = ("title", "text", "content", "subject", "predicate_lemma", "object")
_WORD = re.compile(r"\b[a-z]{2,}[a-z]{2}\b")

type Tables = dict[str, pa.Table]


class Counted:
    """A folder that counts the requests which an object store would be sent (`bucket.py`)."""

    def __init__(self, root: str) -> None:
        self._folder = Folder(root)
        self._n_locks = 0
        self.requests: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._folder, name)

        def counted(*args: Any, **options: Any) -> Any:
            found = asked(*args, **options)
            pages = max(1, -(-len(found) // 1000)) if name in ("names", "versions") else 1
            # A holder of a lock asks first which version of a file it replaces.
            n = {"put": 2 if self._n_locks else 1, "remove_folder": 2, "sweep": 0}.get(name, pages)
            self.requests[name] += n
            return found

        return counted if callable(asked) else asked

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock: it is looked at, taken, and let go."""
        self.requests["lock"] += 3
        with self._folder.lock(name):
            self._n_locks += 1
            try:
                yield
            finally:
                self._n_locks -= 1


# ---- days that are made by the stages --------------------------------------------------------------


def base_tables(store: Store) -> tuple[list[Tables], Manifest]:
    """Return the tables of each published day, with fewer claims, and one of the manifests."""
    found = [one for one in manifests(store).values() if not one.is_empty]
    days = []
    for manifest in found:
        tables = {name: store.read(published_path(name, manifest.day)) for name in manifest.tables}
        tables = {name: table.replace_schema_metadata(None) for name, table in tables.items()}
        seen: Counter[str] = Counter()
        is_kept = []
        for article_id in tables["claims"]["article_id"].to_pylist():
            seen[article_id] += 1
            is_kept.append(seen[article_id] <= _CLAIMS)
        tables["claims"] = tables["claims"].filter(pa.array(is_kept, pa.bool_()))
        days.append(tables | {"rejects": tables["rejects"].slice(0, 0)})
    return days, found[0]


def copied(base: Mapping[str, pa.Table], name: str) -> Tables:
    """Return the tables of a day once more, under other ids and with other words."""
    letters = checksum(name).translate(str.maketrans("0123456789", "ghijklmnop"))
    ends = [letters[at : at + 2] for at in range(0, 40, 2)]

    def worded(text: str | None) -> str | None:
        if text is None:
            return None
        return _WORD.sub(lambda found: found[0][:-2] + ends[len(found[0]) % len(ends)], text)

    return {table: _copied(rows, name, worded) for table, rows in base.items()}


def _copied(rows: pa.Table, name: str, worded: Any) -> pa.Table:
    columns = []
    for field in rows.schema:
        column = rows[field.name].combine_chunks()
        if field.name in _IDS:
            column = pc.binary_join_element_wise(column, pa.scalar(name), "")
        elif field.name in _ENTITY_IDS:
            column = _entities(column, name)
        elif field.name in _ENTITY_LISTS:
            column = pa.ListArray.from_arrays(column.offsets, _entities(column.values, name), field.type)
        elif field.name == "duplicate_of":
            column = pa.nulls(len(rows), field.type)
        elif field.name in _WORDED and pa.types.is_string(field.type):
            column = pa.array([worded(text) for text in column.to_pylist()], field.type)
        columns.append(column)
    made = pa.Table.from_arrays(columns, names=rows.schema.names)
    if "text_sha256" in made.column_names:
        sums = pa.array([checksum(text) for text in made["text"].to_pylist()], pa.string())
        made = made.set_column(made.column_names.index("text_sha256"), "text_sha256", sums)
    return made


def _entities(ids: pa.Array, name: str) -> pa.Array:
    """Return the ids of entities, one in some of them a new one."""
    is_new = [one is not None and int(checksum(one)[:6], 16) % _NEW_ENTITIES == 0 for one in ids.to_pylist()]
    renamed = pc.binary_join_element_wise(ids, pa.scalar(f"-{name}"), "")
    return pc.if_else(pa.array(is_new, pa.bool_()), renamed, ids)


def tables_of(base: Sequence[Tables], day: date, n_articles: int) -> Tables:
    """Return the tables of a day of so many articles."""
    parts: list[Tables] = []
    n_made = number = 0
    while n_made < n_articles:
        part = copied(base[number % len(base)], f"{day:%m%d}{number:03x}")
        n_made += len(part["articles"])
        parts.append(part)
        number += 1
    joined = {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}
    ids = joined["articles"].sort_by("article_id")["article_id"].slice(0, n_articles).combine_chunks()
    return {
        name: table.filter(pc.is_in(table["article_id"], value_set=ids)).sort_by(
            [(column, "ascending") for column in TABLES[name].order]
        )
        for name, table in joined.items()
    }


def write_window(store: Store, base: Sequence[Tables], origin: Manifest, n_days: int, a_day: int) -> None:
    """Publish and derive the days before the night."""
    for back in range(n_days, 0, -1):
        day = NIGHT - timedelta(back)
        tables = tables_of(base, day, a_day)
        replace_day(store, day, tables, counts=origin.counts, origin=origin.origin, inputs=())
    derive(store, Batch(NIGHT), _settings(store))


def _settings(store: Store) -> Settings:
    return load_settings(
        data_dir=store.root, source="drop", drop_dir=str(_drop(store)), decisions_file=Path("none")
    )


def _drop(store: Store) -> Path:
    return Path(f"{store.root}-drop")


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
        state.runs[day] = checksum(str(day))[:16]
        like = manifest.model_copy(update={"day": day, "run_id": state.runs[day]})
        (root / manifest_path(day)).write_bytes(like.to_bytes())
        for row_class in DAY_TABLES:
            name = row_class.table_name
            (root / published_path(name, day)).hardlink_to(root / published_path(name, model))
    months = sorted({month_of(day) for day in older} - {month_of(day) for day in real})
    for table in DERIVED:
        known = state.tables[table.name]
        if isinstance(table, Summed):
            _more_rows(store, table, known, round(n_days / len(real)))
            continue
        model_month = month_of(real[-1])
        for month in months:
            (root / month_path(table.name, month)).hardlink_to(root / month_path(table.name, model_month))
            known.files[f"{month}.parquet"] = known.files[f"{model_month}.parquet"]
            if isinstance(table, Grouped) and model_month in known.kept:
                folder = root / PARTIALS / f"{table.name}_members"
                (folder / f"{month}.parquet").hardlink_to(folder / f"{model_month}.parquet")
                known.kept[month] = known.kept[model_month]
    state.runs = dict(sorted(state.runs.items()))
    state.write(store)


def _more_rows(store: Store, table: Summed, known: TableState, times: int) -> None:
    """Add to a table of entities so many times the rows that the days of the window brought."""
    untold = f"{PARTIALS}/{table.name}/untold.parquet"
    for path, schema in ((derived_path(table.name), arrow_schema(table.row_class)), (untold, COUNTS)):
        rows = store.read(path).replace_schema_metadata(None)
        brought = rows.filter(pc.match_substring(rows["entity_id"], "-"))
        parts = [rows]
        for number in range(times):
            ids = pc.binary_join_element_wise(brought["entity_id"], pa.scalar(f"{number:04d}"), "")
            parts.append(brought.set_column(0, "entity_id", ids))
        grown = pa.concat_tables(parts)
        data = in_groups([grown.take(pc.sort_indices(grown["entity_id"]))], schema)
        store.put(path, data)
        if path == untold:
            known.kept["untold.parquet"] = checksum(data)
        else:
            known.files[f"{table.name}.parquet"] = (len(grown), checksum(data))


# ---- the night -------------------------------------------------------------------------------------


def write_drop(store: Store, n_days: int) -> None:
    """Write a delivered file for each day before the night."""
    for back in range(1, n_days + 1):
        day = NIGHT - timedelta(back)
        record = {
            "url": f"https://paper.example/{day}",
            "text": "word " * 60,
            "published_at": f"{day}T08:00Z",
        }
        _write(_drop(store) / str(day), [record])


def _write(folder: Path, records: Sequence[Mapping[str, Any]]) -> None:
    folder.mkdir(parents=True)
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    (folder / "articles.jsonl").write_text(lines, encoding="utf-8")


def write_night(store: Store, tables: Tables) -> None:
    """Let the days before be known, then deliver the night's articles."""
    time.sleep(_YOUNG_S)
    note(store, published(store))
    run_stage("ingest", store, Batch(min(published(store).days)), _settings(store))
    records = [
        {
            "url": f"https://{row['article_id']}.example/a",
            "title": row["title"],
            "text": row["text"],
            "source": row["source"],
            "published_at": f"{NIGHT}T08:00:00Z",
            "language": "en",
        }
        for row in tables["articles"].to_pylist()
    ]
    _write(_drop(store) / str(NIGHT), records)


def stage_extracted(store: Store, tables: Tables) -> int:
    """Stage what parse and extract would: the rows of the articles, under the ids that ingest gave.

    Returns:
        How many articles have rows: ingest may clean a text, which the rows then do not fit.
    """
    plan = find_plan(store, NIGHT)
    assert plan is not None
    articles = tables["articles"]
    old_ids = dict(zip(articles["text"].to_pylist(), articles["article_id"].to_pylist(), strict=True))
    n_found = 0
    for shard in plan.shards:
        batch = Batch(NIGHT, shard.shard)
        staged = store.read(staged_path("articles", batch))
        pairs = [
            (old_ids[text], new)
            for text, new in zip(staged["text"].to_pylist(), staged["article_id"].to_pylist(), strict=True)
            if text in old_ids
        ]
        n_found += len(pairs)
        before, now = (pa.array(ids, pa.string()) for ids in zip(*pairs, strict=True))
        lineage = {
            "articles": shard.sha256,
            "code": "base",
            "model": "base",
            "settings": provenance.row_settings(_settings(store)),
        }
        for name in EXTRACTED:
            rows = tables[name].filter(pc.is_in(tables[name]["article_id"], value_set=before))
            own = now.take(pc.index_in(rows["article_id"].combine_chunks(), value_set=before))
            rows = rows.set_column(rows.column_names.index("article_id"), "article_id", own)
            store.write(staged_path(name, batch), rows.cast(arrow_schema(TABLES[name])), lineage=lineage)
        for stage in ("parse", "extract"):
            empty = arrow_schema(TABLES["rejects"]).empty_table()
            store.write(staged_path(rejects_of(stage), batch), empty, lineage=lineage)
    return n_found


def night(root: str, stage: str) -> dict[str, Any]:
    """Run a stage of the night, and return what it took."""
    place = Counted(root)
    store = Store(root, cast(Folder, place))
    before = resource.getrusage(resource.RUSAGE_SELF)
    run_stage(stage, store, Batch(NIGHT), _settings(store))
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime - before.ru_utime - before.ru_stime
    return {
        "cpu_s": round(seconds + children.ru_utime + children.ru_stime, 2),
        "mb": round(max(_most_kb(own), children.ru_maxrss) / 1024),
        "requests": place.requests.total(),
        "of": dict(place.requests),
    }


def _most_kb(used: resource.struct_rusage) -> int:
    """Return the most memory of this process, in KB; `ru_maxrss` is that of its parent where that had more."""
    status = Path("/proc/self/status")
    if not status.exists():  # no Linux
        return used.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return int(status.read_text().split("VmHWM:")[1].split()[0])


def measured(window: Path, root: Path, tables: Tables, *, n_days: int) -> dict[str, Any]:
    """Make an archive of a window of days and of older ones, and return what each stage of a night takes."""
    shutil.copytree(window, root, copy_function=os.link)  # a store replaces files, and never writes into one
    store = Store(str(root))
    write_drop(store, n_days)
    write_older(store, max(0, n_days - WINDOW))
    write_night(store, tables)
    n_entities = State.read(store).tables["entity_index"].n_rows
    found: dict[str, Any] = {"days": n_days, "entities": n_entities, "stages": {}}
    for stage in STAGES:
        if stage == "publish":
            found["with_rows"] = stage_extracted(store, tables)
        command = [sys.executable, "-m", "benchmarks.growth", "--night", str(root), stage]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{stage} failed:\n{done.stderr}")
        found["stages"][stage] = json.loads(done.stdout.splitlines()[-1])
    return found


# ---- figures ---------------------------------------------------------------------------------------


def table(figures: Mapping[str, Any]) -> str:
    """Return the table of the document, of figures as `benchmarks/growth.json` has them."""
    sizes = figures["sizes"]
    lines = [
        f"{figures['a_day']:,} articles a night; {figures['machine']}, Python {figures['python']},"
        f" {figures['date']}.",
        "",
        "| one more night | " + " | ".join(f"{one['articles']:,} articles" for one in sizes) + " | times |",
        "| --- |" + " ---: |" * (len(sizes) + 1),
        "| days before it | " + " | ".join(f"{one['days']:,}" for one in sizes) + " | |",
        "| entities before it | " + " | ".join(f"{one['entities']:,}" for one in sizes) + " | |",
    ]
    for stage in STAGES:
        for key, about in (("cpu_s", "CPU s"), ("mb", "most memory, MB"), ("requests", "requests")):
            values = [one["stages"][stage][key] for one in sizes]
            cells = [f"{value:.1f}" if key == "cpu_s" else f"{value:,}" for value in values]
            times = values[-1] / max(values[0], 0.01)
            lines.append(f"| {stage}, {about} | " + " | ".join(cells) + f" | {times:.1f} |")
    return "\n".join(lines)


def missed(figures: Mapping[str, Any]) -> list[str]:
    """Return what a night takes too much of in the largest archive."""
    first, last = figures["sizes"][0]["stages"], figures["sizes"][-1]["stages"]
    found = [
        f"{stage}, {key}: {last[stage][key]} after {first[stage][key]}"
        for stage in STAGES
        for key in ("cpu_s", "mb", "requests")
        if last[stage][key] > MOST_TIMES * first[stage][key]
    ]
    return found + [f"{stage}: {last[stage]['mb']} MB" for stage in STAGES if last[stage]["mb"] > MOST_MB]


def measure(base_folder: Path, sizes: Sequence[int], a_day: int) -> dict[str, Any]:
    """Return the figures of archives of all sizes."""
    base, origin = base_tables(Store(str(base_folder)))
    tables = tables_of(base, NIGHT, a_day)
    found = []
    with tempfile.TemporaryDirectory(prefix="newstables-growth-") as folder:
        for size in sizes:
            began = time.monotonic()
            n_days = max(1, size // a_day)
            window = Path(folder) / f"window-{min(n_days, WINDOW)}"
            if not window.exists():
                write_window(Store(str(window)), base, origin, min(n_days, WINDOW), a_day)
            took = measured(window, Path(folder) / str(size), tables, n_days=n_days)
            found.append({"articles": n_days * a_day, **took})
            print(f"{json.dumps(found[-1])} {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return {
        "machine": machine()["cpu"],
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "a_day": a_day,
        "sizes": found,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; exit code 1 where a night grows with the archive."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--base", type=Path, help="a data folder with published days")
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="articles")
    options.add_argument("--a-day", type=int, default=600, help="articles of a day")
    options.add_argument("--write-docs", action="store_true", help="keep the figures, write the table anew")
    options.add_argument("--night", nargs=2, metavar=("ROOT", "STAGE"), help=argparse.SUPPRESS)
    args = options.parse_args(arguments)
    if args.night:
        print(json.dumps(night(*args.night)))
        return
    with tempfile.TemporaryDirectory(prefix="newstables-growth-") as folder:
        base = args.base or Path(folder)
        if args.base is None:
            made_of = {"source": "drop", "drop_dir": str(ROOT / "data/sample")}
            for _ in run_days(SAMPLE, Store(folder), load_settings(data_dir=folder, **made_of)):
                pass
        figures = measure(base, args.sizes, args.a_day)
    print(table(figures))
    for line in missed(figures):
        print(f"! {line}")
    if args.write_docs:
        (ROOT / FIGURES).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        document = ROOT / DOCUMENT
        text = replaced(document.read_text("utf-8"), "growth", table(figures), command=COMMAND)
        document.write_text(text, encoding="utf-8")
    sys.exit(1 if missed(figures) else 0)


if __name__ == "__main__":
    main()
