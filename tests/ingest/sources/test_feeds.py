"""Feeds pulled by the night's run: polite, safe, complete, and the same again in a rerun."""

import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from days import manifest_of, read_plan
from two_stores import in_bucket
from web import Page, Web

from pipeline.errors import ConfigError
from pipeline.ingest.sources import feeds, open_source
from pipeline.ingest.web import fetch
from pipeline.ingest.web.feed_list import read_feed_list
from pipeline.ingest.web.robots import Rules
from pipeline.settings import Settings, load_settings
from pipeline.stages.ingest import ingest
from pipeline.stages.late import late_days
from pipeline.store import Store
from pipeline.store.batch import Batch, plan_path, staged_path
from pipeline.store.manifest import write_manifest

NIGHT = datetime.now(UTC).date() - timedelta(days=1)
TEXT = "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said."


def entry(name: str, *, on: date | None = NIGHT, text: str = TEXT, date_text: str = "") -> str:
    said = date_text or (f"{on:%a, %d %b %Y} 10:00:00 GMT" if on else "")
    return (
        f"<item><title>Ferry {name}</title><link>https://herald.example/{name}</link><guid>{name}</guid>"
        f"<description>{text} {name}</description>{f'<pubDate>{said}</pubDate>' if said else ''}</item>"
    )


def rss(*entries: str, title: str = "Herald - all news") -> bytes:
    return f'<rss version="2.0"><channel><title>{title}</title>{"".join(entries)}</channel></rss>'.encode()


