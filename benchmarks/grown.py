"""An archive of any length, in minutes: the days before a night, to measure what that night costs.

The articles of published days are taken again and again under other ids, with other words of the same length,
so that copies do not meet by chance; of an article's entities, some are named for the first time.

The days before the night, as far back as any table looks, are published and derived by the stages. The days
before those are made of these: a manifest for each, the files of its tables (linked, since nothing should
read them), the months of the derived tables, and in the tables of entities the rows that so many days bring.
Where a stage looks into one of these files all the same, it finds what it would find.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import provenance
from pipeline.derived.entity_counts import COUNTS
from pipeline.derived.tables import DERIVED, Grouped, Summed
from pipeline.derived.work import State, TableState
from pipeline.identity import checksum
from pipeline.ingest.sources.drop import drop_index_of, open_drop
from pipeline.settings import Settings, load_settings
from pipeline.stages import run_stage
from pipeline.stages.derive import derive
from pipeline.store import Store
from pipeline.store.batch import (
    PARTIALS,
    Batch,
    derived_path,
    index_path,
    manifest_path,
    month_of,
    month_path,
    published_path,
    rejects_of,
    staged_path,
)
from pipeline.store.days import note, published
from pipeline.store.manifest import Manifest, find_manifest, manifests
from pipeline.store.plan import find_plan
from pipeline.store.published import replace_day
from pipeline.store.row_groups import in_groups
from schemas import DAY_TABLES, EXTRACTED, TABLES
from schemas.table import arrow_schema, with_values

NIGHT = date(2026, 3, 31)
WINDOW = 31
"""Days before the night that are made by the stages: no table looks further back."""

CLAIMS = 8
"""Of an article; the sample is full of them, and takes long to be compared."""

_NEW_ENTITIES = 8
"""One in so many of an article's entities is named for the first time: some two, as in ordinary news."""

_YOUNG_S = 2.1
"""Files younger than that are not known by their times, and so are read again."""

_IDS = ("article_id", "claim_id", "quote_id", "mention_id", "parent_quote_id")
_ENTITY_IDS = ("entity_id", "speaker_entity_id", "claimer_entity_id", "subject_entity_id")
_ENTITY_LISTS = ("entity_ids", "speaker_entity_ids")
_WORDED = ("title", "text", "content", "subject", "predicate_lemma", "object")
_WORD = re.compile(r"\b[a-z]{2,}[a-z]{2}\b")

type Tables = dict[str, pa.Table]


# ---- days that are made by the stages --------------------------------------------------------------


def base_tables(store: Store, *, n_claims: int = CLAIMS) -> tuple[list[Tables], Manifest]:
    """Return the tables of each published day, with so many claims an article, and one of the manifests."""
    found = [one for one in manifests(store).values() if not one.is_empty]
    days = []
    for manifest in found:
        tables = {name: store.read(published_path(name, manifest.day)) for name in manifest.tables}
        tables = {name: table.replace_schema_metadata(None) for name, table in tables.items()}
        seen: Counter[str] = Counter()
        is_kept = []
        for article_id in tables["claims"]["article_id"].to_pylist():
            seen[article_id] += 1
            is_kept.append(seen[article_id] <= n_claims)
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
        made = with_values(made, "text_sha256", [checksum(text) for text in made["text"].to_pylist()])
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


def write_window(
    store: Store, base: Sequence[Tables], origin: Manifest, n_days: int, a_day: int, *, n_there: int = 0
) -> None:
    """Publish and derive the days before the night, but for the last ones, which are there."""
    for back in range(n_days, n_there, -1):
        day = NIGHT - timedelta(back)
        tables = tables_of(base, day, a_day)
        replace_day(store, day, tables, counts=origin.counts, origin=origin.origin, inputs=())
    derive(store, Batch(NIGHT), settings_of(store))


def settings_of(store: Store, *, is_file_an_article: bool = False, window_days: int = 0) -> Settings:
    """Return the settings of the night."""
    return load_settings(
        data_dir=store.root,
        source="drop",
        drop_dir=str(_files(store) if is_file_an_article else _drop(store)),
        drop_window_days=window_days,
        decisions_file=Path("none"),
    )


def _drop(store: Store) -> Path:
    return Path(f"{store.root}-drop")


def _files(store: Store) -> Path:
    return Path(f"{store.root}-files")


# ---- days before those -----------------------------------------------------------------------------


