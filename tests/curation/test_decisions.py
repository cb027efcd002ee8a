"""Decisions stand in a file that people edit, and in files of the store, one each; the last word counts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.curation.decision_files import load_decisions, note_decision
from pipeline.curation.decisions import decisions_json, decisions_of_json
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


def test_claims_are_told_apart_whichever_is_named_first(store: Store, tmp_path: Path) -> None:
    apart = {"action": "not-same-claim", "claim_id": "d", "other_id": "c", "reason": "another ferry"}
    for decision in (apart, apart | {"claim_id": "c", "other_id": "d"}, apart | {"other_id": "e"}):
        note_decision(store, decision)
    found = load_decisions(tmp_path / "none", store)
    assert found.apart == (("c", "d"), ("d", "e"))
    assert decisions_of_json(decisions_json(found)) == found
    assert decisions_of_json({"merged": {}, "renamed": {}, "split": []}).apart == ()
    for wrong in ({"other_id": "d"}, {"other_id": ""}, {"claim_id": 3}, {"reason": " "}):
        with pytest.raises(InputError, match="this decision"):
            note_decision(store, apart | wrong)


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


def test_the_command_tells_claims_apart(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    words = ["not-same-claim", "c", "--other", "d", "--reason", "another ferry"]
    monkeypatch.setattr("sys.argv", ["newstables", "decide", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert load_decisions(tmp_path / "none", store).apart == (("c", "d"),)


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
