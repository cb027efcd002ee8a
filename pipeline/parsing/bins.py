"""Docs to bytes and back: spaCy's DocBins, the form in which a parse is kept.

Docs come back inside of spaCy's memory zones: use a Doc when it comes, and keep nothing that belongs to it
(Doc, Span, Token, Lexeme) for later. Copies in plain Python are free to stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import srsly
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from pipeline.parsing.tokenizer import STORED

# What a bin keeps of a token beside its text and the space that follows; sentences follow from the heads.
_KEPT = ("NORM", "TAG", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE")


def docs_to_bins(docs: Iterable[Doc], *, size: int = 150) -> Iterator[bytes]:
    """Serialise Docs as spaCy `DocBin`s of so many articles; the same Docs give the same bytes.

    Kept are text, the stored text where it is another, tags, parse, entities and `doc.spans`;
    `bins_to_docs` or `DocBin.from_bytes` reads them.
    Nothing of a Doc is kept once the next is asked for.
    """
    bin_ = DocBin(attrs=_KEPT, store_user_data=True)
    for doc in docs:
        _add(bin_, doc)
        if len(bin_) == size:
            yield bin_.to_bytes()
            bin_ = DocBin(attrs=_KEPT, store_user_data=True)
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
            yield list(DocBin(store_user_data=True).from_bytes(data).get_docs(vocab))


def _add(bin_: DocBin, doc: Doc) -> None:
    """Do what `bin_.add(doc)` does, without its nine look-ups of a string for each token."""
    bin_.tokens.append(doc.to_array([*bin_.attrs]))
    bin_.spaces.append(doc.to_array("SPACY").astype(bool).reshape(len(doc), 1))
    bin_.flags.append({"has_unknown_spaces": doc.has_unknown_spaces})
    bin_.cats.append(doc.cats)
    bin_.span_groups.append(doc.spans.to_bytes())
    kept = {STORED: doc.user_data[STORED]} if STORED in doc.user_data else None
    bin_.user_data.append(srsly.msgpack_dumps(kept) if kept else None)
    strings = doc.vocab.strings
    hashes = np.unique(doc.to_array(["ORTH", "NORM", "TAG", "DEP", "ENT_TYPE"]))
    bin_.strings.update(strings[int(value)] for value in hashes)
    for group in doc.spans.values():
        for span in group:
            bin_.strings.update((span.label_, span.id_, span.kb_id_))
