"""Entities of a document: names, which of them are the same, what else refers to them, where places are."""

from pipeline.components.entities.find import find_entities, make_entities
from pipeline.components.entities.keys import canonical_key

__all__ = ["canonical_key", "find_entities", "make_entities"]
