# ruff: noqa: E501 - most of it is the text of a page
"""What formats can be read, written from the readers: `python -m pipeline.ingest.codebook > docs/sources.md`."""

import sys

from pipeline.ingest.fields import aliases
from pipeline.ingest.formats.apart import FILE_BYTES_PER_S, RECORD_BYTES_PER_S
from pipeline.ingest.formats.reader import MAX_DEPTH, Limits
from pipeline.ingest.formats.sniff import READERS
from pipeline.ingest.guarded import MEMORY_BYTES
from pipeline.ingest.web.pull import NIGHT_S
from pipeline.settings import Settings

_HEAD = """# Sources

<!-- Generated from pipeline/ingest by `make docs`; do not edit. -->

Put files of any of these formats into the drop folder (setting `drop_dir`), best into folders named for the day
on which they arrived (`2026-03-02/herald.jsonl`). The format of each file is recognised by its first bytes, then by its
keys, header or root element; the setting `source` may name one for all files instead. Files may be compressed
(gzip, zstd, bz2, xz) and lie in archives (zip, tar) of any of them; hidden files and those on their way (`.part`,
`.tmp`) are left alone, and links are never followed. A README or a licence, in a folder or an archive, is left out
where its text says that it is one, whatever its name begins with.

**Every byte is accounted for.** Each record, row, item, sheet and member is a record or a row in `rejects`, and a file
that yields neither is a reject itself. A fault costs its own record where the format has marks to go on by: a broken
item of a JSON list, a CSV field that is not closed or too long, a record of a web archive whose length or encoding is
not as its headers say, a damaged row group, database page, gzip or tar member. What cannot be gone on behind is told
with the place where it broke off.

**Bodies** become plain text: HTML (also escaped), Markdown, and line ends written as a backslash and an n; titles
lose their tags.

## Which day a record belongs to

1. The UTC date of its publication: its own date, else that in the path of its URL, where year and month alone make
   `published_at_precision` `month`.
2. Else the day of its arrival: of the innermost folder named `YYYY-MM-DD`, or file with one such date in its
   name; else of the time of fetching that the record gives. Never a file's modification time. The article is kept
   with `published_at` null.
3. An impossible date (30 February, the year 201, after the arrival with 36 hours' grace) is refused
   (`bad_date`, `future_day`) on the day of arrival. A relative date ("6 hours ago") counts only where the time of
   fetching is known. A date that equals the time of fetching is none, nor is the beginning of 1970 (UTC), the
   year 0 or the first day of the year 1, which computers write where they know no date.
4. A record with neither is refused (`bad_date`, "undated") on the last day, up to today, that its file has
   records for. In a file without any dated record it belongs to no day: `python -m pipeline ingest --report` lists
   such files. Put them into a folder named for a day.

The zone that a date is written with is kept (`published_at_offset`), since "today" in a text is the day of its place.
A time without a zone is UTC; `UTC-4`, `GMT+9`, `EST`, `BST`, `Europe/Berlin` and their like are understood, and of a
time in a zone that may be any of several (IST, AST) only the day is taken. Of "published ..., updated ..." the first
counts. On a page, dates within lists of other stories are left aside.

Of a date such as `03/04/2018` the day comes first between slashes and dots, the month between hyphens or with an
AM or PM, unless that reading lies after the arrival.

A record that comes in for a day already published makes that day late: `python -m pipeline late` prints such days,
and running them again takes the record in. Keep what was delivered in the drop folder: a rerun reads it again. A
published day whose files are gone is not run again, unless `--allow-missing-inputs` says that they are meant to be.

## Feeds

The source `feeds` (setting `source`, or `drop+feeds` for both) pulls the feeds that are listed in `feeds_file`: an
address a line, then the outlet's name if its articles are to get it, `#` before a comment. RSS, Atom, JSON Feed and
news sitemaps are read, packed or not.

    # feeds.txt
    https://herald.example/rss            Harbour Herald
    https://courier.example/feed.atom

* **When:** the run of the day that has just ended (UTC) pulls, once. What a feed answers is stored as it came, with
  address, time of fetching, status, ETag and Last-Modified, in `feeds/<day>/` of `data_dir`. A rerun and a backfill
  read what is stored and ask nobody: no feed can be asked for the past.
* **Which day:** that of an entry's publication, as everywhere. An entry without a date, or with an impossible one,
  belongs to the day whose run pulled it; the time of fetching serves for relative dates only. An entry that comes in
  late makes its day late.
* **Once:** an entry stays in its feed for days, and is often in several. It is taken once, known by its link or else
  its id, from the first feed in the list that has it, as it stood when it was first pulled. Repeats are left out.
* **Text:** of an entry, its content or else its summary. Links to pages are not followed, so that a feed of summaries
  gives summaries, and a news sitemap nothing but rejects (`no_text`, which count for `max_reject_rate`).
* **Polite:** by the name and contact in `user_agent`, without which nothing is pulled; as robots.txt allows (RFC 9309:
  none where it answers 4xx, "not now" where it cannot be had); each host in turn, with pauses of `feed_delay_s`, or
  longer where robots.txt has a Crawl-delay; with If-None-Match and If-Modified-Since.
* **Safe:** http and https only, no passwords in addresses. Private, local, multicast and reserved addresses are never
  asked, unless `allowed_networks` names them: the address that is connected to is the one that was checked, at each of
  at most 5 redirects, and for robots.txt as well. Proxies of the environment are not used.
* **When it goes wrong:** a feed that gives nothing costs one row in `rejects`, with its address as `record_ref`:
  `not_fetched` (network, HTTP status, robots.txt, no valid address), `timeout`, `too_large`, `hostile` (a private
  address, or a body that unpacks to too much), `unreadable` (no feed). The others go on. Only when no feed at all can be
  reached does the run fail, to be tried again.

## Archives of years

`python -m pipeline ingest ARCHIVE --split-by-day` turns one file into a drop folder of days in a single pass, in
flat memory; after a kill, the same command goes on where it was. Then backfill the days. What it makes is known by what
is in the archive, `<day>/<archive>.<key>.jsonl`: two archives of one name never meet, the same one again is done already,
of one that has grown only what is new is added, and no file is ever replaced. Keep the archive outside of the drop folder.

## Formats

| reader | what | fields |
|---|---|---|
"""

