"""Hosts on one machine: network namespaces with a switch between them (Linux, root).

Each host has an address, a name, a home and a temporary folder of its own, and sees those of no other. All
of it is gone when the context ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import psutil

from pipeline.errors import ConfigError

ADDRESSES = {"ctl": "10.77.0.10", "w1": "10.77.0.11", "w2": "10.77.0.12", "s3": "10.77.0.20"}
"""Of the hosts; nothing outside of the namespaces has, or reaches, these."""


@dataclass(slots=True)
class Hosts:
    """Hosts that are up.

    Attributes:
        folder: with a folder for each host, and in it what its processes wrote.
        tag: by which their namespaces differ from those of others.
        processes: that run on them, by host and name.
    """

    folder: Path
    tag: str
    processes: dict[tuple[str, str], psutil.Popen] = field(default_factory=dict)

    def home(self, host: str) -> Path:
        """Return the folder of a host."""
        return self.folder / host

    def namespace(self, host: str) -> str:
        """Return the name of a host's network namespace."""
        return f"nt-{self.tag}-{host}"

    def command(self, host: str, *command: str) -> list[str]:
        """Return a command as it is run on a host."""
        others = " ".join(f"'{self.home(other)}'" for other in ADDRESSES if other != host)
        script = (
            f"hostname news-{host}; mount --make-rprivate /; mount --bind '{self.folder}/hosts' /etc/hosts; "
            f'for other in {others}; do mount -t tmpfs -o size=1m tmpfs "$other"; done; '
            f"cd '{self.home(host)}'; exec \"$@\""
        )
        apart = ["unshare", "--mount", "--uts", "sh", "-c", script, "sh"]
        return ["ip", "netns", "exec", self.namespace(host), *apart, *command]

    def start(self, host: str, name: str, *command: str, env: Mapping[str, str] | None = None) -> None:
        """Start a process on a host; what it prints goes to `<host>/<name>.log`."""
        with (self.home(host) / f"{name}.log").open("ab") as log:
            self.processes[host, name] = psutil.Popen(
                self.command(host, *command),
                env=self._env(host, env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(
        self, host: str, *command: str, env: Mapping[str, str] | None = None, limit_s: float = 300
    ) -> str:
        """Run a command on a host, and return what it printed.

        Raises:
            ConfigError: it failed; the message ends with what it printed last.
        """
        done = subprocess.run(
            self.command(host, *command),
            env=self._env(host, env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=limit_s,
        )
        if done.returncode:
            raise ConfigError(f"{' '.join(command)} failed on {host}:\n{done.stdout[-3000:]}")
        return done.stdout

    def end(self, host: str, name: str, *, is_killed: bool = False, patience_s: float = 20) -> float:
        """End a process with all that it started; return the seconds that it took."""
        process = self.processes.pop((host, name))
        family = self.family(process)
        with contextlib.suppress(psutil.NoSuchProcess):
            for member in family if is_killed else [process]:
                member.kill() if is_killed else member.terminate()
        start = time.monotonic()
        for member in psutil.wait_procs(family, timeout=patience_s)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        process.wait()
        return time.monotonic() - start

    @staticmethod
    def family(process: psutil.Process) -> list[psutil.Process]:
        """Return a process and all that it started."""
        try:
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return [process]

    def cpu_s(self) -> dict[str, float]:
        """Return the processor seconds so far of all that runs, with what it started, by host and name."""
        return {f"{host} {name}": cpu_s(process) for (host, name), process in self.processes.items()}

    def _env(self, host: str, env: Mapping[str, str] | None) -> dict[str, str]:
        home = str(self.home(host))
        own = {"HOME": home, "TMPDIR": f"{home}/tmp", "AIRFLOW_HOME": f"{home}/airflow"}
        return {**(os.environ if env is None else env), **own}

    @contextlib.contextmanager
    def within(self, host: str) -> Iterator[None]:
        """Let this thread, and it alone, speak from a host."""
        with (
            Path("/proc/thread-self/ns/net").open() as back,
            Path(f"/run/netns/{self.namespace(host)}").open() as to,
        ):
            _enter(to.fileno())
            try:
                yield
            finally:
                _enter(back.fileno())

    def cut_off(self, host: str, *addresses: str) -> None:
        """Let nothing get from a host to addresses."""
        for address in addresses:
            _ip("netns", "exec", self.namespace(host), "ip", "route", "add", "blackhole", f"{address}/32")

    def let_through(self, host: str, *addresses: str) -> None:
        """Undo `cut_off`."""
        for address in addresses:
            _ip("netns", "exec", self.namespace(host), "ip", "route", "del", "blackhole", f"{address}/32")


def cpu_s(process: psutil.Process) -> float:
    """Return the processor seconds of a process and all that it started, if it has waited for its end."""
    total = 0.0
    for member in Hosts.family(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


@contextlib.contextmanager
def hosts() -> Iterator[Hosts]:
    """Bring the hosts up, and take them down with all that runs on them.

    Raises:
        ConfigError: this is no Linux, this process is not root, or may make no namespaces.
    """
    if sys.platform != "linux" or os.geteuid():
        raise ConfigError("a cluster on one machine needs Linux, and root")
    for tool in ("ip", "unshare", "mount"):
        if shutil.which(tool) is None:
            raise ConfigError(f"{tool} is missing; on Debian: apt-get install iproute2 util-linux mount")
    folder = Path(tempfile.mkdtemp(prefix="newstables-cluster-", dir="/var/tmp"))
    folder.chmod(0o755)  # Postgres does not run as root
    made = Hosts(folder, secrets.token_hex(3))
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _leave) if is_main else None
    try:
        lines = ["127.0.0.1 localhost", *(f"{address} news-{host}" for host, address in ADDRESSES.items())]
        (folder / "hosts").write_text("\n".join(lines) + "\n")
        _up(made)
        yield made
    finally:
        for host, name in reversed([*made.processes]):
            made.end(host, name, patience_s=5)
        for host in (*ADDRESSES, "sw"):
            subprocess.run(["ip", "netns", "del", made.namespace(host)], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)
        if is_main:
            signal.signal(signal.SIGTERM, before)


def _leave(signum: int, frame: object) -> NoReturn:
    """End as after Ctrl-C, so that nothing stays up."""
    sys.exit(128 + signum)


def _up(made: Hosts) -> None:
    switch = made.namespace("sw")
    _ip("netns", "add", switch)
    _ip("-n", switch, "link", "add", "br0", "type", "bridge")
    _ip("-n", switch, "link", "set", "br0", "up")
    for host, address in ADDRESSES.items():
        (made.home(host) / "tmp").mkdir(parents=True)
        name = made.namespace(host)
        _ip("netns", "add", name)
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", switch, "link", "add", f"to-{host}", "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("-n", switch, "link", "set", f"to-{host}", "master", "br0", "up")
        _ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
        _ip("-n", name, "link", "set", "eth0", "up")


def _ip(*args: str) -> None:
    done = subprocess.run(["ip", *args], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigError(f"ip {' '.join(args)}: {done.stderr.strip()}")


def _enter(namespace: int) -> None:
    libc: Any = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, 0x40000000):  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")
