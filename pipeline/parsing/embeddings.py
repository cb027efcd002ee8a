"""The embedding half of a tok2vec, for tokens from here and there in a batch: spaCy's `MultiHashEmbed`.

Its layers embed some attributes of a token by their hashes and, where the model has vectors, project that of
its word; all are put side by side for a maxout, which is normed. The product of the maxout is the sum of one
for each attribute, and of prefixes, shapes or spaces there are few: so what stands in several tokens is
multiplied once.

BLAS sums up in another order for another number of rows, so a float32 product would depend in its last bits
on the tokens that happened to be computed together, and a kept embedding on what the process did before.
Here products are computed and added up in float64 and then rounded: the same texts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from spacy.vectors import Mode, Vectors  # type: ignore[import-not-found]
from thinc.api import Model, NumpyOps

from pipeline.models.vector_rows import vector_rows

type Floats = NDArray[np.float32]
type Wide = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Hashes = NDArray[np.uint64]

# Sums of so many tokens, 0.3 MB of them, stay in the cache while the products are added.
_ROWS = 128

_OPS = NumpyOps(use_blis=False)

# A token has its ORTH, its NORM and the space that follows; the rest of these belongs to its lexeme.
_LEXICAL = {
    *("ORTH", "LOWER", "NORM", "SHAPE", "PREFIX", "SUFFIX", "LENGTH", "SPACY", "IS_ALPHA", "IS_ASCII"),
    *("IS_DIGIT", "IS_LOWER", "IS_PUNCT", "IS_SPACE", "IS_TITLE", "IS_UPPER", "IS_STOP", "IS_CURRENCY"),
    *("IS_BRACKET", "IS_QUOTE", "IS_LEFT_PUNCT", "IS_RIGHT_PUNCT", "LIKE_URL", "LIKE_NUM", "LIKE_EMAIL"),
}


@dataclass(frozen=True, slots=True)
class _Attribute:
    """The hashed embedding of an attribute, and the rows of the maxout's weights that it meets."""

    table: Floats
    seed: int
    weights: Wide

    def products(self, values: Hashes) -> tuple[Wide, Ints]:
        """Return the products of the different values, (m, pieces * width), and which is each token's."""
        different, numbers = np.unique(values, return_inverse=True)
        embedded = _OPS.gather_add(self.table, _OPS.hash(different, self.seed) % len(self.table))
        return embedded.astype(np.float64) @ self.weights, numbers


@dataclass(frozen=True, slots=True)
class _WordVectors:
    """The projection of a vocabulary's vectors, and the rows of the maxout's weights that it meets."""

    projection: Wide
    weights: Wide

    def products(self, vectors: Any, words: Hashes) -> tuple[Wide, Ints]:
        """Return the products of the different vectors, (m, pieces * width), and which is each word's."""
        if isinstance(vectors, Vectors) and vectors.mode == Mode.default:
            rows, numbers = np.unique(vector_rows(vectors.key2row, words), return_inverse=True)
            found = vectors.data[rows]
            found[rows < 0] = 0
        else:
            different, numbers = np.unique(words, return_inverse=True)
            found = vectors.get_batch(different)
        projected = (found.astype(np.float64) @ self.projection).astype(np.float32)
        return projected.astype(np.float64) @ self.weights, numbers


