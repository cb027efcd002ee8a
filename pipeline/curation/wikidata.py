"""Make an alias table from a Wikidata dump: `python -m pipeline.curation.wikidata DUMP.json.gz OUT.parquet`.

The dump (https://dumps.wikimedia.org/wikidatawiki/entities/, JSON, plain, .gz or .bz2) is read line by line
and never held: memory stays at some hundred megabytes. What an alias means is weighed by the number of
Wikipedias that have an article on it; a label weighs twice what an alias does.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.curation.aliases import SCHEMA, alias_key
from pipeline.lexicons import entries

MIN_SITELINKS = 3
MIN_PRIOR = 0.01
BUCKETS = 64
_FLUSH = 20_000
_RAW = pa.schema(
    [
        ("alias", pa.string()),
        ("id", pa.string()),
        ("name", pa.string()),
        ("weight", pa.float32()),
        ("type", pa.string()),
    ]
)


class Alias(NamedTuple):
    """A name of an item, not yet weighed against those of other items."""

    alias: str
    id: str
    name: str
    weight: float
    type: str


def item_aliases(
    item: dict[str, Any], *, languages: Sequence[str] = ("en",), min_sitelinks: int = MIN_SITELINKS
) -> Iterator[Alias]:
    """Yield the names of one item of the dump; none if it is of no type that the tables have.

    Args:
        item: as in the dump: id, labels, aliases, claims, sitelinks.
        languages: whose labels and aliases are taken; the first that has a label gives the name.
        min_sitelinks: items known to fewer wikis are left out.
    """
    links = sum(1 for site in item.get("sitelinks") or {} if site.endswith("wiki"))
    kind = _type(item)
    labels = item.get("labels") or {}
    name = next((labels[lang]["value"] for lang in languages if lang in labels), None)
    if kind is None or name is None or links < min_sitelinks:
        return
    seen: set[str] = set()
    for lang in languages:
        own = [(labels[lang]["value"], 1.0)] if lang in labels else []
        own += [(alias["value"], 0.5) for alias in (item.get("aliases") or {}).get(lang, ())]
        for text, share in own:
            if alias_key(text) and alias_key(text) not in seen:
                seen.add(alias_key(text))
                yield Alias(text, item["id"], name, share * links, kind)


def _type(item: dict[str, Any]) -> str | None:
    """The entity label of an item, by what it is an instance of (lexicon `wikidata_classes`)."""
    classes = entries("wikidata_classes")
    for claim in (item.get("claims") or {}).get("P31", ()):
        value = ((claim.get("mainsnak") or {}).get("datavalue") or {}).get("value") or {}
        if isinstance(value, dict) and value.get("id") in classes:
            return classes[value["id"]]
    return None


def read_dump(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the items of a dump; lines that are no JSON (its brackets, a torn last line) are skipped."""
    with _opened(path) as lines:
        for line in lines:
            text = line.strip().rstrip(b",")
            if text.startswith(b"{"):
                try:
                    item = json.loads(text)
                except ValueError:
                    continue
                if item.get("type", "item") == "item" and "id" in item:
                    yield item


def _opened(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if path.suffix == ".bz2":
        return bz2.open(path, "rb")
    return path.open("rb")


def build_alias_table(
    items: Iterable[dict[str, Any]],
    output: Path,
    *,
    languages: Sequence[str] = ("en",),
    min_sitelinks: int = MIN_SITELINKS,
) -> int:
    """Write the alias table of a stream of items and return its number of rows.

    Aliases are dealt out to files by their hash, so that those that compete come together, and each file is
    weighed on its own.
    """
    with tempfile.TemporaryDirectory(dir=output.parent) as folder:
        paths = [Path(folder) / f"{i:02}.parquet" for i in range(BUCKETS)]
        with ExitStack() as stack:
            writers = [stack.enter_context(pq.ParquetWriter(path, _RAW)) for path in paths]
            waiting: list[list[Alias]] = [[] for _ in paths]
            for item in items:
                for alias in item_aliases(item, languages=languages, min_sitelinks=min_sitelinks):
                    bucket = crc32(alias_key(alias.alias).encode()) % BUCKETS
                    waiting[bucket].append(alias)
                    if len(waiting[bucket]) >= _FLUSH // BUCKETS:
                        _flush(writers[bucket], waiting[bucket])
            for writer, rows in zip(writers, waiting, strict=True):
                _flush(writer, rows)
        count = 0
        hidden = output.with_name(f".{output.name}.part")
        with pq.ParquetWriter(hidden, SCHEMA, compression="zstd") as out:
            for path in paths:
                table = _weighed(pq.read_table(path))
                count += len(table)
                out.write_table(table)
        hidden.replace(output)
    return count


def _flush(writer: pq.ParquetWriter, rows: list[Alias]) -> None:
    if rows:
        columns = [
            pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), _RAW, strict=True)
        ]
        writer.write_table(pa.Table.from_arrays(columns, schema=_RAW))
        rows.clear()


def _weighed(raw: pa.Table) -> pa.Table:
    """Turn the weights of the items of one alias into shares that add up to one; drop the tiny ones."""
    keys = pa.array([alias_key(alias) for alias in raw["alias"].to_pylist()], pa.string())
    raw = raw.append_column("key", keys)
    totals = raw.group_by("key").aggregate([("weight", "sum")])
    joined = raw.join(totals, "key")
    prior = pc.divide(joined["weight"], joined["weight_sum"].cast(pa.float32()))
    table = pa.table(
        [joined["alias"], joined["id"], joined["name"], prior.cast(pa.float32()), joined["type"]],
        schema=SCHEMA,
    )
    return table.filter(pc.greater_equal(table["prior"], MIN_PRIOR)).sort_by(
        [("alias", "ascending"), ("prior", "descending"), ("id", "ascending")]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the table that the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.curation.wikidata",
        description="Make an alias table from a Wikidata dump.",
    )
    parser.add_argument("dump", type=Path, help="JSON dump of Wikidata: plain, .gz or .bz2")
    parser.add_argument("output", type=Path, help="Parquet file to write")
    parser.add_argument(
        "--language", action="append", help="whose names to take (default: en); may be repeated"
    )
    parser.add_argument(
        "--min-sitelinks", type=int, default=MIN_SITELINKS, help="leave out what fewer wikis know"
    )
    given = parser.parse_args(arguments)
    if not given.dump.is_file():
        print(f"{given.dump}: no such file", file=sys.stderr)  # noqa: T201
        return 2
    rows = build_alias_table(
        read_dump(given.dump),
        given.output,
        languages=given.language or ("en",),
        min_sitelinks=given.min_sitelinks,
    )
    print(f"{rows} aliases in {given.output}")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
