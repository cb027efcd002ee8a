"""`python -m pipeline export ...`: a table or view in a plain format, or articles for another tool.

What is heavy is imported inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
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
Where = Annotated[
    str | None, typer.Option(help="Only such rows, in DuckDB's SQL: \"outlet = 'The Ledger'\".")
]
Articles = Annotated[
    str | None,
    typer.Option("--where", help="Only such articles, in DuckDB's SQL: \"source = 'The Ledger'\"."),
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
    where: Where = None,
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
def gqg(days: Days = None, where: Articles = None, once: Once = False, output: Output = Path("-")) -> None:
    """Write what stands in quotation marks as lines of GDELT's Global Quotation Graph, one an article."""
    _write_articles("gqg", days, where, once, output)


@export_app.command()
def geg(days: Days = None, where: Articles = None, once: Once = False, output: Output = Path("-")) -> None:
    """Write entities as lines of GDELT's Global Entity Graph, one an article."""
    _write_articles("geg", days, where, once, output)


@export_app.command()
def quotebank(
    days: Days = None, where: Articles = None, once: Once = False, output: Output = Path("-")
) -> None:
    """Write each distinct direct quotation as a line of Quotebank's quotation-centric data."""
    _write_articles("quotebank", days, where, once, output)


@export_app.command("annotations")
def web_annotations(
    days: Days = None, where: Articles = None, once: Once = False, output: Output = Path("-")
) -> None:
    """Write mentions, quotations and claims as W3C Web Annotations, one a line."""
    _write_articles("annotations", days, where, once, output)


@export_app.command()
def brat(days: Days = None, where: Articles = None, once: Once = False, output: Output = Path("-")) -> None:
    """Write articles with their annotations as a ZIP file of brat's standoff."""
    _write_articles("brat", days, where, once, output)


@export_app.command()
def docbin(days: Days = None, where: Articles = None, once: Once = False, output: Output = Path("-")) -> None:
    """Write articles as spaCy Docs: names in ents; mentions, quotes and claims in spans."""
    _write_articles("docbin", days, where, once, output)


@export_app.command()
def gexf(days: Days = None, where: Where = None, once: Once = False, output: Output = Path("-")) -> None:
    """Write who quotes whom, and who speaks of whom, as a graph for Gephi."""
    from pipeline.desk.exports.gexf import quotation_graph, write_gexf

    graph = quotation_graph(days=_days(days), where=where, once=once, data_dir=_data_dir())
    _write(output, lambda to: write_gexf(graph, to), "edges")


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
    from pipeline.desk.exports.for_tools import write_lines
    from pipeline.store.batch import parse_day

    days = None if first is None else (parse_day(first), parse_day(last or first))
    reviews = published_claim_reviews(days=days, least=least, topic=topic, data_dir=_data_dir())
    _write(output, lambda to: write_lines(reviews, to), "claims")


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


def _write_articles(name: str, days: str | None, where: str | None, once: bool, output: Path) -> None:
    from pipeline.desk.exports.for_tools import FOR_TOOLS
    from pipeline.desk.exports.layered import layered_articles

    format = FOR_TOOLS[name]
    articles = layered_articles(days=_days(days), where=where, once=once, data_dir=_data_dir())
    _write(output, lambda to: format.write(articles, to), format.unit)


def _write(output: Path, write: Callable[[BinaryIO], int], what: str) -> None:
    """Write a file in one step, or stdout, and say how much."""
    if output == Path("-"):
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    from pipeline.store import replacing

    try:
        with replacing(output) as to:
            n = write(to)
    except OSError as error:
        raise ConfigError(f"output {output} cannot be written: {error.strerror or error}") from None
    typer.echo(f"{output}: {n} {what}")
