"""How far the reading of a file is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextlib.contextmanager
def progress(file: BinaryIO) -> Iterator[Callable[[int], None]]:
    """Show how much of the input is read, on a terminal; nothing in a pipe."""
    console = Console(stderr=True)
    total = os.fstat(file.fileno()).st_size
    columns = (TextColumn("extract"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("extract", total=total)
        yield lambda position: bar.update(task, completed=position)
