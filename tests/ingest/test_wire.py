"""Agencies credited in dateline, byline, record or last lines."""

import pytest

from pipeline.ingest.wire import wire_source

BODY = "The harbour board met on Tuesday. It will meet again, the mayor said.\n"


@pytest.mark.parametrize(
    ("text", "authors", "credit", "agency"),
    [
        (f"LONDON, March 3 (Reuters) - {BODY}", (), None, "Reuters"),
        (f"TARNLEY, England (AP) — {BODY}", (), None, "AP"),
        (f"(AFP) - {BODY}", (), None, "AFP"),
        (f"BERLIN (dpa/tba) - {BODY}", (), None, "dpa"),
        (BODY, ("Associated Press",), None, "AP"),
        (BODY, ("By The Associated Press",), None, "AP"),
        (BODY, ("Reuters Staff",), None, "Reuters"),
        (BODY, ("Ann Pell, Associated Press",), None, "AP"),
        (BODY, ("Ann Pell (AFP)",), None, "AFP"),
        (BODY, (), "PA Media", "PA"),
        (f"{BODY}\n(AP)", (), None, "AP"),
        (f"{BODY}\n— Reuters", (), None, "Reuters"),
        (f"{BODY}\nCopyright 2026 The Associated Press. All rights reserved.", (), None, "AP"),
        (f"{BODY}\n© 2026 AFP", (), None, "AFP"),
        (BODY, (), None, None),
        (BODY, ("Ann Pell",), "Harbour Board", None),
        (f"{BODY}The mayor told Reuters that it was a scandal.", (), None, None),
        (f"Actors' union CP (PA was not asked) met. {BODY}", (), None, None),
        (f"Shares of Thomson Reuters fell. {BODY}", (), None, None),
    ],
)
def test_credit(text: str, authors: tuple[str, ...], credit: str | None, agency: str | None) -> None:
    assert wire_source(text, authors, credit) == agency
