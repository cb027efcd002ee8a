"""What counts as right, wrong and missed, on small articles of our own."""

from typing import Any

import pytest

from quality.web.count_claims import count_claims, right_claims
from quality.web.count_mentions import count_mentions, meaning, right_names
from quality.web.count_quotes import count_quotes, right_quotes
from quality.words import Words

TEXT = 'The Harbour Board said the pier is shut. "It will not open," Ada Brook said. She left.'


def span(part: str, text: str = TEXT) -> tuple[int, int]:
    start = text.index(part)
    return start, start + len(part)


def mention(part: str, key: str, *, kind: str = "name", label: str = "PERSON") -> dict[str, Any]:
    start, end = span(part)
    return {"start": start, "end": end, "type": label, "entity_id": key, "kind": kind, "score": 0.9}


def quote(content: str, speaker: str | None, *, ids: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    said = {"content": [span(content)], "cue": [], "speaker": [span(speaker)] if speaker else []}
    known = {"speaker_entities": ids, "speaker_entity": ids[0] if ids else None, "parent": None}
    return {**said, **known, "type": "direct", "is_speech": True, "score": 0.8, **more}


def claim(part: str, **more: Any) -> dict[str, Any]:
    start, end = span(part)
    return {
        **{"start": start, "end": end, "claimer_kind": "outlet", "claimer": [], "claimer_entities": []},
        **{"claimer_entity": None, "polarity": "affirmed", "hedges": [], "hedged": False},
        **{"subject": None, "subject_entity": None, "predicate": None, "checkable": 0.5, **more},
    }


BOARD = mention("Harbour Board", "g:board", label="ORG")
ADA = mention("Ada Brook", "g:ada")
SHE = mention("She", "g:ada", kind="pronoun")


def test_a_name_is_right_by_its_span_without_the() -> None:
    found = [mention("The Harbour Board", "f:1", label="PERSON"), mention("Ada", "f:2")]
    meant = meaning(TEXT, [BOARD, ADA], found)
    n = count_mentions(TEXT, [BOARD, ADA], found, meant)
    assert (n["names"], n["names, gold"], n["names, found"], n["labels"]) == (1, 2, 2, 0)
    assert right_names(TEXT, [BOARD, ADA], found, meant) == [True, False]


@pytest.mark.parametrize(
    ("entity", "right", "wrong"), [("f:ada", 1, 0), ("f:board", 0, 1), ("f:nobody", 0, 0)]
)
def test_a_pronoun_is_right_wrong_or_missed(entity: str, right: int, wrong: int) -> None:
    found = [mention("Harbour Board", "f:board"), mention("Ada Brook", "f:ada")]
    found.append(mention("She", entity, kind="pronoun"))
    n = count_mentions(TEXT, [BOARD, ADA, SHE], found, meaning(TEXT, [BOARD, ADA], found))
    assert (n["pronouns, gold"], n["pronouns"], n["pronouns, wrong"]) == (1, right, wrong)


def test_an_entity_of_two_persons_costs_precision_and_stands_for_one() -> None:
    one = [mention("Harbour Board", "f:1"), mention("Ada Brook", "f:1")]
    n = count_mentions(TEXT, [BOARD, ADA], one, meaning(TEXT, [BOARD, ADA], one))
    assert (n["B3 recall"], n["B3 precision"], n["entities"]) == (2, 1, 1)


def test_quotations_count_by_content_and_speaker() -> None:
    words, meant = Words(TEXT), meaning(TEXT, [BOARD, ADA], [mention("Ada Brook", "f:ada")])
    gold = [
        quote("the pier is shut", "The Harbour Board", ids=("g:board",)),
        quote("It will not open", "Ada Brook", ids=("g:ada",)),
        quote("She left", None, optional=True),
    ]
    found = [
        quote("pier is shut", "Ada Brook", ids=("f:ada",)),
        quote("It will not open", "Ada Brook", ids=("f:ada",), is_speech=False),
        quote("She left", None),
    ]
    n = count_quotes(words, gold, found, meant)
    assert (n["quotes"], n["quotes, gold"], n["quotes, found"]) == (2, 2, 3)
    assert (n["attributed"], n["attributed speech"], n["contents"]) == (1, 0, 1)
    assert (n["speech, gold"], n["speech, found"]) == (2, 2)
    assert (n["speaker entities, gold"], n["speaker entities"], n["speaker entities, wrong"]) == (2, 1, 1)
    assert right_quotes(words, gold, found) == [False, True, False]


def test_claims_count_up_to_the_end_of_what_is_annotated() -> None:
    words, until = Words(TEXT), TEXT.index("She")
    gold = [
        claim("the pier is shut", claimer_kind="attributed", claimer=[span("The Harbour Board")]),
        claim("It will not open", polarity="negated", subject=span("It"), predicate=span("open")),
        claim("She left"),
    ]
    found = [
        claim("the pier is shut"),
        claim("It will not open", polarity="negated", subject="It", predicate="will open"),
        claim("She left"),
    ]
    meant = meaning(TEXT, [], [])
    n = count_claims(words, gold, found, until=until, meant=meant)
    assert (n["claims"], n["claims, gold"], n["claims, found"]) == (2, 2, 2)
    assert (n["wrong voice"], n["false source"], n["source and polarity"], n["right in all"]) == (1, 0, 1, 1)
    assert right_claims(words, gold, found, until=until) == [False, True, None]


def test_close_calls_among_claims_count_neither_way() -> None:
    words, meant = Words(TEXT), meaning(TEXT, [], [])
    gold = [claim("the pier is shut", optional=True), claim("It will not open", optional=True)]
    n = count_claims(words, gold, [claim("the pier is shut")], until=len(TEXT), meant=meant)
    assert (n["claims"], n["claims, gold"], n["claims, found"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("subject", "predicate", "right"),
    [("It", "will open", 1), ("Ada Brook", "will open", 0), ("It", "will shut", 0), (None, "open", 0)],
)
def test_a_claim_is_right_in_all_by_last_word_and_predicate(
    subject: str | None, predicate: str, right: int
) -> None:
    gold = [claim("It will not open", subject=span("It"), predicate=span("open"))]
    found = [claim("It will not open", subject=subject, predicate=predicate)]
    n = count_claims(Words(TEXT), gold, found, until=len(TEXT), meant=meaning(TEXT, [], []))
    assert (n["source and polarity"], n["right in all"]) == (1, right)
