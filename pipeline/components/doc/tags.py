"""Sets of Penn tags and dependency labels that several rooms read: the labels of the model, no words."""

VERB_TAGS = frozenset(("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"))
PREDICATE_TAGS = VERB_TAGS | {"MD"}
"""Verbs and modals."""
FINITE_TAGS = frozenset(("VBD", "VBP", "VBZ", "MD"))
NOUN_TAGS = frozenset(("NN", "NNS", "NNP", "NNPS"))
NAME_TAGS = frozenset(("NNP", "NNPS"))

SUBJECT_DEPS = frozenset(("nsubj", "nsubjpass"))
"""Labels of a noun phrase that is the subject of its verb."""
