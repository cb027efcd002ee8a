"""Claims of an article against gold, as counts.

Only what begins before the end of the annotated part counts. Claims pair up by intersection over union of
their spans, from a half on; a pair with a close call (`optional`) counts neither way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from quality.claims import paired
from quality.web.count_mentions import Counts, Meaning
from quality.words import Words

type Record = Mapping[str, Any]


def count_claims(
    words: Words, gold: Sequence[Record], found: Sequence[Record], *, until: int, meant: Meaning
) -> Counts:
    """Return the counts of an article.

    Args:
        words: of its text.
        gold: claims: `start`, `end`, `claimer_kind`, `claimer` and `hedges` as spans, `subject` and
            `predicate` as a span or None, `polarity`.
        found: claims; `subject` and `predicate` are texts.
        until: offset up to which claims are annotated.
        meant: what the entities found stand for.
    """
    gold, found = _before(gold, until), _before(found, until)
    pairs = paired(gold, found)
    counted = [(g, f) for g, f in pairs if not gold[g].get("optional")]
    n: Counts = defaultdict(float)
    n["claims, gold"] = sum(not claim.get("optional") for claim in gold)
    n["claims, found"] = len(found) - (len(pairs) - len(counted))
    for g, f in counted:
        one, other = gold[g], found[f]
        right = _columns(words, one, other)
        n["claims"] += 1
        for column, is_right in right.items():
            n[column] += is_right
        n["source and polarity"] += right["claimers"] and right["polarities"]
        n["right in all"] += all(right[c] for c in ("claimers", "polarities", "subjects", "predicates"))
        n["wrong voice"] += one["claimer_kind"] == "attributed" and other["claimer_kind"] == "outlet"
        n["false source"] += one["claimer_kind"] == "outlet" and other["claimer_kind"] == "attributed"
        for column, known in (
            ("claimer", one["claimer_entities"]),
            ("subject", [one["subject_entity"]] if one["subject_entity"] else []),
        ):
            ids = set(known) & meant.named
            if ids:
                got = meant.of(other[f"{column}_entity"])
                n[f"{column} entities, gold"] += 1
                n[f"{column} entities"] += got in ids
    return n


def right_claims(
    words: Words, gold: Sequence[Record], found: Sequence[Record], *, until: int
) -> list[bool | None]:
    """Tell of each claim found, in order, whether it is one of the gold's and right in all.

    None where that cannot be told: behind the annotated part, and of close calls.
    """
    gold = _before(gold, until)
    places = [at for at, claim in enumerate(found) if claim["start"] < until]
    right: list[bool | None] = [False if at in set(places) else None for at in range(len(found))]
    for g, f in paired(gold, [found[at] for at in places]):
        columns = _columns(words, gold[g], found[places[f]])
        is_right = all(columns[c] for c in ("claimers", "polarities", "subjects", "predicates"))
        right[places[f]] = None if gold[g].get("optional") else is_right
    return right


def _columns(words: Words, one: Record, other: Record) -> dict[str, bool]:
    """Tell which columns of a claim are right."""
    text = words.text
    same_kind = one["claimer_kind"] == other["claimer_kind"]
    common = words.touched(one["claimer"]) & words.touched(other["claimer"])
    subject = text[slice(*one["subject"])].split()[-1:] if one["subject"] else None
    return {
        "clauses": words.touched([(one["start"], one["end"])])
        == words.touched([(other["start"], other["end"])]),
        "claimer kinds": same_kind,
        "claimers": same_kind and (one["claimer_kind"] != "attributed" or bool(common)),
        "polarities": one["polarity"] == other["polarity"],
        "hedges": bool(one["hedges"]) == other["hedged"],
        "subjects": subject is None or (other["subject"] or "").split()[-1:] == subject,
        "predicates": not one["predicate"] or text[slice(*one["predicate"])] in (other["predicate"] or ""),
    }


def _before(claims: Sequence[Record], until: int) -> list[Record]:
    return [claim for claim in claims if claim["start"] < until]
