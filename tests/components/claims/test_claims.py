"""Claims on hand-built parses: what counts as one, whose it is, how firm it is."""

from datetime import datetime

import pytest
from docs_by_hand import parsed
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.components.claims import Claims, find_claims
from pipeline.components.claims.topics import read_topics
from pipeline.components.layers import Claim, Entity, Mention, Quotation, write_layer

REBELS = (
    "The/DT/det/1 rebels/NNS/nsubj/13 ,/,/punct/1 who/WP/nsubjpass/5 were/VBD/auxpass/5 armed/VBN/relcl/1 "
    "by/IN/agent/5 a/DT/det/8 neighbour/NN/pobj/6 in/IN/prep/5 2013/CD/pobj/9 ,/,/punct/1 now/RB/advmod/13 "
    "hold/VBP/ROOT/13 two/CD/nummod/15 provinces/NNS/dobj/13 ././punct/13"
)


def by_predicate(doc: Doc) -> dict[str, Claim]:
    return {" ".join(s.text for s in c.predicate): c for c in find_claims(doc)}


def test_a_relative_clause_is_a_claim_of_its_own() -> None:
    claims = by_predicate(parsed(REBELS))
    assert set(claims) == {"were armed", "hold"}
    armed = claims["were armed"]
    assert armed.span.text == "who were armed by a neighbour in 2013"
    assert armed.subject is not None and armed.subject.text == "The rebels"
    assert armed.object is None
    assert {role: span.text for role, span in armed.arguments} == {
        "agent": "by a neighbour",
        "time": "in 2013",
    }
    assert armed.claimer_kind == claims["hold"].claimer_kind == "outlet"
    assert armed.predicate_lemma == "arm"


SAID = "Novak/NNP/nsubj/1 said/VBD/ROOT/1 taxes/NNS/nsubj/3 rose/VBD/ccomp/1 sharply/RB/advmod/3 ././punct/1"


def test_the_content_of_a_verb_of_saying_belongs_to_its_subject() -> None:
    (claim,) = find_claims(parsed(SAID))
    assert claim.span.text == "taxes rose sharply"
    assert claim.claimer_kind == "attributed"
    assert [s.text for s in claim.claimer] == ["Novak"]
    assert claim.chain == ("Novak",)


def test_a_quotation_gives_claimer_entity_and_index() -> None:
    doc = parsed(SAID)
    novak = Entity(
        name="Ada Novak",
        label="PERSON",
        mentions=(Mention(span=doc[0:1], kind="name", method="name", score=1.0),),
    )
    write_layer(doc, "entities", [novak])
    quote = Quotation(
        kind="indirect", content=(doc[2:5],), cue=(doc[1:2],), speaker=(doc[0:1],), speaker_entities=(0,)
    )
    write_layer(doc, "quotes", [quote])
    (claim,) = find_claims(doc)
    assert (claim.claimer_kind, claim.quotation, claim.claimer_entities) == ("attributed", 0, (0,))


def test_the_chain_runs_from_the_outermost_speaker() -> None:
    # Novak said Iversen denied taxes rose.
    doc = parsed(
        "Novak/NNP/nsubj/1 said/VBD/ROOT/1 Iversen/NNP/nsubj/3 denied/VBD/ccomp/1 taxes/NNS/nsubj/5 "
        "rose/VBD/ccomp/3 sharply/RB/advmod/5 ././punct/1"
    )
    outer = Quotation(kind="indirect", content=(doc[2:7],), cue=(doc[1:2],), speaker=(doc[0:1],))
    inner = Quotation(kind="indirect", content=(doc[4:7],), cue=(doc[3:4],), speaker=(doc[2:3],), parent=0)
    write_layer(doc, "quotes", [outer, inner])
    frame, claim = find_claims(doc)
    assert (frame.span.text, frame.chain) == ("Iversen denied taxes rose sharply", ("Novak",))
    assert claim.span.text == "taxes rose sharply"
    assert claim.chain == ("Novak", "Iversen")
    assert [s.text for s in claim.claimer] == ["Iversen"]
    assert claim.polarity == "negated"


def test_whom_a_speaker_reports_is_the_claimer_where_no_inner_quotation_was_found() -> None:
    doc = parsed(
        "Novak/NNP/nsubj/1 said/VBD/ROOT/1 doctors/NNS/nsubj/3 believe/VBP/ccomp/1 taxes/NNS/nsubj/5 "
        "rose/VBD/ccomp/3 sharply/RB/advmod/5 ././punct/1"
    )
    outer = Quotation(kind="indirect", content=(doc[2:7],), cue=(doc[1:2],), speaker=(doc[0:1],))
    write_layer(doc, "quotes", [outer])
    frame, claim = find_claims(doc)
    assert (frame.span.text, frame.chain) == ("doctors believe taxes rose sharply", ("Novak",))
    assert claim.span.text == "taxes rose sharply"
    assert claim.chain == ("Novak", "doctors")
    assert (claim.claimer_kind, claim.quotation) == ("attributed", 0)


