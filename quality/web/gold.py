"""The two sets of web news: gold that stands beside its texts, and gold whose texts are in the pool.

`own_dev` of the corpora holds texts and gold in one; the project's own `tests/gold/web` holds ids, offsets
and checksums, and its texts are records of the pool. Both become the same here.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.extract.article import ArticleText
from pipeline.extract_file.reading import FileArticles
from pipeline.identity import checksum
from pipeline.settings import Settings
from quality.outside import read_corpus

type Record = dict[str, Any]

LAYERS = {"entities": "mentions", "quotes": "quotes", "claims": "claims"}
"""The files of a set, and the key of a record's items in each."""

POOL = Path("corpora") / "pool" / "pool.jsonl.gz"

_FAMILIES = {
    "abroad": ("intl_news",),
    "news": ("news", "agency", "state-media", "liveblog", "factcheck"),
    "local, court": ("local", "court"),
    "business, science": ("business", "tech", "science", "press-release"),
    "opinion, interview": ("opinion", "interview", "satire"),
    "leisure": ("sport", "entertainment", "tabloid"),
}
FAMILY = {kind: family for family, kinds in _FAMILIES.items() for kind in kinds}
"""The kinds of news, taken together where one alone has too few articles to count on."""

INTERNATIONAL = "intl_news"


@dataclass(frozen=True, slots=True)
class WebArticle:
    """An article with its gold.

    Attributes:
        outlet: as its record names it.
        kind: of news, as the pool sorts it.
        article: as the extractors get it.
        mentions, quotes, claims: gold records; entities are referred to by id.
        claims_until: offset up to which claims are annotated.
    """

    outlet: str
    kind: str
    article: ArticleText
    mentions: Sequence[Record]
    quotes: Sequence[Record]
    claims: Sequence[Record]
    claims_until: int

    @property
    def family(self) -> str:
        """The group of kinds that it belongs to."""
        return FAMILY.get(self.kind, "other")


def read_own_dev(corpora: Path, settings: Settings) -> list[WebArticle]:
    """Read `own_dev` of the corpora; kinds are those of the pool, and "intl_news" outside of it.

    Raises:
        InputError: a file is missing.
    """
    folder = corpora / "own_dev"
    layers = {name: read_corpus(folder / f"{name}.jsonl") for name in LAYERS}
    pool = {record["id"]: record for record in read_corpus(corpora / POOL)}
    texts = {record["doc_id"]: record | {"id": record["doc_id"]} for record in layers["entities"]}
    kinds = {doc_id: pool.get(doc_id, {}).get("kind", INTERNATIONAL) for doc_id in texts}
    return _joined(layers, texts, kinds, _read_ends(folder), settings)


def read_web_gold(gold: Path, corpora: Path, settings: Settings) -> list[WebArticle]:
    """Read the project's own gold of web news, with the texts of the pool.

    Args:
        gold: folder with the stand-off files, and README.md.
        corpora: folder that holds the pool.
        settings: as for reading any file.

    Raises:
        InputError: a file is missing, or a text is not the one that was annotated.
    """
    layers = {name: read_corpus(gold / f"{name}.jsonl") for name in LAYERS}
    pool = {record["id"]: record for record in read_corpus(corpora / POOL)}
    for record in layers["entities"]:
        text = pool.get(record["doc_id"], {}).get("text", "")
        if checksum(text) != record["text_sha256"]:
            raise InputError(f"{record['doc_id']} of {corpora / POOL} is not the text that was annotated")
    texts = {record["doc_id"]: pool[record["doc_id"]] for record in layers["entities"]}
    kinds = {record["doc_id"]: record["kind"] for record in layers["entities"]}
    return _joined(layers, texts, kinds, _read_ends(gold), settings)


def _read_ends(folder: Path) -> dict[str, int | None]:
    ends: dict[str, int | None] = json.loads((folder / "claims_until.json").read_text(encoding="utf-8"))
    return ends


def _joined(
    layers: Mapping[str, Sequence[Record]],
    texts: Mapping[str, Record],
    kinds: Mapping[str, str],
    ends: Mapping[str, int | None],
    settings: Settings,
) -> list[WebArticle]:
    articles = _read_articles(texts.values(), settings)
    items = {
        name: {record["doc_id"]: [as_ids(item) for item in record[LAYERS[name]]] for record in records}
        for name, records in layers.items()
    }
    return [
        WebArticle(
            outlet=texts[doc_id]["source"],
            kind=kinds[doc_id],
            article=articles[doc_id],
            mentions=items["entities"][doc_id],
            quotes=items["quotes"][doc_id],
            claims=items["claims"][doc_id],
            claims_until=ends.get(doc_id) or len(articles[doc_id].text),
        )
        for doc_id in sorted(texts)
    ]


def _read_articles(records: Any, settings: Settings) -> dict[str, ArticleText]:
    """Read records as the command `extract` reads its input."""
    keys = ("id", "text", "title", "url", "source", "published_at")
    lines = [json.dumps({key: record.get(key) for key in keys}) for record in records]
    file = io.BytesIO("\n".join(lines).encode())
    articles = {a.article_id: a for a in FileArticles("gold", file, settings).articles()}
    lost = [record["id"] for record in records if record["id"] not in articles]
    if lost:
        raise InputError(f"refused as articles: {', '.join(lost)}")
    return articles


def as_ids(item: Record) -> Record:
    """Return a record whose entities are ids, whether it names them or not."""
    named: Record = {
        key: [one["id"] if isinstance(one, dict) else one for one in item[key]]
        for key in ("speaker_entities", "claimer_entities")
        if key in item
    }
    subject = item.get("subject_entity")
    if isinstance(subject, dict):
        named["subject_entity"] = subject["id"]
    return item | named
