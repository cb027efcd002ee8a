"""What a cluster shares: Postgres and Redis of Debian's packages, and an S3 server behind a proxy."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.cluster.hosts import ADDRESSES, Hosts
from deploy.cluster.proxy import Faults, set_faults
from pipeline.errors import ConfigError

BUCKET = "news"
KEYS = {"AWS_ACCESS_KEY_ID": "news", "AWS_SECRET_ACCESS_KEY": "news-of-the-day", "AWS_REGION": "us-east-1"}
DATABASE = f"airflow:airflow@{ADDRESSES['ctl']}:5432/airflow"
S3_PORT, PROXY_PORT = 8333, 8334
_ROOT = str(Path(__file__).parents[2])
_MISSING = "is missing; on Debian: apt-get install postgresql redis-server"


def start_postgres(hosts: Hosts) -> None:
    """Start Postgres on the host `ctl`, and make its database where there is none."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not bins:
        raise ConfigError(f"Postgres {_MISSING}")
    folder = hosts.home("ctl") / "postgres"
    own = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    is_new = not folder.exists()
    if is_new:
        folder.mkdir()
        shutil.chown(folder, "postgres", "postgres")
        hosts.run("ctl", *own, f"{bins[-1]}/initdb", "-D", f"{folder}/data", "-A", "trust", "-E", "UTF8")
        conf = folder / "data"
        with (conf / "postgresql.conf").open("a") as file:
            file.write(f"listen_addresses = '{ADDRESSES['ctl']}'\nunix_socket_directories = '{folder}'\n")
            file.write("max_connections = 200\nfsync = off\n")
        with (conf / "pg_hba.conf").open("a") as file:
            file.write("host all all 10.77.0.0/24 trust\n")
    hosts.start("ctl", "postgres", *own, f"{bins[-1]}/postgres", "-D", f"{folder}/data")
    await_port(hosts, "ctl", 5432)
    if is_new:
        psql = [f"{bins[-1]}/psql", "-h", ADDRESSES["ctl"], "-U", "postgres", "-q"]
        create = "create role airflow login password 'airflow'", "create database airflow owner airflow"
        await_true(lambda: _is_done(hosts, *psql, "-c", "select 1"), "Postgres answers nothing")
        hosts.run("ctl", *psql, *(part for sql in create for part in ("-c", sql)))


def start_redis(hosts: Hosts) -> None:
    """Start Redis on the host `ctl`; it remembers nothing of an earlier start."""
    if shutil.which("redis-server") is None:
        raise ConfigError(f"Redis {_MISSING}")
    options = ["--bind", ADDRESSES["ctl"], "--protected-mode", "no", "--save", "", "--appendonly", "no"]
    hosts.start("ctl", "redis", "redis-server", *options)
    await_port(hosts, "ctl", 6379)


def start_s3(hosts: Hosts) -> None:
    """Start SeaweedFS on the host `s3`, with a bucket, and the proxy that all others go through."""
    weed = Path(sys.executable).with_name("weed")
    if not weed.exists():
        raise ConfigError(
            "weed (SeaweedFS) is missing: make setup-system; it is there for Linux on x86-64 alone"
        )
    folder = hosts.home("s3") / "objects"
    folder.mkdir(exist_ok=True)
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    credentials = {"accessKey": KEYS["AWS_ACCESS_KEY_ID"], "secretKey": KEYS["AWS_SECRET_ACCESS_KEY"]}
    config = hosts.home("s3") / "s3.json"
    config.write_text(
        json.dumps({"identities": [{"name": "news", "credentials": [credentials], "actions": actions}]})
    )
    # It talks to itself by sockets in /tmp, of names that another one would have too: so it gets its own.
    own = hosts.home("s3") / "weed"
    if not own.exists():
        shutil.copy(weed, own)
    apart = ["sh", "-c", f"mount --bind '{hosts.home('s3')}/tmp' /tmp; exec \"$@\"", "sh"]
    hosts.start(
        "s3", "s3", *apart, str(own), f"-logdir={hosts.home('s3')}",
        "server", f"-dir={folder}", "-filer", "-s3",
        f"-ip={ADDRESSES['s3']}", f"-ip.bind={ADDRESSES['s3']}",
        f"-s3.port={S3_PORT}", f"-s3.config={config}",
        "-volume.port=9340", "-volume.max=50", "-master.volumeSizeLimitMB=128",
    )  # fmt: skip
    await_port(hosts, "s3", S3_PORT)
    start_proxy(hosts)
    # It listens before it has a place to write to.
    code = "import sys; from pipeline.store import Store; Store(sys.argv[1]).put('probe', b'x')"
    env = {**KEYS, "PYTHONPATH": _ROOT, "no_proxy": ADDRESSES["s3"]}
    probe = [sys.executable, "-c", code, data_dir("started")]
    await_true(lambda: _is_done(hosts, *probe, env=env), "the S3 server takes no file")


def start_proxy(hosts: Hosts) -> None:
    """Start the proxy in front of the S3 server."""
    at = ADDRESSES["s3"]
    files = [str(hosts.home("s3") / name) for name in ("faults.json", "counts.json")]
    command = [sys.executable, "-m", "deploy.cluster.proxy", f"{at}:{PROXY_PORT}", f"{at}:{S3_PORT}", *files]
    hosts.start("s3", "proxy", "env", f"PYTHONPATH={_ROOT}", *command)
    await_port(hosts, "s3", PROXY_PORT)


def s3_faults(hosts: Hosts, faults: Faults) -> None:
    """Tell the proxy what is to go wrong from now on."""
    set_faults(hosts.home("s3") / "faults.json", faults)


def s3_counts(hosts: Hosts) -> dict[str, int]:
    """Return what the proxy counted so far: requests by kind, and faults by name."""
    try:
        counts: dict[str, int] = json.loads((hosts.home("s3") / "counts.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return counts


def data_dir(prefix: str = "corpus") -> str:
    """Return the setting of that name for all hosts."""
    return f"s3://{BUCKET}/{prefix}?scheme=http&endpoint_override={ADDRESSES['s3']}:{PROXY_PORT}"


def await_port(hosts: Hosts, host: str, port: int, *, limit_s: float = 90) -> None:
    """Wait until something listens on a host."""

    def is_open() -> bool:
        with hosts.within(host), socket.socket() as probe:
            probe.settimeout(2)
            return probe.connect_ex((ADDRESSES[host], port)) == 0

    await_true(is_open, f"nothing listens on {host}:{port}", limit_s=limit_s)


def await_true(ask: Callable[[], bool], problem: str, *, limit_s: float = 90) -> None:
    """Wait until something holds.

    Raises:
        ConfigError: it does not in time.
    """
    deadline = time.monotonic() + limit_s
    while not ask():
        if time.monotonic() > deadline:
            raise ConfigError(problem)
        time.sleep(0.3)


def _is_done(hosts: Hosts, *command: str, env: Mapping[str, str] | None = None) -> bool:
    try:
        hosts.run("ctl", *command, env=env)
    except ConfigError:
        return False
    return True
