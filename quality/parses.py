"""Texts to Docs, each corpus once: its parse is kept until the model or the code that parses changes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, DocBin

from pipeline.code_identity import code_version
from pipeline.identity import checksum
from pipeline.nlp import DEFAULT_MODEL, load_nlp, model_id
from pipeline.parsing.bins import docs_to_bins

_CODE = ("pipeline.nlp", "pipeline.parsing.batches", "pipeline.parsing.bins")


class Parser:
    """A model that is loaded when it is first needed, and a folder for what it parsed.

    Args:
        model: as setting `nlp_model`.
        cache: folder for parses; None parses every time.
    """

    def __init__(self, *, model: str = DEFAULT_MODEL, cache: Path | None = None) -> None:
        self.model = model
        self.cache = cache

    @cached_property
    def nlp(self) -> Language:
        """The pipeline of the parse stage."""
        return load_nlp(self.model)

    def docs(self, name: str, texts: Sequence[str | Sequence[str]]) -> list[Doc]:
        """Return a Doc for each text; a text in tokens is parsed with these.

        Args:
            name: of the corpus; another parse of the same name takes the place of an older one.
            texts: strings, or lists of tokens.
        """
        if self.cache is None:
            return list(self._parsed(texts))
        key = checksum("\n".join([*model_id(self.nlp), code_version(*_CODE), repr(texts)]))[:16]
        path = self.cache / f"{name}-{key}.docbin"
        if not path.exists():
            self.cache.mkdir(parents=True, exist_ok=True)
            for old in self.cache.glob(f"{name}-*.docbin"):
                old.unlink()
            data = b"".join(docs_to_bins(self._parsed(texts), size=max(len(texts), 1)))
            part = path.with_suffix(f".{os.getpid()}")
            part.write_bytes(data)
            part.replace(path)
        return list(DocBin(store_user_data=True).from_bytes(path.read_bytes()).get_docs(self.nlp.vocab))

    def _parsed(self, texts: Sequence[str | Sequence[str]]) -> Iterator[Doc]:
        split = (text if isinstance(text, str) else Doc(self.nlp.vocab, words=list(text)) for text in texts)
        return self.nlp.pipe(split, batch_size=32)
