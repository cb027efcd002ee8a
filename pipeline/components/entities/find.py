"""Entities: the persons, organisations and places of a document, each once, with all its mentions.

`find_entities` is the whole: names (`mentions`, `overlooked`), which of them are the same (`clusters`), what
the document says they are (`nominals`), pronouns, where places are (`places`), and how much the document is
about each (`salience`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components import layers
from pipeline.components.doc.columns import Columns, read_columns
from pipeline.components.doc.tokens import Tokens, read_tokens
from pipeline.components.entities.clusters import Cluster, cluster_names
from pipeline.components.entities.descriptions import Nominal, Role, describe, role_gender
from pipeline.components.entities.keys import canonical_key, name_words
from pipeline.components.entities.links import Lookup, best_candidate
from pipeline.components.entities.names import find_names
from pipeline.components.entities.places import Place, link_places
from pipeline.components.entities.possessives import resolve_possessives
from pipeline.components.entities.pronouns import Pronoun, resolve_pronouns
from pipeline.components.entities.salience import salience
from pipeline.components.layers import Entity, Mention

__all__ = ["canonical_key", "find_entities", "make_entities"]


def find_entities(
    doc: Doc, *, title: str | None = None, lookup: Lookup | None = None, columns: Columns | None = None
) -> Iterator[Entity]:
    """Yield the entities of a document, in order of their first mention by name.

    Args:
        doc: a document with named entities (`doc.ents`); tags and a parse make the result better.
        title: of the article, evidence for salience; `doc._.title` where None.
        lookup: candidates of a knowledge base for a name (`pipeline.curation.aliases`); without one,
            only countries, subdivisions and cities are linked.
        columns: of the document, where somebody has read them already.
    """
    tokens = read_tokens(columns or read_columns(doc))
    clusters = cluster_names(find_names(doc, tokens), tokens)
    described = describe(clusters, tokens)
    for i, roles in described.roles.items():
        if clusters[i].label == "PERSON":
            clusters[i].gender = clusters[i].gender or role_gender(roles)
    nominals: dict[int, list[Nominal]] = {}
    for nominal in described.nominals:
        nominals.setdefault(nominal.cluster, []).append(nominal)
    pronouns: dict[int, list[Pronoun]] = {}
    for pronoun in [*resolve_pronouns(clusters, tokens), *resolve_possessives(clusters, tokens)]:
        pronouns.setdefault(pronoun.cluster, []).append(pronoun)
    places = link_places(clusters, tokens)
    if lookup is not None:
        for i, cluster in enumerate(clusters):
            if i not in places and (candidate := best_candidate(cluster, lookup)):
                places[i] = Place(
                    wikidata_id=candidate.id, method="alias_table", score=round(candidate.prior, 3)
                )
    nowhere = Place()
    headline = _title_words(doc._.title if title is None else title, tokens)
    for i, cluster in enumerate(clusters):
        role = _role(described.roles.get(i, [])) if cluster.label == "PERSON" else None
        yield _entity(
            doc, cluster, pronouns.get(i, []), nominals.get(i, []), role, places.get(i, nowhere), headline
        )


def _role(roles: list[Role]) -> str | None:
    """The role to print: the first of the fullest."""
    return max(roles, key=lambda role: (len(role.modifiers) > 0, -role.at)).text if roles else None


def _entity(
    doc: Doc,
    cluster: Cluster,
    pronouns: list[Pronoun],
    nominals: list[Nominal],
    role: str | None,
    place: Place,
    title: frozenset[str],
) -> Entity:
    last_word = name_words(cluster.name)[-1:] if title else ()
    mentions = [
        Mention(
            span=Span(doc, name.start, name.end, label=cluster.label),
            kind="name",
            method=name.rule if name.method == "ner" else f"{name.method}+{name.rule}",
            score=round(name.score * name.certainty, 3),
        )
        for name in cluster.names
    ]
    mentions += [
        Mention(
            span=Span(doc, p.token, p.token + 1, label=cluster.label),
            kind="pronoun",
            method=p.method,
            score=p.score,
        )
        for p in pronouns
    ]
    mentions += [
        Mention(
            span=Span(doc, n.start, n.end, label=cluster.label),
            kind="nominal",
            method=n.method,
            score=n.score,
        )
        for n in nominals
    ]
    mentions.sort(key=lambda mention: mention.span.start)
    return Entity(
        name=place.name or cluster.name,
        label=cluster.label,
        mentions=tuple(mentions),
        is_local=cluster.is_local or place.is_ambiguous,
        role=role,
        salience=salience(
            n_named=len(cluster.names),
            n_mentions=len(mentions),
            first=mentions[0].span.start,
            n_tokens=len(doc),
            in_title=last_word != () and last_word[0] in title,
        ),
        wikidata_id=place.wikidata_id,
        geonames_id=place.geonames_id,
        country_code=place.country_code,
        link_method=place.method,
        link_score=place.score,
    )


def _title_words(title: str | None, tokens: Tokens) -> frozenset[str]:
    """The words of the headline: the title, else the first line if the text has several."""
    if title is None and tokens.lines and tokens.lines[-1] > 0:
        title = " ".join(word for word, line in zip(tokens.words, tokens.lines, strict=True) if line == 0)
    return frozenset(name_words(title or ""))


@Language.factory("entities", assigns=["doc.spans"])
def make_entities(nlp: Language, name: str) -> Any:
    """Return the spaCy component that stores the entities of a document as `doc.spans["entities"]`."""
    return _store_entities


def _store_entities(doc: Doc) -> Doc:
    # A function of the module: spaCy pickles components for the processes that it spawns.
    layers.write_layer(doc, "entities", find_entities(doc))
    return doc
