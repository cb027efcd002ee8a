"""A local Airflow: for some days and then gone (`make run`), or with schedule and web UI (`make airflow`).

python -m deploy.local days 2026-03-01 2026-03-04
python -m deploy.local serve --port 8080
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import NoReturn

from deploy.local.airflow import DAG_ID, HOST, locked, run_days, running, say
from pipeline.errors import ConfigError, InputError, NewstablesError
from pipeline.store.batch import days_between, parse_day


def _days(first: date, last: date, home: Path, limit_s: float) -> int:
    """Run days by a new Airflow, and stop it. Returns 0 if each day is a success, else 1."""
    wanted = {day.isoformat() for day in days_between(first, last)}
    _clear(home)
    say(f"Airflow starts in {home}")
    with running(home) as airflow:
        say(f"Airflow runs {DAG_ID} for {first} to {last}")
        states = run_days(airflow, first, last, limit_s=limit_s)
        say("Airflow stops")
    say("stopped")
    if set(states) != wanted:
        raise InputError(f"asked for {sorted(wanted)}, but Airflow ran {sorted(states)}")
    return 0 if set(states.values()) == {"success"} else 1


def _clear(home: Path) -> None:
    """Remove what an earlier run left, unless it still runs, or it is something else that lies there."""
    if not home.exists() or not any(home.iterdir()):
        return
    if not (home / "lock").is_file():
        raise ConfigError(f"{home} holds other things; give an empty folder")
    with locked(home):
        for entry in home.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()


def _serve(home: Path, port: int) -> int:
    """Run Airflow with schedule and web UI until it is interrupted."""
    say(f"Airflow starts in {home}")
    try:
        with running(home, port=port, is_scheduled=True) as airflow:
            say(f"web UI: http://{HOST}:{airflow.port} - stop with Ctrl-C")
            while airflow.keeper.poll() is None:
                time.sleep(0.5)
    except KeyboardInterrupt:
        say("stopped")
    return 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    days = commands.add_parser("days", help="run days by a short-lived Airflow")
    days.add_argument("first", metavar="DAY")
    days.add_argument("last", metavar="DAY")
    days.add_argument("--home", type=Path, default=Path(".airflow/run"), help="is emptied first")
    days.add_argument("--limit-s", type=float, default=3600, help="give up after so many seconds")
    serve = commands.add_parser("serve", help="scheduler and web UI, until Ctrl-C")
    serve.add_argument("--home", type=Path, default=Path(".airflow/home"))
    serve.add_argument("--port", type=int, default=8080)
    args = parser.parse_args()
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _interrupt)
    try:
        if args.command == "serve":
            return _serve(args.home, args.port)
        return _days(parse_day(args.first), parse_day(args.last), args.home, args.limit_s)
    except (NewstablesError, OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"newstables: {error}\n")
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        return 130


def _interrupt(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
