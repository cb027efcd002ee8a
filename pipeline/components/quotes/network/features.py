"""What the quote tagger sees of documents: arrays of small integers, one row a word.

Training (`training/quotes.py`) and inference (`tagger.py`) share this one function, so that they cannot
drift apart. Many documents are read as one long one: several times as fast as one by one. Nothing here
stores a word: lower-case forms and suffixes are hashed into a fixed number of buckets (Weinberger et al.
2009, feature hashing), word vectors are rows of the model's own table, and proper nouns and numbers have
neither, so that no person or place is learnt by heart. What the rules of `attribution.py` find goes in too:
see `rule_columns.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy import attrs
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.components.doc.columns import read_columns
from pipeline.components.quotes.attribution import find_attributions
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.network.inputs import (
    CHILDREN,
    CLAUSES,
    COLUMN_OFFSETS,
    COLUMNS,
    DEPS,
    ENTS,
    FLAGS,
    OUTSIDE,
    SHAPE_BUCKETS,
    SUFFIX_BUCKETS,
    TAGS,
    WORD_BUCKETS,
    Ints,
    bucket,
    signed_bucket,
)
from pipeline.components.quotes.network.paragraphs import any_in, edges, paragraph_kinds, scan_marks
from pipeline.components.quotes.network.rule_columns import rule_columns
from pipeline.components.quotes.parsed import Parse
from pipeline.components.quotes.regions import find_regions
from pipeline.models.vector_rows import vector_rows


@dataclass(frozen=True, slots=True)
class QuoteFeatures:
    """The arrays of documents of n words (tokens that are not white space), document after document.

    Attributes:
        documents: (n) ordinal of the document.
        tokens: (n) index of each word in its `Doc`.
        columns: (n, len(COLUMNS)) rows of one table: each value with the offset of its column added.
        flags: (n, len(FLAGS)) 0 or 1.
        vector_rows: (n) row of the model's vector table, -1 where there is none or it is masked.
        heads: (n) word index of the syntactic head, its own for a root.
        tags, deps, entities: (n) label numbers: index in TAGS, DEPS, ENTS plus 1, 0 for none.
        sentences, paragraphs: (n) ordinal of the sentence and of the paragraph; neither reaches over the
            end of a document.
        marks: (n) OUTSIDE, OPENING, INSIDE or CLOSING with regard to quotation marks.
        rule_cues: (n) for a word in a content found by rule the first word of its cue, -1 where it has none,
            -2 for all other words.
        rule_sources: (n) for a word in a cue found by rule the last word of its source; -1 and -2 alike.
    """

    documents: Ints
    tokens: Ints
    columns: Ints
    flags: NDArray[np.uint8]
    vector_rows: Ints
    heads: Ints
    tags: Ints
    deps: Ints
    entities: Ints
    sentences: Ints
    paragraphs: Ints
    marks: Ints
    rule_cues: Ints
    rule_sources: Ints

    def __len__(self) -> int:
        return len(self.tokens)


class _Labels:
    """Numbers labels by their id in spaCy: index + 1, 0 for all others."""

    def __init__(self, labels: list[str]) -> None:
        store = StringStore()
        hashes = np.array([store.add(label) for label in labels], dtype=np.uint64)
        self.order = np.argsort(hashes)
        self.sorted = hashes[self.order]

    def number(self, column: NDArray[np.uint64]) -> Ints:
        where = np.minimum(np.searchsorted(self.sorted, column), len(self.sorted) - 1)
        return np.where(self.sorted[where] == column, self.order[where] + 1, 0).astype(np.int32)


_TAG_NUMBERS, _DEP_NUMBERS, _ENT_NUMBERS = _Labels(TAGS), _Labels(DEPS), _Labels(ENTS)
_IS_CLAUSE = np.array([False] + [dep in CLAUSES for dep in DEPS])
_CHILD_FLAG = np.array([-1] + [CHILDREN.index(dep) if dep in CHILDREN else -1 for dep in DEPS])
_NAMES = [TAGS.index(tag) + 1 for tag in ("NNP", "NNPS", "CD")]
_IS_MASKED = np.isin(np.arange(len(TAGS) + 1), _NAMES)

_ATTRS = {
    "orth": attrs.ORTH,
    "lower": attrs.LOWER,
    "suffix": attrs.SUFFIX,
    "shape": attrs.SHAPE,
    "tag": attrs.TAG,
    "dep": attrs.DEP,
    "head": attrs.HEAD,
    "ent_type": attrs.ENT_TYPE,
    "ent_iob": attrs.ENT_IOB,
    "sent_start": attrs.SENT_START,
    "length": attrs.LENGTH,
    "spacy": attrs.SPACY,
    "is_space": attrs.IS_SPACE,
}
_BEGINS_ENTITY = 3  # the value of ENT_IOB
_CLIMBS = 6
"""Steps from a word up to the head of its clause."""


def quote_features(
    docs: Sequence[Doc],
    candidates: Sequence[Sequence[QuoteCandidate]] | None = None,
    *,
    texts: Sequence[str] | None = None,
) -> QuoteFeatures:
    """Return the features of documents that have tags, heads, labels, sentences and entities.

    Args:
        docs: the documents, all of one vocabulary.
        candidates: what the rules found in each (`find_attributions`); they are run where None.
        texts: of the documents, where they are at hand: `Doc.text` joins the words anew at every call.
    """
    if texts is None:
        texts = [doc.text for doc in docs]
    if candidates is None:
        candidates = [
            find_attributions(
                parse, find_regions(parse.text, lexicon=parse.lexicon, lines=parse.columns.lines)
            )
            for parse in (Parse(read_columns(doc)) for doc in docs)
        ]
    of_tokens = np.concatenate([doc.to_array([*_ATTRS.values()]).reshape(-1, len(_ATTRS)) for doc in docs])
    sizes = np.array([len(doc) for doc in docs])
    offsets = np.cumsum(sizes) - sizes  # of the first token of each document
    document_of = np.repeat(np.arange(len(docs)), sizes)
    is_word = dict(zip(_ATTRS, of_tokens.T, strict=True))["is_space"] == 0
    word_tokens = np.flatnonzero(is_word)
    word_of = np.cumsum(is_word) - 1
    starts = _starts(of_tokens, document_of)[is_word]
    documents = document_of[is_word]
    raw = dict(zip(_ATTRS, of_tokens[is_word].T, strict=True))
    lengths = raw["length"].astype(np.int64)
    n = len(word_tokens)
    position = np.arange(n)

    # White space has no row: its dependents (none in practice) become their own heads.
    head_tokens = word_tokens + raw["head"].astype(np.int64)
    heads = np.where(is_word[head_tokens], word_of[head_tokens], position).astype(np.int32)
    tags, deps = _TAG_NUMBERS.number(raw["tag"]), _DEP_NUMBERS.number(raw["dep"])
    entities = _ENT_NUMBERS.number(raw["ent_type"])
    begins = raw["ent_iob"].astype(np.int64) == _BEGINS_ENTITY
    masked = _IS_MASKED[tags]
    clause = np.where(_IS_CLAUSE[deps], position, heads)
    for _ in range(_CLIMBS):
        clause = clause[clause]
    governor = heads[clause]

    is_start = raw["sent_start"].astype(np.int64) == 1
    is_start |= np.diff(documents, prepend=-1) > 0
    # As one text, with a line break between documents: neither paragraph nor marks reach over it.
    text = "\n".join(texts)
    paragraphs, marks, distances = scan_marks(text, starts)
    new_paragraph = np.diff(paragraphs, prepend=-1) > 0
    sentences_and_paragraphs = np.cumsum(is_start | new_paragraph) - 1
    sentence_first, sentence_last = edges(sentences_and_paragraphs)
    paragraph_first, paragraph_last = edges(paragraphs)

    roles, rule_cues, rule_sources = rule_columns(candidates, offsets.tolist(), word_of, is_word)
    lower = raw["lower"]
    values = (
        np.where(masked, 0, (lower % WORD_BUCKETS).astype(np.int32) + 1),
        np.where(masked, 0, ((lower >> np.uint64(24)) % WORD_BUCKETS).astype(np.int32) + 1),
        np.where(masked, 0, (raw["suffix"] % SUFFIX_BUCKETS).astype(np.int32) + 1),
        (raw["shape"] % SHAPE_BUCKETS).astype(np.int32),
        tags,
        deps,
        signed_bucket(heads - position),
        tags[heads],
        deps[heads],
        np.where(entities > 0, 2 * entities + begins, 0),
        deps[clause],
        tags[clause],
        signed_bucket(clause - position),
        tags[governor],
        signed_bucket(governor - clause),
        marks,
        *distances,
        bucket(position - paragraph_first),
        bucket(paragraph_last - position),
        paragraph_kinds(text, starts, lengths, new_paragraph, documents),
        bucket(position - sentence_first),
        bucket(sentence_last - position),
        *roles,
    )
    columns = np.empty((n, len(COLUMNS)), dtype=np.int32)
    for column, value in enumerate(values):
        columns[:, column] = value
    columns += COLUMN_OFFSETS[:-1]

    flags = np.zeros((n, len(FLAGS)), dtype=np.uint8)
    child = _CHILD_FLAG[deps]
    shown = (child >= 0) & (heads != position)
    flags[heads[shown], child[shown]] = 1
    flags[:, -2] = any_in(marks != OUTSIDE, sentences_and_paragraphs)
    flags[:, -1] = any_in(marks != OUTSIDE, paragraphs)

    return QuoteFeatures(
        documents=documents.astype(np.int32),
        tokens=(word_tokens - offsets[documents]).astype(np.int32),
        columns=columns,
        flags=flags,
        vector_rows=_vector_rows(docs[0].vocab, raw["orth"], lower, masked),
        heads=heads,
        tags=tags,
        deps=deps,
        entities=entities,
        sentences=(np.cumsum(is_start) - 1).astype(np.int32),
        paragraphs=paragraphs,
        marks=marks,
        rule_cues=rule_cues,
        rule_sources=rule_sources,
    )


def _starts(of_tokens: NDArray[np.uint64], document_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first character of each token in the documents as one text."""
    raw = dict(zip(_ATTRS, of_tokens.T, strict=True))
    lengths, spaces = raw["length"].astype(np.int64), raw["spacy"].astype(np.int64)
    starts: NDArray[np.int64] = np.cumsum(lengths + spaces) - lengths - spaces + document_of
    return starts


def _vector_rows(
    vocab: Vocab, orths: NDArray[np.uint64], lowers: NDArray[np.uint64], masked: NDArray[np.bool_]
) -> Ints:
    """Return the row of each word's vector, else of its lower-cased form; -1 for none."""
    row_of = vocab.vectors.key2row
    rows = vector_rows(row_of, orths)
    others = np.flatnonzero(rows < 0)
    rows[others] = vector_rows(row_of, lowers[others])
    rows[masked] = -1
    return rows
