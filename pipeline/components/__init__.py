"""The extractors. Each file is one pure function over a parsed `Doc`, and a spaCy factory for it.

They run in the order entities, quotes, claims; a later one reads the layers of those before it
(see `layers.py`). They know nothing of articles, tables or stores.
"""

import pipeline.accelerator.finder  # noqa: F401 - from here on, modules are imported as they are built
