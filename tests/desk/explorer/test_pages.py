"""The pages over days made by hand: what they show, what they refuse, and that they change nothing."""

import html
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest
from days import TEXT, article
from explored import (
    A1,
    A2,
    B2,
    EVIL,
    FIRST,
    MARA,
    SECOND,
    asking,
    evil_day,
    indexed_words,
    publish_day,
    two_days,
)

from pipeline.curation.decision_files import note_decision
from pipeline.desk.explorer.search_index import Indexes, cache_folder
from pipeline.desk.forget import forget
from pipeline.errors import ConfigError
from pipeline.identity import content_id
from pipeline.load import load
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.store import Store
from pipeline.store.batch import TAKEDOWNS, Batch
from pipeline.store.manifest import manifests

NO_PAGES = ("/static", "/numbered", "/export")
TEXTS = re.compile(r'<div class="text" id="text">(.*?)</div>', re.DOTALL)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return two_days(tmp_path_factory.mktemp("explorer"))


@pytest.fixture(scope="module")
def desk(store: Store) -> Iterator[httpx.Client]:
    with asking(store) as client:
        yield client


def page(desk: httpx.Client, address: str, status: int = 200) -> str:
    answer = desk.get(address)
    assert answer.status_code == status, answer.text
    return answer.text


def links(text: str) -> set[str]:
    return {html.unescape(found) for found in re.findall(r'(?:href|src|action)="([^"]*)"', text)}


def crawl(desk: httpx.Client, start: str = "/") -> dict[str, str]:
    """All pages that can be reached, by address."""
    found: dict[str, str] = {}
    left = [start]
    while left:
        address = left.pop()
        if address in found:
            continue
        answer = desk.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        found[address] = answer.text
        for link in links(answer.text):
            parts = urlsplit(urljoin(address, link))
            is_other_format = parts.path.startswith("/export/") and "/csv/" not in parts.path
            if not parts.netloc and parts.path.startswith("/") and not is_other_format:
                left.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def bytes_of(store: Store, folder: str = "tables") -> dict[str, bytes]:
    root = Path(store.root) / folder
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_every_link_leads_to_a_page_and_nothing_is_changed(store: Store, desk: httpx.Client) -> None:
    before = bytes_of(store)
    found = crawl(desk)
    assert bytes_of(store) == before
    kinds = {address.split("/")[1].split("?")[0] for address in found}
    assert kinds == {
        *("", "speaker", "entity", "claim-group", "article", "day", "check", "spread", "quoting"),
        *("static", "numbered", "export"),
    }
    pages = {address: text for address, text in found.items() if not address.startswith(NO_PAGES)}
    assert all("<script" not in text and "style=" not in text for text in pages.values())
    assert all(" onclick" not in text and "javascript:" not in text for text in pages.values())


@pytest.mark.parametrize("view", ["said", "asserted", "spread_members", "quote_names", "article_entities"])
def test_the_permalinks_of_views_lead_to_anchors(store: Store, desk: httpx.Client, view: str) -> None:
    for permalink in load(view, data_dir=store.root)["permalink"]:
        address, _, anchor = permalink.partition("#")
        text = page(desk, address)
        assert not anchor or f'id="{anchor}"' in text


def test_an_article_is_its_text_with_all_layers(desk: httpx.Client) -> None:
    text = page(desk, f"/article/{FIRST}/{A2}")
    [body] = TEXTS.findall(text)
    plain = html.unescape(re.sub(r"<[^>]*>", "", body))
    assert plain.startswith(TEXT) and "dawn 🌉, and" in plain
    pieces = re.findall(r'class="([^"]*)" data-start="\d+" data-of="([^"]*)"[^>]*>([^<]*)<', body)
    shown = {name: [p for c, _, p in pieces if name in c.split()] for name in ("quote", "claim", "mention")}
    assert "".join(shown["quote"]) == "".join(shown["claim"]) == "the bridge was safe"
    assert shown["mention"] == ["Mara Lindqvist", "bridge", "She"]
    assert f'href="/entity/{MARA}?' in body
    assert "layer-claims" in text and 'href="/numbered/1.css"' in text


