"""Freshness follows the code itself, and a run is named by what makes rows and by nothing else."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from days import table_bytes

from pipeline import code_identity, provenance
from pipeline.code_identity import code_version, files_of
from pipeline.curation.aliases import SCHEMA
from pipeline.derived.tables import DERIVED
from pipeline.errors import ConfigError
from pipeline.settings import Settings
from pipeline.stages.ingest import ingest
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, manifest_path

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def forgetful() -> Callable[[], None]:
    """Forget what was read of the code: a process reads it once, and here it changes."""

    def forget() -> None:
        for name in ("_code_version", "_digest", "_path_of", "_read", "_lexicons", "_keys"):
            getattr(code_identity, name).cache_clear()

    forget()
    return forget


# ---- what a module follows ---------------------------------------------------------------------------


def small(root: Path, **files: str) -> Path:
    """A project of some files: `pipeline__a="..."` is pipeline/a.py; packages get an empty __init__."""
    for name, text in files.items():
        path = root / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder in {parent for path in root.rglob("*.py") for parent in path.parents}:
        if folder.is_relative_to(root) and folder != root:
            (folder / "__init__.py").touch()
    return root


def followed(root: Path, module: str = "pipeline.a") -> set[str]:
    return {name for name in files_of(module, root=root) if not name.endswith("__init__.py")}


def test_imports_are_followed_wherever_they_stand(tmp_path: Path) -> None:
    root = small(
        tmp_path,
        pipeline__a="import os\nfrom pipeline.b import f\ndef g():\n    from schemas import c\n",
        pipeline__b="def f():\n    if True:\n        import pipeline.deep.d\n",
        pipeline__deep__d="from . import e\nfrom ..h import x\n",
        pipeline__deep__e="",
        pipeline__h="x = 1\n",
        pipeline__unread="",
        schemas__c="",
    )
    names = ("a", "b", "deep/d", "deep/e", "h")
    assert followed(root) == {*(f"pipeline/{name}.py" for name in names), "schemas/c.py"}
    assert "pipeline/deep/__init__.py" in files_of("pipeline.a", root=root)


def test_imports_for_types_are_not_followed(tmp_path: Path) -> None:
    root = small(
        tmp_path,
        pipeline__a="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pipeline.b import f\n",
        pipeline__b="",
    )
    assert followed(root) == {"pipeline/a.py"}


def test_what_a_package_on_the_way_imports_at_once_is_followed(tmp_path: Path) -> None:
    root = small(
        tmp_path,
        pipeline__a="from pipeline.way.b import f\n",
        pipeline__c="from pipeline.way import f\n",
        pipeline__way__b="",
        pipeline__way__atonce="",
        pipeline__way__later="",
    )
    (root / "pipeline/way/__init__.py").write_text(
        "import pipeline.way.atonce\ndef f():\n    import pipeline.way.later\n"
    )
    assert followed(root) == {f"pipeline/{name}.py" for name in ("a", "way/b", "way/atonce")}
    assert "pipeline/way/later.py" in followed(root, "pipeline.c")


def with_data(root: Path, a: str) -> Path:
    small(
        root,
        pipeline__a=a,
        pipeline__lexicons__x="",
        pipeline__models__weights="def load_weights(name): ...\n",
    )
    lexicons = root / "pipeline" / "lexicons"
    (lexicons / "__init__.py").write_text("def words(name): ...\ndef entries(name): ...\n")
    for language in ("en", "fr"):
        (lexicons / language).mkdir()
        (lexicons / language / "verbs.txt").write_text("say\n")
    (lexicons / "en" / "months.toml").write_text('names = ["May"]\n')
    (root / "pipeline" / "models" / "tagger").mkdir()
    (root / "pipeline" / "models" / "tagger" / "w.npz").write_bytes(b"weights")
    return root


WORDS = "from pipeline.lexicons import words\n"
FILES = "from importlib.resources import files\n"
WEIGHTS = "from pipeline.models.weights import load_weights\n"
VERBS = {"pipeline/lexicons/en/verbs.txt", "pipeline/lexicons/fr/verbs.txt"}
FRENCH = {"pipeline/lexicons/fr/verbs.txt"}
MONTHS = {"pipeline/lexicons/en/months.toml"}
TAGGER = {"pipeline/models/tagger/w.npz"}

READING = {
    "words": (WORDS + 'def f():\n    return words("verbs")\n', VERBS),
    "words under another name": ('from pipeline.lexicons import entries as e\ne("verbs")\n', VERBS),
    "a key of a subject": ('def f(lexicon):\n    return lexicon.words("months.names")\n', MONTHS),
    "in order": ('def f(lexicon):\n    return lexicon.ordered("verbs")\n', VERBS),
    "one of two": (WORDS + 'f = lambda x: words("verbs" if x else "months.names")\n', VERBS | MONTHS),
    "weights": (WEIGHTS + 'load_weights("tagger/w.npz")\n', TAGGER),
    "a path": (FILES + 'files("pipeline") / "models" / "tagger" / "w.npz"\n', TAGGER),
    "a path joined": (FILES + 'files("pipeline.models").joinpath("tagger", "w.npz").open()\n', TAGGER),
    "a path of somebody else": (FILES + 'def f(x):\n    return files("numpy") / x\n', set()),
    "declared": (
        WORDS + 'READS = ("lexicons/fr/verbs.txt",)\nf = lambda x: words(x)\n',
        FRENCH,
    ),
    "other words": ("def f(words, x):\n    return words(x), x.words(x), x.words[0]\n", set()),
    "a parameter of that name": (WORDS + "def f(words, x):\n    return words(x), words\n", set()),
}


@pytest.mark.parametrize("code, wanted", READING.values(), ids=READING)
def test_what_is_read_is_part_of_the_code(tmp_path: Path, code: str, wanted: set[str]) -> None:
    root = with_data(tmp_path, code)
    read = {name for name in files_of("pipeline.a", root=root) if not name.endswith(".py")}
    assert read == wanted


WRONG = {
    "no module": ("import pipeline.gone\n", "no module pipeline.gone"),
    "no lexicon": (WORDS + 'words("gone")\n', "reads the lexicon 'gone'"),
    "no key": ('def f(x):\n    return x.words("months.gone")\n', "reads the lexicon 'months.gone'"),
    "no weights": (WEIGHTS + 'load_weights("gone.npz")\n', "reads pipeline/models/gone.npz"),
    "no file": (FILES + 'files("pipeline") / "gone.toml"\n', "reads pipeline/gone.toml"),
    "nothing of READS": ('READS = ("gone.txt",)\n', "reads pipeline/gone.txt"),
    "READS that is made": ("READS = (f'a{1}',)\n", "READS must be a tuple"),
    "a name that is made": (
        WORDS + "f = lambda x: words(f'{x}_words')\n",
        "line 2: what is read is not named",
    ),
    "a lexicon's name that is made": (
        "from pipeline.lexicons import words\nf = lambda lexicon, x: lexicon.words(x)\n",
        "line 2: what is read is not named",
    ),
    "handed on": (WORDS + "f = map(words, ['verbs'])\n", "line 2: what is read is not named"),
    "a path that is made": (FILES + "f = lambda x: files('pipeline') / x\n", "line 2: what is read"),
}


@pytest.mark.parametrize("code, message", WRONG.values(), ids=WRONG)
def test_what_is_not_there_or_not_named_raises(tmp_path: Path, code: str, message: str) -> None:
    root = with_data(tmp_path, code)
    with pytest.raises(ConfigError, match=message):
        code_version("pipeline.a", root=root)


def test_a_module_that_does_not_exist_raises() -> None:
    with pytest.raises(ConfigError, match=r"no module pipeline\.gone"):
        code_version("pipeline.gone")


def test_every_module_of_the_project_says_what_it_reads() -> None:
    for package in code_identity.PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
            files_of(name.removesuffix(".__init__"))


def test_it_is_quick() -> None:
    code = (
        "import time; from pipeline import provenance; from pipeline.code_identity import code_version;"
        "start = time.process_time(); code_version(*provenance.ROWS); print(time.process_time() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, check=True)
    assert float(done.stdout) < 1.0  # 0.3 on a machine of its own


# ---- what makes rows ---------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path, forgetful: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the code, which may be changed, in place of the code that runs."""
    root = tmp_path / "copy"
    for package in ("pipeline", "schemas", "quality", "deploy", "dags"):
        shutil.copytree(REPOSITORY / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code_identity, "ROOT", root)
    return root


