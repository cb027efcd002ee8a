"""Layers outlive the process that made them."""

import multiprocessing

import pytest
import spacy.language
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokens import Doc

import pipeline.components  # noqa: F401

TEXT = (
    "Mayor Ilse Brandt said that the harbour wall would be rebuilt. “It is a promise,” she told the council."
)


def printed(doc: Doc) -> list[tuple[str, ...]]:
    return [
        *((entity.name, entity.label) for entity in doc._.entities),
        *((quotation.kind, *map(str, quotation.content)) for quotation in doc._.quotes),
        *((claim.claimer_kind, str(claim.span)) for claim in doc._.claims),
    ]


@pytest.mark.slow
def test_the_components_run_in_spawned_processes(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of Linux the rule: such processes get the pipeline and its extensions pickled."""
    parsed = [nlp(TEXT), nlp("Nobody spoke."), nlp(TEXT)]
    pipes = English(nlp.vocab)
    for name in ("entities", "quotes", "claims"):
        pipes.add_pipe(name)
    alone = [printed(doc) for doc in pipes.pipe([doc.copy() for doc in parsed])]
    monkeypatch.setattr(spacy.language, "mp", multiprocessing.get_context("spawn"))
    assert [printed(doc) for doc in pipes.pipe(parsed, n_process=2, batch_size=1)] == alone
    assert {row[0] for row in alone[0]} >= {"Ilse Brandt", "indirect", "direct", "attributed"}
