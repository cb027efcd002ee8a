"""Find in published tables: who goes by a name, and where a word stands.

from pipeline.find import concordance, find
find("ashdown")
concordance("ferr*", days=("2026-03-01", "2026-03-03"))
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.errors import ConfigError
from pipeline.load import load_arrow
from pipeline.views import alike_rows

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("entity_id", "name", "label", "n_articles", "first_seen", "last_seen")
_LINES = pa.schema(
    [
        ("day", pa.date32()),
        ("outlet", pa.string()),
        ("title", pa.string()),
        ("left", pa.string()),
        ("hit", pa.string()),
        ("right", pa.string()),
        ("article_id", pa.string()),
        ("start_char", pa.int32()),
        ("end_char", pa.int32()),
        ("permalink", pa.string()),
    ]
)


def find(name: str, *, label: str | None = None, n: int = 20, data_dir: str | None = None) -> pd.DataFrame:
    """Return the entities that a name may mean, the likeliest first.

    Case and accents do not matter. First come those called exactly so, then those with the text in their
    name, then those that were printed so somewhere, then what is nearly the same (Jaro-Winkler similarity of
    at least 0.85, with the name or one of its words); the more articles, the earlier.

    Args:
        name: all or part of a name, such as "ashdown".
        label: only entities of this type, such as PERSON.
        n: at most so many.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Returns:
        entity_id, name, label, n_articles, first_seen, last_seen, and `printed`: the form that was found.
        Entities that were merged into others are found by way of these.

    Raises:
        ConfigError: the name is empty, there is no such label, or nothing is published.
        DamagedError: the index of entities cannot be read; the message says what to do.
    """
    if not name.strip():
        raise ConfigError("find needs a name, or a part of one")
    where: dict[str, Any] = {"merged_into": None} | ({"label": label} if label else {})
    index = load_arrow("entity_index", where=where, data_dir=data_dir)
    frame: pd.DataFrame = alike_rows(index, name.strip(), columns=_COLUMNS, n=n).to_pandas()
    return frame


def concordance(
    word: str,
    *,
    days: tuple[str | date, str | date] | str | date | None = None,
    width: int = 50,
    once: bool = True,
    data_dir: str | None = None,
) -> pd.DataFrame:
    """Return each place where a word or a phrase stands, with what is left and right of it (KWIC).

    Args:
        word: whole words, in any case; `ferr*` is every word that begins so. Blanks also stand for line ends.
        days: first and last day, both included; one day; or None for all there are.
        width: so many characters on each side; line ends are shown as blanks.
        once: leave out reprints.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Returns:
        A row for each place, by day, article and offset: day, outlet, title, left, hit, right, article_id,
        start_char and end_char (in articles.text, end exclusive), permalink.

    Raises:
        ConfigError: the word is empty, or nothing is published.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published, or cannot be read; the message says what to do.
    """
    pattern = _pattern(word)
    columns = ["day", "source", "title", "article_id", "text"]
    articles = load_arrow("articles", days=days, columns=columns, once=once, data_dir=data_dir)
    rows: list[dict[str, Any]] = []
    for batch in articles.to_batches(max_chunksize=1000):
        for article in batch.to_pylist():
            text = article["text"]
            for hit in pattern.finditer(text):
                start, end = hit.span()
                rows.append(
                    {
                        "day": article["day"],
                        "outlet": article["source"],
                        "title": article["title"],
                        "left": _one_line(text[max(0, start - width) : start]),
                        "hit": _one_line(hit[0]),
                        "right": _one_line(text[end : end + width]),
                        "article_id": article["article_id"],
                        "start_char": start,
                        "end_char": end,
                        "permalink": f"/article/{article['day']}/{article['article_id']}",
                    }
                )
    frame: pd.DataFrame = pa.Table.from_pylist(rows, _LINES).to_pandas()
    return frame


def _pattern(word: str) -> re.Pattern[str]:
    words = word.split()
    if not any(part.strip("*") for part in words):
        raise ConfigError("concordance needs a word")
    parts = [re.escape(part).replace(r"\*", r"\w*") for part in words]
    return re.compile(rf"(?<!\w){r'\s+'.join(parts)}(?!\w)", re.IGNORECASE)


def _one_line(text: str) -> str:
    return re.sub(r"\s", " ", text)