@pytest.fixture
def day_run(tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    """Run a day that nothing is parsed of; return all published bytes."""
    day = date(2026, 3, 1)
    drop = tmp_path / "drop" / day.isoformat()
    drop.mkdir(parents=True)
    text = "Le maire a dit mardi que le nouveau bac ne serait pas mis en service avant le mois de juin."
    record = {"url": "https://courrier.example/bac-1", "text": text, "date": "2026-03-01", "language": "fr"}
    (drop / "a.jsonl").write_text(json.dumps(record))
    settings = Settings(drop_dir=tmp_path / "drop")

    def run() -> dict[str, bytes]:
        store = Store(str(tmp_path / "data"))
        ingest(store, Batch(day), settings)
        assert publish(store, Batch(day), settings)["articles"] == 1
        return table_bytes(store) | {"manifest": store.get(manifest_path(day))}

    return run


MAKES_NO_ROWS = (
    "pipeline/cli.py",
    "pipeline/settings.py",
    "pipeline/provenance.py",
    "pipeline/load.py",
    "pipeline/indexed.py",
    "pipeline/desk/exports/claimreview.py",
    "pipeline/derived/claim_groups.py",
    "pipeline/stages/publish.py",
    "pipeline/store/published.py",
    "pipeline/store/plan.py",
    "pipeline/ingest/web/robots.py",
    "quality/claims.py",
    "deploy/local/airflow.py",
    "dags/news_corpus.py",
)

MAKES_ROWS = (
    "pipeline/components/claims/factuality.py",
    "pipeline/components/entities/names.py",
    "pipeline/extract/rows.py",
    "pipeline/parsing/fastparse.py",
    "pipeline/ingest/clean.py",
    "pipeline/ingest/article_row.py",
    "pipeline/ingest/field_aliases.toml",
    "pipeline/alike/texts.py",
    "pipeline/lexicons/en/negators.txt",
    "pipeline/models/quotes/tagger.npz",
    "pipeline/models/checkworthiness/weights.npz",
    "schemas/quotes.py",
)


def test_what_makes_no_row_changes_no_byte_of_a_day_run_again(
    copy: Path, day_run: Callable[[], dict[str, bytes]], forgetful: Callable[[], None]
) -> None:
    before = day_run()
    for name in MAKES_NO_ROWS:
        (copy / name).write_bytes((copy / name).read_bytes() + b"\n# changed\n")
    forgetful()
    assert day_run() == before


def test_what_makes_rows_names_another_run(
    copy: Path, day_run: Callable[[], dict[str, bytes]], forgetful: Callable[[], None]
) -> None:
    before = day_run()
    versions = {code_version(*provenance.ROWS)}
    for name in MAKES_ROWS:
        (copy / name).write_bytes((copy / name).read_bytes() + b"\n# changed\n")
        code_identity._digest.cache_clear()
        code_identity._code_version.cache_clear()
        versions.add(code_version(*provenance.ROWS))
    assert len(versions) == 1 + len(MAKES_ROWS)
    forgetful()
    after = day_run()
    assert all(after[name] != before[name] for name in before if name.endswith("2026-03-01.parquet"))


def test_a_parse_follows_what_parses_and_no_extractor() -> None:
    parsing = files_of(*provenance.PARSE)
    assert {"pipeline/nlp.py", "pipeline/parsing/bins.py", "pipeline/children/guard.py"} <= set(parsing)
    assert not any("components" in name or "stages" in name or "store" in name for name in parsing)


def test_each_derived_table_follows_what_makes_it() -> None:
    code = {derived.name: set(files_of(derived.module)) for derived in DERIVED}
    assert "pipeline/alike/texts.py" in code["duplicates"]
    assert "pipeline/curation/decisions.py" in code["entity_index"]
    assert {
        "pipeline/alike/claim_sketch.py",
        "pipeline/models/same_claims/weights.npz",
        "pipeline/lexicons/en/word_families.txt",
        "schemas/claim_groups.py",
    } <= code["claim_groups"]
    for derived in DERIVED:
        assert f"{derived.module.replace('.', '/')}.py" in code[derived.name]
    for files in code.values():
        assert not any(file.startswith(("pipeline/store/", "pipeline/stages/")) for file in files)


def test_a_model_in_a_folder_counts_by_its_content(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "ner").mkdir(parents=True)
    (folder / "config.cfg").write_text("[nlp]")
    (folder / "ner" / "model").write_bytes(b"weights")
    settings = Settings(nlp_model=str(folder))
    first = provenance.parse_settings(settings)
    assert provenance.row_settings(settings)["nlp_model"] == first["nlp_model"] != str(folder)
    shutil.copytree(folder, tmp_path / "moved")
    assert provenance.parse_settings(Settings(nlp_model=str(tmp_path / "moved"))) == first
    (folder / "ner" / "model").write_bytes(b"others!")
    assert provenance.parse_settings(settings)["nlp_model"] != first["nlp_model"]
    (tmp_path / "moved" / "ner" / "model").rename(tmp_path / "moved" / "ner" / "other")
    assert provenance.parse_settings(Settings(nlp_model=str(tmp_path / "moved"))) != first
    assert provenance.parse_settings(Settings())["nlp_model"] == Settings().nlp_model


def test_a_table_of_aliases_counts_by_its_content(tmp_path: Path) -> None:
    path, moved = tmp_path / "aliases.parquet", tmp_path / "moved.parquet"
    settings = Settings(alias_table=str(path))
    row = {"alias": "The Board", "id": "Q1", "name": "Harbour Board", "prior": 0.9, "type": "ORG"}
    pq.write_table(pa.Table.from_pylist([row], SCHEMA), path)
    first = provenance.row_settings(settings)
    pq.write_table(pa.Table.from_pylist([{**row, "id": "Q2"}], SCHEMA), path)
    second = provenance.row_settings(settings)
    assert first["alias_table"] != second["alias_table"]
    named = [provenance.run_id(inputs="", code="", model="", settings=s) for s in (first, second)]
    assert named[0] != named[1]
    shutil.copy(path, moved)
    assert provenance.row_settings(Settings(alias_table=str(moved))) == second
    path.unlink()
    with pytest.raises(ConfigError, match=r"alias table .*aliases\.parquet cannot be read"):
        provenance.row_settings(settings)
