"""A day on its way: its shards as ingest writes them, and all shards as one day for publishing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa

from pipeline.errors import DamagedError, InputError
from pipeline.identity import checksum
from pipeline.store.batch import (
    AT_WORK,
    DOCS,
    INGEST_REJECTS,
    STAGED,
    Batch,
    at_work_path,
    day_of_name,
    manifest_path,
    plan_path,
    rejects_of,
    shard_of_name,
    staged_folder,
    staged_path,
)
from pipeline.store.files import Store, to_parquet
from pipeline.store.manifest import Origin
from pipeline.store.plan import IngestCounts, InputFile, Plan, Shard, is_planned, write_plan
from pipeline.store.takeout import without_refused
from schemas import EXTRACTED, TABLES, Article, Reject
from schemas.table import arrow_schema, to_arrow


def staged_days(store: Store) -> list[date]:
    """Return the days of which anything is staged, in order; stray folders are left aside."""
    return [day for name in store.names(STAGED) if (day := day_of_name(name)) is not None]


def write_day(
    store: Store,
    day: date,
    articles: Sequence[Article],
    rejects: Sequence[Reject],
    *,
    counts: IngestCounts,
    source: str,
    settings: Mapping[str, str],
    inputs: Sequence[InputFile],
    shard_size: int,
    languages: Sequence[str],
) -> Plan:
    """Stage a day's articles in shards, its rejects and the plan, the plan last; the caller holds the lock.

    Args:
        store: where to write.
        day: the day.
        articles: sorted.
        rejects: of ingest, sorted.
        counts: as in the plan; so are `source`, `settings` and `inputs`.
        source: setting of that name.
        settings: those that ingest obeyed.
        inputs: what was taken from which file.
        shard_size: articles in a shard.
        languages: those that go on to extraction.
    """
    slices = [articles[start : start + shard_size] for start in range(0, len(articles), shard_size)]
    files = {
        staged_path("articles", Batch(day, shard)): to_parquet(to_arrow(rows, Article, day=day))
        for shard, rows in enumerate(slices)
    }
    plan = Plan(
        day=day,
        source=source,
        settings=dict(settings),
        shards=tuple(
            Shard(
                shard=shard,
                n_articles=len(rows),
                n_to_parse=sum(article.language in languages for article in rows),
                sha256=checksum(data),
            )
            for shard, (rows, data) in enumerate(zip(slices, files.values(), strict=True))
        ),
        inputs=tuple(inputs),
        counts=counts,
    )
    files[staged_path(INGEST_REJECTS, Batch(day))] = to_parquet(to_arrow(rejects, Reject, day=day))
    is_new = not is_planned(store, plan)
    if is_new:  # a crash from here on must not leave an old plan beside new shards
        store.remove(plan_path(day))
    for path, data in files.items():
        if is_new or store.find(path) != data:
            store.put(path, data)
    for path in _stale(store, day, len(slices)):
        store.remove(path)
    if is_new:
        write_plan(store, plan)
    return plan


def _stale(store: Store, day: date, n_shards: int) -> list[str]:
    """Return the staged files of shards that the day no longer has."""
    found = []
    for table in store.names(staged_folder(day)):
        if table == INGEST_REJECTS or "." in table:
            continue
        for name in store.names(staged_folder(day, table)):
            shard = shard_of_name(name)
            if shard is not None and shard >= n_shards:
                found.append(f"{staged_folder(day, table)}/{name}")
    return found


def read_day(store: Store, plan: Plan) -> tuple[dict[str, pa.Table], Origin | None]:
    """Return the rows of all shards of a day in the order of publishing, and what they were made with.

    Articles that parse or extract gave up are left out; their rejects say why. Where no shard had anything to
    parse, nothing says what the rows were made with.

    Raises:
        InputError: a shard was not extracted since it was ingested, or shards were extracted differently; or
            a file is damaged, or gone.
    """
    day = plan.day
    with told(f"{day}", again="ingest"):
        rejects = [store.read(staged_path(INGEST_REJECTS, Batch(day)))]
    parts: dict[str, list[pa.Table]] = {name: [] for name in ("articles", *EXTRACTED)}
    origin: Origin | None = None
    for shard in plan.shards:
        batch = Batch(day, shard.shard)
        with told(f"{day}, shard {batch.shard}", again="ingest"):
            parts["articles"].append(store.read_checked(staged_path("articles", batch), shard.sha256))
        if not shard.n_to_parse:
            continue
        for name in EXTRACTED:
            path = staged_path(name, batch)
            with told(f"{day}, shard {batch.shard}", again="extract"):
                lineage = store.lineage(path)
            if lineage is None or lineage["articles"] != shard.sha256:
                raise InputError(
                    f"{day}: {name} of shard {batch.shard} were not made from the articles that are staged;"
                    " run the stages parse and extract again"
                )
            made = Origin(code=lineage["code"], model=lineage["model"], settings=lineage["settings"])
            if origin is not None and made != origin:
                raise InputError(
                    f"{day}: shards were extracted by different code, models or settings;"
                    " run the stage extract again"
                )
            origin = made
            with told(f"{day}, shard {batch.shard}", again="extract"):
                parts[name].append(store.read(path))
        for stage in ("parse", "extract"):
            with told(f"{day}, shard {batch.shard}", again=stage):
                rejects.append(store.read(staged_path(rejects_of(stage), batch)))
    merged = {
        name: _sorted(pa.concat_tables([arrow_schema(TABLES[name]).empty_table(), *tables]), name)
        for name, tables in parts.items()
    }
    merged["rejects"] = _sorted(pa.concat_tables(rejects), "rejects")
    return without_refused(merged), origin


def _sorted(table: pa.Table, name: str) -> pa.Table:
    return table.sort_by([(column, "ascending") for column in TABLES[name].order])


@contextlib.contextmanager
def told(whose: str, *, again: str) -> Iterator[None]:
    """Say what to do where a staged file is damaged, or was taken away meanwhile.

    Args:
        whose: the day or the shard.
        again: the stage that makes the file.

    Raises:
        InputError: it is gone.
        DamagedError: it is damaged.
    """
    remedy = f"run the stage {again} again, and those after it"
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{whose}: a staged file is gone ({error}): {remedy}") from None
    except DamagedError as error:
        raise DamagedError(f"{whose}: {error}: {remedy}", path=error.path) from None


def mark_at_work(store: Store, day: date) -> None:
    """Note that a day is at work: until it is published, its parse is kept (`prune_docs`)."""
    with store.lock("docs"):
        if store.exists(plan_path(day)):
            store.put(at_work_path(day), b"{}\n")


def remove_day(store: Store, day: date) -> None:
    """Remove all that is staged for a day.

    What a stage writes meanwhile goes as well: it looks for its articles after it has written
    (`still_staged`), and then they are gone; or it has written before, and the second look finds that.
    """
    with store.lock(f"ingest-{day}"):
        for _ in range(2):
            store.remove_folder(staged_folder(day))
        store.remove(at_work_path(day))


def still_staged(store: Store, batch: Batch, articles_sha256: str, written: Sequence[str]) -> None:
    """Make sure that what was written of a shard is of the articles that are staged now, or take it back.

    Args:
        store: where staged files lie.
        batch: the shard.
        articles_sha256: of the articles that it was made from.
        written: the paths.

    Raises:
        InputError: the shard was ingested again, or an article of it was taken down, meanwhile.
    """
    with contextlib.suppress(FileNotFoundError):
        if store.digest(staged_path("articles", batch)) == articles_sha256:
            return
    for path in written:
        store.remove(path)
    raise InputError(
        f"{batch.day}, shard {batch.shard}: its articles were ingested again meanwhile, or one of them was"
        " taken down: run the day again from the stage ingest"
    )


def prune_docs(store: Store, *, keep_days: int) -> None:
    """Remove the parse of all but the latest days, of those that are published as they are staged.

    A day whose plan or parse, or the mark of a stage that works on it, is newer than its manifest is at work,
    or waits to be published: it needs its parse still. Only days with a mark are looked at, however many are
    staged.

    Args:
        store: where staged files lie.
        keep_days: how many of the latest days with a parse keep it.
    """
    _mark_all(store)
    days = [day for name in store.names(AT_WORK) if (day := day_of_name(name, ".json")) is not None]
    for day in days[: max(0, len(days) - keep_days)]:
        folder = staged_folder(day, DOCS)
        docs = [f"{folder}/{name}" for name in store.names(folder)]
        mark = at_work_path(day)
        with store.lock("docs"):
            published = store.modified(manifest_path(day))
            marks = [mark] if store.find(mark) != _FROM_BEFORE else []
            staged = [
                at for path in (plan_path(day), *marks, *docs) if (at := store.modified(path)) is not None
            ]
            # Some stores tell whole seconds: what is of the same one may have come after.
            if published is not None and all(at < published for at in staged):
                store.remove_folder(folder)
                store.remove(mark)


def _mark_all(store: Store) -> None:
    """Mark the days with a parse, once, that were staged before marks had a folder of their own."""
    if store.exists(_ALL_MARKED):
        return
    with store.lock("docs"):
        for day in staged_days(store):
            if store.names(staged_folder(day, DOCS)):
                store.create(at_work_path(day), _FROM_BEFORE)
        store.put(_ALL_MARKED, b"{}\n")


_ALL_MARKED = f"{AT_WORK}/all.json"
_FROM_BEFORE = b'{"since": "before"}\n'
"""What is in a mark that says that there is a parse, and nothing of when a stage was at work."""