_LIMITS = """
## Limits

| what | limit | beyond it |
|---|---|---|
| a record (setting `max_record_bytes`) | {record_bytes:,} bytes | `too_large` |
| a web page, a row of a table | 5 times as much | `too_large` |
| a document that can only be read as a whole | {whole_bytes:,} bytes | `too_large` |
| members of an archive | {members:,} | `hostile` |
| records of a file that hold next to nothing | {empty_records:,}, and one more for each 50 bytes of records | `hostile` |
| records of a file (setting `max_file_records`) | {records:,} | `too_large`, once for the file |
| objects and lists in each other | {depth} | `unreadable`, `not_json` |
| a URL, the name of an outlet, a title | 4,000, 300 and 2,000 characters | the next alias is taken; a title is cut |
| authors; the name of one | 200; 300 characters | cut |
| the name of a field | 120 characters | it is no alias |
| combining marks on one letter | 30 | cut |
| what an archive or compressed file unpacks to | {ratio} times its size, at least {free_bytes:,} bytes | `hostile` |
| archives and compressions in each other | {layers} | `hostile` |
| reading a file other than JSON lines, CSV, plain text, pages and WARC | in a child process of {memory_gib} GiB | `out_of_memory`; `extraction_error` where the file ends the process, or its reader fails |
| … its time (setting `timeout_s`) | beside that, a second for each {file_rate:,} bytes of the file and {record_rate:,} bytes of records | `timeout` |
| … its records | {ratio} times its size, at least {free_bytes:,} bytes | `hostile` |
| dating and cleaning a record, the text of a page (setting `timeout_s`) | {timeout:.0f} seconds, in a child process of {child_gib} GiB | `timeout`, `out_of_memory`; `extraction_error` where it ends the process, or cannot be understood |
| a feed that is pulled (setting `feed_max_bytes`) | {feed_bytes:,} bytes, packed and unpacked | `too_large`, `hostile` |
| a request for a feed (setting `feed_timeout_s`) | {feed_s:.0f} seconds in all | `timeout` |
| a night's pull | {night_s:,.0f} seconds; no request is begun later | `timeout` |

XML that declares entities, paths and links that lead out of an archive or of the drop folder are `hostile`. Reading
stored files never touches the network.

## Aliases of fields

The first name with a usable value is taken, in any case and punctuation (`publishedAt`, `published_at`, `Published
At`); a dot goes into an object or each object of a list. JSON of any of these layouts needs no configuration:
CC-News, news-please, RealNews, All the News 1 and 2, NELA-GT, Signal-1M, Webz, Event Registry, Media Cloud, GDELT,
NewsAPI, Guardian, Meltwater, newspaper3k and 4k, trafilatura, fundus, JSON Feed, schema.org, ninjs 1 and 2, WordPress
and MongoDB exports.

| field | names |
|---|---|
"""


def codebook() -> str:
    """Return the description of all formats as Markdown."""
    lines = [_HEAD.rstrip("\n")]
    for reader in READERS:
        fields = "; ".join(f"{name}: {_cell(where)}" for name, where in reader.mapping.items())
        lines.append(f"| `{reader.name}` | {_cell(reader.about)} | {fields or 'by the aliases below'} |")
    limits = Limits()
    values = {name: getattr(limits, name) for name in Limits.__slots__}
    values |= {
        "feed_bytes": Settings.model_fields["feed_max_bytes"].default,
        "feed_s": Settings.model_fields["feed_timeout_s"].default,
        "night_s": NIGHT_S,
        "depth": MAX_DEPTH,
        "timeout": Settings.model_fields["timeout_s"].default,
        "child_gib": MEMORY_BYTES >> 30,
        "memory_gib": limits.memory_bytes >> 30,
        "file_rate": FILE_BYTES_PER_S,
        "record_rate": RECORD_BYTES_PER_S,
    }
    lines.append(_LIMITS.rstrip("\n").format(**values))
    for field, names in aliases().items():
        lines.append(f"| {field} | {', '.join(f'`{name}`' for name in names)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(codebook())
