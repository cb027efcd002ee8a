"""Reuters-21578 backfilled by Airflow, day by day: `python -m benchmarks.archive CORPORA`.

CORPORA is the folder with `corpora/reuters21578.jsonl.gz`. Its records are written as the collection's own
SGML, in files of a thousand stories, into the drop folder of a temporary folder; there a short-lived
Airflow is asked, by `airflow backfill create`, for each day from the first to the last. Then what came out
is checked: each day is published, those without articles are marked, the counts add up to the records,
offsets hold, the derived tables fit. Printed are the counts, the checks, and what the tasks took; the exit
status is 0 if all checks hold.

With `--cluster` the same days are then run by a cluster of two Celery workers on S3 (`deploy/cluster`; Linux,
root), and all files that it published are compared with those of the first run, byte for byte.

`--first` and `--last` take a part of the days: the files then hold its records only. A run that was cut off
goes on where it was, when it is started again with the same `--folder`. Without one nothing stays, also after
Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from pathlib import Path
from statistics import mean, median
from typing import Any

import psutil
import pyarrow as pa

from benchmarks.leaving import work_folder
from deploy.cluster.airflow import WORKERS, cluster
from deploy.cluster.hosts import cpu_s
from deploy.cluster.published import published
from deploy.cluster.trial import differences, in_cluster
from deploy.local.airflow import DAG_ID, LocalAirflow, await_runs, running, say
from pipeline.errors import NewstablesError
from pipeline.ingest.tally import UNDATED
from pipeline.store import Store
from pipeline.store.batch import days_between, published_path
from pipeline.store.derived_files import read_derived
from pipeline.store.manifest import manifests as read_manifests
from schemas import DAY_TABLES, DERIVED_TABLES

STORIES_A_FILE = 1000
_HEAD = '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n'
_LISTS = ("topics", "places", "people", "orgs", "exchanges", "companies")


# ---- the collection's own layout ---------------------------------------------------------------------


def write_sgml(records: Iterable[dict[str, Any]], folder: Path) -> list[Path]:
    """Write records as the files of Reuters-21578, a thousand stories each, and return their paths.

    Args:
        records: with `id`, `title`, `text` (paragraphs between blank lines), `published_at` (ISO or None),
            `dateline` and lists of categories.
        folder: where to write; made where there is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, part in enumerate(batched(records, STORIES_A_FILE)):
        path = folder / f"reut2-{number:03d}.sgm"
        path.write_bytes((_HEAD + "".join(map(story, part))).encode("latin-1", "xmlcharrefreplace"))
        paths.append(path)
    return paths


def story(record: dict[str, Any]) -> str:
    """Return a record as an element REUTERS."""
    at = datetime.fromisoformat(record["published_at"]) if record.get("published_at") else None
    moment = f"{at:%d-%b-%Y %H:%M:%S}.00".upper().removeprefix("0") if at else ""
    categories = "".join(_category(name.upper(), record.get(name) or ()) for name in _LISTS)
    body = "\n    ".join(_escaped(paragraph) for paragraph in record["text"].split("\n\n"))
    has_topics = "YES" if record.get("topics") else "NO"
    return (
        f'<REUTERS TOPICS="{has_topics}" NEWID="{record["id"].rpartition("-")[2]}">\n'
        f"<DATE>{moment}</DATE>\n{categories}"
        f"<TEXT>&#2;\n<TITLE>{_escaped(record['title'])}</TITLE>\n"
        f"<DATELINE>    {_escaped(record.get('dateline') or '')} </DATELINE>"
        f"<BODY>{body}\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n"
    )


def _category(name: str, values: Iterable[str]) -> str:
    return f"<{name}>{''.join(f'<D>{_escaped(value)}</D>' for value in values)}</{name}>\n"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def day_of(record: dict[str, Any]) -> date | None:
    """Return the day of a record, None of one without a date."""
    return date.fromisoformat(record["published_at"][:10]) if record["published_at"] else None


# ---- what came out -----------------------------------------------------------------------------------