class Nights:
    """A list of feeds, a store, and the nights that pull them; `today` is what the pull takes for it."""

    def __init__(self, base: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
        self.base = base
        self.web = web
        self.store = Store(str(base / "data"))
        self._today = NIGHT + timedelta(days=1)
        monkeypatch.setattr(feeds, "today", lambda: self._today)
        (base / "drop").mkdir()
        self.settings: Settings = load_settings(
            source="feeds",
            drop_dir=base / "drop",
            feeds_file=base / "feeds.txt",
            user_agent="Harbour-Research/1.0 (+mailto:desk@harbour.example)",
            feed_delay_s=0.0,
            feed_timeout_s=5.0,
            feed_max_bytes=200_000,
            allowed_networks=("127.0.0.0/8",),
            processes=1,
        )

    def list(self, *lines: str) -> None:
        (self.base / "feeds.txt").write_text("\n".join(lines) + "\n")

    def set(self, **values: Any) -> None:
        self.settings = self.settings.model_copy(update=values)

    def run(self, day: date = NIGHT) -> dict[str, Any]:
        self._today = day + timedelta(days=1)
        return self.again(day)

    def again(self, day: date) -> dict[str, Any]:
        return ingest(self.store, Batch(day), self.settings)

    def articles(self, day: date = NIGHT) -> dict[str, dict[str, Any]]:
        shards = self.store.read_json(plan_path(day))["shards"]
        rows = [self.store.read(staged_path("articles", Batch(day, s["shard"]))).to_pylist() for s in shards]
        return {row["url"].rpartition("/")[2]: row for part in rows for row in part}

    def rejects(self, day: date = NIGHT) -> dict[str, tuple[str, str]]:
        rows = self.store.read(staged_path("rejects-ingest", Batch(day))).to_pylist()
        return {
            row["record_ref"].removeprefix(self.web.url("")): (row["reason"], row["detail"]) for row in rows
        }

    def files(self) -> dict[str, bytes]:
        root = self.base / "data"
        return {
            str(p.relative_to(root)): p.read_bytes()
            for part in ("staged", "feeds")
            for p in sorted((root / part).rglob("*"))
            if p.is_file()
        }


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def nights(tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> Nights:
    return Nights(tmp_path, web, monkeypatch)


# ---- what comes in ---------------------------------------------------------------------------------


def test_the_entries_of_a_day_come_in_with_where_they_are_from(nights: Nights, web: Web) -> None:
    web.pages["/rss"] = Page(rss(entry("a"), entry("b", on=NIGHT - timedelta(days=1))))
    nights.list("# the harbour", "", web.url("/rss"))
    counts = nights.run()
    assert (counts["records"], counts["kept"], counts["rejected"]) == (1, 1, {})
    article = nights.articles()["a"]
    assert article["published_at"].date() == NIGHT and article["published_at_source"] == "feed"
    assert article["source"] == "Herald - all news" and article["text"] == f"{TEXT} a"
    assert (datetime.now(UTC) - article["fetched_at"]).total_seconds() < 60
    assert article["record_ref"].startswith(f"feeds/{NIGHT}/127.0.0.1-")
    assert web.paths() == ["/robots.txt", "/rss"]
    assert web.asked[1].headers["User-Agent"].startswith("Harbour-Research/1.0 (+mailto:")


def test_on_an_object_store_as_in_a_folder(nights: Nights, web: Web) -> None:
    nights.store, other = in_bucket()
    before = NIGHT - timedelta(days=1)
    web.pages["/rss"] = Page(rss(entry("a", on=before)))
    nights.list(web.url("/rss"), web.url("/none"))
    assert nights.run(before)["kept"] == 1
    staged = nights.articles(before)
    nights.store = other  # another machine runs the day again, and asks nothing
    n_asked = len(web.asked)
    assert nights.again(before)["kept"] == 1
    assert nights.articles(before) == staged and len(web.asked) == n_asked
    web.pages["/rss"] = Page(rss(entry("b"), entry("a", on=before)))
    assert nights.run()["kept"] == 1  # what was there before is left out
    assert sorted(nights.articles()) == ["b"]


def test_the_line_of_a_feed_names_its_outlet(nights: Nights, web: Web) -> None:
    web.pages["/rss"] = Page(rss(entry("a")))
    nights.list(f"{web.url('/rss')}  Harbour   Herald  # the good one")
    nights.run()
    assert nights.articles()["a"]["source"] == "Harbour Herald"


def test_atom_json_feed_and_sitemaps_come_in_too(nights: Nights, web: Web) -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Courier</title><entry><id>1</id><title>T</title>'
        f'<link href="https://courier.example/atom"/><published>{NIGHT}T08:00:00Z</published>'
        f"<content>{TEXT}</content></entry></feed>"
    )
    items = [{"id": "2", "url": "https://courier.example/json", "date_published": f"{NIGHT}T09:00:00Z",
              "content_text": f"{TEXT} Once more."}]  # fmt: skip
    sitemap = (
        '<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://c.example/map</loc>'
        f"<news:news><news:publication_date>{NIGHT}</news:publication_date><news:title>T</news:title></news:news>"
        "</url></urlset>"
    )
    web.pages |= {
        "/atom": Page(gzip.compress(atom.encode()), headers={"Content-Encoding": "gzip"}),
        "/json": Page(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()),
        "/map.xml.gz": Page(gzip.compress(sitemap.encode())),
    }
    nights.list(*map(web.url, web.pages))
    assert nights.run()["kept"] == 2
    assert nights.articles().keys() == {"atom", "json"}
    assert [reason for reason, _ in nights.rejects().values()] == ["no_text"]


def test_the_time_of_fetching_is_no_date_but_serves_for_relative_ones(nights: Nights, web: Web) -> None:
    noon = datetime.combine(NIGHT, datetime.min.time(), UTC) + timedelta(hours=12)
    hours = int((datetime.now(UTC) - noon) / timedelta(hours=1))  # so long ago it was about noon of that day
    web.pages["/rss"] = Page(rss(entry("undated", on=None), entry("ago", date_text=f"{hours} hours ago"),
                                 entry("ahead", on=NIGHT + timedelta(days=9))))  # fmt: skip
    nights.list(web.url("/rss"))
    nights.run()
    found = nights.articles()
    assert found["undated"]["published_at"] is None and found["undated"]["fetched_at"]
    assert found["ago"]["published_at"].date() == NIGHT
    assert [reason for reason, _ in nights.rejects().values()] == ["future_day"]


def test_a_night_that_is_run_late_in_the_day_refuses_no_date_of_that_day(nights: Nights, web: Web) -> None:
    today = NIGHT + timedelta(days=1)
    web.pages["/rss"] = Page(rss(entry("new", date_text=f"{today}T00:00:01Z"), entry("a")))
    nights.list(web.url("/rss"))
    assert nights.run()["rejected"] == {}
    assert open_source(nights.store, nights.settings).days() == [NIGHT, today]


def test_with_the_drop_folder(nights: Nights, web: Web) -> None:
    web.pages["/rss"] = Page(rss(entry("a")))
    nights.list(web.url("/rss"))
    line = json.dumps({"url": "https://herald.example/dropped", "text": TEXT, "date": f"{NIGHT}"})
    (nights.base / "drop" / "a.jsonl").write_text(line)
    nights.set(source="drop+feeds")
    assert nights.run()["kept"] == 2
    assert nights.articles().keys() == {"a", "dropped"}
    assert len(nights.store.read_json(plan_path(NIGHT))["inputs"]) == 2
    assert late_days(nights.store, nights.settings) == []


def test_a_source_of_two_of_which_one_is_unknown(nights: Nights) -> None:
    nights.set(source="drop+telex")
    with pytest.raises(ConfigError, match="telex"):
        nights.run()


# ---- night after night -----------------------------------------------------------------------------


def test_a_rerun_asks_nobody_and_gives_the_same_bytes(nights: Nights, web: Web) -> None:
    web.pages["/rss"] = Page(rss(entry("a"), entry("b", on=None)))
    nights.list(web.url("/rss"), web.url("/gone"))
    first = nights.run()
    files, asked = nights.files(), len(web.asked)
    web.pages["/rss"] = Page(rss(entry("c")))
    nights.list(web.url("/rss"), web.url("/more"))
    assert nights.again(NIGHT) == first
    assert nights.files() == files and len(web.asked) == asked
    nights.store.remove("index/feeds.json")
    nights.store.remove_folder("staged")
    assert nights.again(NIGHT) == first
    assert nights.files() == files and len(web.asked) == asked


def test_a_day_that_is_past_reads_what_is_stored(nights: Nights, web: Web) -> None:
    web.pages["/rss"] = Page(rss(entry("a"), entry("old", on=NIGHT - timedelta(days=3))))
    nights.list(web.url("/rss"))
    nights.run()
    asked = len(web.asked)
    assert nights.again(NIGHT - timedelta(days=3))["kept"] == 1
    assert nights.again(NIGHT - timedelta(days=2))["records"] == 0
    assert nights.articles(NIGHT - timedelta(days=3)).keys() == {"old"}
    assert len(web.asked) == asked


@pytest.mark.parametrize(
    "poison",
    [
        '{"id": "p", "url": "https://c.example/p", "source": "A \\ud800 B", "content_text": "x"}',
        '{"id": "p", "url": "https://c\\ud800.example/p", "content_text": "x"}',
        '{"id": "p", "authors": ' + "[" * 300 + "]" * 300 + ', "content_text": "x"}',
        '{"id": "p", "date_published": {"a": [1e400]}, "content_text": "x"}',
    ],
)
def test_a_poisoned_entry_costs_itself(nights: Nights, web: Web, poison: str) -> None:
    good = {"id": "2", "url": "https://c.example/good", "date_published": f"{NIGHT}T09:00:00Z"}
    items = f"[{poison}, {json.dumps(good | {'content_text': TEXT})}]"
    web.pages["/json"] = Page(f'{{"version": "https://jsonfeed.org/version/1.1", "items": {items}}}'.encode())
    nights.list(web.url("/json"))
    counts = nights.run()
    assert nights.articles().keys() == {"good"}
    assert counts["records"] == counts["kept"] + sum(counts["rejected"].values())


def test_what_has_not_changed_is_not_sent_again(nights: Nights, web: Web) -> None:
    web.pages["/etag"] = Page(rss(entry("a")), headers={"ETag": '"one"'})
    web.pages["/date"] = Page(rss(entry("b")), headers={"Last-Modified": "Tue, 03 Mar 2026 10:00:00 GMT"})
    nights.list(web.url("/etag"), web.url("/date"))
    before = NIGHT - timedelta(days=1)
    nights.run(before)
    assert nights.run()["kept"] == 2, "what was pulled a night early is taken in on its day"
    asked = {a.path: a.headers for a in web.asked[-2:]}
    assert asked["/etag"]["If-None-Match"] == '"one"' and "If-Modified-Since" not in asked["/etag"]
    assert asked["/date"]["If-Modified-Since"] == "Tue, 03 Mar 2026 10:00:00 GMT"
    pulled = nights.store.read_json(f"feeds/{NIGHT}/pull.json")["feeds"]
    assert [one["status"] for one in pulled] == [304, 304] and not any(one.get("body") for one in pulled)
    assert nights.rejects() == {}


@pytest.mark.parametrize("odd", ['"caf\xe9"', '"a\tb"', 'W/"x" \x80', '"' + "x" * 5000 + '"'])
def test_an_odd_etag_costs_nothing_but_the_saving(nights: Nights, web: Web, odd: str) -> None:
    web.pages["/rss"] = Page(rss(entry("a")), headers={"ETag": odd})
    nights.list(web.url("/rss"))
    nights.run(NIGHT - timedelta(days=1))
    assert nights.run()["kept"] == 1 and nights.rejects() == {}
    assert "If-None-Match" not in web.asked[-1].headers
    pulled = nights.store.read_json(f"feeds/{NIGHT}/pull.json")["feeds"]
    assert [one["status"] for one in pulled] == [200]


def test_a_server_that_stumbles_over_conditions_is_asked_without(nights: Nights, web: Web) -> None:
    web.pages["/rss"] = Page(rss(entry("a")), headers={"ETag": '"one"'})
    nights.list(web.url("/rss"))
    nights.run(NIGHT - timedelta(days=1))
    web.pages["/rss"] = Page(b"no such condition", 412)
    asked = len(web.asked)
    nights.run()
    conditions = [a.headers.get("If-None-Match") for a in web.asked[asked:] if a.path == "/rss"]
    assert conditions == ['"one"', None]


def test_what_a_server_gives_only_without_conditions_comes_in(nights: Nights, web: Web) -> None:
    page = Page(rss(entry("a", on=NIGHT - timedelta(days=1))), headers={"ETag": '"one"'})
    web.pages["/rss"] = page
    nights.list(web.url("/rss"))
    nights.run(NIGHT - timedelta(days=1))
    web.pages["/rss"] = Page(rss(entry("b")), refuses="If-None-Match")
    nights.run()
    assert nights.articles().keys() == {"b"}


def test_after_a_night_without_an_answer_the_last_good_one_still_counts(nights: Nights, web: Web) -> None:
    page = Page(rss(entry("a")), headers={"ETag": '"one"'})
    web.pages |= {"/rss": page, "/other": Page(rss())}
    nights.list(web.url("/rss"), web.url("/other"))
    nights.run(NIGHT - timedelta(days=2))
    web.pages["/rss"] = Page(b"", 503)
    nights.run(NIGHT - timedelta(days=1))
    web.pages["/rss"] = page
    nights.run()
    assert next(a for a in reversed(web.asked) if a.path == "/rss").headers["If-None-Match"] == '"one"'


def test_an_entry_is_taken_once(nights: Nights, web: Web) -> None:
    """Not again while it stays in its feed, also with another text; nor from a feed further down the list."""
    before = NIGHT - timedelta(days=1)
    web.pages["/all"] = Page(rss(entry("a", on=before), entry("b", on=before)))
    web.pages["/city"] = Page(rss(entry("b", on=before, text=f"{TEXT} In the city."), entry("c", on=before)))
    nights.list(web.url("/all"), web.url("/city"))
    assert nights.run(before)["records"] == 3
    web.pages["/all"] = Page(
        rss(entry("a", on=before, text="Changed. " + TEXT), entry("c", on=before), entry("d"))
    )
    assert nights.run()["records"] == 1
    assert nights.articles().keys() == {"d"}
    files = nights.files()
    assert nights.again(before)["records"] == 3
    assert nights.files() == files


def test_an_entry_that_comes_late_makes_its_day_late(nights: Nights, web: Web) -> None:
    before = NIGHT - timedelta(days=1)
    web.pages["/rss"] = Page(rss(entry("a", on=before)))
    nights.list(web.url("/rss"))
    nights.run(before)
    write_manifest(nights.store, manifest_of(read_plan(nights.store, before)))
    nights.run()
    assert late_days(nights.store, nights.settings) == []
    nights.store.remove_folder(f"feeds/{NIGHT}")
    web.pages["/rss"] = Page(rss(entry("a", on=before), entry("late", on=before)))
    nights.run()
    assert late_days(nights.store, nights.settings) == [before]
    assert nights.again(before)["kept"] == 2


# ---- feeds that go wrong ---------------------------------------------------------------------------


def test_one_bad_feed_never_stops_the_night(nights: Nights, web: Web, monkeypatch: Any) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    web.pages |= {
        "/good": Page(rss(entry("a"))),
        "/error": Page(b"oops", 500),
        "/slow": Page(b"x" * 2000, drips="body"),
        "/long": Page(b"x" * 1_000_000),
        "/bomb": Page(bomb, headers={"Content-Encoding": "gzip"}),
        "/private": Page(status=301, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
        "/file": Page(status=302, headers={"Location": "file:///etc/passwd"}),
        "/circle": Page(status=302, headers={"Location": "/circle"}),
        "/nowhere": Page(status=302),
        "/broken": Page(b"<rss><channel><item><tit"),
        "/laughs": Page(b'<!DOCTYPE rss [<!ENTITY a "ha">]>' + rss(entry("&a;"))),
        "/page": Page(b"<!doctype html><html><body><p>" + TEXT.encode() * 9 + b"</p></body></html>"),
        "/text": Page(b"The service is not available today, try again tomorrow."),
        "/empty": Page(b""),
        "/brotli": Page(b"\x0b\x02\x80", headers={"Content-Encoding": "br"}),
        "/raw": Page(b"\x00\x01 nonsense", is_raw=True),
        "/unasked": Page(b"", 304),
    }  # fmt: skip

    async def resolve(host: str, port: int) -> list[str]:
        if host.endswith(".invalid"):
            raise OSError(-2, "Name or service not known")
        return [host]

    monkeypatch.setattr(fetch, "resolve", resolve)
    nights.set(feed_timeout_s=1.0)
    nights.list(*map(web.url, [*web.pages, "/missing"]), "ftp://herald.example/rss",
                "http://desk:secret@127.0.0.1/rss", "http://10.0.0.1/rss",
                "http://no-such-host.invalid/rss")  # fmt: skip
    counts = nights.run()
    assert counts["kept"] == 1 and nights.articles().keys() == {"a"}
    found = nights.rejects()
    stored = {ref: found.pop(ref) for ref in list(found) if ref.startswith("feeds/")}
    assert {ref: reason for ref, (reason, _) in found.items()} == {
        "/error": "not_fetched", "/slow": "timeout", "/long": "too_large", "/bomb": "hostile",
        "/private": "hostile", "/file": "not_fetched", "/circle": "not_fetched", "/nowhere": "not_fetched",
        "/empty": "unreadable", "/brotli": "unreadable", "/raw": "not_fetched", "/unasked": "not_fetched",
        "/missing": "not_fetched", "ftp://herald.example/rss": "not_fetched",
        "http://***@127.0.0.1/rss": "not_fetched", "http://10.0.0.1/rss": "hostile",
        "http://no-such-host.invalid/rss": "not_fetched",
    }  # fmt: skip
    assert sorted(reason for reason, _ in stored.values()) == [
        "hostile",
        "no_text",
        "unreadable",
        "unreadable",
    ]
    assert found["/missing"][1] == "HTTP status 404" and "5 redirects" in found["/circle"][1]
    assert counts["records"] == 1 + len(found) + len(stored)
    assert b"secret" not in b"".join(nights.files().values())


def test_a_redirect_is_followed_and_each_hop_asked_politely(nights: Nights, web: Web) -> None:
    web.pages["/old"] = Page(status=308, headers={"Location": "/new?x=1#top"})
    web.pages["/new?x=1"] = Page(rss(entry("a")), headers={"ETag": '"one"'})
    nights.list(web.url("/old"))
    nights.run(NIGHT - timedelta(days=1))
    nights.run()
    assert web.paths() == ["/robots.txt", "/old", "/new?x=1"] * 2
    assert "If-None-Match" not in web.asked[4].headers and web.asked[5].headers["If-None-Match"] == '"one"'


def test_when_no_feed_can_be_reached_the_night_is_tried_again(nights: Nights, web: Web) -> None:
    web.pages |= {"/a": Page(b"", 503), "/b": Page(b"", 500)}
    nights.list(web.url("/a"), web.url("/b"))
    with pytest.raises(ConnectionError, match="none of 2 feeds"):
        nights.run()
    assert not nights.store.exists(f"feeds/{NIGHT}/pull.json") and not nights.store.exists(plan_path(NIGHT))
    web.pages["/a"] = Page(rss(entry("a")))
    assert nights.run()["kept"] == 1
    web.stop()
    nights.list(web.url("/c"))
    with pytest.raises(ConnectionError):
        nights.run(NIGHT - timedelta(days=1))


def test_feeds_that_failed_can_be_asked_again(nights: Nights, web: Web) -> None:
    web.pages |= {"/a": Page(rss(entry("a"))), "/b": Page(b"", 503)}
    nights.list(web.url("/a"), web.url("/b"))
    assert nights.run()["rejected"] == {"not_fetched": 1}
    web.pages["/b"] = Page(rss(entry("b")))
    assert nights.run()["rejected"] == {"not_fetched": 1}
    nights.store.remove(f"feeds/{NIGHT}/pull.json")
    assert nights.run()["kept"] == 2 and nights.rejects() == {}
    assert web.paths().count("/a") == 1 and web.paths().count("/b") == 2


def test_a_pull_that_was_killed_goes_on_where_it_was(nights: Nights, web: Web, monkeypatch: Any) -> None:
    web.pages |= {"/a": Page(rss(entry("a"))), "/b": Page(rss(entry("b")))}
    nights.list(web.url("/a"), web.url("/b"))

    def full(path: str, value: Any) -> None:
        if path.endswith("pull.json"):
            raise OSError(28, "No space left on device")
        Store.write_json(nights.store, path, value)

    monkeypatch.setattr(nights.store, "write_json", full)
    with pytest.raises(OSError, match="No space"):
        nights.run()
    monkeypatch.undo()
    monkeypatch.setattr(feeds, "today", lambda: NIGHT + timedelta(days=1))
    asked = len(web.asked)
    assert nights.again(NIGHT)["kept"] == 2
    assert len(web.asked) == asked


@pytest.mark.parametrize(
    ("lines", "values", "message"),
    [
        (["# nothing"], {}, "names no feed"),
        (None, {}, "is no file"),
        (["http://herald.example/rss"], {"user_agent": " "}, "user_agent"),
        (["http://herald.example/rss"], {"allowed_networks": ("here",)}, "allowed_networks"),
    ],
)
def test_what_the_user_has_to_mend(nights: Nights, lines: Any, values: Any, message: str) -> None:
    if lines:
        nights.list(*lines)
    nights.set(**values)
    with pytest.raises(ConfigError, match=message):
        nights.run()


def test_the_list_of_feeds(tmp_path: Path) -> None:
    path = tmp_path / "feeds.txt"
    path.write_text(
        "\ufeff# all\nhttps://a.example/rss#top  The A\n\n\thttps://b.example/ # no name\nhttps://a.example/rss#top\n"
    )
    assert [tuple(feed) for feed in read_feed_list(path)] == [
        ("https://a.example/rss#top", "The A"),
        ("https://b.example/", None),
    ]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_feed_list(path)


# ---- politeness ------------------------------------------------------------------------------------


def test_what_robots_txt_forbids_is_not_asked(nights: Nights, web: Web) -> None:
    web.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /private\nAllow: /private/feed\n")
    web.pages |= {"/private/a": Page(rss(entry("a"))), "/private/feed": Page(rss(entry("b")))}
    nights.list(web.url("/private/a"), web.url("/private/feed"))
    assert nights.run()["kept"] == 1
    assert (
        nights.rejects()["/private/a"][0] == "not_fetched"
        and "robots.txt" in nights.rejects()["/private/a"][1]
    )
    assert sorted(web.paths()) == ["/private/feed", "/robots.txt"]


def test_a_robots_txt_that_cannot_be_had_now_means_not_now(nights: Nights, web: Web) -> None:
    web.pages |= {"/robots.txt": Page(b"", 503), "/rss": Page(rss(entry("a")))}
    nights.list(web.url("/rss"))
    with pytest.raises(ConnectionError, match=r"robots\.txt"):
        nights.run()
    assert web.paths() == ["/robots.txt"]
    web.pages["/robots.txt"] = Page(b"keep out", 403)  # RFC 9309: 4xx means that there is none
    assert nights.run()["kept"] == 1


def test_robots_txt_behind_redirects(nights: Nights, web: Web) -> None:
    web.pages["/robots.txt"] = Page(status=301, headers={"Location": "/r"})
    web.pages |= {"/r": Page(b"User-agent: *\nDisallow: /"), "/rss": Page(rss(entry("a")))}
    nights.list(web.url("/rss"))
    nights.run()
    assert nights.rejects()["/rss"][0] == "not_fetched" and web.paths() == ["/robots.txt", "/r"]
    web.pages["/robots.txt"] = Page(status=301, headers={"Location": "http://192.168.0.1/robots.txt"})
    nights.store.remove_folder(f"feeds/{NIGHT}")
    nights.run()
    assert nights.rejects()["/rss"][0] == "hostile"


def test_feeds_of_one_host_are_asked_with_pauses(nights: Nights, web: Web) -> None:
    web.pages |= {f"/{n}": Page(rss(entry(str(n)))) for n in range(3)}
    nights.list(*(web.url(f"/{n}") for n in range(3)))
    nights.set(feed_delay_s=0.3)
    assert nights.run()["kept"] == 3
    times = [asked.at for asked in web.asked]
    assert web.paths()[0] == "/robots.txt" and len(times) == 4
    assert all(after - before >= 0.29 for before, after in pairwise(times))


def test_a_site_may_ask_for_longer_pauses(nights: Nights, web: Web) -> None:
    web.pages["/robots.txt"] = Page(b"User-agent: harbour-research\nCrawl-delay: 0.5\n")
    web.pages |= {"/a": Page(rss(entry("a"))), "/b": Page(rss(entry("b")))}
    nights.list(web.url("/a"), web.url("/b"))
    nights.run()
    assert web.asked[2].at - web.asked[1].at >= 0.49


def test_a_pause_longer_than_the_night_is_not_waited_for(nights: Nights, web: Web, monkeypatch: Any) -> None:
    web.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: 86400\n")
    web.pages |= {"/a": Page(rss(entry("a"))), "/b": Page(rss(entry("b")))}
    nights.list(web.url("/a"), web.url("/b"))
    start = time.monotonic()
    assert nights.run()["kept"] == 1
    assert time.monotonic() - start < 10
    assert [reason for reason, _ in nights.rejects().values()] == ["timeout"]


def test_other_hosts_do_not_wait(nights: Nights, web: Web, monkeypatch: Any) -> None:
    """Two requests each to three hosts, with a pause between: one pause in all, not three."""

    async def resolve(host: str, port: int) -> list[str]:
        return [web.host]

    monkeypatch.setattr(fetch, "resolve", resolve)
    hosts = [f"{name}.example" for name in ("herald", "courier", "gazette")]
    web.pages["/rss"] = Page(rss(entry("a")))
    nights.list(*(web.url("/rss", host) for host in hosts))
    nights.set(feed_delay_s=1.5)
    start = time.monotonic()
    nights.run()
    assert 1.5 <= time.monotonic() - start < 4
    assert web.paths() == ["/robots.txt"] * 3 + ["/rss"] * 3


@pytest.mark.parametrize(
    ("robots", "path", "is_allowed"),
    [
        ("", "/rss", True),
        ("User-agent: *\nDisallow: /", "/rss", False),
        ("User-agent: other\nDisallow: /", "/rss", True),
        ("User-agent: Harbour-Research\nDisallow: /rss\n\nUser-agent: *\nDisallow:", "/rss", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: harbour-research\nAllow: /", "/rss", True),
        ("User-agent: *\nDisallow: /*.xml$", "/a/b.xml", False),
        ("User-agent: *\nDisallow: /*.xml$", "/a/b.xml?x", True),
        ("User-agent: a\nUser-agent: *\nDisallow: /rss", "/rss", False),
        ("\x00\xff not a robots file <html>", "/rss", True),
    ],
)
def test_rules(robots: str, path: str, is_allowed: bool) -> None:
    rules = Rules(robots, "Harbour-Research/1.0 (+mailto:desk@harbour.example)")
    assert rules.allow(f"https://herald.example{path}") is is_allowed


def test_rules_made_to_fill_the_memory_are_read_at_once() -> None:
    agents = "".join(f"User-agent: a{n}\n" for n in range(15_000))
    start = time.monotonic()
    rules = Rules(agents + "Disallow: /x\n" * 20_000 + "Disallow: " + "/*a" * 5000, "Harbour-Research/1.0")
    assert rules.allow("https://herald.example/" + "a" * 1900)
    assert time.monotonic() - start < 5
