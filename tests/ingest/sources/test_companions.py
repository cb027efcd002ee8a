"""Files beside articles are no articles."""

from pipeline.ingest.sources.companions import companions


def test_readmes_and_licences_are_no_articles() -> None:
    found = companions(["README.md", "2026-03-01/LICENSE.txt", "2026-03-01/reading-room.txt"])
    assert found.used == {"README.md", "2026-03-01/LICENSE.txt"}


def test_a_title_beside_its_text_belongs_to_it() -> None:
    found = companions(["news/1.txt", "news_titles/1.txt", "news_titles/2.txt"])
    assert found.of == {"news/1.txt": ("news_titles/1.txt", "title")}
    assert found.used == {"news_titles/1.txt"}