def write_older(store: Store, n_days: int) -> None:
    """Add so many days before the window, made of it, to what is published and derived."""
    state = State.read(store)
    real = sorted(state.runs)
    root = Path(store.root)
    older = [real[0] - timedelta(back) for back in range(1, n_days + 1)]
    state.runs |= link_days(store, older, real)
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


def link_days(store: Store, days: Iterable[date], models: Sequence[date]) -> dict[date, str]:
    """Publish days that have the files of others, taken in turn; return their runs."""
    root = Path(store.root)
    runs = {}
    for number, day in enumerate(days):
        model = models[number % len(models)]
        manifest = find_manifest(store, model)
        assert manifest is not None
        (root / manifest_path(day)).write_bytes(manifest.model_copy(update={"day": day}).to_bytes())
        for row_class in DAY_TABLES:
            name = row_class.table_name
            (root / published_path(name, day)).hardlink_to(root / published_path(name, model))
        runs[day] = manifest.run_id
    return runs


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
        _write(_drop(store) / str(day), [_record(str(day), day)])


def _record(name: str, day: date) -> dict[str, str]:
    return {"url": f"https://paper.example/{name}", "text": "word " * 60, "published_at": f"{day}T08:00Z"}


def _write(folder: Path, records: Sequence[Mapping[str, Any]]) -> None:
    folder.mkdir(parents=True)
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    (folder / "articles.jsonl").write_text(lines, encoding="utf-8")


def write_night(store: Store, tables: Tables) -> None:
    """Let the days before be known, then deliver the night's articles."""
    time.sleep(_YOUNG_S)
    note(store, published(store))
    run_stage("ingest", store, Batch(min(published(store).days)), settings_of(store))
    _write(_drop(store) / str(NIGHT), _delivered(tables))


def _delivered(tables: Tables) -> list[dict[str, Any]]:
    return [
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


def write_files(store: Store, tables: Tables, n_days: int, a_day: int) -> None:
    """Write a drop folder with a file for each article of the days before the night, which is indexed.

    The files of the last of these days are written and read, those of the others are links to them. Then the
    night's articles are delivered, a file each.
    """
    root, model = _files(store), NIGHT - timedelta(1)
    days = [NIGHT - timedelta(back) for back in range(2, n_days + 1)]
    _write_each(root / str(model), [_record(f"{model}/{n}", model) for n in range(a_day)])
    settings = settings_of(store, is_file_an_article=True)
    open_drop(store, settings)
    for day in days:
        (root / str(day)).mkdir()
        for number in range(a_day):
            (root / _name(day, number)).hardlink_to(root / _name(model, number))
    time.sleep(_YOUNG_S)  # a link is a change, too
    note_parts(store, settings, str(model), {str(day): day for day in days})
    _write_each(root / str(NIGHT), _delivered(tables))


def _write_each(folder: Path, records: Sequence[Mapping[str, Any]]) -> None:
    folder.mkdir(parents=True)
    for number, record in enumerate(records):
        (folder.parent / _name(folder.name, number)).write_text(json.dumps(record), encoding="utf-8")


def _name(day: object, number: int) -> str:
    return f"{day}/{number:05d}.json"


def note_parts(store: Store, settings: Settings, model: str, days: Mapping[str, date]) -> None:
    """Let the index of a drop folder know parts as if they had been read: they are links to another one."""
    index = drop_index_of(store, settings)
    noted = store.read_cache(index_path(index.name))
    entries = store.read_cache(index.path_of(model))["files"]
    for part, day in days.items():
        files = index.tree.files(part)
        made = {}
        for file in files:
            entry = entries[f"{model}/{file.path.rpartition('/')[2]}"]
            [found] = entry["days"].values()
            seen = [[file.size, file.mtime_ns, file.ctime_ns, file.inode]]
            made[file.path] = entry | {"seen": seen, "days": {str(day): found}, "order": [[str(day), 1]]}
        digest = index.digest_of(files)
        store.write_cache(index.path_of(part), {"digest": digest, "files": made})
        noted["parts"][part] = {"digest": digest, "days": [str(day)], "homeless": {}}
    store.write_cache(index_path(index.name), noted)
    open_drop(store, settings, NIGHT - timedelta(1))  # the day that was linked to has changed by that


def take_back(store: Store, settings: Settings) -> None:
    """Let the index of the drop folder forget the night's deliveries."""
    index = drop_index_of(store, settings)
    noted = store.read_cache(index_path(index.name))
    del noted["parts"][str(NIGHT)]
    store.write_cache(index_path(index.name), noted)
    store.remove(index.path_of(str(NIGHT)))


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
            "settings": provenance.row_settings(settings_of(store)),
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