def test_days_are_always_in_the_address(desk: httpx.Client) -> None:
    answer = desk.get(f"/speaker/{MARA}", params={"outlet": "Brenn Echo"})
    assert dict(answer.url.params) == {"from": str(FIRST), "to": str(SECOND), "outlet": "Brenn Echo"}
    assert answer.history[0].status_code == 302
    assert "1 quotation " in re.sub(r"<[^>]*>", "", answer.text)
    again = desk.get(str(answer.url))
    assert not again.history and again.text == answer.text


def test_filters_leave_out_and_say_how_many_are_left(desk: httpx.Client) -> None:
    for query, n in (
        ("", 4),
        (f"?from={SECOND}&to={SECOND}", 2),
        ("?once=1", 3),
        ("?kind=direct", 0),
        ("?outlet=The+Albion+Courier", 3),
        ("?q=BRIDGE", 4),
        ("?q=100%25", 0),
    ):
        assert f"<h2>{n} quotation" in page(desk, f"/speaker/{MARA}{query}"), query
    assert page(desk, "/check?once=1").count('class="words"') == 3
    assert "<h1>0 claims" in page(desk, "/check?voice=outlet")


def test_searches(desk: httpx.Client) -> None:
    text = page(desk, "/?q=bridge")
    assert "4 quotations with" in text and "the <mark>bridge</mark> was safe" in text
    assert "1 article with" in page(desk, "/?q=lanes&in=texts")
    assert "<mark>two lanes</mark> at dawn 🌉" in page(desk, '/?q="two+lanes"&in=texts')
    assert "3 quotations with" in page(desk, "/?q=bridge&outlet=The+Albion+Courier")
    assert "0 quotations with" in page(desk, "/?q=bridge&kind=direct")
    assert "no word in that" in page(desk, "/?q=%21%21")
    assert "Mara Lindqvist" in page(desk, "/?q=lindqvist")


@pytest.mark.parametrize(
    "query, said, leads_to",
    [
        ("q=unicorn", "has this word", {"in": "texts"}),
        ("q=two+unicorns&in=texts", "has all of these words", {"q": "two unicorns"}),
        (f"q=unicorn&from={SECOND}", "has this word", {"from": str(FIRST), "to": str(SECOND)}),
        ("q=unicorn&outlet=Brenn+Echo", "in Brenn Echo", {"q": "unicorn"}),
        ("q=bridge&kind=direct", "of the kind direct", {"q": "bridge"}),
    ],
)
def test_a_search_without_results_says_what_to_try(
    desk: httpx.Client, query: str, said: str, leads_to: dict[str, str]
) -> None:
    text = page(desk, f"/?{query}")
    [note] = re.findall(r'<div class="note">(.*?)</div>', text, re.DOTALL)
    assert said in note
    offered = [dict(parse_qsl(urlsplit(link).query)) for link in links(note)]
    assert any(leads_to.items() <= one.items() for one in offered), offered
    assert all(desk.get(link).status_code == 200 for link in links(note))


def test_a_search_says_which_days_it_has_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = two_days(tmp_path)
    monkeypatch.setattr("pipeline.desk.explorer.pages.search.INDEX_SECONDS", 0.0)
    there = manifests(store)
    indexes = Indexes(store, cache_folder(store))
    seen = []
    with asking(store) as desk:
        for day in (None, SECOND, FIRST):
            if day:
                indexes.make(there[day])
            text = page(desk, "/?q=bridge")
            shown = html.unescape(re.sub(r"<[^>]*>", "", text))
            is_again = 'http-equiv="refresh"' in text
            assert is_again == ('<progress max="2"' in text) == ("are being indexed" in shown)
            seen.append((shown.partition(" quotations")[0].split()[-1], is_again, "so far with" in shown))
            assert ("back to 2026-03-02." in shown) == (day == SECOND)
    assert seen == [("0", True, True), ("2", True, True), ("4", False, False)]
    (tmp_path / "explorer" / next(path.name for path in cache_folder(store).glob(f"{SECOND}*"))).unlink()
    with asking(store) as desk:
        assert "back to" not in page(desk, "/?q=bridge"), "a day after the one that was searched is missing"