@pytest.mark.parametrize(
    ("text", "claimer"),
    [
        (
            "Iversen/NNP/nsubj/1 spread/VBD/ROOT/1 the/DT/det/3 idea/NN/dobj/1 that/IN/mark/6 "
            "taxes/NNS/nsubj/6 rose/VBD/acl/3 sharply/RB/advmod/6 ././punct/1",
            "Iversen",
        ),
        (
            "Iversen/NNP/nsubj/1 rejected/VBD/ROOT/1 the/DT/det/3 idea/NN/dobj/1 that/IN/mark/6 "
            "taxes/NNS/nsubj/6 rose/VBD/acl/3 sharply/RB/advmod/6 ././punct/1",
            "Iversen",
        ),
        (
            "The/DT/det/1 firm/NN/poss/3 's/POS/case/1 claim/NN/nsubj/8 that/IN/mark/6 taxes/NNS/nsubj/6 "
            "rose/VBD/acl/3 sharply/RB/advmod/6 shocked/VBD/ROOT/8 Novak/NNP/dobj/8 ././punct/8",
            "The firm",
        ),
        (
            "A/DT/det/1 claim/NN/nsubj/8 by/IN/prep/1 Iversen/NNP/pobj/2 that/IN/mark/6 taxes/NNS/nsubj/6 "
            "rose/VBD/acl/1 sharply/RB/advmod/6 shocked/VBD/ROOT/8 Novak/NNP/dobj/8 ././punct/8",
            "Iversen",
        ),
    ],
)
def test_the_content_of_a_noun_belongs_to_its_owner_or_to_who_makes_it_theirs(
    text: str, claimer: str | None
) -> None:
    (claim,) = (c for c in find_claims(parsed(text)) if c.span.text == "taxes rose sharply")
    assert claim.claimer_kind == ("unknown" if claimer is None else "attributed")
    assert [s.text for s in claim.claimer] == ([] if claimer is None else [claimer])


def test_a_quotation_without_a_speaker_is_never_the_outlets() -> None:
    doc = parsed("\"/``/punct/2 Taxes/NNS/nsubj/2 rose/VBD/ROOT/2 sharply/RB/advmod/2 \"/''/punct/2")
    write_layer(doc, "quotes", [Quotation(kind="direct", content=(doc[1:4],))])
    (claim,) = find_claims(doc)
    assert claim.claimer_kind == "unknown"
    assert claim.quotation == 0
    assert claim.span.text == "Taxes rose sharply"


@pytest.mark.parametrize(
    "text",
    [
        "Did/VBD/aux/2 taxes/NNS/nsubj/2 rise/VB/ROOT/2 sharply/RB/advmod/2 ?/./punct/2",
        "Wash/VB/ROOT/0 your/PRP$/poss/2 hands/NNS/dobj/0 ././punct/0",
        "Good/JJ/amod/1 evening/NN/ROOT/1 ././punct/1",
    ],
    ids=["question", "command", "greeting"],
)
def test_what_asserts_nothing_is_no_claim(text: str) -> None:
    assert [c.span.text for c in find_claims(parsed(text))] == []


def test_a_condition_is_no_claim_and_makes_its_main_clause_conditional() -> None:
    (claim,) = find_claims(
        parsed(
            "If/IN/mark/2 prices/NNS/nsubj/2 fall/VBP/advcl/6 ,/,/punct/6 farmers/NNS/nsubj/6 "
            "will/MD/aux/6 lose/VB/ROOT/6 money/NN/dobj/6 ././punct/6"
        )
    )
    assert claim.modality == "conditional"
    assert claim.span.text == "If prices fall , farmers will lose money"
    assert claim.subject is not None and claim.subject.text == "farmers"


