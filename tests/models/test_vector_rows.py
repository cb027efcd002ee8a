"""The rows of a vector table as arrays: the same as spaCy's dict, whatever the keys."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import srsly

from pipeline.models.vector_rows import KeyRows, read_key_rows, vector_rows

N = 70_000
"""More than fit into a map whose size has two bytes."""


def rows_by_key(seed: int) -> dict[int, int]:
    """Rows of all sizes under keys of all sizes, many of them with bytes that look like the mark of a key."""
    random = np.random.default_rng(seed)
    keys = random.integers(0, 1 << 64, N, dtype=np.uint64)
    keys[::7] |= np.uint64(0xCF_CF_CF_CF_00_00_00_CF)
    keys[::1000] >>= np.uint64(34)
    keys[5::1000] = random.integers(0, 300, len(keys[5::1000]), dtype=np.uint64)
    rows = random.integers(0, 70_000, N)
    rows[::3] = random.integers(0, 256, len(rows[::3]))
    rows[::5] = 0xCF
    return dict(zip(keys.tolist(), rows.tolist(), strict=True))


def written(folder: Path, key2row: object) -> Path:
    path = folder / "key2row"
    srsly.write_msgpack(path, key2row)
    return path


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_file_gives_what_spacy_reads_of_it(tmp_path: Path, seed: int) -> None:
    expected = rows_by_key(seed)
    found = read_key_rows(written(tmp_path, expected))
    assert found is not None
    assert found.copy() == expected
    assert len(found) == len(expected)
    assert sorted(found) == sorted(expected)
    some = [*expected][::100]
    assert [found[key] for key in some] == [found.get(key) for key in some] == [expected[key] for key in some]
    for missing in (3 << 62, (1 << 64) - 1, -1, 1 << 64, "word", None):
        assert missing not in found
        assert found.get(missing, -7) == -7
    with pytest.raises(KeyError):
        found[(1 << 64) - 2]


@pytest.mark.parametrize(
    "other", [{}, {1: 2}, dict.fromkeys(range(N), "row"), {str(key): 1 for key in range(N)}, [*range(N)]]
)
def test_what_is_another_map_is_left_to_spacy(tmp_path: Path, other: object) -> None:
    assert read_key_rows(written(tmp_path, other)) is None


@pytest.mark.parametrize("keep", [0, 4, 5, 12, 100_000, -1])
def test_a_file_that_was_cut_off_is_left_to_spacy(tmp_path: Path, keep: int) -> None:
    path = written(tmp_path, rows_by_key(4))
    path.write_bytes(path.read_bytes()[:keep])
    assert read_key_rows(path) is None


def test_many_keys_are_looked_up_at_once_as_one_by_one() -> None:
    expected = rows_by_key(5)
    keys = np.array([*expected, *range(1000, 1100), (1 << 64) - 1], dtype=np.uint64)
    of_arrays = KeyRows(keys[: len(expected)], np.array([*expected.values()], dtype=np.int32))
    one_by_one = [expected.get(key, -1) for key in keys.tolist()]
    assert vector_rows(of_arrays, keys).tolist() == one_by_one
    assert vector_rows(expected, keys).tolist() == one_by_one
    assert vector_rows(of_arrays, keys[:0]).tolist() == []
    nothing = KeyRows(keys[:0], np.zeros(0, dtype=np.int32))
    assert vector_rows(nothing, keys[:3]).tolist() == [-1, -1, -1]
    assert not nothing


def test_what_is_saved_is_a_dict() -> None:
    of_arrays = KeyRows(np.array([7, 5], dtype=np.uint64), np.array([1, 0], dtype=np.int32))
    for saved in (
        pickle.loads(pickle.dumps(of_arrays)),
        srsly.msgpack_loads(srsly.msgpack_dumps(of_arrays)),
        {**of_arrays},
    ):
        assert type(saved) is dict
        assert saved == {5: 0, 7: 1}
    assert of_arrays == {7: 1, 5: 0}
    with pytest.raises(TypeError, match="read alone"):
        of_arrays[3] = 1
