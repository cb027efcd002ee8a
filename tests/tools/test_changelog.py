"""Fragments have a known kind, and fold into a section of the changelog."""

from datetime import date
from pathlib import Path

import pytest

from tools.changelog import ChangelogError, fold, main, read_fragments

ROOT = Path(__file__).parents[2]
BEFORE = "# Changelog\n\nNewest first.\n\n## 0.1.0 - 2026-11-27\n\n### Added\n\n- All.\n"


def folder(base: Path, **texts: str) -> Path:
    made = base / "changelog.d"
    made.mkdir()
    (made / "README.md").write_text("how")
    for name, text in texts.items():
        (made / f"{name.replace('__', '.').replace('_', '-')}.md").write_text(text)
    return made


def test_the_projects_own_fragments_have_a_known_kind() -> None:
    read_fragments(ROOT / "changelog.d")


def test_fragments_become_a_section_above_the_older_ones(tmp_path: Path) -> None:
    made = folder(tmp_path, b__fixed="Mended.\n", a__fixed="- Also\nmended.", c_d__added="word " * 40)
    after = fold(BEFORE, "0.2.0", date(2026, 12, 1), read_fragments(made))
    head, new = after[: after.index("## 0.1.0")], after[after.index("## 0.1.0") :]
    assert head.startswith(
        "# Changelog\n\nNewest first.\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- word word"
    )
    assert head.endswith("word\n\n### Fixed\n\n- Also mended.\n- Mended.\n\n")
    assert max(map(len, head.splitlines())) <= 118
    assert BEFORE.endswith(new)


def test_folding_removes_the_fragments_and_is_refused_a_second_time(tmp_path: Path) -> None:
    made = folder(tmp_path, a__removed="Gone.")
    (tmp_path / "CHANGELOG.md").write_text(BEFORE)
    assert main(["0.2.0", "--root", str(tmp_path)]) == 0
    assert [path.name for path in made.iterdir()] == ["README.md"]
    after = (tmp_path / "CHANGELOG.md").read_text()
    assert "### Removed\n\n- Gone.\n\n## 0.1.0" in after
    assert main(["0.3.0", "--root", str(tmp_path)]) == 2
    assert (tmp_path / "CHANGELOG.md").read_text() == after


@pytest.mark.parametrize("version", ["0.1.0", "1.0", "next"])
def test_only_a_new_version_is_made(tmp_path: Path, version: str) -> None:
    with pytest.raises(ChangelogError):
        fold(BEFORE, version, date(2026, 12, 1), read_fragments(folder(tmp_path, a__added="New.")))


@pytest.mark.parametrize("name", ["a__mended", "a", "A__added"])
def test_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ChangelogError, match="name it"):
        read_fragments(folder(tmp_path, **{name: "New."}))


def test_an_empty_fragment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChangelogError, match="empty"):
        read_fragments(folder(tmp_path, a__added="\n"))
