"""The pull of a night: what the feeds of the list answer, stored as it came.

    feeds/<day>/<feed>.feed      the body, as the server sent it (packed, if it was)
    feeds/<day>/<feed>.json      address, time of fetching, status, ETag, Last-Modified
    feeds/<day>/pull.json        written last: all feeds of the night in the order of the list, with the
                                 faults of those that gave nothing, and what was known of each before

A pull that was killed goes on where it was. Once `pull.json` is there the night is never pulled again, so
that the day can be run again to the same bytes.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_network
from time import monotonic
from typing import Any

import httpx

from pipeline.errors import ConfigError, DamagedError
from pipeline.ingest.web.feed_list import Feed, read_feed_list
from pipeline.ingest.web.fetch import Guard, NotFetched, Response, checked_url, get, pool
from pipeline.ingest.web.robots import MAX_BYTES, Rules
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.batch import FEEDS, day_of_name, pull_path, pulled_folder

log = logging.getLogger(__name__)

NIGHT_S = 3600.0
"""After so many seconds no more requests are begun: half of what Airflow gives a task."""

_AT_ONCE = 16
_REDIRECTS = 5
_STEP_S = 15.0


def nights(store: Store) -> list[str]:
    """Return the days with a complete pull, sorted."""
    return [
        night
        for night in store.names(FEEDS)
        if day_of_name(night) is not None and store.exists(pull_path(night))
    ]


def read_pull(store: Store, night: str) -> dict[str, Any]:
    """Return what the feeds answered in a night, as `pull_feeds` wrote it down.

    Raises:
        DamagedError: the file is damaged: nothing else knows what was pulled.
    """
    path = pull_path(night)
    try:
        pull = store.read_json(path)
        if {"feeds", "before"} <= pull.keys():
            return pull  # type: ignore[no-any-return]
        problem = f"{store.root}/{path} is damaged"
    except (DamagedError, AttributeError) as error:
        problem = str(error) if isinstance(error, DamagedError) else f"{store.root}/{path} is damaged"
    remedy = f"get it back from a backup; or remove {store.root}/{pulled_folder(night)}, and lose that night"
    raise DamagedError(f"{problem}: {remedy}", path=path)


def _done(store: Store, path: str) -> dict[str, Any] | None:
    """Return what a feed answered before the pull was killed; None where nothing can be read."""
    try:
        done = store.read_json(path)
    except DamagedError:
        return None
    return done if isinstance(done, dict) else None


def pull_feeds(store: Store, day: date, settings: Settings) -> None:
    """Ask all feeds of the list, once, and store what they answer; nothing happens where that was done.

    Raises:
        ConfigError: there is no list, or no user_agent to ask by.
        ConnectionError: no feed could be reached; nothing is stored, and the next try asks them again.
    """
    with store.lock("feeds"):
        if store.exists(pull_path(day.isoformat())):
            return
        feeds = read_feed_list(settings.feeds_file)
        before = _known(store, day)
        guard = _guard(settings)
        found = asyncio.run(_pull(store, day, feeds, before, guard, settings.feed_delay_s))
        failed = [one for one in found if "fault" in one]
        if len(failed) == len(found) and all(one["is_temporary"] for one in failed):
            first = failed[0]
            raise ConnectionError(
                f"none of {len(found)} feeds could be pulled; {first['url']}: {first['fault'][1]}"
            )
        for one in failed:
            log.warning("%s: %s", one["url"], ": ".join(one["fault"]))
        unchanged = sum(one.get("status") == 304 for one in found)
        log.info("%d feeds: %d unchanged, %d not pulled", len(found), unchanged, len(failed))
        store.write_json(
            pull_path(day.isoformat()), {"day": day.isoformat(), "feeds": found, "before": before}
        )


def _guard(settings: Settings) -> Guard:
    if not settings.user_agent.strip():
        raise ConfigError("set user_agent to a name and a contact, by which feeds are asked for")
    try:
        allowed = tuple(ip_network(network) for network in settings.allowed_networks)
    except ValueError as error:
        raise ConfigError(f"setting allowed_networks: {error}") from None
    return Guard(
        agent=settings.user_agent.strip(),
        total_s=settings.feed_timeout_s,
        step_s=min(_STEP_S, settings.feed_timeout_s),
        max_bytes=settings.feed_max_bytes,
        allowed=allowed,
    )


def _known(store: Store, day: date) -> dict[str, dict[str, Any]]:
    """Return the last good answer of each feed, by its name, in the pulls before a day."""
    earlier = [night for night in nights(store) if night < day.isoformat()]
    if not earlier:
        return {}
    last = read_pull(store, earlier[-1])
    answered = {one["name"]: one for one in last["feeds"] if one.get("body")}
    known: dict[str, dict[str, Any]] = last["before"] | answered
    return known


# ---- asking ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Turn:
    """Whose turn it is to ask a host, and from when on."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ready_at: float = 0.0


