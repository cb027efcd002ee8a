"""Worked examples of each scorer."""

from typing import Any

import pytest

from quality.calibration import auc, reliability
from quality.claims import paired, score_claims
from quality.corpora import average_precision
from quality.entities import b_cubed, score_entities, trimmed
from quality.figures import Rates, Share
from quality.quotes import outcomes, score_quotes
from quality.resolution import score_resolution
from quality.tuples import match, score_sentence, score_tuples


def at(text: str, part: str) -> list[int]:
    return [text.index(part), text.index(part) + len(part)]


# ---- quotations ------------------------------------------------------------------------------------

TEXT = "Ana Colvey said the bridge was safe. The port chief, Sven Aldous, denied that it had closed."
GOLD_QUOTES: list[dict[str, Any]] = [
    {
        "content": [at(TEXT, "the bridge was safe")],
        "cue": [at(TEXT, "said")],
        "speaker": [at(TEXT, "Ana Colvey")],
    },
    {
        "content": [at(TEXT, "it had closed")],
        "cue": [at(TEXT, "denied")],
        "speaker": [at(TEXT, "The port chief, Sven Aldous")],
    },
]


def quote_figures(found: list[dict[str, Any]]) -> dict[str, Any]:
    return score_quotes([{"doc_id": "a", "text": TEXT, "quotes": GOLD_QUOTES}], {"a": found})


def test_gold_against_itself_is_perfect() -> None:
    figures = quote_figures(GOLD_QUOTES)
    assert {name: figure.value for name, figure in figures.items()} == dict.fromkeys(figures, 100.0)


def test_the_head_of_the_speaker_is_enough_for_attribution_but_not_for_the_strict_figure() -> None:
    found = [
        GOLD_QUOTES[0] | {"content": [at(TEXT, "bridge was safe")], "speaker": [at(TEXT, "Colvey")]},
        GOLD_QUOTES[1] | {"speaker": [at(TEXT, "Sven Aldous")]},
    ]
    figures = quote_figures(found)
    assert figures["attributed"].value == 50.0
    assert figures["attributed, strict"].value == 0.0
    assert figures["content, exact"].value == 50.0
    assert figures["content, overlap"].value == 100.0
    assert figures["speaker's head, of matched"] == Share(1, 2)


def test_what_is_spurious_costs_precision_and_what_is_missing_recall() -> None:
    figures = quote_figures([GOLD_QUOTES[0], GOLD_QUOTES[0], GOLD_QUOTES[0]])
    assert figures["attributed"] == Rates(1, 2, 1, 3)
    assert score_quotes([{"doc_id": "a", "text": TEXT, "quotes": GOLD_QUOTES}], {})["attributed"].value == 0.0


def test_a_quotation_without_a_speaker_must_get_none() -> None:
    gold = [{"doc_id": "a", "text": TEXT, "quotes": [GOLD_QUOTES[0] | {"speaker": []}]}]
    assert score_quotes(gold, {"a": [GOLD_QUOTES[0]]})["attributed"].value == 0.0
    assert score_quotes(gold, {"a": [GOLD_QUOTES[0] | {"speaker": []}]})["attributed"].value == 100.0


def test_types_are_counted_on_each_side() -> None:
    gold = [{"doc_id": "a", "text": TEXT, "quotes": [q | {"type": "indirect"} for q in GOLD_QUOTES]}]
    found = [GOLD_QUOTES[0] | {"type": "indirect"}, GOLD_QUOTES[1] | {"type": "mixed"}]
    figures = score_quotes(gold, {"a": found})
    assert figures["attributed, indirect"] == Rates(2, 2, 1, 1)
    assert figures["attributed, mixed"] == Rates(0, 0, 1, 1)


def test_outcomes_go_with_the_scores() -> None:
    gold = [{"doc_id": "a", "text": TEXT, "quotes": GOLD_QUOTES}]
    found = [GOLD_QUOTES[0] | {"score": 0.9}, GOLD_QUOTES[1] | {"score": 0.4, "speaker": []}]
    assert list(outcomes(gold, {"a": found})) == [(0.9, True), (0.4, False)]


