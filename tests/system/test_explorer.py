"""The explorer in a real browser: what is followed, what is lit up, and that nothing runs or leaves.

Needs Chromium (`chromium` on the PATH) and playwright; part of `make test-system`. The sample's four days are
extracted here. `make pictures` makes those in docs/images/ anew.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from explored import EVIL, evil_day, serving, two_days

from pipeline.load import load, load_arrow
from pipeline.settings import Settings
from pipeline.stages import run_days
from pipeline.store import Store

if TYPE_CHECKING:  # only make setup-system installs it
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(4)]
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
COVERED = """ids => Object.fromEntries(ids.filter(id => document.getElementById(id)).map(id => [id,
    [...document.querySelectorAll(`#text [data-of~="${id}"]`)].map(piece => piece.textContent).join('')]))"""
STARTS = """() => {
    let at = 0, wrong = 0;
    const walk = node => {
        if (node.nodeType === 3) { at += [...node.data].length; return; }
        if (node.dataset && node.dataset.start !== undefined && Number(node.dataset.start) !== at) wrong++;
        node.childNodes.forEach(walk);
    };
    walk(document.getElementById('text'));
    return wrong;
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return sample(tmp_path_factory.mktemp("sample"))


def sample(folder: Path) -> Store:
    """The sample's four days, published."""
    store = Store(str(folder / "data"))
    settings = Settings(data_dir=store.root, drop_dir=str(ROOT / "data/sample"), processes=1)
    for _ in run_days(DAYS, store, settings):
        pass
    return store


@pytest.fixture(scope="module")
def address(store: Store) -> Iterator[str]:
    with serving(store) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """Debian's Chromium, which asks nobody anything by itself."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "there is no chromium on the PATH"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield found
        found.close()


def expect(what: Any) -> Any:
    """What waits until something holds."""
    from playwright import sync_api

    return sync_api.expect(what)


def profile(browser: Browser, asked: list[str], **options: Any) -> BrowserContext:
    """A fresh profile; all that its pages ask for is noted."""
    context = browser.new_context(**options)
    context.on("request", lambda request: asked.append(request.url))
    return context


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page without JavaScript; nothing that it asks for is elsewhere, and nothing is an error."""
    asked: list[str] = []
    said: list[str] = []
    context = profile(browser, asked, java_script_enabled=False)
    found = context.new_page()
    found.on("console", lambda message: said.append(message.text))
    found.on("pageerror", lambda error: said.append(str(error)))
    yield found
    context.close()
    assert {urlsplit(url).hostname for url in asked} <= {"127.0.0.1"}
    assert said == []


def colour(page: Page, anchor: str) -> str:
    piece = page.locator(f"#text [data-of~='{anchor}']").first
    return str(piece.evaluate("piece => getComputedStyle(piece).backgroundColor"))


def test_from_a_search_to_the_speaker_to_the_lit_quotation(
    page: Page, browser: Browser, address: str
) -> None:
    page.goto(address)
    page.get_by_role("searchbox").fill("vaccinated")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("h1")).to_contain_text("vaccinated")
    expect(page.locator(".hits mark").first).to_have_text("vaccinated")
    page.locator(".hits .where a").first.click()
    expect(page.locator(".tabs [aria-current]")).to_have_text("What they say")
    quotation = page.locator(".hits .said").first
    said = quotation.inner_text().split(" ... ")[0]
    quotation.click()
    anchor = urlsplit(page.url).fragment
    assert anchor.startswith("quote-")
    pieces = page.locator(f"#text [data-of~='{anchor}']")
    assert "".join(pieces.all_inner_texts()).startswith(said)
    expect(pieces.first).to_be_in_viewport()
    others = page.locator(f"#text .quote:not([data-of~='{anchor}'])")
    assert colour(page, anchor) not in {
        other.evaluate("piece => getComputedStyle(piece).backgroundColor") for other in others.all()[:5]
    }

    asked: list[str] = []
    context = profile(browser, asked)
    again = context.new_page()
    again.goto(page.url)
    assert again.locator("main").inner_html() == page.locator("main").inner_html()
    assert colour(again, anchor) == colour(page, anchor)
    context.close()