def checks(
    store: Store, records: Sequence[dict[str, Any]], days: Sequence[date]
) -> Iterator[tuple[bool, str]]:
    """Yield what must hold of the published days, and whether it does.

    Args:
        store: where the tables lie.
        records: what was put into the drop folder.
        days: what was backfilled, in order.
    """
    wanted = Counter(day for record in records if (day := day_of(record)))
    manifests = read_manifests(store)
    yield list(manifests) == list(days), f"{len(manifests)} of {len(days)} days are published"
    filled = [day for day, manifest in manifests.items() if manifest.tables["articles"].rows]
    yield filled == sorted(wanted), f"{len(filled)} days have articles, {len(wanted)} have dated records"
    empty = [day for day, manifest in manifests.items() if manifest.is_empty]
    yield set(empty) == set(manifests) - set(filled), f"{len(empty)} days are empty, and marked"
    files = [store.exists(published_path(t.table_name, day)) for t in DAY_TABLES for day in days]
    yield (
        all(files),
        f"{sum(files)} of {len(files)} files, one for each of {len(DAY_TABLES)} tables and each day",
    )

    report = [line for manifest in manifests.values() for line in manifest.counts.report]
    n = {
        name: sum(getattr(line, name) for line in report)
        for name in ("records", "kept", "rejected", UNDATED, "forgotten")
    }
    accounted = n["kept"] + n["rejected"] + n[UNDATED] + n["forgotten"]
    yield (
        accounted == n["records"] == len(records),
        f"{n['kept']:,} kept + {n['rejected']:,} rejected + {n[UNDATED]:,} undated = {accounted:,};"
        f" {len(records):,} records were put in",
    )
    n_dated = sum(
        len(table) - table["published_at"].null_count
        for table in (store.read(published_path("articles", day), columns=["published_at"]) for day in filled)
    )
    yield (
        n_dated == sum(wanted.values()),
        f"{n_dated:,} dated articles, {sum(wanted.values()):,} dated records",
    )

    rejects = Counter(
        (row["stage"], row["reason"])
        for day in days
        for row in store.read(published_path("rejects", day), columns=["stage", "reason"]).to_pylist()
    )
    told = ", ".join(f"{reason} in {stage}: {count}" for (stage, reason), count in sorted(rejects.items()))
    lost = sum(count for (stage, _), count in rejects.items() if stage != "ingest")
    yield not lost, f"{lost} articles were lost in parse or extract; rejects: {told or 'none'}"
    yield offsets(store, filled)
    yield from derived(store, filled)


def offsets(store: Store, days: Iterable[date]) -> tuple[bool, str]:
    """Compare all mentions and claims, and the parts of all quotations, with the text at their offsets."""
    n, wrong = Counter[str](), 0
    for day in days:
        tables = {
            name: store.read(published_path(name, day))
            for name in ("articles", "mentions", "quotes", "claims")
        }
        texts = dict(
            zip(*(tables["articles"][name].to_pylist() for name in ("article_id", "text")), strict=True)
        )
        for name in ("mentions", "claims"):
            columns = (tables[name][c].to_pylist() for c in ("article_id", "start_char", "end_char", "text"))
            for article_id, start, end, text in zip(*columns, strict=True):
                n[name] += 1
                wrong += texts[article_id][start:end] != text
        columns = (
            tables["quotes"][c].to_pylist() for c in ("article_id", "start_char", "end_char", "content_spans")
        )
        for article_id, start, end, spans in zip(*columns, strict=True):
            n["quotes"] += 1
            inside = all(start <= s["start_char"] < s["end_char"] <= end for s in spans)
            wrong += not (inside and 0 <= start < end <= len(texts[article_id]))
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(n.items()))
    return not wrong, f"{wrong} offsets are wrong ({counts})"


def derived(store: Store, days: Sequence[date]) -> Iterator[tuple[bool, str]]:
    """Yield of each derived table whether it is there and speaks of no day that has no articles."""
    for row_class in DERIVED_TABLES:
        name = row_class.table_name
        parts = [*read_derived(store, row_class)]
        if not parts:
            yield False, f"{name} is missing"
            continue
        table = pa.concat_tables(parts)
        columns = [column for column in ("day", "first_seen") if column in table.column_names]
        seen = {day for column in columns for day in table[column].to_pylist()}
        yield len(table) > 0 and seen <= set(days), f"{name}: {len(table):,} rows"


