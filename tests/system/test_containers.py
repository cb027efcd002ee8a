"""Two containers that share a folder: the number of a process in one says nothing in the other."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
from pipeline.store import replacing
with replacing(Path(sys.argv[1])) as file:
    file.write(b"first " * 100)
    file.flush()
    print("in", flush=True)
    sys.stdin.readline()
print("wrote", flush=True)
"""
QUICK = """
import sys
from pathlib import Path
from pipeline.store import replacing
with replacing(Path(sys.argv[1])) as file:
    file.write(b"second")
"""


def in_container(code: str, *arguments: str) -> subprocess.Popen[str]:
    apart = ["unshare", "--pid", "--fork", "--mount-proc"]
    return subprocess.Popen(
        [*apart, sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_one_is_writing_the_other_leaves_alone(tmp_path: Path) -> None:
    target = tmp_path / "day.parquet"
    first = in_container(WRITER, str(target))
    assert first.stdout is not None and first.stdout.readline() == "in\n"
    second = in_container(QUICK, str(target))
    assert second.wait(timeout=60) == 0
    assert target.read_bytes() == b"second"
    said, _ = first.communicate("go\n", timeout=60)
    assert (first.returncode, said) == (0, "wrote\n")
    assert target.read_bytes() == b"first " * 100
    assert [path.name for path in tmp_path.iterdir()] == ["day.parquet"]
