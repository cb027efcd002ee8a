"""Near-duplicates: found at a similarity of 0.8, whatever the order, and nothing else."""

import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alike.texts import bands, estimate, jaccard, leaders, shingles, signature, sketch
from pipeline.identity import checksum

WORDS = [f"w{n}" for n in range(4000)]


def article(rng: random.Random, n_words: int = 150) -> list[str]:
    return rng.choices(WORDS, k=n_words)


def edited(rng: random.Random, words: list[str], n_edits: int) -> list[str]:
    words = list(words)
    for _ in range(n_edits):
        words[rng.randrange(len(words))] = "edited"
    return words


def found(texts: list[str]) -> list[tuple[int, float]]:
    sets = [shingles(text) for text in texts]
    hashes = [bands(signature(s)) if len(s) else [] for s in sets]
    return leaders(hashes, lambda a, b: jaccard(sets[a], sets[b]))


def test_case_and_punctuation_do_not_count() -> None:
    a, b = shingles("The ferry, he said, will not sail."), shingles("the FERRY he said “will not sail”")
    assert np.array_equal(a, b)


@pytest.mark.parametrize("text", ["", "one two three four", "?!"])
def test_a_short_text_has_no_shingles(text: str) -> None:
    assert len(shingles(text)) == 0
    assert jaccard(shingles(text), shingles(text)) == 0.0


def test_similarity_is_the_jaccard_of_the_shingles() -> None:
    words = [f"v{n}" for n in range(104)]  # a hundred shingles
    other = [*words[:-1], "last"]
    assert jaccard(shingles(" ".join(words)), shingles(" ".join(other))) == pytest.approx(99 / 101)


def test_planted_pairs_are_found_and_nothing_else() -> None:
    rng = random.Random(7)
    originals = [article(rng) for _ in range(400)]
    texts = [" ".join(words) for words in originals]
    texts += [" ".join(edited(rng, words, rng.randint(1, 2))) for words in originals[:150]]
    texts += [" ".join(edited(rng, words, 12)) for words in originals[150:250]]  # too much to be the same
    result = found(texts)
    planted = [result[400 + n][0] == n for n in range(150)]
    assert sum(planted) >= 0.97 * 150
    assert all(leader == number for number, (leader, _) in enumerate(result[:400]))
    assert all(leader == 550 + n for n, (leader, _) in enumerate(result[550:]))


def test_groups_are_not_chained() -> None:
    words = [f"v{n}" for n in range(204)]
    steps = [words]
    for _ in range(6):
        steps.append([*steps[-1][20:], *(f"x{len(steps)}-{k}" for k in range(20))])
    result = found([" ".join(step) for step in steps])
    sets = [shingles(" ".join(step)) for step in steps]
    assert len({leader for leader, _ in result}) > 1
    assert all(leader == n or jaccard(sets[leader], sets[n]) >= 0.8 for n, (leader, _) in enumerate(result))


def test_signatures_never_change() -> None:
    """Partials of derived tables hold them: another value would need all partials made again."""
    values = signature(shingles("The harbour board put the new ferry off until the summer, the mayor said."))
    assert values[:3].tolist() == EXPECTED and len(values) == 126


EXPECTED = [759737896, 1112784299, 794644012]


@pytest.mark.parametrize("n_words", [40, 130, 500, 5000])
def test_sketches_tell_the_similarity(n_words: int) -> None:
    rng = random.Random(n_words)
    errors = []
    for _ in range(60):
        words = article(rng, n_words)
        one, other = (
            shingles(" ".join(w)) for w in (words, edited(rng, words, rng.randint(1, 1 + n_words // 40)))
        )
        errors.append(
            estimate(sketch(one), sketch(other)) - jaccard(one, other) if jaccard(one, other) else 0
        )
    assert max(map(abs, errors)) < 0.04
    assert np.sqrt(np.mean(np.square(errors))) < 0.015
    assert abs(float(np.mean(errors))) < 0.005


def test_sketches_of_the_same_and_of_other_texts() -> None:
    rng = random.Random(5)
    one, other = (sketch(shingles(" ".join(article(rng)))) for _ in range(2))
    assert estimate(one, one) == 1.0
    assert estimate(one, other) < 0.05
    assert sketch(shingles("")) == b""
    assert estimate(b"", b"") == estimate(one, b"") == 0.0


def test_sketches_never_change() -> None:
    made = sketch(shingles("The harbour board put the new ferry off until the summer, the mayor said."))
    assert checksum(made)[:16] == "da33f552bc0d2449"


@given(st.text(), st.text())
def test_any_two_texts_have_a_similarity(a: str, b: str) -> None:
    one, two = shingles(a), shingles(b)
    assert 0.0 <= jaccard(one, two) == jaccard(two, one) <= 1.0
    assert len(signature(one)) == 126


def test_three_thousand_a_second() -> None:
    rng = random.Random(1)
    texts = [" ".join(article(rng, 130)) for _ in range(1500)]
    start = time.process_time()
    found(texts)
    assert 1500 / (time.process_time() - start) > 1000  # 3,000 on a quiet machine, see `make bench`
