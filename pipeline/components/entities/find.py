"""Entities: the persons, organisations and places of a document, each once, with all its mentions.

`find_entities` is the whole: names (`names`, `overlooked`), which of them are the same (`clusters`), what the
document says they are (`descriptions`), pronouns, where places are (`places`), and how much the document is
about each (`salience`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components.doc.columns import Columns, read_columns
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.certainty import calibrated
from pipeline.components.entities.cluster import SAME_NAME, Cluster
from pipeline.components.entities.clusters import cluster_names
from pipeline.components.entities.descriptions import describe
from pipeline.components.entities.keys import NameKeys
from pipeline.components.entities.links import Lookup, best_candidate
from pipeline.components.entities.names import NameReading, find_names, read_names
from pipeline.components.entities.places import PlaceLink, link_places
from pipeline.components.entities.possessives import resolve_possessives
from pipeline.components.entities.pronouns import Pronoun, resolve_pronouns
from pipeline.components.entities.referents import Nominal
from pipeline.components.entities.roles import Role, role_gender
from pipeline.components.entities.salience import salience
from pipeline.components.layers import Entity, Mention, write_layer
from pipeline.lexicons import Lexicon

_NOWHERE = PlaceLink()


def find_entities(
    doc: Doc,
    *,
    title: str | None = None,
    lookup: Lookup | None = None,
    columns: Columns | None = None,
    names: NameReading | None = None,
    lexicon: Lexicon | None = None,
) -> Iterator[Entity]:
    """Yield the entities of a document, in order of their first mention by name.

    Args:
        doc: a document with named entities (`doc.ents`); tags and a parse make the result better.
        title: of the article, evidence for salience; the first line where None, if the text has several.
        lookup: candidates of a knowledge base for a name (`pipeline.curation.aliases`); without one,
            only countries, subdivisions and cities are linked.
        columns: of the document, where somebody has read them already.
        names: of the document, from `read_names`, where many were read at once.
        lexicon: the words of its language, where `columns` are not given; by the document's language where
            None.

    Raises:
        FileNotFoundError: there are no words of the document's language.
    """
    if names is None:
        (names,) = read_names([columns or read_columns(doc, lexicon=lexicon)])
    tokens = names.tokens
    clusters = cluster_names(find_names(names), tokens)
    described = describe(clusters, tokens)
    clusters = _with_genders(clusters, described.roles, tokens.lexicon)
    nominals: dict[int, list[Nominal]] = defaultdict(list)
    for nominal in described.nominals:
        nominals[nominal.cluster].append(nominal)
    pronouns: dict[int, list[Pronoun]] = defaultdict(list)
    for pronoun in [
        *resolve_pronouns(clusters, tokens, described.nominals),
        *resolve_possessives(clusters, tokens),
    ]:
        pronouns[pronoun.cluster].append(pronoun)
    links = link_places(clusters, tokens)
    if lookup is not None:
        links |= _looked_up(clusters, links, lookup)
    headline = _headline_words(title, tokens)
    for i, cluster in enumerate(clusters):
        yield _entity(
            cluster,
            mentions=_mentions(doc, cluster, pronouns.get(i, ()), nominals.get(i, ())),
            role=_role(described.roles.get(i, ())) if cluster.label == "PERSON" else None,
            link=links.get(i, _NOWHERE),
            headline=headline,
            tokens=tokens,
        )


def _with_genders(
    clusters: Sequence[Cluster], roles: Mapping[int, Sequence[Role]], lexicon: Lexicon
) -> list[Cluster]:
    """Return the clusters, with the gender that a role shows where no title has shown one."""
    return [
        replace(cluster, gender=role_gender(roles[i], lexicon))
        if i in roles and cluster.label == "PERSON" and not cluster.gender
        else cluster
        for i, cluster in enumerate(clusters)
    ]


def _looked_up(
    clusters: Sequence[Cluster], linked: Mapping[int, PlaceLink], lookup: Lookup
) -> dict[int, PlaceLink]:
    """Return the links that a knowledge base gives to the clusters without one, by cluster number."""
    links = {}
    for i, cluster in enumerate(clusters):
        if i not in linked and (candidate := best_candidate(cluster, lookup)):
            links[i] = PlaceLink(
                wikidata_id=candidate.id, method="alias_table", score=round(candidate.prior, 3)
            )
    return links


def _role(roles: Sequence[Role]) -> str | None:
    """Return the role to print: the first of those with modifiers, else the first."""
    return max(roles, key=lambda role: (len(role.modifiers) > 0, -role.at)).text if roles else None


def _mentions(
    doc: Doc, cluster: Cluster, pronouns: Sequence[Pronoun], nominals: Sequence[Nominal]
) -> list[Mention]:
    """Return all mentions of a cluster, in text order."""
    mentions = []
    for name in cluster.names:
        reason = cluster.reasons.get(name, SAME_NAME)
        mentions.append(
            Mention(
                span=Span(doc, name.start, name.end, label=cluster.label),
                kind="name",
                method=reason.rule if name.method == "ner" else f"{name.method}+{reason.rule}",
                score=round(calibrated(name.score * reason.certainty), 3),
            )
        )
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
    return sorted(mentions, key=lambda mention: mention.span.start)


def _entity(
    cluster: Cluster,
    *,
    mentions: Sequence[Mention],
    role: str | None,
    link: PlaceLink,
    headline: frozenset[str],
    tokens: Tokens,
) -> Entity:
    last_word = tokens.lexicon.made(NameKeys).name_words(cluster.name)[-1:] if headline else ()
    return Entity(
        name=link.name or cluster.name,
        label=cluster.label,
        mentions=tuple(mentions),
        is_local=cluster.is_local or link.is_ambiguous,
        role=role,
        salience=salience(
            n_named=len(cluster.names),
            n_mentions=len(mentions),
            first=mentions[0].span.start,
            n_tokens=len(tokens),
            in_title=not headline.isdisjoint(last_word),
        ),
        wikidata_id=link.wikidata_id,
        geonames_id=link.geonames_id,
        country_code=link.country_code,
        link_method=link.method,
        link_score=link.score,
    )


def _headline_words(title: str | None, tokens: Tokens) -> frozenset[str]:
    """Return the plain words of the title, else of the first line if the text has several."""
    if title is None and tokens.lines and tokens.lines[-1] > 0:
        title = " ".join(word for word, line in zip(tokens.words, tokens.lines, strict=True) if line == 0)
    return frozenset(tokens.lexicon.made(NameKeys).name_words(title or ""))


@Language.factory("entities", assigns=["doc.spans"])
def make_entities(nlp: Language, name: str) -> Any:
    """Return the spaCy component that stores the entities of a document as `doc.spans["entities"]`."""
    return _store_entities


def _store_entities(doc: Doc) -> Doc:
    # A function of the module: spaCy pickles components for the processes that it spawns.
    write_layer(doc, "entities", find_entities(doc))
    return doc