def test_coordinated_verbs_share_their_subject_and_are_claims_apart() -> None:
    claims = by_predicate(
        parsed(
            "Police/NNS/nsubj/1 searched/VBD/ROOT/1 the/DT/det/3 house/NN/dobj/1 and/CC/cc/1 "
            "arrested/VBD/conj/1 two/CD/nummod/7 men/NNS/dobj/5 ././punct/1"
        )
    )
    assert claims["searched"].span.text == "Police searched the house"
    assert claims["arrested"].span.text == "arrested two men"
    assert claims["arrested"].subject is not None and claims["arrested"].subject.text == "Police"


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Police/NNS/nsubj/1 found/VBD/ROOT/1 no/DT/det/3 weapon/NN/dobj/1 ././punct/1", "negated"),
        (
            "Police/NNS/nsubj/3 did/VBD/aux/3 not/RB/neg/3 find/VB/ROOT/3 weapons/NNS/dobj/3 ././punct/3",
            "negated",
        ),
        ("Nobody/NN/nsubj/1 found/VBD/ROOT/1 a/DT/det/3 weapon/NN/dobj/1 ././punct/1", "negated"),
        (
            "Police/NNS/nsubj/1 failed/VBD/ROOT/1 to/TO/aux/3 find/VB/xcomp/1 weapons/NNS/dobj/3 ././punct/1",
            "negated",
        ),
        ("Police/NNS/nsubj/1 found/VBD/ROOT/1 a/DT/det/3 weapon/NN/dobj/1 ././punct/1", "affirmed"),
    ],
)
def test_polarity(text: str, polarity: str) -> None:
    (claim,) = find_claims(parsed(text))
    assert claim.polarity == polarity


@pytest.mark.parametrize(
    ("text", "modality", "hedges"),
    [
        ("Rates/NNS/nsubj/2 may/MD/aux/2 rise/VB/ROOT/2 soon/RB/advmod/2", "possible", []),
        ("Rates/NNS/nsubj/3 will/MD/aux/3 probably/RB/advmod/3 rise/VB/ROOT/3", "probable", ["probably"]),
        ("Rates/NNS/nsubj/2 will/MD/aux/2 rise/VB/ROOT/2", "future", []),
        ("Rates/NNS/nsubj/2 should/MD/aux/2 rise/VB/ROOT/2", "necessary", []),
        ("He/PRP/nsubj/2 allegedly/RB/advmod/2 stole/VBD/ROOT/2 cars/NNS/dobj/2", "asserted", ["allegedly"]),
    ],
)
def test_modality_and_hedges(text: str, modality: str, hedges: list[str]) -> None:
    (claim,) = find_claims(parsed(text))
    assert claim.modality == modality
    assert [h.text for h in claim.hedges] == hedges


def test_the_factuality_is_that_of_the_event_and_not_of_what_it_stands_under() -> None:
    failed = parsed(
        "Police/NNS/nsubj/1 failed/VBD/ROOT/1 to/TO/aux/3 find/VB/xcomp/1 weapons/NNS/dobj/3 ././punct/1"
    )
    (claim,) = find_claims(failed)
    assert claim.factuality < 0
    (plain,) = find_claims(parsed("Police/NNS/nsubj/1 found/VBD/ROOT/1 weapons/NNS/dobj/1 ././punct/1"))
    assert plain.factuality > 2


def test_what_is_denied_is_presented_as_not_so() -> None:
    doc = parsed(
        "Novak/NNP/nsubj/1 denied/VBD/ROOT/1 taxes/NNS/nsubj/3 rose/VBD/ccomp/1 "
        "sharply/RB/advmod/3 ././punct/1"
    )
    (claim,) = find_claims(doc)
    assert claim.polarity == "negated"
    assert claim.factuality < 0


def test_values_are_resolved_against_the_day_of_publication() -> None:
    doc = parsed(
        "Police/NNS/nsubj/1 found/VBD/ROOT/1 twelve/CD/nummod/3 boats/NNS/dobj/1 "
        "yesterday/NN/npadvmod/1 ././punct/1"
    )
    (claim,) = find_claims(doc, published_at=datetime(2026, 3, 4, 9))
    assert [(q[0].text, *q[1:]) for q in claim.quantities] == [("twelve boats", 12.0, "boats", None)]
    assert [(d[0].text, *d[1:]) for d in claim.dates] == [("yesterday", "2026-03-03", "2026-03-03")]


def test_topics_are_named_and_raise_the_score() -> None:
    text = "The/DT/det/1 vaccine/NN/nsubj/2 cures/VBZ/ROOT/2 measles/NN/dobj/2 ././punct/2"
    health = read_topics({"health": {"words": ["vaccine", "measles"]}, "trade": {"words": ["tariff"]}})
    trade = read_topics({"trade": {"words": ["tariff"]}})
    ((on, off), plain) = (
        [next(find_claims(parsed(text), topics=t)) for t in (health, trade)],
        next(find_claims(parsed(text))),
    )
    assert (on.topics, off.topics, plain.topics) == (("health",), (), ())
    assert on.checkworthiness > plain.checkworthiness > off.checkworthiness