def test_every_highlight_is_the_text_that_its_row_spans(
    browser: Browser, store: Store, address: str, tmp_path: Path
) -> None:
    assert check_highlights(browser, store, address) > 2000
    by_hand = two_days(tmp_path)
    assert "🌉" in "".join(load("articles", data_dir=by_hand.root)["text"])
    with serving(by_hand) as other:
        assert check_highlights(browser, by_hand, other) == 4 * 5


def check_highlights(browser: Browser, store: Store, address: str) -> int:
    """Join each highlight of each article back to its text; return how many there were."""
    articles = load_arrow("articles", data_dir=store.root).to_pylist()
    names = ("quotes", "claims", "mentions")
    rows = {name: load_arrow(name, data_dir=store.root).to_pylist() for name in names}
    context = profile(browser, [])
    page = context.new_page()
    n = 0
    for article in articles:
        key, text = (article["day"], article["article_id"]), article["text"]
        page.goto(f"{address}/article/{key[0]}/{key[1]}")
        assert page.evaluate("document.getElementById('text').textContent") == text
        assert page.evaluate(STARTS) == 0
        wanted = {}
        for name, table in rows.items():
            kind = name[:-1]
            for row in table:
                if (row["day"], row["article_id"]) == key:
                    spans = row["content_spans"] if kind == "quote" else [row]
                    covered = "".join(text[span["start_char"] : span["end_char"]] for span in spans)
                    wanted[f"{kind}-{row[f'{kind}_id']}"] = covered
        assert page.evaluate(COVERED, list(wanted)) == wanted
        n += len(wanted)
    context.close()
    assert n == sum(map(len, rows.values()))
    return n


def test_a_claim_group_shows_who_was_first_and_marks_ties(page: Page, store: Store, address: str) -> None:
    members = load("spread_members", data_dir=store.root)
    agreeing = members[members["relation"] != "contradicts"]
    shared = agreeing.groupby(["claim_group_id", "rank"]).size()
    tied = sorted(set(shared[shared > 1].index.get_level_values("claim_group_id")))
    sure = sorted(set(agreeing.loc[agreeing["is_first_certain"], "claim_group_id"]))
    assert tied and sure
    for group in (tied[0], sure[0]):
        page.goto(f"{address}/claim-group/{group}")
        own = agreeing[agreeing["claim_group_id"] == group]
        ranks = [rank.split("\n")[0] for rank in page.locator(".rank").all_inner_texts()]
        assert ranks == [str(int(rank)) for rank in sorted(own["rank"])]
        n_tied = int(own["rank"].duplicated(keep=False).sum())
        assert page.locator(".rank .tag", has_text="tied").count() == n_tied
        first = own.loc[own["is_first_certain"], "outlet"]
        assert (page.locator(".rank .sure").count() > 0) == (len(first) > 0)
        if len(first):
            expect(page.locator(".first")).to_contain_text(f"{first.iloc[0]} had it first")


def test_an_evil_store_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    with serving(evil_day(tmp_path)) as address:
        asked: list[str] = []
        ran: list[str] = []
        context = profile(browser, asked)  # where scripts could run
        page = context.new_page()

        def dismissed(dialog: Any) -> None:
            ran.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismissed)
        left, seen = [f"{address}/", f"{address}/?q={EVIL}", f"{address}/?q=bridge&outlet={EVIL}"], set()
        left += [f"{address}/speaker/{EVIL}", f"{address}/?from={EVIL}"]
        while left:
            url = left.pop()
            if url in seen or "/export/" in url:
                continue
            seen.add(url)
            page.goto(url)
            if page.title() == "run" or page.locator("script, img, iframe, object").count():
                ran.append(url)
            links = page.eval_on_selector_all("[href]", "all => all.map(one => one.href)")
            assert not [link for link in links if not link.startswith("http")]
            left += [link.split("#")[0] for link in links if link.startswith(address)]
        context.close()
        assert ran == []
        assert len(seen) > 15
        assert {urlsplit(url).hostname for url in asked} == {"127.0.0.1"}


