"""Entities of a document: names, which of them are the same, what else refers to them, where places are."""

from pipeline.components.entities.find import find_entities, make_entities
from pipeline.components.entities.keys import canonical_key
from pipeline.components.entities.names import NameReading, read_names

__all__ = ["NameReading", "canonical_key", "find_entities", "make_entities", "read_names"]
