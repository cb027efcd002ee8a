"""The same predictions in half of the time: the tok2vec layers of a loaded spaCy model, made for reading.

A spaCy tok2vec has two halves, and both can be had for less than their layers ask:

* The embedding half looks at each token alone: at attributes of its lexeme, at its NORM, and at whether a
  space follows. Its output is a function of (ORTH, NORM, SPACY), or of the first two alone, so it is computed
  once for each such key (`embeddings.py`) and kept in a bounded table; when that is full, it starts again. A
  key is made of 64-bit hashes of strings, no pointers, and nothing here looks the strings up again: it stays
  valid when a `nlp.memory_zone()` frees the strings and lexemes it was computed from, and means the same in
  the next zone. It has 64 bits itself, so two keys are the same as rarely as two strings are to spaCy.
* The encoding half is a stack of residual blocks (window of one token to each side, maxout, layer norm).
  Here they run over one flat array of the whole batch (`blocks.py`), in pieces of `_ROWS` tokens that stay in
  the processor's cache, with buffers that are used again and with weights laid out so that the maxout is an
  `np.maximum` of column blocks. What the first block multiplies are the embeddings of single tokens: it does
  so once for each different token of a batch. The other blocks compute two neighbouring tokens at a time, by
  four products instead of six.

Beside that, the tokenizer may remember how it split five times as many words.

`speed_up` replaces the forward function of the tok2vec nodes whose layers it recognises one by one and
leaves everything else as it is: other architectures, transformers, and any call for training. The tree of
layers and the weights stay untouched, so a patched pipeline can still be saved.

What it takes for granted: the weights, the vectors and the attributes of known lexemes do not change after
`speed_up`. Sums are taken in another order than in stock spaCy, so the last bits of a layer's output differ,
which turns about one head in some hundred thousand tokens; docs/decisions/0005-fast-parse.md has the figures.
A patched pipeline is for one thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model, NumpyOps

from pipeline.parsing.blocks import add_block, add_pairs, add_products, pair_rows
from pipeline.parsing.embeddings import Embedding, kind, read_embedding

type Floats = NDArray[np.float32]
type Ints = NDArray[np.int64]

# Tokens in one piece of the convolutions, whose buffers take 2.4 MB: of 128 to 768 the quickest, where the L2
# cache has 1 MB and the L3 32 MB.
_ROWS = 512

# Odd numbers, by which hashes are multiplied before they are added up to one.
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)


def speed_up(nlp: Language, *, cache_rows: int = 60_000) -> Language:
    """Patch a loaded pipeline in place and return it; what is not recognised stays as it is.

    Args:
        nlp: a pipeline loaded for reading.
        cache_rows: embeddings kept for each tok2vec. A row takes 4 bytes for each unit of its width and
            about 120 for its key: 30 MB for 60,000 rows of 96 units.
    """
    for node in _nodes(nlp):
        halves = _read_tok2vec(node)
        if halves is not None:
            embedding, encoder = halves
            node._func = _Tok2Vec(node._func, _EmbeddingCache(embedding, cache_rows), encoder)
    if hasattr(nlp.tokenizer, "max_cache_size"):
        nlp.tokenizer.max_cache_size = 50_000
    return nlp


def _nodes(nlp: Language) -> Iterator[Model[Any, Any]]:
    """Yield all layers of all components that run in numpy."""
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        if isinstance(model, Model) and isinstance(model.ops, NumpyOps):
            yield from model.walk()


class _Tok2Vec:
    """The forward function of a tok2vec node: docs to one float array each, shape (tokens, width)."""

    def __init__(
        self, stock: Callable[..., tuple[Any, Any]], cache: _EmbeddingCache, encoder: _Encoder
    ) -> None:
        self.stock = stock
        self.cache = cache
        self.encoder = encoder

    def __call__(self, model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Any]:
        if is_train or not all(isinstance(doc, Doc) for doc in docs):
            return self.stock(model, docs, is_train)
        if not any(len(doc) for doc in docs):
            return self.stock(model, docs, is_train)
        # Between two docs, and at both ends, lie as many rows of zeros as there are layers: the field of
        # view of a token is that wide. Stock spaCy pads in the same way, and its padding goes through the
        # layers too, which the tokens at the ends of a doc see. Docs begin at even rows or all at odd ones:
        # two are computed at a time, and not even last bits may depend on what stands before.
        pad = self.encoder.depth
        *starts, rows = accumulate((len(doc) + len(doc) % 2 + pad + pad % 2 for doc in docs), initial=pad)
        vectors, numbers = self.cache.read(docs)
        places = np.full(rows, len(vectors))
        token = 0
        for start, doc in zip(starts, docs, strict=True):
            places[start : start + len(doc)] = numbers[token : token + len(doc)]
            token += len(doc)
        padding = np.zeros((1, self.encoder.width), dtype=np.float32)
        encoded = self.encoder(np.concatenate([vectors, padding]), places)
        arrays = [encoded[start : start + len(doc)] for start, doc in zip(starts, docs, strict=True)]
        return arrays, _no_backprop


def _no_backprop(_: Any) -> list[Any]:
    return []


class _EmbeddingCache:
    """Output rows of an embedding layer by token, in a table of fixed size."""

    def __init__(self, embedding: Embedding, rows: int) -> None:
        self.embedding = embedding
        self.attributes = embedding.key_attributes
        self.table: Floats = np.empty((rows, embedding.width), dtype=np.float32)
        self.row_of: dict[int, int] = {}

    def read(self, docs: Sequence[Doc]) -> tuple[Floats, Ints]:
        """Return the embeddings of the different tokens of docs, and for each token its row there."""
        # Each different token of the batch is looked up once: it is there five times.
        keys, places, numbers = np.unique(self._keys(docs), return_index=True, return_inverse=True)
        rows = np.fromiter(map(self.row_of.get, keys.tolist(), repeat(-1)), np.int64, len(keys))
        missing = rows < 0
        if len(self.row_of) + missing.sum() > len(self.table):
            self.row_of.clear()
            missing[:] = True
        # In the order in which they first come: that of the table is of what the process read before.
        order = np.argsort(places)
        numbers = np.argsort(order)[numbers]
        if missing.sum() > len(self.table):  # a batch with more different tokens than the table has rows
            return self.embedding(docs, places[order]), numbers
        if missing.any():
            first, last = len(self.row_of), len(self.row_of) + int(missing.sum())
            # The table first and then its index, so that an exception in between (a timeout) does no harm.
            self.table[first:last] = self.embedding(docs, places[missing])
            self.row_of.update(zip(keys[missing].tolist(), range(first, last), strict=True))
            rows[missing] = range(first, last)
        return self.table[rows[order]], numbers

    def _keys(self, docs: Sequence[Doc]) -> NDArray[np.uint64]:
        """Return what an embedding can depend on, for each token."""
        hashes: Any = np.concatenate([doc.to_array(self.attributes) for doc in docs])
        keys: NDArray[np.uint64] = (hashes.view(np.uint64) * _MIX[: len(self.attributes)]).sum(axis=1)
        return keys


class _Layer(NamedTuple):
    """A residual block x + norm(maxout(window(x))), its maxout weights as (input, pieces * width)."""

    weights: Floats
    bias: Floats
    scale: Floats
    shift: Floats


class _Encoder:
    """Residual maxout convolutions of window 1, all of one width."""

    def __init__(self, layers: Sequence[_Layer]) -> None:
        self.layers = layers
        self.minimal = [_minimal(layer.weights) for layer in layers[1:]]
        self.depth = len(layers)
        self.width = len(layers[0].scale)

    def __call__(self, vectors: Floats, places: Ints) -> Floats:
        """Encode padded rows of all docs.

        The first product is of each different token at each place of the window, and not of each window; the
        others are of two neighbouring windows at a time.

        Args:
            vectors: of the different tokens, (tokens, width).
            places: which of them stands in each row; the outermost `depth` rows mean nothing.

        Returns:
            (rows, width)
        """
        rows, width = len(places), self.width
        encoded = np.empty((rows, width), dtype=np.float32)
        most = min(_ROWS, rows + 3) + 2 * self.depth
        columns = max(len(layer.bias) for layer in self.layers)
        room = np.empty(2 * most * (width + columns), dtype=np.float32)
        pieces = np.empty((most, columns), dtype=np.float32)
        best = np.empty((most, width), dtype=np.float32)
        weights = self.layers[0].weights
        products = [vectors @ weights[start : start + width] for start in range(0, 3 * width, width)]
        places = np.append(places, places[-3:])
        for start in range(self.depth, rows - self.depth, _ROWS):
            stop = min(start + _ROWS, rows - self.depth)
            # Two pairs at least, since BLAS sums up a single one in another order: some rows behind the last
            # mean nothing.
            here = places[start - self.depth : stop + -(stop - start) % 4 + self.depth]
            x = vectors.take(here, axis=0)
            for number, layer in enumerate(self.layers):
                n = len(x) - 2
                sums = pieces[:n, : len(layer.bias)]
                if number:
                    _window_products(x, self.minimal[number - 1], room, sums)
                else:
                    add_products(products, here, sums)
                add_block(x, sums, layer.bias, layer.scale, layer.shift, best[:n])
                x = x[1:-1]
            encoded[start:stop] = x[: stop - start]
        return encoded


def _window_products(x: Floats, minimal: Floats, room: Floats, pieces: Floats) -> None:
    """Write the product of each window of three rows with the weights, of two by four products and not six.

    Args:
        x: (n + 2, width); n is even.
        minimal: of the weights, see there.
        room: for 2 * n * (1 + pieces) * width numbers at least.
        pieces: (n, pieces * width), gets the products.
    """
    _, width, columns = minimal.shape
    half = len(pieces) // 2
    sums = room[: 4 * half * width].reshape(4, half, width)
    products = room[4 * half * width :][: 4 * half * columns].reshape(4, half, columns)
    pair_rows(x, sums)
    np.matmul(sums, minimal, out=products)
    add_pairs(products, pieces)


def _minimal(weights: Floats) -> Floats:
    """Return what sums and differences of rows are multiplied by, for two windows of weights at a time.

    This is Winograd's minimal filtering F(2, 3), as Lavin and Gray (2016) use it for convolutions.

    Args:
        weights: (3 * width, pieces * width).

    Returns:
        (4, width, pieces * width)
    """
    before, same, behind = weights.reshape(3, len(weights) // 3, -1).astype(np.float64)
    both = (before + same + behind) / 2, (before - same + behind) / 2
    return np.stack([before, *both, behind]).astype(np.float32)


def _read_tok2vec(node: Model[Any, Any]) -> tuple[Embedding, _Encoder] | None:
    """Return the two halves of a tok2vec node if all their layers are known, else None."""
    if "embed" not in node.ref_names or "encode" not in node.ref_names:
        return None
    embed, encode = node.get_ref("embed"), node.get_ref("encode")
    if kind(node) != "thinc.layers.chain" or node.layers != [embed, encode]:
        return None
    embedding = read_embedding(embed)
    if embedding is None or kind(encode) != "thinc.layers.with_array":
        return None
    stack = encode.layers[0]
    blocks = stack.layers if kind(stack) == "thinc.layers.chain" else [stack]
    layers = [_read_block(block) for block in blocks]
    known = [layer for layer in layers if layer is not None]
    same_width = len({len(layer.scale) for layer in known}) == 1
    if len(known) < len(layers) or not same_width or encode.attrs["pad"] != len(layers):
        return None
    return embedding, _Encoder(known)


def _read_block(block: Model[Any, Any]) -> _Layer | None:
    """Return the weights of a block residual(window 1 >> maxout >> layernorm >> dropout), else None."""
    leaves = [node for node in block.walk(order="dfs_pre") if not node.layers]
    expected = [f"thinc.layers.{name}" for name in ("expand_window", "maxout", "layernorm", "dropout")]
    if kind(block) != "thinc.layers.residual" or [kind(leaf) for leaf in leaves] != expected:
        return None
    window, maxout, norm, _ = leaves
    if window.attrs["window_size"] != 1 or not (maxout.has_param("W") and norm.has_param("G")):
        return None
    weights, bias = np.asarray(maxout.get_param("W")), np.asarray(maxout.get_param("b"))
    width, pieces, n_in = weights.shape
    if n_in != 3 * width:
        return None
    return _Layer(
        weights=np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(n_in, pieces * width)),
        bias=np.ascontiguousarray(bias.T.reshape(-1)),
        scale=np.asarray(norm.get_param("G")),
        shift=np.asarray(norm.get_param("b")),
    )
