"""What of the reported is speech."""

import pytest
from spacy.language import Language

from pipeline.components.quotes import find_quotes

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Miller said that the bridge was safe.", True),
        ("Ann Miller promised to repair the bridge.", True),
        ("“A disgrace,” Ann Miller said.", True),
        ("According to Ann Miller, the bridge is safe.", True),
        ("Ann Miller urged the town to repair the bridge.", True),
        ("Ann Miller denied any role in the sale of the bridge.", True),
        ("The United Nations estimates that ten bridges have been lost.", True),
        ("The autopsy found that the man had drowned.", False),
        ("The peak estimate shows that ten bridges may fall.", False),
        ("Ann Miller wants a new bridge.", False),
        ("Ann Miller believes that the bridge is safe.", False),
        ("Ann Miller hopes to repair the bridge.", False),
        ("Figures demonstrate that the bridge is safe.", False),
        ("Official figures suggest that the bridge is safe.", False),
        ("Ann Miller called the bridge “a disgrace” on Monday.", True),
        ("“The bridge will last twenty years,” the study said.", True),
        ("“No fault was found in the cables,” the record says.", True),
        ("“Most of those asked would rather walk,” the survey concluded.", True),
    ],
)
def test_utterances_are_told_from_stances_and_evidence(nlp: Language, text: str, expected: bool) -> None:
    outermost = [q for q in find_quotes(nlp(text), model="rules") if q.parent is None]
    assert [q.is_speech for q in outermost] == [expected]
