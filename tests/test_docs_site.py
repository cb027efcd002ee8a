"""The site of the documents builds without a warning; reading it, a browser asks no other host."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ELSEWHERE = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    options = ["--builder", "html", "--fail-on-warning", "--keep-going", "--quiet", "--conf-dir", "docs"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            *options,
            "--doctree-dir",
            folder / "doctrees",
            ".",
            folder / "site",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


class Loaded(HTMLParser):
    """What a page makes a browser load, and the links that it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.assets: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if tag == "a" and name == "href" and value:
                self.links.append(value)
            elif name in {"src", "href", "srcset", "data", "poster", "action"} and value:
                self.assets.append(value)


def loaded(page: Path) -> Loaded:
    parser = Loaded()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def test_every_document_is_a_page_and_the_first_one_is_the_index(site: Path) -> None:
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    missing = [
        path for path in documents if not (site / path.relative_to(ROOT)).with_suffix(".html").exists()
    ]
    assert missing == []
    assert (site / "index.html").read_bytes() == (site / "README.html").read_bytes()


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        outside = [asset for asset in loaded(page).assets if ELSEWHERE.match(asset)]
        assert outside == [], page.name
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\(['\"]?(?:https?:)?//|\b(?:fetch|importScripts)\(", text), (
            page.name
        )


def test_no_style_or_script_loads_anything_from_another_host(site: Path) -> None:
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert not re.search(r"(?:@import\s*(?:url\()?|url\()\s*['\"]?(?:https?:)?//", text), style.name
    for script in site.rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"(?:fetch|import|importScripts|open)\(\s*[^)]*['\"`]https?://", text), (
            script.name
        )
        assert not re.search(r"\.src\s*=\s*['\"`](?:https?:)?//", text), script.name


def test_links_within_the_site_lead_to_a_page_and_a_place_in_it(site: Path) -> None:
    for page in site.rglob("*.html"):
        for link in loaded(page).links:
            if ELSEWHERE.match(link) or link.startswith("mailto:"):
                continue
            path, _, place = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{page.name}: {link}"
            if place and target.suffix == ".html":
                assert f'id="{place}"' in target.read_text(encoding="utf-8"), f"{page.name}: {link}"
