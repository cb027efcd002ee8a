"""docs/sources.md says what the readers do."""

from pathlib import Path

from pipeline.ingest.codebook import codebook
from pipeline.ingest.formats.sniff import READERS
from pipeline.ingest.sources import SOURCES


def test_the_page_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "sources.md"
    assert page.read_text("utf-8") == codebook(), "run `make docs`"


def test_every_reader_is_there_and_can_be_named() -> None:
    for reader in READERS:
        assert f"| `{reader.name}` |" in codebook()
        assert reader.name in SOURCES
