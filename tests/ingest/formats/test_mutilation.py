"""Two hundred mutilated files of each format: see `mutilation.py` for what must hold."""

import io
import random

import pytest
from mutilation import FORMATS, articles, check

from pipeline.ingest.formats.reader import Limits
from pipeline.ingest.formats.sniff import read_stream

N = 200


@pytest.mark.parametrize("name", FORMATS)
def test_a_mutilated_file(name: str) -> None:
    problems = {n: problem for n in range(N) if (problem := check(name, n))}
    assert not problems


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_is_whole_is_read_without_a_fault(name: str) -> None:
    given = FORMATS[name]
    records = articles(random.Random(1))
    data = given.make(records)
    read = list(read_stream(io.BytesIO(data), given.name, Limits(), size=len(data)))
    assert [r.fault for r in read] == [None] * (1 if given.one else len(records))
