"""What was made of the same things is kept; what was made of others, or is damaged, is made again."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.store import Store
from pipeline.store.fresh import Lineage, Outcome, Target, keep_or_make

FIRST, LAST = Target("first.parquet"), Target("last.parquet", row_group_size=1)
ONE, TWO = pa.table({"n": [1]}), pa.table({"n": [1, 2]})


class Made:
    """Counts how often it makes something, and keeps what it was told of what was there before."""

    def __init__(self) -> None:
        self.before: list[Lineage | None] = []

    def __call__(self, before: Lineage | None) -> tuple[pa.Table, pa.Table]:
        self.before.append(before)
        return ONE, TWO


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def run(store: Store, make: Made, **made_of: object) -> Outcome:
    return keep_or_make(store, [FIRST, LAST], made_of, make)


def test_the_same_is_made_once(store: Store) -> None:
    make = Made()
    assert run(store, make, code="1", days=("a", "b")) == Outcome((1, 2), is_new=True)
    assert run(store, make, code="1", days=("a", "b")) == Outcome((1, 2), is_new=False)
    assert make.before == [None]
    assert len(list(store.read_batches(LAST.path))) == 2


def test_other_things_make_it_again_and_it_knows_what_was_there(store: Store) -> None:
    make = Made()
    run(store, make, code="1")
    run(store, make, code="2")
    run(store, make, code="2", split=None)
    assert make.before == [None, {"code": "1"}, {"code": "2"}]


def test_damage_behind_a_whole_footer_shows_where_all_is_read_through(store: Store) -> None:
    make = Made()
    run(store, make, code="1")
    data = bytearray(store.get(LAST.path))
    data[data.index(b"PAR1") + 40] ^= 1
    store.put(LAST.path, bytes(data))
    assert not run(store, make, code="1").is_new
    assert keep_or_make(store, [FIRST, LAST], {"code": "1"}, make, is_read_through=True).is_new
    assert not keep_or_make(store, [FIRST, LAST], {"code": "1"}, make, is_read_through=True).is_new


def test_one_that_is_gone_or_damaged_makes_all_again(store: Store) -> None:
    make = Made()
    run(store, make, code="1")
    store.remove(FIRST.path)
    assert run(store, make, code="1").is_new
    store.put(LAST.path, store.get(LAST.path)[:50])
    assert run(store, make, code="1").is_new
    store.write(LAST.path, TWO, lineage={"code": "1"})  # as an older version wrote it
    assert run(store, make, code="1").is_new
    assert make.before == [None, {"code": "1"}, None, None]