# ---- what it took ------------------------------------------------------------------------------------


def print_times(
    runs: dict[str, dict[str, Any]], tasks: Iterable[dict[str, Any]], n_articles: dict[str, int]
) -> None:
    """Print what the tasks of runs took by their own clock, and how derive grew."""
    keys = {name: run["partition_key"] for name, run in runs.items()}
    took: dict[tuple[str, bool], list[float]] = defaultdict(list)
    derives = []
    for task in tasks:
        if task["duration"] is not None:
            is_empty = not n_articles.get(keys[task["dag_run_id"]])
            took[task["task_id"].rpartition(".")[2], is_empty].append(task["duration"])
            if task["task_id"] == "derive":
                derives.append((task["start_date"], task["duration"]))
    print(f"\n{'task':10}{'days':>10}{'tasks':>8}{'median s':>10}{'longest s':>11}{'sum s':>9}")
    for (name, is_empty), seconds in sorted(took.items(), key=lambda item: item[0][::-1]):
        kind = "empty" if is_empty else "filled"
        print(
            f"{name:10}{kind:>10}{len(seconds):8}{median(seconds):10.1f}{max(seconds):11.1f}{sum(seconds):9.0f}"
        )
    parts = [seconds for _, seconds in sorted(derives)]
    size = -(-len(parts) // 10)
    tenths = [f"{mean(parts[start : start + size]):.1f}" for start in range(0, len(parts), size)]
    print(f"derive, seconds by tenths of the backfill: {' '.join(tenths)}")


# ---- the run -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Took:
    """What a backfill took, from asking for it to the end of its last run.

    Attributes:
        wall_s: seconds.
        cpu_s: processor seconds of all that ran for it.
        parts: of these, the seconds of each process that was started, with its tasks.
    """

    wall_s: float
    cpu_s: float
    parts: dict[str, float]

    def line(self) -> str:
        """Return all of it in a line."""
        parts = ", ".join(f"{name} {seconds:.0f}" for name, seconds in self.parts.items())
        return f"{self.wall_s / 60:.1f} minutes, {self.cpu_s:.0f} processor seconds ({parts})"


def backfill(home: Path, days: Sequence[date], n_articles: dict[str, int], *, limit_s: float) -> bool:
    """Run the days by `airflow backfill create`, and tell whether each ended as a success.

    Raises:
        InputError: Airflow did not start, or the days did not end in time.
    """
    with running(home) as airflow:
        start, spent = time.monotonic(), _spent(airflow)
        if airflow.runs():
            say("the runs that are there go on")
        else:
            say(f"airflow backfill create, {days[0]} to {days[-1]}")
            command = ["backfill", "create", "--dag-id", DAG_ID, "--max-active-runs", "4"]
            airflow.cli(*command, "--from-date", f"{days[0]}", "--to-date", f"{days[-1]}T23:59:59")
            say("created")
        states = await_runs(airflow, before=(), deadline=time.monotonic() + limit_s)
        took = _took(start, spent, _spent(airflow))
        say(f"{len(states)} days ended: {dict(Counter(states.values()))}; {took.line()}")
        tasks = airflow.pages(f"dags/{DAG_ID}/dagRuns/~/taskInstances", "task_instances", order_by="id")
        print_times(airflow.runs(), tasks, n_articles)
    return states == dict.fromkeys(map(str, days), "success")


def _spent(airflow: LocalAirflow) -> dict[str, float]:
    return {"Airflow with its tasks": cpu_s(psutil.Process(airflow.keeper.pid))}


def _took(start: float, before: dict[str, float], after: dict[str, float]) -> Took:
    parts = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    return Took(time.monotonic() - start, sum(parts.values()), parts)


_IN_CLUSTER = {
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "900",  # four long parses may keep all slots for minutes
    "NEWSTABLES_FLEET_PROCESSES": "2",  # the two cores of this machine
}


def by_cluster(
    drop: Path, here: dict[str, str], days: Sequence[date], n_articles: dict[str, int], *, limit_s: float
) -> Iterator[tuple[bool, str]]:
    """Run the days by a cluster on S3; yield what must hold of it, and whether it does.

    Args:
        drop: the drop folder.
        here: the checksums of what one machine published, by the files' paths.
        days: what is to be backfilled, in order.
        n_articles: by day.
        limit_s: seconds after which to give up.

    Raises:
        ConfigError: a cluster cannot be brought up here, or the days did not end in time.
    """
    with cluster(say, env={"NEWSTABLES_DROP_DIR": str(drop), **_IN_CLUSTER}) as up:
        start, spent = time.monotonic(), up.hosts.cpu_s()
        before = up.backfill(f"{days[0]}", f"{days[-1]}")
        say("created")
        states = up.await_runs(before, limit_s=limit_s)
        took = _took(start, spent, up.hosts.cpu_s())
        say(f"{len(states)} days ended: {dict(Counter(states.values()))}; {took.line()}")
        tasks = up.tasks()
        print_times(up.runs(), tasks, n_articles)
        there = in_cluster(up)
    good = states == dict.fromkeys(map(str, days), "success")
    yield good, "all runs of the cluster's backfill are a success"
    again = sum(task["try_number"] > 1 for task in tasks)
    by_host = Counter(str(task["hostname"]).removeprefix("news-") for task in tasks if task["hostname"])
    done = ", ".join(f"{n:,} by {host}" for host, n in sorted(by_host.items()))
    yield set(by_host) == set(WORKERS), f"tasks: {done}; {again} of them more than once"
    wrong = differences(here, there)
    told = f", so {', '.join(wrong[:5])}" if wrong else ""
    yield not wrong, f"{len(wrong)} of {len(here):,} files differ from those of one machine{told}"


def all_hold(checked: Iterable[tuple[bool, str]]) -> bool:
    """Print what must hold, and tell whether all of it does."""
    is_right = True
    for holds, text in checked:
        print(f"{'ok   ' if holds else 'WRONG'} {text}")
        is_right = is_right and holds
    return is_right


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.archive", description=(__doc__ or "").splitlines()[0]
    )
    options.add_argument("corpora", type=Path, help="the folder with corpora/reuters21578.jsonl.gz")
    options.add_argument("--first", type=date.fromisoformat, help="(default: the first day of the records)")
    options.add_argument("--last", type=date.fromisoformat, help="(default: the last day of the records)")
    options.add_argument(
        "--folder", type=Path, help="work here, and leave everything (default: a temporary folder)"
    )
    options.add_argument(
        "--limit-s", type=float, default=3600, help="give up after so many seconds (default: 3600)"
    )
    options.add_argument(
        "--cluster", action="store_true", help="then by two Celery workers, too, and compare (Linux, root)"
    )
    args = options.parse_args()
    with gzip.open(args.corpora / "corpora" / "reuters21578.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    dated = [day for record in records if (day := day_of(record))]
    first, last = args.first or min(dated), args.last or max(dated)
    if args.first or args.last:
        records = [record for record in records if (day := day_of(record)) and first <= day <= last]
    with work_folder("newstables-archive-", args.folder) as folder:
        files = sorted((folder / "drop").glob("*")) or write_sgml(records, folder / "drop")
        days = list(days_between(first, last))
        print(f"{len(records):,} records in {len(files)} files of SGML; {len(days)} days in {folder}")
        os.environ["NEWSTABLES_DROP_DIR"] = str(folder / "drop")
        os.environ["NEWSTABLES_DATA_DIR"] = str(folder / "data")
        n_articles = Counter(str(day_of(record)) for record in records)
        try:
            is_right = backfill(folder / "home", days, n_articles, limit_s=args.limit_s)
        except NewstablesError as error:
            sys.stderr.write(f"newstables: {str(error)[:2000]}\n")
            return 1
        print()
        is_right = all_hold([(is_right, "all runs of the backfill are a success")])
        is_right = all_hold(checks(Store(str(folder / "data")), records, days)) and is_right
        if args.cluster:
            here = published(str(folder / "data"))
            try:
                there = by_cluster(folder / "drop", here, days, n_articles, limit_s=args.limit_s)
                is_right = all_hold(there) and is_right
            except NewstablesError as error:
                sys.stderr.write(f"newstables: {str(error)[:2000]}\n")
                return 1
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