async def _pull(
    store: Store,
    day: date,
    feeds: list[Feed],
    before: dict[str, dict[str, Any]],
    guard: Guard,
    delay_s: float,
) -> list[dict[str, Any]]:
    """Return what became of each feed, in the order of the list."""
    folder = pulled_folder(day.isoformat())
    async with pool(guard) as connections:
        web = _Web(connections, guard, delay_s)

        async def one(feed: Feed) -> dict[str, Any]:
            about = {"name": feed.name, "url": feed.shown, "outlet": feed.outlet}
            done = _done(store, f"{folder}/{feed.name}.json")
            if done is not None:  # before the pull was killed
                return done | about
            known = before.get(feed.name, {})
            try:
                try:
                    url, answer = await web.ask(feed.url, known)
                    _check(answer, known)
                except Exception as error:  # whatever it is, conditions may be the cause
                    if not _conditions(known) or (isinstance(error, NotFetched) and error.is_temporary):
                        raise
                    known = {}
                    url, answer = await web.ask(feed.url, known)
                    _check(answer, known)
            except NotFetched as failure:
                fault = [failure.reason, str(failure)]
                return about | {"fault": fault, "is_temporary": failure.is_temporary}
            except Exception as error:  # noqa: BLE001 - whatever a server does, the other feeds go on
                fault = ["not_fetched", f"{type(error).__name__}: {error}"]
                return about | {"fault": fault, "is_temporary": False}
            made: dict[str, Any] = about | {
                "answered_by": str(url),
                "fetched_at": answer.fetched_at.isoformat(timespec="seconds"),
                "status": answer.status,
                "etag": answer.headers.get("etag"),
                "last_modified": answer.headers.get("last-modified"),
            }
            if answer.status == 200:
                body = f"{folder}/{feed.name}.feed"
                store.put(body, answer.body)
                made["body"] = body
            store.write_json(f"{folder}/{feed.name}.json", made)
            return made

        return list(await asyncio.gather(*map(one, feeds)))


def _check(answer: Response, known: dict[str, Any]) -> None:
    """Raise `NotFetched` where an answer is none that a feed gives."""
    status = answer.status
    if status == 304 and known:
        return
    if status != 200:
        is_temporary = status >= 500 or status in (408, 425, 429)
        raise NotFetched("not_fetched", f"HTTP status {status}", is_temporary=is_temporary)
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding in ("br", "zstd", "deflate", "compress"):
        raise NotFetched("unreadable", f"packed as {encoding}, which was not asked for")
    if not answer.body.strip():
        raise NotFetched("unreadable", "an empty answer")


class _Web:
    """Asks hosts in turn, as their robots.txt lets it."""

    def __init__(self, connections: Any, guard: Guard, delay_s: float) -> None:
        self._connections = connections
        self._guard = guard
        self._delay_s = delay_s
        self._until = monotonic() + NIGHT_S
        self._turns: dict[str, _Turn] = {}
        self._rules: dict[str, asyncio.Task[Rules]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, address: str, known: dict[str, Any]) -> tuple[httpx.URL, Response]:
        """Return the answer to an address, and the address that gave it after all redirects.

        Raises:
            NotFetched: there is none, or robots.txt forbids to ask.
        """
        url = checked_url(address)
        for _ in range(_REDIRECTS + 1):
            rules = await self._rules_for(url)
            if not rules.allow(str(url)):
                raise NotFetched("not_fetched", f"robots.txt of {url.host} does not allow it")
            headers = _conditions(known) if known.get("answered_by") == str(url) else {}
            answer = await self._in_turn(url, headers, rules.delay_s)
            onward = _onward(url, answer)
            if onward is None:
                return url, answer
            url = onward
        raise NotFetched("not_fetched", f"more than {_REDIRECTS} redirects")

    async def _in_turn(
        self, url: httpx.URL, headers: dict[str, str], delay_s: float, cut_at: int | None = None
    ) -> Response:
        turn = self._turns.setdefault(url.host, _Turn())
        async with turn.lock:
            wait_s = max(0.0, turn.ready_at - monotonic())
            if monotonic() + wait_s > self._until:
                detail = f"{url.host} asks for more time between requests than the night has"
                raise NotFetched("timeout", detail, is_temporary=True)
            await asyncio.sleep(wait_s)
            async with self._slots:
                try:
                    return await get(self._connections, url, self._guard, headers, cut_at=cut_at)
                finally:
                    turn.ready_at = monotonic() + max(self._delay_s, delay_s)

    async def _rules_for(self, url: httpx.URL) -> Rules:
        """Return the rules of a site, which is asked for them once."""
        site = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if site not in self._rules:
            self._rules[site] = asyncio.create_task(self._ask_rules(httpx.URL(f"{site}/robots.txt")))
        # Shielded: the feed that asked first may be given up while others wait for the rules.
        return await asyncio.shield(self._rules[site])

    async def _ask_rules(self, url: httpx.URL) -> Rules:
        host = url.host
        for _ in range(_REDIRECTS + 1):
            try:
                answer = await self._in_turn(url, {}, 0.0, cut_at=MAX_BYTES)
            except NotFetched as failure:
                detail = str(failure) if url.host == host else f"robots.txt of {host}: {failure}"
                raise NotFetched(failure.reason, detail, is_temporary=failure.is_temporary) from None
            if answer.status >= 500:
                detail = f"robots.txt of {host}: HTTP status {answer.status}"
                raise NotFetched("not_fetched", detail, is_temporary=True)
            if answer.status == 200:
                return Rules(answer.body.decode("utf-8", "replace"), self._guard.agent)
            onward = _onward(url, answer)
            if onward is None:  # 4xx, and whatever else is no robots.txt: none is there
                break
            url = onward
        return Rules("", self._guard.agent)


def _conditions(known: dict[str, Any]) -> dict[str, str]:
    """Return the headers by which a feed that has not changed need not be sent; none of odd values."""
    named = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("last_modified")}
    return {
        name: value for name, value in named.items() if isinstance(value, str) and _SENDABLE.fullmatch(value)
    }


_SENDABLE = re.compile(r"[!-~](?:[ -~]{0,998}[!-~])?")


def _onward(url: httpx.URL, answer: Response) -> httpx.URL | None:
    """Return where a redirect leads; None where an answer is none.

    Raises:
        NotFetched: to no address that may be asked.
    """
    location = answer.headers.get("location")
    if answer.status not in (301, 302, 303, 307, 308) or not location:
        return None
    try:
        return checked_url(str(url.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise NotFetched("not_fetched", f"redirected to no address: {error}") from None
