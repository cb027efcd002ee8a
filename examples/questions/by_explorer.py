"""The same thirteen questions asked of the explorer: of what its pages give away as JSON lines."""

import html
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime
from itertools import combinations
from typing import Any

NAME, WORD, DAY = "Margaret Ashdown", "harbour", "2026-03-03"
ONE, OTHER = "The Albion Courier", "Daily Klaxon"

type Rows = list[tuple[Any, ...]]


class Explorer:
    """The questions, asked by a function that gets the text at an address (`/check?once=1`)."""

    def __init__(self, get: Callable[[str], str]) -> None:
        self.get = get

    def rows(self, address: str) -> list[dict[str, Any]]:
        """All rows of a page."""
        return [json.loads(line) for line in self.get(f"/export/jsonl{address}").splitlines()]

    def members(self, address: str) -> list[dict[str, Any]]:
        """The claims of all groups that a page of what spread has."""
        groups = [row["claim_group_id"] for row in self.rows(address)]
        return [member for group in groups for member in self.rows(f"/claim-group/{group}")]

    def days(self) -> list[str]:
        """The published days, by their links."""
        return sorted({*re.findall(r'href="/day/([\d-]+)', self.get("/"))})

    def entity(self) -> str:
        """The id of the entity of that name, which a search finds."""
        found = re.search(rf'href="/speaker/(\w+)[^"]*">{NAME} ', self.get(f"/?q={NAME}"))
        assert found
        return found[1]

    def who_is_quoted_most_and_on_what(self) -> Rows:
        n, names = Counter[str](), dict[str, str]()
        for row in self.rows("/quoting?table=outlets"):
            names[row["speaker_id"]] = row["speaker"]
            n[row["speaker_id"]] += 0
        for row in self.rows("/quoting?table=outlets&once=1"):
            n[row["speaker_id"]] += row["n_quotes"]
        about = defaultdict[str, Counter[str]](Counter)
        for row in self.rows("/quoting?table=names&once=1"):
            about[row["speaker_id"]][row["name"]] += row["n_quotes"]
        most = sorted(n, key=lambda id: (-n[id], names[id], id))[:10]
        return [(names[id], n[id], ", ".join(_most(about[id])[:3]) or None) for id in most]

    def which_pronouns_do_the_quoted_go_by(self) -> Rows:
        counted = Counter[str]()
        for speaker in {row["speaker_id"] for row in self.rows("/quoting?table=outlets&once=1")}:
            said = self.rows(f"/speaker/{speaker}?once=1")
            n = sum(row["is_speech"] and row["speaker_label"] == "PERSON" for row in said)
            if n:
                counted[self.pronoun(speaker)] += n
        return sorted(counted.items())

    def pronoun(self, speaker: str) -> str:
        """The pronoun that articles use for a speaker, as the page tells it."""
        told = re.findall(r"<i>(he|she)</i> ([\d,]+) time", self.get(f"/speaker/{speaker}"))
        n = {pronoun: int(times.replace(",", "")) for pronoun, times in told}
        most = max(n, key=lambda pronoun: n[pronoun], default="unknown")
        return most if n and n[most] >= 0.9 * sum(n.values()) else "unknown"

    def what_is_said_in_the_own_voice(self) -> Rows:
        voices = defaultdict[str, Counter[str]](Counter)
        for row in self.rows("/check?once=1"):
            voices[row["outlet"]][row["voice"]] += 1
        return [(name, n.total(), n["outlet"], n["attributed"]) for name, n in sorted(voices.items())]

    def who_said_it_first(self) -> Rows:
        first = [row for row in self.members("/spread") if row["rank"] == 1]
        first.sort(key=lambda row: (row["claim_group_id"], row["claim_id"]))
        columns = ("claim_group_id", "outlet", "published_at", "said_by", "claim", "is_first_certain")
        return [_picked(row, *columns) for row in first]

    def what_spread_most(self) -> Rows:
        return [
            _picked(row, "claim", "n_origins", "n_outlets", "first_day") for row in self.rows("/spread")[:10]
        ]

    def what_is_contradicted(self) -> Rows:
        members = self.members("/spread?contradicted=1")
        members.sort(key=lambda row: (row["claim_group_id"], row["relation"], row["day"], row["claim_id"]))
        columns = ("claim_group_id", "relation", "outlet", "said_by", "polarity", "claim")
        return [_picked(row, *columns) for row in members]

    def what_is_said_about_somebody(self) -> Rows:
        found = self.rows(f"/entity/{self.entity()}?table=about")
        found.sort(key=lambda row: (row["day"], row["quote_id"]))
        return [_picked(row, "day", "outlet", "speaker_or_words", "quote") for row in found]

    def how_often_is_somebody_named(self) -> Rows:
        n = Counter[tuple[str, str]]()
        for row in self.rows(f"/entity/{self.entity()}"):
            n[row["day"], row["outlet"]] += row["n_mentions"]
        return [(date.fromisoformat(day), outlet, times) for (day, outlet), times in sorted(n.items())]

    def who_is_named_together(self) -> Rows:
        names, pairs = dict[str, str](), Counter[tuple[str, str]]()
        for article in self.articles():
            entities = self.rows(f"/article/{article['day']}/{article['article_id']}?table=article_entities")
            there = {row["entity_id"]: row["name"] for row in entities if row["label"] in ("PERSON", "ORG")}
            names |= there
            pairs.update(combinations(sorted(there), 2))
        most = sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:10]
        return [(names[one], names[other], pairs[one, other]) for one, other in most]

    def articles(self) -> list[dict[str, Any]]:
        """All articles that are no reprints."""
        return [row for day in self.days() for row in self.rows(f"/day/{day}") if not row["is_reprint"]]

    def what_is_worth_checking(self) -> Rows:
        claims = self.rows(f"/check?from={DAY}&to={DAY}&once=1")
        claims.sort(key=lambda row: (-row["checkworthiness"], row["claim_id"]))
        columns = ("checkworthiness", "outlet", "said_by", "claim", "n_outlets")
        return [_picked(row, *columns) for row in claims[:10]]

    def whom_does_one_outlet_quote_and_another_not(self) -> Rows:
        rows = self.rows("/quoting?table=outlets&once=1")
        others = {row["speaker_id"] for row in rows if row["outlet"] == OTHER}
        own = [row for row in rows if row["outlet"] == ONE and row["speaker_id"] not in others]
        own.sort(key=lambda row: (-row["n_quotes"], row["speaker_id"]))
        return [(row["speaker"], row["n_quotes"]) for row in own[:10]]

    def which_amounts_are_given(self) -> Rows:
        found = self.rows("/check?q=ferry&once=1&table=amounts")
        found.sort(key=lambda row: (row["day"], row["claim_id"], row["number"]))
        columns = ("day", "outlet", "said_by", "amount", "value", "unit", "comparator")
        return [_picked(row, *columns) for row in found]

    def where_does_a_word_stand(self) -> Rows:
        found = [row for row in self.rows(f"/?q={WORD}*&in=texts") if not row["is_reprint"]]
        hits = []
        for article in sorted(found, key=lambda row: (row["day"], row["article_id"])):
            page = self.get(f"/article/{article['day']}/{article['article_id']}")
            body = re.search(r'<div class="text" id="text">(.*?)</div>', page, re.DOTALL)
            assert body
            text = html.unescape(re.sub(r"<[^>]*>", "", body[1]))
            for hit in re.finditer(rf"(?<!\w){WORD}\w*", text, re.IGNORECASE):
                around = (
                    text[max(0, hit.start() - 30) : hit.start()],
                    hit[0],
                    text[hit.end() : hit.end() + 30],
                )
                day = date.fromisoformat(article["day"])
                hits.append((day, article["outlet"], *(re.sub(r"\s", " ", part) for part in around)))
        return hits


def _most(counted: Counter[str]) -> list[str]:
    return sorted(counted, key=lambda name: (-counted[name], name))


def _picked(row: dict[str, Any], *columns: str) -> tuple[Any, ...]:
    """Values of a row, days and times as such."""
    return tuple(_value(column, row[column]) for column in columns)


def _value(column: str, value: Any) -> Any:
    if value is None:
        return None
    if column.endswith("day"):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if column.endswith("_at") else value
