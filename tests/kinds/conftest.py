"""A text is read as the pipeline does, once for all tests of this room."""

from datetime import datetime

import pytest
from spacy.language import Language
from told import Tell, Told

from pipeline.extract.annotate import found_rows
from pipeline.extract.article import ArticleText
from pipeline.nlp import load_nlp

WEDNESDAY = "2026-03-04T15:00+00:00"


@pytest.fixture(scope="session")
def reader() -> Language:
    """The model as the pipeline loads it: it parses the reading view of a text."""
    return load_nlp()


@pytest.fixture(scope="session")
def tell(reader: Language) -> Tell:
    """Read a text as the pipeline does, published on Wednesday 4 March 2026 where nothing else is said."""

    def told(text: str, *, published: str = WEDNESDAY, article: str = "a") -> Told:
        at = datetime.fromisoformat(published)
        offset = at.utcoffset()
        assert offset is not None
        about = ArticleText(
            article_id=article,
            record_ref=article,
            text=text,
            published_at=at,
            published_at_precision="second",
            published_at_offset=int(offset.total_seconds()) // 60,
        )
        return Told(found_rows(reader(text), about))

    return told
