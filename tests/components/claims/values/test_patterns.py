"""Groups of phrases in the patterns of amounts and times."""

import re

import pytest

from pipeline.components.claims.values.patterns import alternatives, any_case

PHRASES = ["about", "more than", "~", "kilo", "some", "somewhat", "−"]


@pytest.mark.parametrize(
    "text", [*PHRASES, "MORE THAN", "ſome", "\u212ailo", "Somewhat", "7", "", "than", "-"]
)
def test_phrases_in_any_case_are_found_where_they_would_be_without_the_look_ahead(text: str) -> None:
    plain = re.compile(f"(?i:{alternatives(sorted(PHRASES, key=len, reverse=True))})", re.VERBOSE)
    quick = re.compile(any_case(PHRASES), re.VERBOSE)
    found = [pattern.match(text) for pattern in (plain, quick)]
    assert len({match and match.span() for match in found}) == 1
    assert (found[0] is not None) == (text not in {"7", "", "than", "-"})


def test_a_first_character_without_a_phrase_is_no_match() -> None:
    assert re.match(any_case(["one", "ten"], "one|ten|6"), "6") is None
