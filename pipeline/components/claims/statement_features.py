"""What tells a statement of fact from other sentences, beside its n-grams.

Grammar as hashed features of single tokens; how often tags, kinds of names, small words and roles under the
root occur; the mean of the word vectors, in which rare words count for more (smooth inverse frequency: Arora,
Liang and Ma 2017). All are sums over tokens, so that any stretch of a document is a difference of running
sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.lexicons import Lexicon, lexicon_of
from pipeline.lexicons import lexicon as lexicon_of_language
from pipeline.models.vector_rows import vector_rows

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float32]

N_GRAMMAR = 1 << 15
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NUMBER = np.uint64(0x4E554D)
_SALTS = np.arange(1, 5, dtype=np.uint64)[:, None]


_TAGS = (
    *("VBD", "VBZ", "VBP", "VBN", "VBG", "VB", "MD", "PRP", "PRP$", "NN", "NNS", "NNP", "NNPS", "CD", "JJ"),
    *("JJR", "JJS", "RB", "IN", "DT", "UH", "WP", "WRB", "$", "TO", "CC", "EX", "WDT", ",", ".", "POS", ":"),
)
_NAMES = (
    *("PERSON", "ORG", "GPE", "DATE", "CARDINAL", "MONEY", "PERCENT", "NORP", "TIME", "QUANTITY", "ORDINAL"),
    *("LOC", "FAC", "EVENT", "LAW", "PRODUCT"),
)
_ROOT_TAGS = ("VBD", "VBZ", "VBP", "VB", "NN", "NNP", "MD", "VBN", "VBG", "NNS")
_SUBJECT_TAGS = ("NN", "NNS", "NNP", "NNPS", "PRP", "DT", "CD")
_UNDER_ROOT = (
    *("neg", "acomp", "attr", "dobj", "advcl", "ccomp", "xcomp", "conj", "expl", "nsubjpass", "prep"),
)
_N_KINDS = 8
_KIND_SALTS = (np.arange(_N_KINDS, dtype=np.uint64) * _MIX)[:, None]
_ROOT, _AUX = (np.uint64(get_string_id(label)) for label in ("ROOT", "aux"))
_NSUBJ, _NSUBJPASS = (np.uint64(get_string_id(label)) for label in ("nsubj", "nsubjpass"))
_BEGINS = np.uint64(3)  # spaCy's ENT_IOB of the first token of a name


@dataclass(frozen=True, slots=True)
class CountedColumns:
    """What is counted in statements, a column each.

    Attributes:
        hashes: spaCy's hashes of tags, names, words and labels, each kind salted apart, in ascending order.
        columns: the column of each of them, from 1; 0 takes what is not counted.
        caps: the highest count of each column.
    """

    hashes: NDArray[np.uint64]
    columns: Ints
    caps: Floats

    @property
    def n_features(self) -> int:
        """How many numbers come of the counts: also the shares of the tags and of names, and the length."""
        return len(self.caps) + len(_TAGS) + 2


def read_counted_columns(lexicon: Lexicon) -> CountedColumns:
    """Return what is counted in statements of a language; ask the lexicon for it with `made`."""
    # A token has a tag, the beginning of a name, a small word, a role (root, its subject or auxiliary) and a
    # label under the root. One column may count several words.
    kinds: tuple[Sequence[str], ...] = (
        _TAGS,
        _NAMES,
        sorted(lexicon.words("statement_words")),
        _ROOT_TAGS,
        lexicon.ordered("claims.counted_subjects"),
        _SUBJECT_TAGS,
        lexicon.ordered("claims.counted_auxiliaries"),
        _UNDER_ROOT,
    )
    found: list[tuple[int, int]] = []
    column = 0
    for kind, salt in zip(kinds, _KIND_SALTS[:, 0], strict=True):
        for group in kind:
            column += 1
            found += ((int(np.uint64(get_string_id(word)) ^ salt), column) for word in group.split())
    hashes, columns = zip(*sorted(found), strict=True)
    caps = np.full(column, 2, dtype=np.float32)
    caps[: len(_TAGS)] = 3
    return CountedColumns(np.array(hashes, dtype=np.uint64), np.array(columns, dtype=np.int64), caps)


def n_counts(lexicon: Lexicon | None = None) -> int:
    """Return the width of `StatementFeatures.counts` for a language; English where None."""
    return (lexicon or lexicon_of_language()).made(read_counted_columns).n_features


@dataclass(frozen=True, slots=True)
class StatementFeatures:
    """What is known of a document's tokens.

    Attributes:
        grammar: for each of four kinds, the bucket of each token, below N_GRAMMAR.
        columns: the columns of `counts` that each token counts in, at most five; 0 is none.
        forms: spaCy's hash of each token's form.
        counted: what the columns of `counts` stand for.
    """

    grammar: Ints
    columns: Ints
    forms: NDArray[np.uint64]
    counted: CountedColumns

    def part(self, start: int, end: int) -> StatementFeatures:
        """Return what is known of some of the tokens, which are a document of their own."""
        return StatementFeatures(
            self.grammar[:, start:end], self.columns[:, start:end], self.forms[start:end], self.counted
        )

    def grammar_weights(self, weights: Floats) -> Floats:
        """Return the weights (buckets x models) of each token over all kinds, as (models, tokens)."""
        first, *others = weights.take(self.grammar, axis=0)
        for other in others:
            first += other
        return np.asarray(first.T)

    def counts(self, starts: Ints, ends: Ints) -> Floats:
        """Return the counts of stretches of tokens: capped, as shares of the tokens, and their logarithm.

        Returns:
            An array of (stretches, `n_counts`).
        """
        caps = self.counted.caps
        n_columns, sizes = len(caps), ends - starts
        tokens = (starts - sizes.cumsum() + sizes).repeat(sizes)
        tokens += np.arange(len(tokens))
        rows = (np.arange(len(sizes)) * (n_columns + 1)).repeat(sizes)
        hits = np.bincount((self.columns[:, tokens] + rows).ravel(), minlength=len(sizes) * (n_columns + 1))
        found = hits.reshape(len(sizes), -1)[:, 1:].astype(np.float32)
        n = sizes.astype(np.float32)[:, None]
        first_name = len(_TAGS)
        names = found[:, first_name : first_name + len(_NAMES)].sum(axis=1, keepdims=True)
        return np.concatenate(
            [np.minimum(found, caps), found[:, :first_name] / n, names / n, np.log(n + 1)], axis=1
        )


ATTRIBUTES: list[int | str] = ["ORTH", "LOWER", "TAG", "DEP", "HEAD", "ENT_TYPE", "ENT_IOB", "LIKE_NUM"]
"""What is read of each token."""


def statement_features(doc: Doc, *, lexicon: Lexicon | None = None) -> StatementFeatures:
    """Read a document.

    Args:
        doc: tagged and parsed, with entities.
        lexicon: the words of its language; by the language of its vocabulary where None.
    """
    read = doc.to_array(ATTRIBUTES).astype(np.uint64).reshape(len(doc), len(ATTRIBUTES)).T
    return features_of(read, np.array([len(doc)]), lexicon or lexicon_of(doc))


def features_of(read: NDArray[np.uint64], sizes: Ints, lexicon: Lexicon) -> StatementFeatures:
    """Return the features of documents that stand one after the other, as one.

    Args:
        read: (len(ATTRIBUTES), tokens) the attributes of their tokens.
        sizes: how many tokens each has.
        lexicon: the words of their language.
    """
    counted = lexicon.made(read_counted_columns)
    lower, tags, labels, names = read[1], read[2], read[3], read[5]
    ends = np.cumsum(sizes)
    heads = np.arange(len(lower)) + read[4].astype(np.int64)
    heads = np.clip(heads, np.repeat(ends - sizes, sizes), np.repeat(ends - 1, sizes))
    return StatementFeatures(
        _grammar(np.where(read[7] > 0, _NUMBER, lower), tags, labels, heads),
        _columns(counted, lower, tags, labels, heads, np.where(read[6] == _BEGINS, names, 0)),
        read[0],
        counted,
    )


def _grammar(
    forms: NDArray[np.uint64], tags: NDArray[np.uint64], labels: NDArray[np.uint64], heads: Ints
) -> Ints:
    """What a word is under its head: with its label, its tag, the label above, and the word above."""
    forms, tags, labels = _scramble(np.stack([forms, tags, labels]))
    head_tags = tags[heads]
    pairs = _scramble(np.stack([tags, labels]) * _MIX + np.stack([labels, labels[heads]]))
    kinds = np.stack(
        [
            forms * _MIX + labels,
            pairs[0] * _MIX + head_tags,
            pairs[1] * _MIX + head_tags,
            _scramble(forms[heads] * _MIX + forms),
        ]
    )
    return (_scramble(kinds ^ _SALTS) & np.uint64(N_GRAMMAR - 1)).astype(np.int64)


def _scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of 64-bit numbers, as in `ngrams`."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(27))


def _columns(
    counted: CountedColumns,
    lower: NDArray[np.uint64],
    tags: NDArray[np.uint64],
    labels: NDArray[np.uint64],
    heads: Ints,
    names: NDArray[np.uint64],
) -> Ints:
    values = np.stack([tags, names, lower, tags, lower, tags, lower, labels]) ^ _KIND_SALTS
    hashes = counted.hashes
    at = np.minimum(np.searchsorted(hashes, values), len(hashes) - 1)
    tag, name, word, root, subject, subject_tag, auxiliary, label = counted.columns[at] * (
        hashes[at] == values
    )
    is_root = labels == _ROOT
    under_root = is_root[heads] > is_root
    is_subject = (labels == _NSUBJ) | (labels == _NSUBJPASS)
    role = np.where(is_subject, np.where(subject, subject, subject_tag), auxiliary * (labels == _AUX))
    role = np.where(is_root, root, role * under_root)
    return np.stack([tag, name, word, role, label * under_root])


def mean_vectors(
    doc: Doc, forms: NDArray[np.uint64], rarity: Floats, table: Floats, starts: Ints, ends: Ints
) -> Floats:
    """Return the mean of the rows of a table over the words of stretches of tokens, rare words first.

    Args:
        doc: the document, for the rows of its vocabulary's vectors.
        forms: of its tokens, from `statement_features`.
        rarity: inverse document frequency of each token.
        table: one row a row of the vectors, and a last one for words without a vector.
        starts: first token of each stretch.
        ends: the token after each.

    Returns:
        An array of (stretches, columns of the table); zeros where no word has a vector.
    """
    weighted = weighted_vectors(doc.vocab, forms, rarity, table)
    running = np.zeros((len(weighted) + 1, weighted.shape[1]))
    np.cumsum(weighted, axis=0, out=running[1:])
    return mean_of(running[ends] - running[starts])


def weighted_vectors(
    vocab: Vocab, forms: NDArray[np.uint64], rarity: Floats, table: Floats
) -> NDArray[np.float64]:
    """Return of each token its row of the table times its weight, and the weight; as `mean_vectors`."""
    rows = vector_rows(vocab.vectors.key2row, forms)
    weighted = np.empty((len(forms), table.shape[1] + 1))
    # A word in every 17th sentence of 20 words counts half of a rare one.
    weights = np.where(rows < 0, 0.0, 1 / (1 + np.exp(1 - rarity) / 0.06))
    np.multiply(table[rows], weights[:, None], out=weighted[:, :-1])
    weighted[:, -1] = weights
    return weighted


def mean_of(sums: NDArray[np.float64]) -> Floats:
    """Return the means over stretches of tokens, of the sums of what `weighted_vectors` gives."""
    return np.asarray(sums[:, :-1] / np.maximum(sums[:, -1:], 1e-6), dtype=np.float32)
