"""Build the gold files quotes.jsonl, entities.jsonl and claims.jsonl from the hand-made mark-up.

    python tests/gold/build.py

reads markup/<article id>.txt, takes title, date and outlet of each article from data/sample, resolves
every marked string to character offsets, checks what can be checked, and writes the three files beside
this one. The mark-up, the rules of annotation and the records are described in README.md. Standard
library only; no extractor is involved.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SAMPLE = HERE.parent.parent / "data" / "sample"

LABELS = frozenset(["PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"])
KINDS = {"": "name", "n": "nominal", "p": "pronoun"}
TYPES = {"d": "direct", "m": "mixed", "i": "indirect"}
OPENING = "\"'“‘"
# A pair of marks in a short quoted phrase, over the end of a line but not of a paragraph.
QUOTED = re.compile(
    r"“(?:[^”\n]|\n(?!\n))*”|\"(?:[^\"\n]|\n(?!\n))*\"|(?<!\w)[‘'](?:[^’'\n]|\n(?!\n))*[’'](?!\w)"
)
WORD = re.compile(r"\w+")
DATES = (
    *("published_at", "datePublished", "publishedAt", "date_publish", "date"),
    *("pub_date", "published", "publishing_date", "publish_date"),
)

type Span = tuple[int, int]


class GoldError(ValueError):
    """The mark-up contradicts the text, or itself."""


@dataclass
class Entity:
    """One line of the section `entities`."""

    key: str
    label: str
    name: str
    role: str | None


@dataclass
class Markup:
    """One mark-up file, read but for the passages."""

    doc_id: str
    text: str
    entities: dict[str, Entity]
    mentions: list[dict[str, Any]]
    quotes: list[str]
    claims: list[str]


@dataclass
class Located:
    """A passage found in the text: its `<...>`, `|...|` and `{...}` as spans."""

    content: list[Span] = field(default_factory=list)
    bars: list[Span] = field(default_factory=list)
    braces: list[Span] = field(default_factory=list)


def sample_articles() -> dict[str, dict[str, str | None]]:
    """Return text, title, url, source and published_at of the sample's good records, by article id.

    The text is as in the record: ingest may store it with other blanks, and these the mark-up has.
    """
    articles: dict[str, dict[str, str | None]] = {}
    for path in sorted(SAMPLE.glob("*/*.jsonl*")):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for line in data.split(b"\n"):
            try:
                record = json.loads(line)
            except ValueError:
                continue
            url = _first(record, "url", "link", "web_url", "requested_url", "permalink") or ""
            names = (
                "publisher",
                "source",
                "source_domain",
                "outlet",
                "publication",
                "site_name",
                "newspaper",
            )
            publisher: Any = _first(record, *names)
            articles["-".join(url.rsplit("-", 3)[1:])] = {
                "text": _first(record, "text", "articleBody", "content", "maintext", "body"),
                "title": _first(record, "title", "headline", "name"),
                "url": url,
                "source": publisher["name"] if isinstance(publisher, dict) else publisher,
                "published_at": _first(record, *DATES),
            }
    return articles


def _first(record: dict[str, Any], *names: str) -> str | None:
    return next((record[name] for name in names if record.get(name)), None)


def read_markup(path: Path) -> Markup:
    """Read one mark-up file."""
    sections: dict[str, str] = {}
    for part in re.split(r"^== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        name, _, body = part.partition("\n")
        sections[name.strip()] = body.strip("\n")
    entities = {}
    for line in sections["entities"].splitlines():
        key, label, rest = line.split(" ", 2)
        name, _, role = rest.partition("; ")
        if label not in LABELS or key in entities:
            raise GoldError(f"{path.name}: {line}")
        entities[key] = Entity(key, label, name, role or None)
    text, mentions = _read_mentions(path.name, sections["text"], entities)
    return Markup(
        doc_id=path.stem,
        text=text,
        entities=entities,
        mentions=mentions,
        quotes=sections["quotes"].splitlines(),
        claims=sections["claims"].splitlines(),
    )


def _read_mentions(file: str, marked: str, entities: dict[str, Entity]) -> tuple[str, list[dict[str, Any]]]:
    """Take `{words|key}` and `{words|key/kind}`, which may be nested, out of the text."""
    plain: list[str] = []
    length = 0
    open_at: list[int] = []
    mentions = []
    for piece in re.split(r"(\{|\|[a-z0-9]+(?:/[np])?\})", marked):
        if piece == "{":
            open_at.append(length)
        elif piece.startswith("|") and piece.endswith("}"):
            key, _, kind = piece[1:-1].partition("/")
            if key not in entities or not open_at:
                raise GoldError(f"{file}: {piece}")
            mentions.append(_mention(entities[key], KINDS[kind], open_at.pop(), length))
        else:
            plain.append(piece)
            length += len(piece)
    text = "".join(plain)
    if open_at or set(text) & set("{}|<>"):
        raise GoldError(f"{file}: a mark is not closed")
    unused = set(entities) - {m["entity_id"].partition(":")[2] for m in mentions}
    if unused:
        raise GoldError(f"{file}: never mentioned: {sorted(unused)}")
    mentions.sort(key=lambda m: (m["start"], -m["end"]))
    for mention in mentions:
        mention["text"] = text[mention["start"] : mention["end"]]
    return text, mentions


def _mention(entity: Entity, kind: str, start: int, end: int) -> dict[str, Any]:
    return {
        "start": start,
        "end": end,
        "text": "",
        "type": entity.label,
        "entity_id": f"NT:{entity.key}",
        "name": entity.name,
        "kind": kind,
        "named": kind == "name",
        "link": None,
    }


def locate(passage: str, text: str) -> Located:
    """Find a passage in the text and return its marked spans.

    `…` in a passage stands for anything, `¶` for the empty line between paragraphs, a blank for a line
    end, too.

    Raises:
        GoldError: the passage is not in the text exactly once, or its marks are not balanced.
    """
    pattern = []
    marks: list[str] = []
    for piece in re.split(r"([<>|{}])", passage):
        if piece in set("<>|{}"):
            pattern.append("()")
            marks.append(piece)
        else:
            plain = re.escape(piece).replace("…", ".*?").replace("¶", "\n\n")
            pattern.append(plain.replace("\\ ", "[ \n]"))
    found = list(re.finditer("(?=" + "".join(pattern) + ")", text, flags=re.S))
    if len(found) != 1:
        raise GoldError(f"{len(found)} times in the text: {passage}")
    at = [found[0].start(n + 1) for n in range(len(marks))]
    located = Located()
    bar: int | None = None
    content = brace = None
    for mark, place in zip(marks, at, strict=True):
        if mark == "<":
            content = place
        elif mark == ">" and content is not None:
            located.content.append((content, place))
            content = None
        elif mark == "{":
            brace = place
        elif mark == "}" and brace is not None:
            located.braces.append((brace, place))
            brace = None
        elif mark == "|":
            if bar is None:
                bar = place
            else:
                located.bars.append((bar, place))
                bar = None
        else:
            raise GoldError(f"unbalanced: {passage}")
    if not located.content or (bar, content, brace) != (None, None, None):
        raise GoldError(f"unbalanced: {passage}")
    return located


def _attributes(line: str) -> tuple[str, dict[str, list[str]]]:
    """Split `passage ## a; b=c; b=d` into the passage and {"a": [""], "b": ["c", "d"]}."""
    passage, _, tail = line.partition(" ## ")
    values: dict[str, list[str]] = {}
    for item in filter(None, tail.split("; ")):
        name, _, value = item.strip().partition("=")
        values.setdefault(name, []).append(value)
    return passage.strip(), values


def build_quotes(markup: Markup) -> list[dict[str, Any]]:
    """Resolve the section `quotes`."""
    quotes: list[dict[str, Any]] = []
    by_id: dict[str, dict[str, Any]] = {}
    for line in markup.quotes:
        quote_id, letter, rest = line.split(" ", 2)
        passage, attributes = _attributes(rest)
        if set(attributes) - {"who", "thought", "parent", "unmarked"} or quote_id in by_id:
            raise GoldError(f"{markup.doc_id}: {line}")
        found = locate(passage, markup.text)
        who = [markup.entities[key] for key in ",".join(attributes.get("who", [])).split(",") if key]
        parent = attributes.get("parent", [None])[0]
        if parent is not None and not _inside(found.content, by_id[parent]["content"]):
            raise GoldError(f"{markup.doc_id} {quote_id} does not lie inside {parent}")
        quote = {
            "id": quote_id,
            "type": TYPES[letter],
            "quoted_frac": _quoted_share(letter, found.content, markup.text, by_id.get(parent or "")),
            "content": found.content,
            "cue": found.braces,
            "speaker": found.bars,
            "speaker_entities": [{"id": f"NT:{e.key}", "name": e.name} for e in who],
            "parent": parent,
            "is_speech": "thought" not in attributes,
        }
        if "unmarked" in attributes:
            quote["unmarked"] = True
        _check_marks(markup, quote)
        quotes.append(quote)
        by_id[quote_id] = quote
    return quotes


def _inside(inner: list[Span], outer: list[Span]) -> bool:
    return all(any(a <= s and e <= b for a, b in outer) for s, e in inner)


def _quoted_share(letter: str, spans: list[Span], text: str, parent: dict[str, Any] | None) -> float:
    """Share of the content's words that stand in quotation marks."""
    if letter == "d" or (parent is not None and parent["type"] == "direct"):
        return 1.0
    if letter == "i":
        return 0.0
    quoted = [m.span() for m in QUOTED.finditer(text, min(s for s, _ in spans) - 1)]
    words = [m.span() for span in spans for m in WORD.finditer(text, *span)]
    inside = sum(_inside([word], quoted) for word in words)
    return round(inside / len(words), 3)


