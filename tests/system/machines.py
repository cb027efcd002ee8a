"""An S3 server on a host of its own; where something that it needs is missing, it fails, and says what."""

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.cluster import services
from deploy.cluster.hosts import ADDRESSES, Hosts, hosts
from deploy.cluster.proxy import Faults


@dataclass(slots=True)
class ObjectStore:
    """A real S3 server on a host of its own, behind a proxy that can let requests fail."""

    hosts: Hosts

    def uri(self, name: str = "") -> str:
        """Return a place in it that nobody has used before, or one of that name."""
        return services.data_dir(name or uuid.uuid4().hex)

    def run(self, host: str, code: str, *arguments: str, is_good: bool = True) -> str:
        """Run code on a host, with a temporary folder of that host's own; return what it printed."""
        process = self.start(host, code, *arguments)
        said, _ = process.communicate(timeout=240)
        assert (process.returncode == 0) == is_good, said
        return said

    def start(self, host: str, code: str, *arguments: str) -> subprocess.Popen[str]:
        """Start code on a host."""
        root = str(Path(__file__).parents[2])
        path = f"{root}:{root}/tests:{root}/tests/store"
        env = {**os.environ, **services.KEYS, "PYTHONPATH": path, "no_proxy": ",".join(ADDRESSES.values())}
        return subprocess.Popen(
            self.hosts.command(
                host, "env", f"TMPDIR={self.hosts.home(host)}/tmp", sys.executable, "-c", code, *arguments
            ),
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def fail(self, faults: Faults) -> None:
        services.s3_faults(self.hosts, faults)

    def counts(self) -> dict[str, int]:
        time.sleep(0.2)  # the proxy writes them down when a connection has ended
        return services.s3_counts(self.hosts)


@contextlib.contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Bring an S3 server up."""
    with hosts() as up:
        services.start_s3(up)
        yield ObjectStore(up)