def test_a_score_that_says_what_it_means_has_no_calibration_error() -> None:
    honest = reliability([(0.75, True), (0.75, True), (0.75, True), (0.75, False)])
    assert honest["expected calibration error"].value == 0.0
    boasting = reliability([(1.0, True), (1.0, False)])
    assert boasting["expected calibration error"].value == 50.0


def test_auc_counts_a_tie_half() -> None:
    assert auc([(0.9, True), (0.5, True), (0.5, False), (0.1, False)]) == pytest.approx(100 * 3.5 / 4)
    assert auc([(0.9, False), (0.1, True)]) == 0.0
    assert auc([(0.9, True)]) == 50.0


# ---- entities --------------------------------------------------------------------------------------


def test_b_cubed_of_the_textbook_example() -> None:
    gold = {1: "a", 2: "a", 3: "a", 4: "b", 5: "b", 6: "c"}
    found = {1: "x", 2: "x", 3: "y", 4: "y", 5: "y", 6: "z"}
    rates = b_cubed(gold, found)
    assert rates.recall == pytest.approx(100 * (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    assert rates.precision == pytest.approx(100 * (1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)


def test_b_cubed_charges_what_is_on_one_side_only() -> None:
    rates = b_cubed({1: "a", 2: "a"}, {1: "x", 9: "x"})
    assert (rates.recall, rates.precision) == (25.0, 25.0)


@pytest.mark.parametrize(
    ("text", "name"),
    [("the Harbour Bank's", "Harbour Bank"), ("The Hague", "Hague"), ("Askew’", "Askew"), ("Porto", "Porto")],
)
def test_articles_and_possessives_are_cut(text: str, name: str) -> None:
    start, end = trimmed(text, 0, len(text))
    assert text[start:end] == name


def test_entities_within_and_across_articles() -> None:
    text = "Colvey met Askew."
    colvey = {"start": 0, "end": 6, "type": "PERSON", "entity_id": "1", "named": True}
    askew = {"start": 11, "end": 16, "type": "PERSON", "entity_id": "2", "named": True}
    gold = [{"doc_id": d, "text": text, "mentions": [colvey, askew]} for d in "ab"]
    apart = {
        d: [colvey | {"entity_id": f"{d}1"}, askew | {"type": "ORG", "entity_id": f"{d}2"}] for d in "ab"
    }
    figures: dict[str, Any] = {**score_entities(gold, apart)}
    assert figures["names, span"].value == 100.0
    assert figures["names, span and class"].value == 50.0
    assert figures["clusters, B3"].value == 100.0
    assert figures["across articles, B3"].recall == 50.0
    assert figures["across articles, B3"].precision == 100.0


def test_pronouns_and_descriptions_lead_to_entities() -> None:
    text = "Ana Colvey spoke. The mayor smiled. He left, and she stayed. Tom Askew waved."
    rows = [
        ("Ana Colvey", "colvey", "name"),
        ("The mayor", "colvey", "nominal"),
        ("He", "askew", "pronoun"),  # before he is named: not counted
        ("she", "colvey", "pronoun"),
        ("Tom Askew", "askew", "name"),
    ]

    def mention(part: str, entity: str, kind: str) -> dict[str, Any]:
        start, end = at(text, part)
        named = kind == "name"
        return {
            "start": start,
            "end": end,
            "entity_id": entity,
            "kind": kind,
            "named": named,
            "type": "PERSON",
        }

    gold = [{"doc_id": "a", "text": text, "mentions": [mention(*row) for row in rows]}]
    ours = {"colvey": "person:x", "askew": "person:y"}
    right = [mention(part, ours[entity], kind) for part, entity, kind in rows]
    assert score_resolution(gold, {"a": right}) == {"pronouns": Share(1, 1), "descriptions": Share(1, 1)}
    wrong = [m | {"entity_id": "person:y"} if m["kind"] != "name" else m for m in right]
    assert score_resolution(gold, {"a": wrong}) == {"pronouns": Share(0, 1), "descriptions": Share(0, 1)}


# ---- claims ----------------------------------------------------------------------------------------

CLAIM = {
    "start": 16,
    "end": 35,
    "claimer_kind": "attributed",
    "claimer": [[0, 10]],
    "polarity": "affirmed",
    "hedged": False,
    "subject": [16, 26],
    "predicate": [27, 30],
}


def claim_values(**changes: object) -> dict[str, float]:
    found = CLAIM | {"predicate": [CLAIM["predicate"]]} | changes
    gold = [{"doc_id": "a", "text": TEXT, "claims": [CLAIM]}]
    return {name: figure.value for name, figure in score_claims(gold, {"a": [found]}).items()}


def test_a_claim_as_in_the_gold_is_right_in_all() -> None:
    values = claim_values()
    assert {name for name, value in values.items() if value != 100.0} == {
        "negated, of matched",  # there is none
        "hedged, of matched",
    }


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"end": 30}, {"clause, exact"}),
        (
            {"claimer": [[41, 51]]},
            {"right in all", "clause and claimer and polarity", "claimer, of attributed"},
        ),
        (
            {"polarity": "negated"},
            {"right in all", "clause and claimer and polarity", "polarity, of matched"},
        ),
        ({"subject": [0, 10]}, {"right in all", "subject's head, of matched"}),
        ({"predicate": [[31, 35]]}, {"right in all", "predicate, of matched"}),
        (
            {"claimer_kind": "outlet", "claimer": []},
            {
                "right in all",
                "clause and claimer and polarity",
                "claimer's kind, of matched",
                "claimer, of attributed",
            },
        ),
    ],
)
def test_each_fault_of_a_claim_shows_in_its_figure(changes: dict[str, Any], wrong: set[str]) -> None:
    whole, values = claim_values(), claim_values(**changes)
    assert {name for name in whole if whole[name] != values[name]} == wrong