def _check_marks(markup: Markup, quote: dict[str, Any]) -> None:
    """A direct content starts after a mark; an indirect one has none; a mixed one has some."""
    start = quote["content"][0][0]
    share = quote["quoted_frac"]
    after_mark = "unmarked" in quote or markup.text[start - 1] in OPENING
    words = [markup.text[s:e] for s, e in quote["content"]]
    right = {
        "direct": after_mark,
        "indirect": not any(mark in part for part in words for mark in '"“”'),
        "mixed": 0.0 < share < 1.0,
    }[quote["type"]]
    if not right:
        raise GoldError(f"{markup.doc_id} {quote['id']} is not {quote['type']}: {words}")
    for part in [*quote["content"], *quote["cue"], *quote["speaker"]]:
        string = markup.text[part[0] : part[1]]
        if string != string.strip() or not string:
            raise GoldError(f"{markup.doc_id} {quote['id']}: blanks at the edge of {string!r}")


def build_claims(markup: Markup, quotes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Resolve the section `claims`; who claims follows from the innermost quotation round the clause."""
    claims: list[dict[str, Any]] = []
    by_id = {quote["id"]: quote for quote in quotes}
    for line in markup.claims:
        passage, attributes = _attributes(line.removeprefix("- "))
        if set(attributes) - {"neg", "h", "s"} or not line.startswith("- "):
            raise GoldError(f"{markup.doc_id}: {line}")
        found = locate(passage, markup.text)
        if len(found.content) != 1 or len(found.braces) != 1 or len(found.bars) > 1:
            raise GoldError(f"{markup.doc_id}: one clause, one predicate, one subject: {line}")
        start, end = found.content[0]
        if not start <= found.braces[0][0] < found.braces[0][1] <= end:
            raise GoldError(f"{markup.doc_id}: the predicate lies outside: {line}")
        chain = _quotes_round((start, end), quotes, by_id)
        quote = chain[-1] if chain else None
        subject = markup.entities[attributes["s"][0]] if "s" in attributes else None
        hedges = [_hedge(markup, (start, end), word) for word in attributes.get("h", [])]
        speaker = quote["speaker"] if quote else []
        names = quote["speaker_entities"] if quote else []
        claims.append(
            {
                "id": f"c{len(claims) + 1}",
                "start": start,
                "end": end,
                "text": markup.text[start:end],
                "claimer_kind": "outlet" if quote is None else "attributed" if speaker else "unknown",
                "claimer": speaker,
                "claimer_entities": names,
                "quote_id": quote["id"] if quote else None,
                "chain": [q["id"] for q in chain],
                "polarity": "negated" if "neg" in attributes else "affirmed",
                "hedged": bool(hedges),
                "hedges": hedges,
                "subject": found.bars[0] if found.bars else None,
                "subject_entity": {"id": f"NT:{subject.key}", "name": subject.name} if subject else None,
                "predicate": found.braces[0],
            }
        )
    claims.sort(key=lambda c: (c["start"], -c["end"]))
    for number, claim in enumerate(claims, start=1):
        claim["id"] = f"c{number}"
    return claims


def _quotes_round(
    claim: Span, quotes: list[dict[str, Any]], by_id: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """The quotations that hold the clause, outermost first."""
    holding = [q for q in quotes if all(_touches(place, q["content"]) for place in (claim[0], claim[1] - 1))]
    if not holding:
        return []
    inner = min(holding, key=lambda q: sum(e - s for s, e in q["content"]))
    chain = [inner]
    while chain[0]["parent"] is not None:
        chain.insert(0, by_id[chain[0]["parent"]])
    if {q["id"] for q in holding} != {q["id"] for q in chain}:
        raise GoldError(f"claim {claim}: {[q['id'] for q in holding]} are no chain")
    return chain


def _touches(place: int, spans: list[Span]) -> bool:
    # A closing mark after the content still belongs to the clause.
    return any(s <= place <= e for s, e in spans)


def _hedge(markup: Markup, clause: Span, word: str) -> Span:
    at = markup.text.find(word, *clause)
    if at < 0:
        raise GoldError(f"{markup.doc_id}: hedge {word!r} is not in {markup.text[clause[0] : clause[1]]!r}")
    return at, at + len(word)


def build() -> dict[str, list[dict[str, Any]]]:
    """Return the records of the three gold files.

    Raises:
        GoldError: mark-up and text do not agree.
    """
    articles = sample_articles()
    files: dict[str, list[dict[str, Any]]] = {"quotes": [], "entities": [], "claims": []}
    for path in sorted((HERE / "markup").glob("*.txt")):
        markup = read_markup(path)
        article = articles[markup.doc_id]
        if (article["text"] or "").split() != markup.text.split():
            raise GoldError(f"{path.name}: not the text of the sample")
        head = {"doc_id": markup.doc_id, **article, "text": markup.text}
        quotes = build_quotes(markup)
        files["quotes"].append({**head, "quotes": quotes})
        roles = {
            f"NT:{e.key}": {"name": e.name, "type": e.label, "role": e.role} for e in markup.entities.values()
        }
        files["entities"].append({**head, "mentions": markup.mentions, "entities": roles})
        files["claims"].append({**head, "claims": build_claims(markup, quotes)})
    return files


def lines(records: list[dict[str, Any]]) -> Iterator[str]:
    """Return each record as one line of JSON."""
    for record in records:
        yield json.dumps(record, ensure_ascii=False) + "\n"


def main() -> None:
    for name, records in build().items():
        (HERE / f"{name}.jsonl").write_text("".join(lines(records)), encoding="utf-8")


if __name__ == "__main__":
    main()
