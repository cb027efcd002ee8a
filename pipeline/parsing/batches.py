"""Texts become Docs, in batches that bound memory and lose nothing to one poisoned text.

Docs are made inside of spaCy's memory zones: when a zone ends, the words that were new in it are given
back, and memory does not grow with the number of articles. The price is a rule for whoever consumes the
Docs of `parse_texts`: use a Doc when it comes, and keep nothing that belongs to it (Doc, Span, Token,
Lexeme) for later. Copies in plain Python are free to stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.children.guard import Failure, attempt, time_shares
from pipeline.parsing.by_length import batches_of
from pipeline.parsing.windows import WINDOW, parse_in_windows

# spaCy's tokenizer remembers how it split a word only outside of memory zones: inside of them alone it is
# three times as slow. So texts are split outside until the vocabulary has this many words (about 10 MB).
_VOCABULARY = 50_000


def parse_texts[Context](
    nlp: Language,
    texts: Iterable[tuple[str, Context]],
    *,
    batch_size: int = 64,
    timeout_s: float = 60.0,
    max_chars: int = 1_000_000,
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
    batch_size: int = 64,
    timeout_s: float = 60.0,
    max_chars: int = 1_000_000,
) -> Iterator[list[tuple[Doc | Failure, Context]]]:
    """Parse texts as they come, a batch at a time; its Docs are valid until the next batch is asked for.

    Args:
        nlp: a pipeline of `load_nlp`. It is in a memory zone between two batches: do not open another.
        texts: pairs of a text and whatever should come out beside its Doc.
        batch_size: texts in a batch, where they are short (`batches_of`).
        timeout_s: seconds for one text, and for one batch until it is tried text by text; a long text gets
            more (`time_shares`). Outside of the main thread nothing is timed (see `guard`).
        max_chars: a longer text is not parsed.

    Yields:
        For each text the Doc or a `Failure` (too_large, timeout, out_of_memory, extraction_error), and the
        context.
    """
    for batch in batches_of(texts, size=batch_size, n_chars=lambda text: len(text[0])):
        short = [text for text, _ in batch if len(text) <= max_chars]
        inputs: Sequence[str | Doc] = short
        if len(nlp.vocab) < _VOCABULARY:
            n_chars = sum(map(len, short))
            made = attempt(partial(_split, nlp, short), timeout_s=timeout_s * time_shares(n_chars))
            inputs = short if isinstance(made, Failure) else made
        with nlp.memory_zone():
            parsed = iter(_parse_batch(nlp, short, inputs, timeout_s=timeout_s))
            yield [
                (Failure("too_large", f"{len(text)} characters"), context)
                if len(text) > max_chars
                else (next(parsed), context)
                for text, context in batch
            ]


def _split(nlp: Language, texts: Sequence[str]) -> list[Doc]:
    return [nlp.make_doc(text) for text in texts]


def _parse_batch(
    nlp: Language, texts: Sequence[str], inputs: Sequence[str | Doc], *, timeout_s: float
) -> Sequence[Doc | Failure]:
    """Parse a batch, and where that fails its texts one by one. `inputs` are the texts or Docs of them."""
    if len(texts) == 1 and len(texts[0]) > WINDOW:
        seconds = timeout_s * time_shares(len(texts[0]))
        return [attempt(partial(parse_in_windows, nlp, inputs[0]), timeout_s=seconds)]
    size = max(len(inputs), 2)
    # spaCy's transition parsers step through docs together, and take a quarter of what they are given at a
    # time: all of them take a tenth less of it. The parser needs 800 bytes for a character, ner 300.
    batches = {name: {"batch_size": 4 * size} for name in ("parser", "ner") if nlp.has_pipe(name)}
    whole = attempt(
        lambda: list(nlp.pipe(inputs, batch_size=size, component_cfg=batches)), timeout_s=timeout_s
    )
    if not isinstance(whole, Failure):
        return whole
    if len(texts) == 1:
        return [whole]
    return [attempt(partial(nlp, text), timeout_s=timeout_s) for text in texts]