def test_layers_are_switched_without_a_script(page: Page, store: Store, address: str) -> None:
    said = load("said", where={"kind": "direct"}, data_dir=store.root).iloc[0]
    page.goto(f"{address}/article/{said['day']}/{said['article_id']}")
    anchor = f"quote-{said['quote_id']}"
    drawn = colour(page, anchor)
    page.locator("#layer-quotes").uncheck()
    assert colour(page, anchor) != drawn
    page.locator("#layer-quotes").check()
    assert colour(page, anchor) == drawn


def test_the_keyboard_reaches_what_it_shows(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.locator(".brand")).to_be_focused()
    assert page.locator(".brand").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


# ---- pictures ------------------------------------------------------------------------------------------


def main_pages(store: Store) -> dict[str, str]:
    """The five main pages, by name."""
    said = load("said", where="is_speech and not is_reprint", data_dir=store.root)
    speaker = said[said["speaker_name"] == "Amara Nwosu"].iloc[-1]
    group = load("spread", where="n_outlets > 2", data_dir=store.root).iloc[0]
    return {
        "search": "/?q=ferry",
        "speaker": f"/speaker/{speaker['speaker_id']}",
        "article": str(speaker["permalink"]).split("#", maxsplit=1)[0],
        "claim-group": f"/claim-group/{group['claim_group_id']}",
        "worth-checking": "/check?alone=1",
    }


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_main_pages_fit_and_can_be_read(
    browser: Browser, store: Store, address: str, scheme: Any, width: int
) -> None:
    context = profile(browser, [], color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    main = main_pages(store)
    entity = main["speaker"].replace("/speaker/", "entity/")
    others = {name: f"/{name}" for name in ("", "spread", "quoting", entity, f"day/{DAYS[0]}", "nothing")}
    for name, path in {**main, **others}.items():
        page.goto(f"{address}{path}")
        assert page.evaluate(OVERFLOW) == 0, f"{name} is wider than {width} pixels"
        paper, ink = page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        )
        assert contrast(paper, ink) >= 7
        for selector in (".where", ".label", "thead th", ".claim", ".quote", "mark", ".speaker"):
            for shown in page.locator(selector).all()[:3]:
                back, front = shown.evaluate(BACK_AND_FRONT)
                assert contrast(back, front) >= 4.5, f"{name}: {selector} in {scheme}: {front} on {back}"
    context.close()


BACK_AND_FRONT = """one => {
    let back = one;
    while (back && getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)') back = back.parentElement;
    return [getComputedStyle(back || document.body).backgroundColor, getComputedStyle(one).color];
}"""


def contrast(one: str, other: str) -> float:
    """The ratio of contrast of two colours (WCAG 2.2)."""
    lights = sorted(luminance(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    parts = [float(part) / 255 for part in colour.split("(")[1].rstrip(")").split(",")[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", ["search", "speaker", "article", "claim-group", "worth-checking"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_is_a_picture_of_each_main_page(name: str, scheme: str) -> None:
    picture = (IMAGES / f"explorer-{name}-{scheme}.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) < 150_000


def take_pictures(folder: Path) -> None:
    """Write a picture of each main page, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        store = sample(Path(made))
        _take_pictures(folder, store)


def _take_pictures(folder: Path, store: Store) -> None:
    with serving(store) as address, launched() as browser:
        for scheme in ("light", "dark"):
            options: dict[str, Any] = {"color_scheme": scheme}
            context = browser.new_context(viewport={"width": 1040, "height": 660}, **options)
            page = context.new_page()
            for name, path in main_pages(store).items():
                page.goto(f"{address}{path}")
                page.screenshot(path=folder / f"explorer-{name}-{scheme}.png")
            context.close()


if __name__ == "__main__":
    take_pictures(IMAGES)