@dataclass(frozen=True, slots=True)
class Embedding:
    """An embedding layer. Its output for a token depends on its `key_attributes` alone."""

    columns: Sequence[int | str]
    attributes: Sequence[_Attribute]
    words: _WordVectors | None
    bias: Floats
    scale: Floats
    shift: Floats

    @property
    def width(self) -> int:
        """Units of the output."""
        return len(self.scale)

    @property
    def key_attributes(self) -> list[int | str]:
        """What a token's embedding can depend on."""
        return ["ORTH", "NORM", "SPACY"] if "SPACY" in self.columns else ["ORTH", "NORM"]

    def __call__(self, docs: Sequence[Doc], places: Ints) -> Floats:
        """Embed tokens.

        Args:
            docs: of one vocabulary.
            places: which of all their tokens.

        Returns:
            (tokens, width)
        """
        vectors = docs[0].vocab.vectors
        attributes = [getattr(vectors, "attr", "ORTH"), *self.columns]
        hashes = np.concatenate([doc.to_array(attributes) for doc in docs])[places]
        words, *columns = (hashes.view(np.uint64)[:, at].copy() for at in range(len(attributes)))
        parts = [] if self.words is None else [self.words.products(vectors, words)]
        parts += [
            attribute.products(column) for attribute, column in zip(self.attributes, columns, strict=True)
        ]
        pieces = np.empty((len(places), len(self.bias)), dtype=np.float32)
        for start in range(0, len(places), _ROWS):
            here = slice(start, start + _ROWS)
            sums = np.zeros(pieces[here].shape)
            for products, numbers in parts:
                sums += products.take(numbers[here], axis=0)
            pieces[here] = sums
        return self._norm(self._maxout(pieces))

    def _maxout(self, pieces: Floats) -> Floats:
        pieces += self.bias
        best = pieces[:, : self.width]
        for start in range(self.width, pieces.shape[1], self.width):
            best = np.maximum(best, pieces[:, start : start + self.width])
        return best

    def _norm(self, x: Floats) -> Floats:
        variance = x.var(axis=1, keepdims=True) + 1e-8
        x = (x - x.mean(axis=1, keepdims=True)) * variance**-0.5
        return x * self.scale + self.shift


def read_embedding(embed: Model[Any, Any]) -> Embedding | None:
    """Return what an embedding layer computes if all its layers are known, else None.

    Known are hashes of attributes that belong to a word and not to its place, and vectors of words.
    """
    leaves = [node for node in embed.walk(order="dfs_pre") if not node.layers]
    of_kind = {kind(leaf): leaf for leaf in leaves}
    hashed = [leaf for leaf in leaves if kind(leaf) == "thinc.layers.hashembed"]
    static = [leaf for leaf in leaves if kind(leaf) == "spacy.ml.staticvectors"]
    expected = [
        *("spacy.ml.featureextractor", "thinc.layers.list2ragged"),
        *("thinc.layers.array_getitem", "thinc.layers.hashembed") * len(hashed),
        *["spacy.ml.staticvectors"] * bool(static),
        *("thinc.layers.maxout", "thinc.layers.layernorm", "thinc.layers.dropout"),
        "thinc.layers.ragged2list",
    ]
    if [kind(leaf) for leaf in leaves] != expected:
        return None
    columns = of_kind["spacy.ml.featureextractor"].attrs["columns"]
    if [leaf.attrs["column"] for leaf in hashed] != [*range(len(columns))] or not set(columns) <= _LEXICAL:
        return None
    maxout, norm = of_kind["thinc.layers.maxout"], of_kind["thinc.layers.layernorm"]
    if not all(leaf.has_param(name) for leaf in leaves for name in leaf.param_names):
        return None
    tables = [np.asarray(leaf.get_param("E")) for leaf in hashed]
    projections = [np.asarray(leaf.get_param("W"), dtype=np.float64).T for leaf in static]
    by_input = np.asarray(maxout.get_param("W"), dtype=np.float64).transpose(2, 1, 0)
    weights = by_input.reshape(len(by_input), -1)
    ends = [*accumulate(part.shape[1] for part in (*tables, *projections))]
    if ends[-1] != len(weights):
        return None
    *of_tables, of_vectors = np.split(weights, ends[: len(tables)])
    return Embedding(
        columns=columns,
        attributes=[
            _Attribute(table, leaf.attrs["seed"], part)
            for table, leaf, part in zip(tables, hashed, of_tables, strict=True)
        ],
        words=_WordVectors(projections[0], of_vectors) if static else None,
        bias=np.asarray(maxout.get_param("b")).T.reshape(-1),
        scale=np.asarray(norm.get_param("G")),
        shift=np.asarray(norm.get_param("b")),
    )


def kind(node: Model[Any, Any]) -> str:
    """Return the module of a layer's forward function: its name may be anything."""
    return str(getattr(node._func, "__module__", ""))
