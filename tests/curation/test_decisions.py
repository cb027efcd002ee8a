"""Decisions stand in a file that people edit, and in files of the store, one each; the last word counts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.curation.decision_files import load_decisions, note_decision
from pipeline.errors import InputError
from pipeline.store import Store
from pipeline.store.batch import NOTED_DECISIONS

RENAME = {"action": "rename", "entity_id": "a", "name": "Ana Colvey", "reason": "as she spells it"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "data"))


def test_what_is_noted_comes_after_what_stands_in_the_file(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "decisions.jsonl"
    assert load_decisions(file, store).renamed == {}
    file.write_text('{"action": "rename", "entity_id": "a", "name": "A. Colvey", "reason": "r"}\n')
    assert load_decisions(file, store).renamed == {"a": "A. Colvey"}
    note_decision(store, RENAME)
    note_decision(store, {"action": "merge", "entity_id": "b", "into": "a", "reason": "the same"})
    assert load_decisions(file, store).renamed == {"a": "Ana Colvey"}
    note_decision(store, RENAME | {"name": "Anna Colvey"})
    note_decision(store, {"action": "split", "entity_id": "b", "reason": "two after all"})
    found = load_decisions(file, store)
    assert (found.renamed, found.merged) == ({"a": "Anna Colvey"}, {})


def test_many_at_once_lose_none(store: Store, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: note_decision(store, RENAME | {"entity_id": f"e{n}"}), range(24)))
    assert load_decisions(tmp_path / "none", store).renamed == {f"e{n}": "Ana Colvey" for n in range(24)}


@pytest.mark.parametrize("change", [{"action": "marry"}, {"reason": " "}, {"name": 3}, {"entity_id": ""}])
def test_what_is_no_decision_is_not_noted(store: Store, change: dict[str, object]) -> None:
    with pytest.raises(InputError, match="this decision"):
        note_decision(store, RENAME | change)
    assert store.names(NOTED_DECISIONS) == []


def test_a_damaged_one_is_named_and_stray_files_are_left_aside(store: Store, tmp_path: Path) -> None:
    path = note_decision(store, RENAME)
    for name in (f"{path}.bak", f"{path}~", f"{NOTED_DECISIONS}/notes.json"):
        store.put(name, b"{")
    assert load_decisions(tmp_path / "none", store).renamed == {"a": "Ana Colvey"}
    for data in (b"{", b"", b"\xff\xfe", b"[]"):
        store.put(path, data)
        with pytest.raises(InputError, match=path):
            load_decisions(tmp_path / "none", store)


@pytest.mark.parametrize(
    "words, code, merged",
    [
        (["merge", "b", "--into", "a", "--reason", "the same"], 0, {"b": "a"}),
        (["merge", "b", "--reason", "the same"], 1, {}),
    ],
)
def test_the_command_notes_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], code: int, merged: object
) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    monkeypatch.setattr("sys.argv", ["newstables", "decide", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code or 0) == code
    assert load_decisions(tmp_path / "none", store).merged == merged
