"""Find contents, cues and sources of quotations with a small network, and link them.

Two bidirectional LSTM layers (`lstm.py`) read the features of the parse (`features.py`) in windows of whole
paragraphs; a linear-chain CRF decodes the labels; a multilayer perceptron scores for each content fragment
its nearest cues and for each cue its nearest sources (`links.py`, `linker.py`). Trained by
`training/quotes.py`; the weights and their card lie in `pipeline/models/quotes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc, Span

from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.network.features import QuoteFeatures, quote_features
from pipeline.components.quotes.network.inputs import Ints
from pipeline.components.quotes.network.linker import TaggedWords, calibrated, link
from pipeline.components.quotes.network.lstm import BATCH_WORDS, Weights, encode
from pipeline.models.network import Floats, Network
from pipeline.models.weights import load_weights

LEAST_SCORE = 0.3
"""The score with the best attributed F1 on PolNeAR dev."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedQuote:
    """One attribution as the tagger sees it.

    Attributes:
        content: the fragments of what was said, in text order, quotation marks included; at least one.
        cue: the words that attribute it, maybe none.
        source: who said it, as printed, maybe none.
        score: 0..1, how likely the content is right and its source too.
    """

    content: tuple[Span, ...]
    cue: tuple[Span, ...]
    source: tuple[Span, ...]
    score: float


@cache
def shipped_network() -> Network:
    """Return the network that comes with the package."""
    return Network(load_weights("quotes/tagger.npz"), projection="vector_projection")


def tag_quotes(
    docs: Sequence[Doc],
    *,
    candidates: Sequence[Sequence[QuoteCandidate]] | None = None,
    texts: Sequence[str] | None = None,
    least: float = LEAST_SCORE,
) -> list[list[TaggedQuote]]:
    """Find the quotations of parsed documents, in text order. Many documents at once are faster than one.

    Args:
        docs: with tags, heads, labels, sentences, entities and vectors, all of one vocabulary.
        candidates: what the rules found in each document; they are run where None.
        texts: of the documents, where they are at hand.
        least: quotations of a lower score are left out.
    """
    out: list[list[TaggedQuote]] = [[] for _ in docs]
    if not docs:
        return out
    network = shipped_network()
    weights, vectors = network.weights, network.vectors(docs[0].vocab.vectors.data)
    for start, end in _batches([len(doc) for doc in docs]):
        batch = docs[start:end]
        features = quote_features(
            batch,
            candidates[start:end] if candidates is not None else None,
            texts=texts[start:end] if texts is not None else None,
        )
        tokens = features.tokens

        def spans(pairs: Sequence[tuple[int, int]], doc: Doc, tokens: Ints = tokens) -> tuple[Span, ...]:
            return tuple(Span(doc, int(tokens[a]), int(tokens[b - 1]) + 1) for a, b in pairs)

        for quote in tag_words(features, weights, vectors):
            score = round(calibrated(quote.evidence, weights), 4)
            if score >= least:
                number = int(features.documents[quote.content[0][0]])
                doc = batch[number]
                content, cue, source = (spans(part, doc) for part in (quote.content, quote.cue, quote.source))
                found = TaggedQuote(content=content, cue=cue, source=source, score=score)
                out[start + number].append(found)
    return out


def _batches(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield runs of documents of at most `BATCH_WORDS` tokens in all, or of one that has more."""
    start = total = 0
    for end, size in enumerate(sizes):
        if end > start and total + size > BATCH_WORDS:
            yield start, end
            start, total = end, 0
        total += size
    yield start, len(sizes)


def tag_words(features: QuoteFeatures, weights: Weights, vectors: Floats) -> list[TaggedWords]:
    """Return the quotations of the documents that the features are of, in text order."""
    if not len(features):
        return []
    states, emissions, labels = encode(features, weights, vectors)
    return link(features, states, emissions, labels, weights)