@pytest.mark.parametrize(
    "topics", [{"t": "word"}, {"t": {}}, {"t": {"words": "word"}}, {"t": {"word": ["x"]}}]
)
def test_a_topic_without_words_is_refused(topics: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="topic 't'"):
        read_topics(topics)


def test_a_reason_at_the_start_is_not_part_of_the_claim() -> None:
    claims = by_predicate(
        parsed(
            "Although/IN/mark/2 prices/NNS/nsubj/2 fell/VBD/advcl/6 ,/,/punct/6 the/DT/det/5 mill/NN/nsubj/6 "
            "hired/VBD/ROOT/6 ten/CD/nummod/8 men/NNS/dobj/6 ././punct/6"
        )
    )
    assert {c.span.text for c in claims.values()} == {"prices fell", "the mill hired ten men"}


SCARE = (
    "The/DT/det/3 \"/``/punct/3 clean/JJ/amod/3 fuel/NN/nsubj/5 \"/''/punct/3 killed/VBD/ROOT/5 "
    "many/JJ/amod/7 birds/NNS/dobj/5 ././punct/5"
)


def test_scare_quotes_are_a_hedge() -> None:
    (claim,) = find_claims(parsed(SCARE))
    assert [h.text for h in claim.hedges] == ['" clean fuel "']


def test_what_a_source_is_quoted_with_is_no_scare_quote() -> None:
    doc = parsed(SCARE)
    write_layer(doc, "quotes", [Quotation(kind="mixed", content=(doc[2:4],), speaker=(doc[7:8],))])
    assert [h.text for claim in find_claims(doc) for h in claim.hedges] == []


def test_a_title_in_marks_is_no_scare_quote() -> None:
    (claim,) = find_claims(parsed(SCARE.replace("clean/JJ", "Clean/NNP").replace("fuel/NN/", "Fuel/NNP/")))
    assert claim.hedges == ()


def test_a_pronoun_that_nobody_resolved_is_reported() -> None:
    text = "She/PRP/nsubj/1 resigned/VBD/ROOT/1 in/IN/prep/1 May/NNP/pobj/2"
    (claim,) = find_claims(parsed(text))
    assert claim.unresolved == ("She",)
    assert not claim.is_self_contained
    doc = parsed(text)
    mention = Mention(span=doc[0:1], kind="pronoun", method="test", score=1.0)
    write_layer(doc, "entities", [Entity(name="Ada Novak", label="PERSON", mentions=(mention,))])
    (claim,) = find_claims(doc)
    assert (claim.subject_entity, claim.unresolved, claim.is_self_contained) == (0, (), True)


def test_the_layer_survives_serialisation() -> None:
    doc = Claims()(parsed(REBELS))
    again = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert [repr(c) for c in again._.claims] == [repr(c) for c in find_claims(doc)]
    assert len(again._.claims) == 2


TAGS = ["NN", "VBD", "VBG", "VBN", "IN", "TO", "WP", "CC", "MD", ",", "PRP", "?"]
DEPS = [
    "nsubj",
    "dobj",
    "relcl",
    "conj",
    "advcl",
    "ccomp",
    "xcomp",
    "mark",
    "acl",
    "appos",
    "prep",
    "pobj",
    "aux",
    "neg",
]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_parse_raises_and_spans_lie_inside_their_sentence(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 14))
    forms = data.draw(
        st.lists(
            st.sampled_from(["said", "rebels", "not", "may", ",", "?", "that", "no"]), min_size=n, max_size=n
        )
    )
    heads = [data.draw(st.integers(0, i)) for i in range(n)]  # any tree rooted in the first token
    doc = Doc(
        Vocab(),
        words=forms,
        tags=[data.draw(st.sampled_from(TAGS)) for _ in range(n)],
        deps=["ROOT" if h == i else data.draw(st.sampled_from(DEPS)) for i, h in enumerate(heads)],
        heads=heads,
    )
    for claim in find_claims(doc):
        assert 0 <= claim.span.start < claim.span.end <= n
        assert claim.subject is not None


@pytest.mark.model
def test_through_the_real_model(nlp: Language) -> None:
    doc = nlp("Strikes allegedly aimed at depots killed 12 people in Arden on Monday. Was it an accident?")
    claims = list(find_claims(doc))
    assert claims
    assert all(c.span.end <= doc[0].sent.end for c in claims)
