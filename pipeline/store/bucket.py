"""Files as the objects of an object store: each put with one request, found by its name, never half there.

A put is one request, so that readers see the old object or the new one, and nothing is left behind by one
that fails. Where an answer is lost, the request is sent again; whether a conditional one was done the first
time is seen by what stands there. While a lock is held (`leases.py`), each put is conditional on the object
as the holder found it: what a holder sends too late is refused by the store itself.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import obstore
import pyarrow as pa
from obstore import exceptions as refused
from obstore.store import S3Store, from_url

from pipeline.errors import ConfigError
from pipeline.store.leases import Lease, Seen

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta
    from obstore.store import ObjectStore

log = logging.getLogger(__name__)

_TAIL_BYTES = 1 << 20
"""So much of a file's end is fetched first where columns are asked for: of most files that is all."""

_PAUSES_S = (0.5, 2.0, 5.0, 10.0)
"""Before a request that failed is sent once more, beside what the client does of its own."""

_SCHEMES = ("s3", "gs", "az", "abfs", "abfss")


class Below(NamedTuple):
    """A file as a list has it."""

    path: str
    size: int
    e_tag: str
    modified: datetime


class Bucket:
    """The objects below one URI."""

    def __init__(self, uri: str, objects: ObjectStore | None = None, *, setting: str = "data_dir") -> None:
        """Open an object store; nothing is asked of it yet.

        Args:
            uri: `s3://bucket/prefix`, with `?region=`, `?endpoint_override=` and `?scheme=` where they are
                not those of the environment; or `gs://`, `az://`, `abfs://`.
            objects: the client; made from the URI where it is not given.
            setting: which names the URI, as messages say.

        Raises:
            ConfigError: it is no such URI.
        """
        self.uri = uri.partition("?")[0].rstrip("/")
        self.named = f"{setting} {self.uri}"
        try:
            self._objects = objects or _client(uri, timeout_s=120, retries=3, retry_s=180)
            self._hasty = objects or _client(uri, timeout_s=5, retries=1, retry_s=5)
        except ConfigError as error:
            raise ConfigError(f"{setting} {error}") from None
        self._held: list[Lease] = []

    # ---- whole files -------------------------------------------------------------------------------

    def put(self, path: str, data: bytes) -> None:
        """Write a file, or replace it, with one request.

        Raises:
            OSError: the store failed, or a lock that this process holds is lost; the file is as it was.
        """
        if not self._held:
            with self._told(path):
                _again(lambda: obstore.put(self._objects, path, data, use_multipart=False))
            return
        # In this order: while the lock is held nobody else writes, so what is found is what the holder left.
        found = self._e_tag(path)
        for lease in self._held:
            lease.check()
        if self.put_if(path, data, e_tag=found) is None:
            raise OSError(f"{self.uri}/{path} was changed by somebody else while it was written")

    def create(self, path: str, data: bytes) -> bool:
        """Write a file where there is none; tell whether it is there now with this content."""
        return self.put_if(path, data, e_tag=None) is not None

    def put_if(self, path: str, data: bytes, *, e_tag: str | None, is_hasty: bool = False) -> str | None:
        """Write a file in place of a version of it; return the new version, None where it was refused.

        Args:
            path: of the file.
            data: what is to be in it.
            e_tag: of the version that it replaces; None where there is to be none.
            is_hasty: give up within seconds.
        """
        objects = self._hasty if is_hasty else self._objects
        mode: Any = "create" if e_tag is None else {"e_tag": e_tag}

        def once() -> str | None:
            try:
                return obstore.put(objects, path, data, mode=mode)["e_tag"] or ""
            except (refused.AlreadyExistsError, refused.PreconditionError, FileNotFoundError) as error:
                if isinstance(error, FileNotFoundError) and _is_of_bucket(error):
                    raise
                # By us, perhaps: of a request that was done, the answer may be lost.
                found = self._seen(objects, path)
                return found.e_tag if found is not None and found.data == data else None

        with self._told(path):
            return once() if is_hasty else _again(once)

    def get(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with self._told(path):
            return _again(lambda: bytes(obstore.get(self._objects, path).bytes()))

    def see(self, path: str) -> Seen | None:
        """Return a file and its version; None where there is none."""
        with self._told(path):
            return _again(lambda: self._seen(self._objects, path))

    def open(self, path: str, *, is_whole: bool) -> pa.NativeFile:
        """Open a file to be read.

        Args:
            path: of the file.
            is_whole: all of it is wanted, so that it is fetched with one request.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return pa.BufferReader(self.get(path)) if is_whole else pa.PythonFile(Ranges(self, path), mode="r")

    def mapped(self, path: str) -> pa.Buffer:
        """Return a file's bytes.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return pa.py_buffer(self.get(path))

    def part(self, path: str, *, start: int, end: int, e_tag: str) -> bytes:
        """Return the bytes of a file from start to end, which is not included.

        Raises:
            InterruptedError: it is another version of the file by now.
        """
        options: GetOptions = {"range": (start, end), "if_match": e_tag}
        with self._told(path):
            try:
                return _again(lambda: bytes(obstore.get(self._objects, path, options=options).bytes()))
            except (refused.PreconditionError, FileNotFoundError):
                raise InterruptedError(f"{self.uri}/{path} was replaced while it was read") from None

    def tail(self, path: str, n_bytes: int) -> tuple[bytes, int, str]:
        """Return the last bytes of a file, its size, and its version."""

        def once() -> tuple[bytes, int, str]:
            try:
                found = obstore.get(self._objects, path, options={"range": {"suffix": n_bytes}})
            except refused.NotSupportedError:  # Azure knows no range that counts from the end
                found = obstore.get(self._objects, path)
            return bytes(found.bytes()), found.meta["size"], found.meta["e_tag"] or ""

        with self._told(path):
            return _again(once)

    def remove(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""
        self._check()
        with self._told(path), contextlib.suppress(FileNotFoundError):
            _again(lambda: obstore.delete(self._objects, path))

    def remove_folder(self, folder: str) -> None:
        """Remove all files below a folder."""
        self._check()
        with self._told(folder):
            found = _again(lambda: [o["path"] for page in obstore.list(self._objects, folder) for o in page])
            if found:
                _again(lambda: obstore.delete(self._objects, found))

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return self._e_tag(path) is not None

    def modified(self, path: str) -> datetime | None:
        """Return when a file was last written; None where there is none."""
        with self._told(path):
            try:
                return _again(lambda: obstore.head(self._objects, path))["last_modified"]
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        """Return the names of the files and folders in a folder, sorted; hidden ones are left out."""
        with self._told(folder):
            found = _again(lambda: obstore.list_with_delimiter(self._objects, folder or None))
        # Some tools and servers put an empty object where a folder is, of the folder's own name.
        paths = [*found["common_prefixes"], *(entry["path"] for entry in found["objects"])]
        own = {path.rsplit("/", 1)[-1] for path in paths if path.strip("/") != folder.strip("/")}
        return sorted(name for name in own if not name.startswith("."))

    def versions(self, folder: str) -> dict[str, str]:
        """Return the files in a folder by name, each with what changes when it is replaced."""
        with self._told(folder):
            found = _again(lambda: obstore.list_with_delimiter(self._objects, folder or None))
        named = ((entry["path"].rsplit("/", 1)[-1], entry["e_tag"] or "") for entry in found["objects"])
        return {name: e_tag for name, e_tag in sorted(named) if not name.startswith(".")}

    def below(self, folder: str = "") -> Iterator[Below]:
        """Yield all files below a folder, in no order."""
        with self._told(folder):
            found = _again(lambda: [o for page in obstore.list(self._objects, folder or None) for o in page])
        yield from map(_below, found)

    def within(self, folder: str) -> tuple[list[Below], list[str]]:
        """Return the files in a folder, and the paths of the folders in it."""
        with self._told(folder):
            found = _again(lambda: obstore.list_with_delimiter(self._objects, folder or None))
        return [_below(entry) for entry in found["objects"]], [*found["common_prefixes"]]

    def fetch(self, path: str, where: Path) -> None:
        """Copy a file to this machine, whatever its size.

        Raises:
            FileNotFoundError: there is no such file.
            OSError: the store failed, or the disk is full.
        """

        def once() -> None:
            with where.open("wb") as file:
                for part in obstore.get(self._objects, path).stream():
                    file.write(part)

        with self._told(path):
            _again(once)

    def sweep(self) -> None:
        """Do nothing: a put that failed leaves nothing behind."""

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock among all machines that use the store; see `leases.py`."""
        lease = Lease(self, name)
        lease.acquire()
        self._held.append(lease)
        try:
            yield
        finally:
            self._held.remove(lease)
            lease.release()

    def _check(self) -> None:
        for lease in self._held:
            lease.check()

    def _e_tag(self, path: str) -> str | None:
        with self._told(path):
            try:
                return _again(lambda: obstore.head(self._objects, path))["e_tag"] or ""
            except FileNotFoundError as error:
                if _is_of_bucket(error):
                    raise
                return None

    def _seen(self, objects: ObjectStore, path: str) -> Seen | None:
        try:
            found = obstore.get(objects, path)
            return Seen(bytes(found.bytes()), found.meta["e_tag"] or "")
        except FileNotFoundError as error:
            if _is_of_bucket(error):
                raise
            return None

    @contextlib.contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """Say in one line what the store answered, by an exception that tells whether it may recover."""
        where = f"{self.uri}/{path}".rstrip("/")
        try:
            yield
        except FileNotFoundError as error:
            if _is_of_bucket(error):
                raise ConfigError(f"{self.named}: there is no such bucket") from None
            raise FileNotFoundError(f"there is no {where}") from None
        except refused.BaseError as error:
            if _is_forbidden(error):
                raise ConfigError(
                    f"{self.named}: access is refused ({_code(error) or 'no code'}); look at the keys, and"
                    " at what they are allowed: to get, put, delete and list"
                ) from None
            if _is_of_bucket(error):
                raise ConfigError(f"{self.named}: there is no such bucket") from None
            if "region" in str(error) and "redirect" in str(error):
                raise ConfigError(
                    f"{self.named}: the bucket is in another region; set AWS_REGION, or ?region="
                ) from None
            raise OSError(f"{where}: {_one_line(error)}") from None


def _below(entry: ObjectMeta) -> Below:
    return Below(entry["path"], entry["size"], entry["e_tag"] or "", entry["last_modified"])


class Ranges(io.RawIOBase):
    """An object of which parts are read; its end is fetched first, with which Parquet begins."""

    def __init__(self, bucket: Bucket, path: str) -> None:
        super().__init__()
        self._bucket, self._path = bucket, path
        self._tail, self._size, self._version = bucket.tail(path, _TAIL_BYTES)
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Set the position, and return it."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer from the position on, and return how much it holds."""
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        first = self._size - len(self._tail)
        if self._at >= first:
            data = self._tail[self._at - first : end - first]
        else:
            data = self._bucket.part(self._path, start=self._at, end=end, e_tag=self._version)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _again[T](request: Callable[[], T]) -> T:
    """Send a request; one that fails for what may pass, such as a torn answer, is sent again."""
    for pause_s in _PAUSES_S:
        try:
            return request()
        except refused.GenericError as error:
            if _is_forbidden(error) or _is_of_bucket(error) or "redirect" in str(error):
                raise
            log.warning("a request failed and is sent again: %s", _one_line(error))
        time.sleep(pause_s)
    return request()


def _client(uri: str, *, timeout_s: int, retries: int, retry_s: int) -> ObjectStore:
    """Return the client of an object store; keys are those of the environment, or of the machine's role."""
    parts = urlsplit(uri)
    if parts.scheme not in _SCHEMES or not parts.netloc:
        raise ConfigError(f"{uri} cannot be used: write a folder, or {', '.join(_SCHEMES)}://…")
    if "@" in parts.netloc:
        raise ConfigError("holds keys; give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    asked = dict(parse_qsl(parts.query))
    unknown = sorted(
        asked.keys() - ({"region", "endpoint_override", "scheme"} if parts.scheme == "s3" else {})
    )
    if unknown:
        raise ConfigError(f"{uri} cannot be used: {unknown[0]} is not known")
    options: dict[str, Any] = {
        "client_options": {"timeout": timedelta(seconds=timeout_s), "connect_timeout": timedelta(seconds=5)},
        "retry_config": {"max_retries": retries, "retry_timeout": timedelta(seconds=retry_s)},
    }
    try:
        if parts.scheme != "s3":
            return from_url(f"{parts.scheme}://{parts.netloc}{parts.path}", **options)
        scheme = asked.get("scheme", "https")
        options["client_options"]["allow_http"] = scheme == "http"
        if "endpoint_override" in asked:
            options["endpoint"] = f"{scheme}://{asked['endpoint_override']}"
        if "region" in asked:
            options["region"] = asked["region"]
        return S3Store(parts.netloc, prefix=parts.path.strip("/") or None, **options)
    except (refused.BaseError, ValueError) as error:
        raise ConfigError(f"{uri} cannot be used: {_one_line(error)}") from None


def _is_forbidden(error: BaseException) -> bool:
    """Tell whether the keys are wrong, or allow too little; of lists, the client says so in its text only."""
    kinds = (refused.PermissionDeniedError, refused.UnauthenticatedError)
    return isinstance(error, kinds) or re.search(r"status code: 40[13]", str(error)) is not None


def _is_of_bucket(error: BaseException) -> bool:
    """Tell whether it is the whole bucket that is not there."""
    return _code(error) in ("NoSuchBucket", "ContainerNotFound")


def _code(error: BaseException) -> str:
    found = re.search(r"<Code>(\w+)</Code>", str(error))
    return found[1] if found else ""


def _one_line(error: BaseException) -> str:
    """Return what an error says, without the XML and the Rust that follow."""
    said = str(error).partition("\n")[0].partition(": <?xml")[0].strip()
    code = _code(error)
    return f"{said} ({code})" if code and code not in said else said
