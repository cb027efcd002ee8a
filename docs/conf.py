"""How Sphinx makes a site of README.md and docs/: `make docs-site`, into build/site.

The pages are the files as they lie, so a link that is right in the repository is right on the site. Nothing
is asked of the web, neither when it is built nor when it is read.
"""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

import pipeline

project = "Newstables"
version = release = pipeline.__version__
language = "en"

extensions = ["myst_parser"]
root_doc = "README"
include_patterns = [
    "*.md",
    "docs/**.md",
    "changelog.d/README.md",  # fragments have no title; they become part of CHANGELOG.md
    "data/sample/*.md",
    "tests/gold/*.md",
    "tests/gold/web/*.md",
    "training/*.md",
]
exclude_patterns = [".*", "build", "data/[!s]*", "pipeline", "**/__pycache__"]

nitpicky = True
myst_heading_anchors = 4
highlight_language = "none"

html_theme = "furo"
html_title = "Newstables"
html_copy_source = False
html_show_copyright = False
html_show_sourcelink = False

# What stands in the contents at the side, and in what order; a page that is not named here comes last.
_CONTENTS = {
    "The tables": ["docs/tables", "docs/entities", "docs/quotes", "docs/claims", "docs/quality"],
    "Running it": ["docs/sources", "docs/operations", "CHANGELOG"],
    "Working on it": [
        "CONTRIBUTING",
        "changelog.d/README",
        "docs/architecture",
        "docs/decisions/README",
        "training/README",
        "tests/gold/README",
        "tests/gold/web/README",
        "data/sample/README",
    ],
}
_DECISIONS = "docs/decisions/README"


def _with_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Add the contents to the first page, and the decisions to their list: the files themselves have none."""
    if page == root_doc:
        named = {root_doc, *(page for pages in _CONTENTS.values() for page in pages)}
        others = sorted(app.project.docnames - named)
        more = {"More": [page for page in others if not page.startswith("docs/decisions/")]}
        contents = _CONTENTS | (more if more["More"] else {})
        source[0] += "".join(_toctree(pages, caption) for caption, pages in contents.items())
    elif page == _DECISIONS:
        folder = Path(app.srcdir) / "docs/decisions"
        source[0] += _toctree([path.stem for path in sorted(folder.glob("0*.md"))])


def _toctree(pages: list[str], caption: str = "") -> str:
    options = f":hidden:\n:caption: {caption}\n" if caption else ":hidden:\n"
    return f"\n\n```{{toctree}}\n{options}\n" + "\n".join(pages) + "\n```\n"


def _with_index(app: Sphinx, failed: Exception | None) -> None:
    """Give the first page the name that is looked for first."""
    if failed is None and app.builder.format == "html":
        pages = Path(app.outdir)
        (pages / "index.html").write_bytes((pages / f"{root_doc}.html").read_bytes())


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both steps."""
    app.connect("source-read", _with_contents)
    app.connect("build-finished", _with_index)
    return {"parallel_read_safe": True}
