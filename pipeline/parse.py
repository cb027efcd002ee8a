"""Texts to Docs, and Docs to bytes and back: the only stage that runs neural models.

Docs are made inside of spaCy's memory zones: when a zone ends, the words that were new in it are given
back, and memory does not grow with the number of articles. The price is a rule for whoever consumes the
Docs of `parse_texts` and `bins_to_docs`: use a Doc when it comes, and keep nothing that belongs to it (Doc,
Span, Token, Lexeme) for later. Copies in plain Python are free to stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import batched
from typing import Any

import numpy as np
import pyarrow as pa
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from pipeline import provenance
from pipeline.article import Article, lost, read_articles, reject_of
from pipeline.batch import Batch, staged_path
from pipeline.errors import InputError
from pipeline.guard import Failure, attempt
from pipeline.nlp import find_model_id, load_nlp
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.workers import Children, Fault, map_chunks
from schemas import Reject
from schemas.table import to_arrow

# What a bin keeps of a token beside its text and the space that follows; sentences follow from the heads.
_KEPT = ("NORM", "TAG", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE")

# A batch ends here even if it has few texts: the parser takes about 1 kB for a character.
_BATCH_CHARS = 200_000

# spaCy's tokenizer remembers how it split a word only outside of memory zones: inside of them alone it is
# three times as slow. So texts are split outside until the vocabulary has this many words (about 10 MB).
_VOCABULARY = 50_000


def parse_texts[Context](
    nlp: Language,
    texts: Iterable[tuple[str, Context]],
    *,
    batch_size: int = 32,
    timeout_s: float = 60.0,
    max_chars: int = 200_000,
) -> Iterator[tuple[Doc | Failure, Context]]:
    """Parse texts as they come, in order, with bounded memory.

    A batch that fails is parsed again text by text, so that a poisoned one takes only itself out. A Doc
    stays valid until the first Doc of the next batch is asked for; since nobody outside knows where a
    batch ends, use each Doc before asking for the next.

    Args and yields are those of `parse_batches`, whose batches this takes apart.
    """
    for batch in parse_batches(nlp, texts, batch_size=batch_size, timeout_s=timeout_s, max_chars=max_chars):
        yield from batch


def parse_batches[Context](
    nlp: Language,
    texts: Iterable[tuple[str, Context]],
    *,
    batch_size: int = 32,
    timeout_s: float = 60.0,
    max_chars: int = 200_000,
) -> Iterator[list[tuple[Doc | Failure, Context]]]:
    """Parse texts as they come, a batch at a time; its Docs are valid until the next batch is asked for.

    Args:
        nlp: a pipeline of `load_nlp`. It is in a memory zone between two batches: do not open another.
        texts: pairs of a text and whatever should come out beside its Doc.
        batch_size: texts in a batch.
        timeout_s: seconds for one text, and for one batch until it is tried text by text. Outside of the
            main thread nothing is timed (see `guard`).
        max_chars: a longer text is not parsed.

    Yields:
        For each text the Doc or a `Failure` (too_large, timeout, out_of_memory, extraction_error), and the
        context.
    """
    for batch in _batches(texts, batch_size):
        short = [text for text, _ in batch if len(text) <= max_chars]
        inputs: Sequence[str | Doc] = short
        if len(nlp.vocab) < _VOCABULARY:
            made = attempt(partial(_split, nlp, short), timeout_s=timeout_s)
            inputs = short if isinstance(made, Failure) else made
        with nlp.memory_zone():
            parsed = iter(_parse_batch(nlp, short, inputs, timeout_s=timeout_s))
            yield [
                (Failure("too_large", f"{len(text)} characters"), context)
                if len(text) > max_chars
                else (next(parsed), context)
                for text, context in batch
            ]


def docs_to_bins(docs: Iterable[Doc], *, size: int = 150) -> Iterator[bytes]:
    """Serialise Docs as spaCy `DocBin`s of so many articles; the same Docs give the same bytes.

    Kept are text, tags, parse, entities and `doc.spans`; `bins_to_docs` or `DocBin.from_bytes` reads them.
    Nothing of a Doc is kept once the next is asked for.
    """
    bin_ = DocBin(attrs=_KEPT)
    for doc in docs:
        _add(bin_, doc)
        if len(bin_) == size:
            yield bin_.to_bytes()
            bin_ = DocBin(attrs=_KEPT)
    if len(bin_):
        yield bin_.to_bytes()


def bins_to_docs(bins: Iterable[bytes], vocab: Vocab) -> Iterator[Doc]:
    """Yield the Docs of `docs_to_bins`, each bin in a memory zone: use each before asking for the next."""
    for batch in bins_to_batches(bins, vocab):
        yield from batch


def bins_to_batches(bins: Iterable[bytes], vocab: Vocab) -> Iterator[list[Doc]]:
    """Yield the Docs of each bin, in a memory zone: they are valid until the next bin is asked for."""
    for data in bins:
        with vocab.memory_zone():
            yield list(DocBin().from_bytes(data).get_docs(vocab))


def _batches[Context](texts: Iterable[tuple[str, Context]], size: int) -> Iterator[list[tuple[str, Context]]]:
    """Cut a stream into batches of at most `size` texts, and fewer where they are long."""
    batch: list[tuple[str, Context]] = []
    chars = 0
    for text, context in texts:
        if batch and (len(batch) == size or chars + len(text) > _BATCH_CHARS):
            yield batch
            batch, chars = [], 0
        batch.append((text, context))
        chars += len(text)
    if batch:
        yield batch


def _split(nlp: Language, texts: Sequence[str]) -> list[Doc]:
    return [nlp.make_doc(text) for text in texts]


def _parse_batch(
    nlp: Language, texts: Sequence[str], inputs: Sequence[str | Doc], *, timeout_s: float
) -> Sequence[Doc | Failure]:
    """Parse a batch, and where that fails its texts one by one. `inputs` are the texts or Docs of them."""
    whole = attempt(lambda: list(nlp.pipe(inputs, batch_size=max(len(inputs), 1))), timeout_s=timeout_s)
    if not isinstance(whole, Failure):
        return whole
    if len(texts) == 1:
        return [whole]
    return [attempt(partial(nlp, text), timeout_s=timeout_s) for text in texts]


def _add(bin_: DocBin, doc: Doc) -> None:
    """Do what `bin_.add(doc)` does, without its nine look-ups of a string for each token."""
    bin_.tokens.append(doc.to_array([*bin_.attrs]))
    bin_.spaces.append(doc.to_array("SPACY").astype(bool).reshape(len(doc), 1))
    bin_.flags.append({"has_unknown_spaces": doc.has_unknown_spaces})
    bin_.cats.append(doc.cats)
    bin_.span_groups.append(doc.spans.to_bytes())
    strings = doc.vocab.strings
    hashes = np.unique(doc.to_array(["ORTH", "NORM", "TAG", "DEP", "ENT_TYPE"]))
    bin_.strings.update(strings[int(value)] for value in hashes)
    for group in doc.spans.values():
        for span in group:
            bin_.strings.update((span.label_, span.id_, span.kb_id_))


# ---- the stage -------------------------------------------------------------------------------------

_BIN_SIZE = 150

# What a parse depends on: another version of one of these parses again.
_PARSE_CODE = ("pipeline/nlp.py", "pipeline/fastparse.py", "pipeline/parse.py", "pipeline/guard.py")
_DOCS = pa.schema([("docbin", pa.binary()), ("article_ids", pa.list_(pa.string()))])


def parse(store: Store, batch: Batch, settings: Settings, *, processes: int = 1) -> dict[str, Any]:
    """Parse a shard's articles and stage their Docs, a bin a row; return the counts.

    What was parsed before by the same code and model, from the same articles, is left as it is.

    Args:
        store: where staged files lie.
        batch: the shard.
        settings: the model, the languages that are parsed, and the limits of an article.
        processes: child processes at work on the shard.

    Raises:
        InputError: the shard was not ingested.
        ConfigError: there is no such model.
    """
    articles_path, docs_path = staged_path("articles", batch), staged_path("docs", batch)
    if not store.exists(articles_path):
        raise InputError(f"{batch.day}, shard {batch.shard}: nothing is staged; run the stage ingest first")
    name, version = find_model_id(settings.nlp_model)
    lineage = {
        "articles": store.digest(articles_path),
        "code": provenance.code_version(_PARSE_CODE),
        "model": f"{name} {version}",
        "settings": provenance.parse_settings(settings),
    }
    rejects_path = staged_path("rejects-parse", batch)
    if store.lineage(docs_path) == store.lineage(rejects_path) == lineage:
        docs = store.read(docs_path, columns=["article_ids"])
        n_docs = sum(len(ids) for ids in docs["article_ids"].to_pylist())
        return {"docs": n_docs, "rejects": len(store.read(rejects_path)), "was_parsed": True}
    wanted = (a for a in read_articles(store, batch) if a.language in settings.languages)
    bins: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    with Children(_start, settings, processes=processes) as children:
        for part in map_chunks(
            batched(wanted, _BIN_SIZE), children, failed=_failed, seconds_per_item=2 * settings.timeout_s
        ):
            bins += [{"docbin": data, "article_ids": ids} for data, ids in part.bins]
            rejects += part.rejects
    # The rejects first: docs with this lineage mean that both are there.
    store.write(rejects_path, to_arrow(rejects, Reject, day=batch.day), lineage=lineage)
    store.write(docs_path, pa.Table.from_pylist(bins, _DOCS), lineage=lineage, row_group_size=1)
    return {"docs": sum(len(b["article_ids"]) for b in bins), "rejects": len(rejects), "was_parsed": False}


@dataclass(frozen=True, slots=True)
class _Parsed:
    """The bins of a chunk, each with the ids of its articles, and the articles that failed."""

    bins: list[tuple[bytes, list[str]]]
    rejects: list[Reject]


def _start(settings: Settings) -> Callable[[Sequence[Article]], _Parsed]:
    nlp = load_nlp(settings.nlp_model)

    def run(articles: Sequence[Article]) -> _Parsed:
        ids: list[str] = []
        rejects: list[Reject] = []

        def docs() -> Iterator[Doc]:
            for doc, article in parse_texts(
                nlp,
                ((article.text, article) for article in articles),
                batch_size=settings.batch_size,
                timeout_s=settings.timeout_s,
                max_chars=settings.max_chars,
            ):
                if isinstance(doc, Failure):
                    rejects.append(reject_of(article, reason=doc.reason, detail=doc.detail, stage="parse"))
                else:
                    ids.append(article.article_id)
                    yield doc

        data = list(docs_to_bins(docs(), size=len(articles)))
        return _Parsed([(one, ids) for one in data], rejects)

    return run


def _failed(article: Article, fault: Fault) -> _Parsed:
    return _Parsed([], [lost(article, fault, stage="parse")])
