"""Files beside articles are no articles; files that are only named so are."""

import os
import subprocess
from pathlib import Path

import pytest

from pipeline.ingest.formats.about import is_about
from pipeline.ingest.sources.companions import companions
from pipeline.ingest.sources.walk import walk

README = (
    b"# Pier corpus\n\nThis folder holds the data set of 2026, a file an article, in UTF-8. Please cite us.\n"
)
LICENCE = b"Copyright (c) 2026 A. Pell\n\nPermission is hereby granted to use these files without warranty.\n"
NEWS = b"Fees for fishing go up\n\nThe county council voted on Tuesday to raise the fee, the mayor said.\n"


def test_readmes_and_licences_are_no_articles() -> None:
    files = {"README.md": README, "2026-03-01/LICENSE.txt": LICENCE, "2026-03-01/reading-room.txt": README}
    assert companions(files, files.__getitem__).used == {"README.md", "2026-03-01/LICENSE.txt"}


@pytest.mark.parametrize("name", ["README", "Readme.rst", "LICENCE.txt", "license-data.txt", "COPYING"])
@pytest.mark.parametrize("data", [README, LICENCE])
def test_what_is_about_other_files(name: str, data: bytes) -> None:
    assert is_about(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("license-fees.jsonl", b'{"title": "a dataset", "text": "licensed under"}\n'),
        ("readme_first.csv", b"title,text,license,version\n"),
        ("License fees go up.txt", NEWS),
        ("readme.txt", NEWS),
        ("LICENSE", NEWS),
        ("README.json", b"[]"),
        ("readme.md", b"\x1f\x8b\x08\x00dataset license"),
        ("README.txt", b'{"text": "license of the dataset"}'),
        ("README.txt", b""),
    ],
)
def test_what_is_only_named_so(name: str, data: bytes) -> None:
    assert not is_about(name, data)


def test_a_title_beside_its_text_belongs_to_it() -> None:
    found = companions(["news/1.txt", "news_titles/1.txt", "news_titles/2.txt"])
    assert found.of == {"news/1.txt": ("news_titles/1.txt", "title")}
    assert found.used == {"news_titles/1.txt"}


def test_no_two_names_are_shown_alike(tmp_path: Path) -> None:
    names = [b"a\xff.jsonl", rb"a\xff.jsonl", rb"a\x5cxff.jsonl", b"a\\x.jsonl", "a\u00ff.jsonl".encode()]
    for name in names:
        (Path(str(tmp_path)) / name.decode("utf-8", "surrogateescape")).write_bytes(b"{}")
    shown = [found.path for found in walk(tmp_path)]
    assert len(set(shown)) == len(names) and "a\\x.jsonl" in shown and "aÿ.jsonl" in shown


def test_a_folder_very_deep_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("deep", dir_fd=here)
        below = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    found = walk(tmp_path)
    assert "a.jsonl" in [f.path for f in found]
    assert [f.fault.reason for f in found if f.fault] == ["unreadable"]
    subprocess.run(["rm", "-rf", str(tmp_path / "deep")], check=True)
