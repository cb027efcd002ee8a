"""`python -m pipeline export ...`: a table or view in a plain format, or articles for another tool.

What is heavy is imported inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from typer.core import TyperGroup

from pipeline.errors import ConfigError


class _NamedRows(TyperGroup):
    """A group in which the name of a table or view is a command: `export said` is `export rows said`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is named, `rows` where it is none of them."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["rows", *args]
        return super().resolve_command(ctx, args)


export_app = typer.Typer(
    cls=_NamedRows,
    no_args_is_help=True,
    help="Write published rows as files: `export said --format xlsx`, and formats of other tools.",
)

Days = Annotated[
    str | None, typer.Option("--days", metavar="DAY[:DAY]", help="One day, or first and last; else all.")
]
Output = Annotated[Path, typer.Option(help="The file to write; - is stdout.")]
Once = Annotated[bool, typer.Option("--once", help="Leave out the rows of reprints.")]


@export_app.callback()
def export() -> None:
    """Write published rows as files: `export said --format xlsx`, and formats of other tools."""


@export_app.command()
def rows(
    name: Annotated[str, typer.Argument(help="A table or view: said, asserted, quotes, spread ...")],
    format: Annotated[
        str | None, typer.Option(help="csv, xlsx, parquet or jsonl; else by the name of the output.")
    ] = None,
    days: Days = None,
    where: Annotated[
        str | None,
        typer.Option(help="Only such rows, in DuckDB's SQL: \"outlet = 'The Ledger'\"."),
    ] = None,
    columns: Annotated[str | None, typer.Option(help="Only these columns, with commas between.")] = None,
    once: Once = False,
    output: Output = Path("-"),
) -> None:
    """Write the rows of a table or view; `export said` is short for `export rows said`."""
    from pipeline.desk.exports.plain import FORMATS
    from pipeline.desk.exports.rows import selected_rows

    kind = format or output.suffix.lstrip(".").lower() or "csv"
    if kind not in FORMATS:
        raise ConfigError(f"no format {kind!r}; --format is one of {', '.join(FORMATS)}")
    found, selection = selected_rows(
        name,
        days=_days(days),
        columns=[column.strip() for column in columns.split(",")] if columns else None,
        where=where,
        once=once,
        data_dir=_data_dir(),
    )
    _write(output, lambda to: FORMATS[kind].write(found, to, selection), "rows")


@export_app.command()
def claimreview(
    first: Annotated[str | None, typer.Argument(metavar="[DAY]", help="The first day; else all.")] = None,
    last: Annotated[str | None, typer.Argument(metavar="[DAY]", help="The last day of a range.")] = None,
    output: Output = Path("-"),
    least: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out what is less worth checking (checkworthiness).")
    ] = 0.0,
    topic: Annotated[str | None, typer.Option(help="Only claims on this topic of the topics file.")] = None,
) -> None:
    """Write published claims as schema.org ClaimReview, one JSON-LD object a line; never with a rating."""
    from pipeline.desk.exports.claimreview import published_claim_reviews
    from pipeline.store.batch import parse_day

    days = None if first is None else (parse_day(first), parse_day(last or first))
    reviews = published_claim_reviews(days=days, least=least, topic=topic, data_dir=_data_dir())
    _write_lines(output, reviews, "claims")


def _days(given: str | None) -> tuple[date, date] | None:
    from pipeline.store.batch import parse_day

    if given is None:
        return None
    first, _, last = given.partition(":")
    days = parse_day(first), parse_day(last or first)
    if days[0] > days[1]:
        raise ConfigError(f"--days {given}: the first day comes after the last")
    return days


def _data_dir() -> str:
    from pipeline.settings import load_settings

    return load_settings().data_dir


def _write_lines(output: Path, objects: Iterator[Any], what: str) -> None:
    """Write an object a line, as JSON."""
    import json

    def lines(to: BinaryIO) -> int:
        n = 0
        for one in objects:
            to.write(f"{json.dumps(one, ensure_ascii=False)}\n".encode())
            n += 1
        return n

    _write(output, lines, what)


def _write(output: Path, write: Callable[[BinaryIO], int], what: str) -> None:
    """Write a file in one step, or stdout, and say how much."""
    if output == Path("-"):
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    with _said_plainly(output):
        from pipeline.store import replacing

        with replacing(output) as to:
            n = write(to)
    typer.echo(f"{output}: {n} {what}")


@contextmanager
def _said_plainly(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"output {output} cannot be written: {error.strerror or error}") from None
