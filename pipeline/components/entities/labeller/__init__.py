"""A small network that looks over what the model and the rules took for names, and decides anew.

`features.py` describes each word of a document: itself, what the model and the rules say of it, and how its
other occurrences in the document are used. `network.py` reads each word that may belong to a name with three
words on each side, gives every label a score, and takes the best sequence of labels. Trained by
`training/names.py`; the weights and their card lie in `pipeline/models/names`.
"""

from pipeline.components.entities.labeller.labelled import read_labels, relabelled
from pipeline.components.entities.labeller.network import LabelReading

__all__ = ["LabelReading", "read_labels", "relabelled"]
