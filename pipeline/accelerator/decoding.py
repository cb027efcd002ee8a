"""Parser and names of a pipeline, decoded by what was compiled, where that is there and knows the layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import NumpyOps

from pipeline.accelerator.builds import DECODER, usable_build

type Floats = NDArray[np.float32]

_DECODED = ("parser", "ner")


def decode_fast(nlp: Language) -> Language:
    """Let parser and ner of a loaded pipeline be decoded by the build, in place; return the pipeline.

    What is not known stays as it is: beams, more than two pieces, a hidden layer that is missing. Where there
    is no build that fits, all stays as it is.
    """
    build = usable_build()
    if build is None or DECODER not in build.modules:
        return nlp
    decode: Callable[..., Any] = import_module(DECODER).decode
    components = nlp._components
    for at, (name, component) in enumerate(components):
        if name in _DECODED and _is_known(component):
            components[at] = (name, Decoded(component, decode))
    return nlp


def _is_known(component: Any) -> bool:
    model = getattr(component, "model", None)
    cfg = getattr(component, "cfg", {})
    if model is None or cfg.get("beam_width") != 1 or not isinstance(model.ops, NumpyOps):
        return False
    if not {"tok2vec", "lower", "upper"} <= set(model.ref_names) or model.attrs.get("unseen_classes"):
        return False
    lower, upper = model.get_ref("lower"), model.get_ref("upper")
    return bool(
        upper.has_param("W")
        and lower.has_param("W")
        and lower.get_param("W").ndim == 4
        and lower.get_param("W").shape[2] == 2
    )


class Decoded:
    """A transition parser of spaCy whose `predict` is the compiled one; all else is its own."""

    def __init__(self, component: Any, decode: Callable[..., Any]) -> None:
        model = component.model
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        weights = lower.get_param("W")
        self.component, self.decode = component, decode
        self.tok2vec = model.get_ref("tok2vec")
        self.n_features, self.n_hidden, _, n_in = weights.shape
        self.lower: Floats = np.ascontiguousarray(weights.reshape(-1, n_in).T)
        self.padding: Floats = lower.get_param("pad").reshape(-1)
        self.lower_bias: Floats = np.ascontiguousarray(lower.get_param("b").reshape(-1))
        self.upper: Floats = np.ascontiguousarray(upper.get_param("W").T)
        self.upper_bias: Floats = np.ascontiguousarray(upper.get_param("b"))
        self.features: Floats = np.empty((0, len(self.padding)), dtype=np.float32)

    def __getattr__(self, name: str) -> Any:
        if name == "component":
            raise AttributeError(name)
        return getattr(self.component, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return Decoded, (self.component, self.decode)

    def __call__(self, doc: Doc) -> Doc:
        """Parse one doc, in place."""
        self.component.set_annotations([doc], self.predict([doc]))
        return doc

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 128, **_: Any) -> Iterator[Doc]:
        """Parse docs, in place, in the order in which they come.

        What fails in a batch is handed on to the component's own handler of errors.
        """
        handler = self.component.get_error_handler()
        waiting = iter(docs)
        while together := list(islice(waiting, batch_size)):
            try:
                self.component.set_annotations(together, self.predict(together))
            except Exception as error:  # noqa: BLE001 (as spaCy does: the handler raises, or takes it)
                handler(self.component.name, self.component, together, error)
            else:
                yield from together

    def predict(self, docs: Sequence[Doc]) -> Any:
        """Return the states of docs at their ends."""
        if not any(len(doc) for doc in docs):
            return self.component.moves.init_batch(docs)
        vectors = self.tok2vec.predict(docs)
        states: list[Any] = []
        start = 0
        # One doc at a time: the features of its tokens, some kilobytes each, are used while they are at hand.
        for doc in docs:
            n = len(doc)
            features = self._room_for(n + 1)
            if n:
                np.matmul(vectors[start : start + n], self.lower, out=features[1:])
            start += n
            states += self.decode(
                self.component,
                [doc],
                features,
                self.lower_bias,
                self.upper,
                self.upper_bias,
                self.n_features,
                self.n_hidden,
            )
        return states

    def _room_for(self, rows: int) -> Floats:
        """Return so many rows of features, of which the first is the padding's."""
        if rows > len(self.features):
            self.features = np.empty((max(rows, 1024) * 5 // 4, len(self.padding)), dtype=np.float32)
            self.features[0] = self.padding
        return self.features[:rows]