def test_claims_are_paired_once_the_closest_first() -> None:
    gold = [{"start": 0, "end": 20}, {"start": 30, "end": 40}]
    found = [{"start": 0, "end": 12}, {"start": 0, "end": 18}, {"start": 36, "end": 60}]
    assert paired(gold, found) == [(0, 1)]


# ---- propositions ----------------------------------------------------------------------------------


def test_a_tuple_matches_itself_and_shares_words_in_part() -> None:
    reference = ("opened", ["the mayor", "a bridge"])
    assert match(reference, reference) == (1.0, 1.0)
    precision, recall = match(reference, ("has opened", ["the mayor", "a new bridge in May"]))
    assert precision == pytest.approx(5 / 9)  # opened, the, mayor, a, bridge
    assert recall == 1.0


def test_arguments_behind_the_first_are_one_slot() -> None:
    assert match(("gave", ["Ana", "Tom", "a book"]), ("gave", ["Ana", "Tom a book"])) == (1.0, 1.0)


def test_no_common_word_in_the_predicate_and_too_few_arguments_match_nothing() -> None:
    assert match(("opened", ["Ana", "doors"]), ("shut", ["Ana", "doors"])) == (0.0, 0.0)
    assert match(("opened", ["Ana", "doors"]), ("opened", ["Ana"])) == (0.0, 0.0)


def test_an_implied_be_fits_any_of_its_forms() -> None:
    assert match(("is", ["Ana", "a mayor"]), ("be", ["Ana", "a mayor"])) == pytest.approx((1.0, 1.0))


def test_who_said_what_may_be_turned_round() -> None:
    reference = ("said", ["it is safe", "Ana"])
    assert match(reference, ("said", ["Ana", "it is safe"])) == (1.0, 1.0)


def test_recall_may_use_an_extraction_twice_and_precision_may_not() -> None:
    references = [("opened", ["Ana", "doors"]), ("opened", ["Ana", "doors", "today"])]
    rates = score_sentence(references, [references[0]])
    assert rates.found_hits == 1.0
    assert rates.gold_hits == pytest.approx(1 + 3 / 4)
    assert score_tuples([(references, [references[0]]), (references, [])]).n_gold == 4


def test_average_precision() -> None:
    assert average_precision([True, False, True]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([False]) == 0.0
