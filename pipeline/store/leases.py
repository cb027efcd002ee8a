"""One at a time, among machines: a lock on an object store is a lease that expires and is fenced.

A lease is an object, `locks/<name>.json`. It is taken, kept up and given back by conditional puts alone, so
that of many who try one succeeds. Its holder writes it anew every few seconds. Who waits for it looks at its
version (ETag): one that has not changed for a minute, by the waiter's own clock, is of a holder that died,
and is taken over. No two clocks are compared.

A holder that slept, or was cut off, for longer may have lost its lease without knowing. Before each write it
therefore makes sure (`check`): a lease that it kept up a moment ago is its own, and so is one that it can
keep up now, since that succeeds only where nobody has taken it over. What it had already sent by then is
refused by the store, since each put names the version that it replaces (`Bucket.put`). The method is that of
Gray and Cheriton, "Leases" (1989), with versions in place of clocks.
"""

from __future__ import annotations

import json
import logging
import os
import random
import secrets
import socket
import threading
import time
from typing import Any, NamedTuple, Protocol

from pipeline.errors import ConfigError

log = logging.getLogger(__name__)

EXPIRES_S = 60.0
"""A lease that nobody kept up for so long may be taken over."""

KEEP_S = 10.0
"""So often its holder keeps it up."""

SURE_S = 30.0
"""So long after that a holder is sure of it without asking; far less than EXPIRES_S."""

LOOK_S = 1.0
"""So often somebody who waits for it looks."""

PATIENCE_S = 300.0
"""So long a holder tries to find out whether the lease is still its own, where the store gives no answer."""


_NO_VERSION = '"00000000000000000000000000000000"'


class LeaseLostError(OSError):
    """A lock was taken over while its holder slept or was cut off; a new try waits for it."""


class Seen(NamedTuple):
    """An object as it was found: what is in it, and by which name the store knows this version of it."""

    data: bytes
    e_tag: str


class Conditional(Protocol):
    """What a lease needs of an object store."""

    named: str

    def see(self, path: str) -> Seen | None:
        """Return a file and its version; None where there is none."""

    def put_if(self, path: str, data: bytes, *, e_tag: str | None, is_hasty: bool = False) -> str | None:
        """Write a file in place of a version of it; return the new version, None where it was refused."""


class Lease:
    """A lock that a process holds, or is about to."""

    def __init__(self, bucket: Conditional, name: str) -> None:
        self.name = name
        self._bucket, self._path = bucket, f"locks/{name}.json"
        self._e_tag: str | None = None
        self._fence = 0
        self._kept_at = 0.0
        self._is_lost = False
        self._turn = threading.Lock()
        self._is_over = threading.Event()
        self._about = {"host": socket.gethostname(), "pid": os.getpid(), "holder": secrets.token_hex(8)}

    def acquire(self) -> None:
        """Wait until the lease is this process's.

        Raises:
            ConfigError: the store does not know conditional puts, without which no lock can hold.
            OSError: the store failed.
        """
        if self._put(e_tag=None):
            self._try_conditions()
        else:
            self._wait()
        threading.Thread(target=self._keep, name=f"lease {self.name}", daemon=True).start()

    def check(self) -> None:
        """Make sure that the lease is still this process's.

        Raises:
            LeaseLostError: it is not.
            OSError: the store gives no answer.
        """
        give_up = _now() + PATIENCE_S
        while not self._is_lost and _now() - self._kept_at > SURE_S:
            try:
                self._keep_up()
            except OSError:
                if _now() > give_up:
                    raise
                time.sleep(LOOK_S)
        if self._is_lost:
            raise LeaseLostError(
                f"the lock {self.name} was taken over: this process slept, or was cut off from the store;"
                " what it did since is not written"
            )

    def release(self) -> None:
        """Give the lease back; one that cannot be given back expires."""
        self._is_over.set()
        with self._turn:
            if self._is_lost:
                return
            self._about["holder"] = ""
            try:
                is_done = self._put(e_tag=self._e_tag)
            except OSError as error:
                log.warning("the lock %s expires by itself: %s", self.name, error)
                return
        if not is_done:
            log.warning("the lock %s was taken over before it was given back", self.name)

    def _wait(self) -> None:
        seen, since = "", _now()
        while True:
            found = self._bucket.see(self._path)
            if found is None:
                if self._put(e_tag=None):
                    return
            else:
                about = _read(found.data)
                if found.e_tag != seen:
                    seen, since = found.e_tag, _now()
                is_dead = _now() - since > EXPIRES_S
                if is_dead or not about.get("holder"):
                    self._fence = int(about.get("fence", 0))
                    if self._put(e_tag=found.e_tag):
                        if is_dead:
                            log.warning("took the lock %s over from %s", self.name, about.get("host"))
                        return
            time.sleep(LOOK_S * random.uniform(0.5, 1.5))

    def _put(self, *, e_tag: str | None, is_hasty: bool = False) -> bool:
        """Write the lease in place of a version of it, and note which version that makes."""
        at = _now()
        self._fence += 1
        data = json.dumps({**self._about, "fence": self._fence}, sort_keys=True).encode()
        version = self._bucket.put_if(self._path, data, e_tag=e_tag, is_hasty=is_hasty)
        if version is None:
            return False
        self._e_tag, self._kept_at = version, at
        return True

    def _keep_up(self) -> None:
        with self._turn:
            if self._is_lost or self._is_over.is_set():
                return
            if not self._put(e_tag=self._e_tag, is_hasty=True):
                self._is_lost = True

    def _keep(self) -> None:
        while not self._is_over.wait(KEEP_S) and not self._is_lost:
            try:
                self._keep_up()
            except (OSError, ConfigError) as error:
                log.warning("the lock %s could not be kept up: %s", self.name, error)

    def _try_conditions(self) -> None:
        """Make sure, where a lease is new, that the store refuses what does not fit."""
        if any(self._bucket.put_if(self._path, b"{}", e_tag=version) for version in (None, _NO_VERSION)):
            raise ConfigError(
                f"{self._bucket.named}: the store takes no conditional puts (If-None-Match, If-Match),"
                " without which no lock holds among machines"
            )


def _read(data: bytes) -> dict[str, Any]:
    """Return what stands in a lease; one that cannot be read is as good as none once it expires."""
    try:
        found = json.loads(data)
    except ValueError:
        return {"holder": "?"}
    return found if isinstance(found, dict) else {"holder": "?"}


def _now() -> float:
    """Return seconds of a clock that goes on while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