def test_who_was_first_and_who_shares_the_time(store: Store, desk: httpx.Client) -> None:
    group = load("spread", data_dir=store.root)["claim_group_id"][0]
    text = page(desk, f"/claim-group/{group}")
    assert re.findall(r'<p class="rank">(\d+)(?:<span class="tag">(tied)</span>)?', text) == [
        ("1", "tied"),
        ("1", "tied"),
        ("3", ""),
        ("4", ""),
    ]
    assert "has the earliest time, 1 Mar 2026" in text and "others may have been earlier" in text
    assert text.count("<mark>the bridge was safe</mark>") == 4
    assert "decide not-same-claim" in text


@pytest.mark.parametrize(
    "address, status",
    [
        ("/nothing", 404),
        (f"/article/{FIRST}/nobody", 404),
        ("/article/2026-03-09/" + A1, 404),
        ("/article/2026-13-01/" + A1, 400),
        ("/article/yesterday/" + A1, 400),
        ("/speaker/nobody", 404),
        ("/entity/x'%20or%201=1--", 404),
        ("/claim-group/nobody", 404),
        ("/?from=x", 400),
        ("/check?voice=loud", 400),
        ("/static/..%2F..%2Freading.py", 404),
        ("/static/../snapshot.py", 404),
        ("/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/numbered/-1.css", 404),
    ],
)
def test_what_is_not_there_is_told(desk: httpx.Client, address: str, status: int) -> None:
    text = page(desk, address, status)
    assert "Traceback" not in text and "<title>" in text


@pytest.mark.parametrize(
    "host", ["example.org", "evil.127.0.0.1", "127.0.0.1.evil.org", "127.0.0.1:x", "", "[::1]"]
)
def test_a_foreign_host_is_refused(desk: httpx.Client, host: str) -> None:
    answer = desk.get("/", headers={"host": host})
    assert answer.status_code in (400, 421)
    assert "articles" not in answer.text


