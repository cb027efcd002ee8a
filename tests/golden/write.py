"""Write the golden files: what the pipeline makes of a few articles of the sample.

    python tests/golden/write.py

They are snapshots, not truth (that is tests/gold): a change in them is to be looked at, and committed when it
is what was meant.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from spacy.language import Language

from pipeline.extract.annotate import extracted
from pipeline.extract.article import ArticleText
from pipeline.ingest.fields import read_fields
from pipeline.ingest.moments import parse_moment
from pipeline.nlp import load_nlp

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "data" / "sample"
ARTICLES = (
    "terenka-guards-mna-0301-1",
    "ashdown-brother-klx-0302-2",
    "peacekeepers-without-peace-lan-0303-1",
)


def records() -> dict[str, dict[str, Any]]:
    """The sample's records by the id at the end of their URL."""
    found = {}
    for path in sorted(SAMPLE.glob("*/*.jsonl*")):
        data = path.read_bytes()
        for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines():
            try:
                record = json.loads(line)
            except ValueError:  # the sample holds broken records on purpose
                continue
            url = read_fields(record).url
            if url:
                found[url.rstrip("/").rsplit("/", 1)[-1].removesuffix(".html")] = record
    return found


def golden(nlp: Language, name: str, record: dict[str, Any]) -> dict[str, Any]:
    """What is made of an article, as far as a person would read it."""
    fields = read_fields(record)
    assert fields.text
    moment = parse_moment(fields.published)
    article = ArticleText(
        article_id=name,
        record_ref=name,
        text=fields.text,
        title=fields.title,
        published_at=moment and moment.at,
        source=fields.source,
    )
    tables = {k: t.to_pylist() for k, t in extracted([[(nlp(fields.text), article)]], timeout_s=60.0).items()}
    keep = {
        "entities": ("name", "label", "n_mentions", "aliases", "role"),
        "quotes": ("kind", "content", "cue", "speaker", "speaker_name", "is_speech"),
        "claims": ("text", "claimer_kind", "claimer_name", "subject", "predicate", "object", "polarity"),
    }
    return {table: [{c: row[c] for c in columns} for row in tables[table]] for table, columns in keep.items()}


def as_text(value: dict[str, Any]) -> str:
    """One row a line, so that a difference is easy to read."""
    rows = [
        f' "{table}": [\n' + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n ]"
        for table, rows in value.items()
    ]
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    nlp = load_nlp()
    for name in ARTICLES:
        (HERE / f"{name}.json").write_text(as_text(golden(nlp, name, records()[name])), encoding="utf-8")
