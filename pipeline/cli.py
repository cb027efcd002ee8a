"""The command line: `python -m pipeline COMMAND` or `newstables COMMAND`.

What is heavy is imported inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from pipeline.children.light import do_without_pandas
from pipeline.desk.exports.commands import export_app
from pipeline.errors import ConfigError, NewstablesError

app = typer.Typer(
    help="News articles in; joined Parquet tables of entities, quotes and claims out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

app.add_typer(export_app, name="export")

EXIT_FAILED, EXIT_CONFIG = 1, 2


def main() -> None:
    """Run the command line: exit code 2 and one line where the user has to mend something, 1 for bad data."""
    # It has no plugins here; to look for some, it would read about every library that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    logging.basicConfig(
        level=logging.INFO,
        format="%(message)s",
        handlers=[RichHandler(console=Console(stderr=True), show_path=False)],
    )
    # Child processes share the work, so a thread is enough; and one that has more cannot be forked.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.argv[1:2] == ["extract"]:
        do_without_pandas()
    try:
        app()
    except ConfigError as error:
        _say(error)
        sys.exit(EXIT_CONFIG)
    except NewstablesError as error:
        _say(error)
        sys.exit(EXIT_FAILED)
    except OSError as error:  # of a disk or the network: where in the code it was met, nobody needs to know
        where = f"{error.filename}: " if error.filename else ""
        _say(f"{where}{error.strerror or error}")
        sys.exit(EXIT_FAILED)


@app.command()
def run(
    first: Annotated[str, typer.Argument(metavar="DAY", help="The day, as YYYY-MM-DD.")],
    last: Annotated[str | None, typer.Argument(metavar="[DAY]", help="The last day of a range.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only this stage: ingest, parse, extract ...")] = None,
    allow_missing_inputs: Annotated[
        bool, typer.Option(help="Make published days anew, although files that they were made from are gone.")
    ] = False,
) -> None:
    """Run a day, or all days from the first to the last, without Airflow."""
    from pipeline.desk.run_report import write_report_anyhow
    from pipeline.settings import load_settings
    from pipeline.stages import STAGES, run_days
    from pipeline.store import Store
    from pipeline.store.batch import days_between, parse_day

    settings = load_settings(**({"allow_missing_inputs": True} if allow_missing_inputs else {}))
    days = days_between(parse_day(first), parse_day(last or first))
    store = Store(settings.data_dir)
    for name, batch, counts in run_days(days, store, settings, only=stage):
        typer.echo(f"{batch.day} {name} {batch.shard}: {_counts(counts)}")
        if name == STAGES[-1].name:
            write_report_anyhow(store, batch.day)


@app.command()
def extract(
    input: Annotated[
        Path, typer.Option(help="Clean articles, one JSON object a line (.gz too); - is stdin.")
    ],
    output: Annotated[Path, typer.Option(help="The folder for the Parquet files.")],
    processes: Annotated[int, typer.Option(min=0, help="Child processes; 0 is one for each core.")] = 0,
    model: Annotated[str | None, typer.Option(help="The spaCy model, instead of setting nlp_model.")] = None,
) -> None:
    """Extract the tables of clean articles from one file; the text, and so the offsets, stay as given."""
    from pipeline.extract_file import extract_file
    from pipeline.settings import load_settings

    values: dict[str, Any] = {"processes": processes} if processes else {}
    if model:
        values["nlp_model"] = model
    counts = extract_file(input, output, load_settings(**values))
    typer.echo(f"{output}: {_counts(counts)}")


@app.command()
def ingest(
    archive: Annotated[
        Path | None, typer.Argument(help="An archive of any known format, to be split.")
    ] = None,
    split_by_day: Annotated[
        bool, typer.Option(help="Split the archive into the drop folder, a file a day.")
    ] = False,
    report: Annotated[bool, typer.Option(help="Print what became of the records of ingested days.")] = False,
) -> None:
    """Split an archive into days of the drop folder, or report what ingest made of the records."""
    from pipeline.settings import load_settings
    from pipeline.store import Store

    settings = load_settings()
    if archive is not None and split_by_day:
        from pipeline.ingest.split import split_by_day as split

        typer.echo(f"{settings.drop_dir}: {_counts(split(archive, settings))}")
    elif archive is not None or split_by_day:
        raise ConfigError("name an archive and --split-by-day; days are ingested by: run DAY --stage ingest")
    if report:
        _print_report(Store(settings.data_dir), settings)
    elif archive is None:
        raise ConfigError("nothing to do: name an archive with --split-by-day, or ask for --report")


@app.command()
def forget(
    article: Annotated[str, typer.Argument(metavar="ARTICLE_ID|URL", help="The article to take down.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the takedown.")] = "takedown",
) -> None:
    """Take an article out of every day and table; it stays out in every rerun and rebuild."""
    from pipeline.desk.forget import forget as forget_article
    from pipeline.settings import load_settings
    from pipeline.store import Store

    found = forget_article(Store(load_settings().data_dir), article, reason=reason)
    typer.echo(f"forgotten: {' '.join(sorted(found.article_ids))}")
    for what, days in (
        ("taken out of published days", found.published),
        ("to be ingested again", found.staged),
    ):
        typer.echo(f"{what}: {' '.join(map(str, days)) or 'none'}")


@app.command()
def decide(
    action: Annotated[str, typer.Argument(help="merge, split, rename, not-same-claim or wrong-speaker.")],
    id: Annotated[
        str,
        typer.Argument(help="The entity_id; not-same-claim: a claim_id; wrong-speaker: a quote_id."),
    ],
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")],
    into: Annotated[str, typer.Option(help="merge: the entity that stands for it.")] = "",
    name: Annotated[str, typer.Option(help="rename: its name.")] = "",
    other: Annotated[str, typer.Option(help="not-same-claim: the claim_id of the other claim.")] = "",
    article: Annotated[
        list[str] | None, typer.Option(help="split: an article in which it is another one; once for each.")
    ] = None,
    speaker: Annotated[
        str, typer.Option(help="wrong-speaker: who speaks, by id or name of an entity of the article.")
    ] = "",
    nobody: Annotated[
        bool, typer.Option("--nobody", help="wrong-speaker: none of the entities of the article.")
    ] = False,
) -> None:
    """Note a decision in the store: it holds at once wherever tables and views are read.

    Numbers that are kept ready (of `entity_index`, of days, of groups of claims) follow with the next derive
    (run DAY --stage derive, for any day).
    """
    from pipeline.curation.decisions_now import decide as decide_now
    from pipeline.settings import load_settings
    from pipeline.store import Store

    settings = load_settings()
    if action == "wrong-speaker":
        from pipeline.desk.correct_speaker import correct_speaker

        if bool(speaker) == nobody:
            raise ConfigError("wrong-speaker: say who speaks by --speaker, or --nobody")
        typer.echo(f"noted: {correct_speaker(settings, id, speaker=speaker or None, reason=reason)}")
        return
    given: dict[str, Any] = {"into": into, "name": name, "article_ids": article, "other_id": other}
    about = "claim_id" if action == "not-same-claim" else "entity_id"
    decision: dict[str, Any] = {"action": action, about: id, "reason": reason}
    decision |= {key: value for key, value in given.items() if value}
    typer.echo(f"noted: {decide_now(Store(settings.data_dir), decision, settings.decisions_file)}")


@app.command()
def explore(
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")] = 8090,
) -> None:
    """Show what is published in a browser: search, speakers, claims, articles; until Ctrl-C."""
    from pipeline.desk.explorer.serve import serve
    from pipeline.settings import load_settings

    serve(load_settings(), port=port, say=typer.echo)


@app.command()
def late() -> None:
    """Print the published days for which records came in later: run them again."""
    from pipeline.settings import load_settings
    from pipeline.stages.late import late_days
    from pipeline.store import Store

    settings = load_settings()
    for day in late_days(Store(settings.data_dir), settings):
        typer.echo(day)


@app.command()
def status() -> None:
    """Print, for each published day, the number of rows of each table."""
    from pipeline.settings import load_settings
    from pipeline.store import Store
    from pipeline.store.days import published
    from schemas import EXTRACTED

    found = published(Store(load_settings().data_dir))
    names = ["articles", *EXTRACTED, "rejects"]
    table = Table("day", *names)
    for day in sorted({*found.days, *found.damaged}):
        if day in found.damaged:
            table.add_row(str(day), *("?" for _ in names))
        else:
            files = found.days[day].files
            table.add_row(str(day), *(str(files[name][0]) if name in files else "" for name in names))
    Console().print(table)
    for error in found.damaged.values():
        _say(error)
    if found.damaged:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def report(
    day: Annotated[
        str | None, typer.Argument(metavar="[DAY]", help="The day, as YYYY-MM-DD; else the last published.")
    ] = None,
) -> None:
    """Write the report of a day, print its essentials, and say where it lies."""
    from pipeline.desk.run_report import write_report
    from pipeline.desk.run_report.terminal import essentials
    from pipeline.settings import load_settings
    from pipeline.store import Store
    from pipeline.store.batch import parse_day
    from pipeline.store.manifest import published_days

    store = Store(load_settings().data_dir)
    wanted = parse_day(day) if day else max(published_days(store), default=None)
    if wanted is None:
        raise ConfigError(f"nothing is published in {store.root}: run `python -m pipeline run DAY` first")
    written = write_report(store, wanted)
    console = Console(width=None if sys.stdout.isatty() else 120)
    for part in essentials(written, f"{store.root}/{written.path}"):
        console.print(part)


@app.command()
def verify(
    mend: Annotated[bool, typer.Option(help="Remove damaged files that the next run makes again.")] = False,
) -> None:
    """Look whether every file of the store is what was written, and say what to run where one is not."""
    from pipeline.desk.verify import MEND
    from pipeline.desk.verify import verify as look_through
    from pipeline.settings import load_settings
    from pipeline.store import Store

    settings = load_settings()
    seen = look_through(Store(settings.data_dir), settings, mend=mend)
    if seen.findings:
        table = Table("file", "what is wrong with it", "what to run")
        for finding in seen.findings:
            run = "removed" if mend and finding.is_cache else finding.run or "nothing"
            table.add_row(finding.path, finding.wrong, run)
        Console(width=None if sys.stdout.isatty() else 200).print(table)
    typer.echo(f"{seen.n_days} published days, {seen.n_files} files looked at, {len(seen.findings)} findings")
    commands = [command for command in seen.commands if not (mend and command == MEND)]
    if commands:
        typer.echo("\n".join(["To mend it, in this order:", *(f"  {command}" for command in commands)]))
        raise typer.Exit(EXIT_FAILED)


def _print_report(store: Any, settings: Any) -> None:
    from pipeline.desk.staged_report import staged_report
    from pipeline.ingest.sources import open_source

    numbers = ("records", "kept", "forgotten", "rejected", "undated", "duplicates", "n_wire")
    table = Table("day", "reader", "outlet", *numbers, "rejected by reason", "languages")
    source = open_source(store, settings)
    for day in source.days():
        for row in staged_report(store, day) or []:
            counts = (str(getattr(row, name)) for name in numbers)
            listed = (", ".join(f"{c.name} {c.n}" for c in part) for part in (row.reasons, row.languages))
            table.add_row(str(day), row.reader, row.source, *counts, *listed)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    for file in source.unplaced():
        typer.echo(f"{file.path}: {file.n_records} records belong to no day ({file.detail})")


def _counts(counts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in counts.items())


def _say(error: Exception | str) -> None:
    typer.echo(f"newstables: {' '.join(str(error).split())}", err=True)