def test_localhost_is_this_machine(desk: httpx.Client) -> None:
    assert (
        desk.get("/static/icon.svg", headers={"host": f"localhost:{desk.base_url.port}"}).status_code == 200
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_pages_are_only_read(desk: httpx.Client, method: str) -> None:
    answer = desk.request(method, "/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_every_answer_says_what_it_may_do(desk: httpx.Client) -> None:
    for address in ("/", "/nothing", "/static/desk.css", "/numbered/9.css", f"/article/{FIRST}/{A1}"):
        for answer in (desk.get(address), desk.head(address), desk.post(address)):
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self';") and "script" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "server" not in answer.headers
    assert not desk.head("/").content


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with asking(evil_day(tmp_path_factory.mktemp("evil"))) as client:
        yield client


@pytest.mark.slow
def test_nothing_of_an_evil_store_gets_out_of_its_place(evil: httpx.Client) -> None:
    found = crawl(evil)
    found |= {address: evil.get(address, params={"q": EVIL}).text for address in ("/", "/check")}
    found |= {"outlet": evil.get("/", params={"outlet": EVIL, "q": "bridge"}).text}
    found |= {"missing": evil.get(f"/speaker/{EVIL}").text, "day": evil.get("/", params={"from": EVIL}).text}
    escaped = 0
    for address, text in found.items():
        if address.startswith(NO_PAGES):
            continue
        assert "<script" not in text and "<img" not in text, address
        assert not [link for link in links(text) if urlsplit(link).scheme not in ("", "http", "https")], (
            address
        )
        escaped += "&lt;script&gt;" in text
    assert escaped > 5


@pytest.mark.slow
def test_a_takedown_shows_at_once(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    with asking(store) as desk:
        assert "4 quotations" in page(desk, "/?q=bridge") and "1 article " in page(desk, "/?q=lanes&in=texts")
        group = load("spread", data_dir=store.root)["claim_group_id"][0]
        # What was written down is obeyed before anything is taken out of the tables.
        store.put(
            f"{TAKEDOWNS}/{A2}.json", f'{{"version": 1, "article_id": "{A2}", "reason": "test"}}'.encode()
        )
        assert A2 not in "".join(crawl(desk).values())
        page(desk, f"/article/{FIRST}/{A2}", 404)
        assert "3 quotations" in page(desk, "/?q=bridge") and "0 articles" in page(desk, "/?q=lanes&in=texts")
        assert page(desk, f"/claim-group/{group}").count('<p class="rank">') == 3
        forget(store, A2, reason="test")
        assert "3 quotations" in page(desk, "/?q=bridge")
        assert A2 not in "".join(crawl(desk).values())
    kept = indexed_words(tmp_path / "explorer")
    assert "bridge" in kept and "customs" not in kept


@pytest.mark.slow
def test_decisions_show_at_once(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    decisions = tmp_path / "decisions.jsonl"
    other = content_id("entity", "m lindqvist")
    made_of = {"entity_id": MARA, "reason": "test"}
    with asking(store, decisions_file=decisions) as desk:
        note_decision(store, {"action": "rename", "name": "Mara L.", **made_of})
        assert "<h1>Mara L.</h1>" in page(desk, f"/speaker/{MARA}")
        assert "Mara L." in page(desk, "/?q=bridge") and "Mara L." in page(desk, f"/article/{FIRST}/{A1}")
        assert "Decisions noted since" in page(desk, "/")

        note_decision(store, {"action": "split", "article_ids": [A2], **made_of})
        own = content_id("split", MARA, A2)
        assert "<h2>3 quotations" in page(desk, f"/speaker/{MARA}")
        assert "<h2>1 quotation" in page(desk, f"/speaker/{own}")
        assert f"/speaker/{own}?" in page(desk, f"/article/{FIRST}/{A2}")

        note_decision(store, {"action": "merge", "entity_id": own, "into": MARA, "reason": "after all"})
        answer = desk.get(f"/speaker/{own}")
        assert answer.url.path == f"/speaker/{MARA}" and "<h2>4 quotations" in answer.text

        decisions.write_text(f'{{"action": "rename", "entity_id": "{other}", "name": "x", "reason": "y"}}\n')
        page(desk, "/")
        decisions.write_text("no decision\n")
        assert "mend or remove it" in page(desk, "/", 503)
        decisions.unlink()

        derive(store, Batch(SECOND), Settings(decisions_file=decisions))
        assert "Decisions noted since" not in page(desk, "/")
        assert "<h2>4 quotations" in page(desk, f"/speaker/{MARA}")


@pytest.mark.slow
def test_a_corrected_speaker_shows_at_once(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    quotes = load("quotes", as_indexed=False, data_dir=store.root).set_index("article_id")["quote_id"]
    wrong = {
        "action": "wrong-speaker",
        "quote_id": quotes[A1],
        "speaker_id": None,
        "reason": "it is a leaflet",
    }
    with asking(store) as desk:
        note_decision(store, wrong)
        assert "<h2>3 quotations" in page(desk, f"/speaker/{MARA}")
        text = page(desk, f"/article/{FIRST}/{A1}")
        assert "corrected</span>" in text and "nobody named" in text and "source unclear" in text
        note_decision(store, {**wrong, "speaker_id": MARA, "reason": "she wrote it"})
        assert "<h2>4 quotations" in page(desk, f"/speaker/{MARA}")


def test_charts_over_all_days(store: Store, desk: httpx.Client) -> None:
    window = f"?from={FIRST}&to={FIRST}"
    for kind, what in (("speaker", "quotations"), ("entity", "articles")):
        assert page(desk, f"/{kind}/{MARA}").count('<svg class="chart"') == 1, "two would be the same"
        text = page(desk, f"/{kind}/{MARA}{window}")
        assert f'aria-label="{what} by day: 2 in all, at most 2"' in text
        assert f'aria-label="{what} by day: 4 in all, at most 2"' in text
        assert "Called <i>she</i> 4 times" in text


@pytest.mark.slow
def test_claims_told_apart_leave_their_group_at_once(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    claims = load("spread_members", data_dir=store.root).set_index("article_id")
    group = claims["claim_group_id"].iloc[0]
    first, last = group, claims["claim_id"][B2]
    with asking(store) as desk:
        assert page(desk, f"/claim-group/{group}").count('<p class="rank">') == 4
        apart = {"action": "not-same-claim", "claim_id": first, "other_id": last, "reason": "another bridge"}
        note_decision(store, apart)
        assert page(desk, f"/claim-group/{group}").count('<p class="rank">') == 3
        derive(store, Batch(SECOND), Settings(decisions_file=tmp_path / "none"))
        assert page(desk, f"/claim-group/{group}").count('<p class="rank">') == 3


def test_the_lines_to_copy_are_commands_that_work(
    store: Store, desk: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from pipeline.cli import app

    shutil.copytree(store.root, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", str(tmp_path))
    group = load("spread", data_dir=store.root)["claim_group_id"][0]
    lines = []
    for address in (f"/entity/{MARA}", f"/claim-group/{group}", f"/article/{FIRST}/{A1}"):
        shown = re.findall(r'<code class="line"[^>]*>(.*?)</code>', page(desk, address))
        lines += [html.unescape(line) for line in shown]
    assert {line.split()[4] for line in lines} == {
        *("merge", "split", "rename", "not-same-claim", "wrong-speaker")
    }
    for line in lines:
        words = shlex.split(line.replace("NAME IN THE ARTICLE", "Mara Lindqvist"))
        assert words[:3] == ["python", "-m", "pipeline"]
        done = CliRunner().invoke(app, words[3:])
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception}"


def test_nothing_published_is_said_and_how_to_change_it(tmp_path: Path) -> None:
    with asking(Store(str(tmp_path))) as desk:
        assert "python -m pipeline run" in page(desk, "/", 503)


def test_a_taken_port_is_told(store: Store, desk: httpx.Client) -> None:
    from pipeline.desk.explorer.serve import serve

    with pytest.raises(ConfigError, match="name another"):
        serve(Settings(data_dir=store.root), port=int(desk.base_url.port or 0), say=print)


@pytest.mark.slow
def test_long_lists_come_in_pages(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    ids = [content_id("many", n) for n in range(120)]
    publish_day(store, FIRST, [article(id, title=f"Number {n}") for n, id in enumerate(ids)])
    with asking(store) as desk:
        seen = []
        for number in (1, 2, 3):
            text = page(desk, f"/speaker/{MARA}?page={number}")
            assert "<h2>120 quotations" in text
            seen += re.findall(r'class="said" href="/article/[\d-]+/(\w+)#', text)
        assert len(seen) == 120 and set(seen) == set(ids)
        assert 'rel="next"' not in text and 'rel="prev"' in text
        hits = []
        for number in range(1, 7):
            hits += re.findall(r'href="/article/[\d-]+/(\w+)#', page(desk, f"/?q=bridge&page={number}"))
        assert sorted(hits) == sorted(ids)
        assert page(desk, f"/day/{FIRST}?page=2").count('class="words"') == 20


@pytest.mark.parametrize("window", ["from=9999-06-01&to=9999-12-31", "from=9999-08-05&to=9999-12-30"])
def test_a_chart_by_weeks_may_end_with_the_last_day_there_is(desk: httpx.Client, window: str) -> None:
    said = page(desk, f"/?{window}")
    last = window[-10:]
    assert f" to {last}: 0</title>" in said
