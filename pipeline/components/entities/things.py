"""Storms and models of one document: a storm by its bare name, a model by its number."""

from __future__ import annotations

import re
from collections import defaultdict

from pipeline.components.entities.cluster import Form, Forms, by_root
from pipeline.lexicons import Lexicon

_NUMBER = re.compile(r"[A-Za-z]{1,4} ?- ?\d{1,4}[A-Za-z]{0,2}")
"""The number of a model: MK-57, T-90M; that of a phone (its name and "15") may be one of several."""


def join_storms(forms: Forms, lexicon: Lexicon) -> None:
    """Join "Odile" to "Hurricane Odile", as an event, where no person of the document is called so."""
    openers = lexicon.words("entities.storms")
    storms = [form for form in forms.values() if len(form.key) > 1 and form.key[-2] in openers and form.names]
    if not storms:
        return
    of_persons = {
        word for form in forms.values() if form.label == "PERSON" and len(form.key) > 1 for word in form.key
    }
    for storm in storms:
        bare = forms.get(storm.key[-1:])
        if bare is not None and storm.key[-1] not in of_persons:
            storm.label = bare.label = "EVENT"
            bare.join(storm, "storm", 0.9)


def join_models(forms: Forms) -> None:
    """Join "MK-57" to "Marrow Keel MK-57", the only product whose name begins or ends so."""
    products = [form for form in forms.values() if form.label == "PRODUCT" and form.names]
    numbers = [form for form in products if _NUMBER.fullmatch(form.text)]
    if not numbers or len(products) < 2:
        return
    by_edge: dict[tuple[str, ...], list[Form]] = defaultdict(list)
    for form in products:
        for size in range(1, len(form.key)):
            by_edge[form.key[:size]].append(form)
            by_edge[form.key[-size:]].append(form)
    for form in numbers:
        found = by_root(by_edge.get(form.key, []))
        if len(found) == 1:
            (whole,) = found.values()
            form.join(whole, "model", 0.85)
