"""What was found in a text, drawn over it: the text is cut at every boundary, so that layers may overlap."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

type LayerKind = Literal["quote", "cue", "speaker", "claim", "mention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A span of the text that stands for something.

    Attributes:
        start: first code point.
        end: after the last one.
        kind: what it is.
        id: of the row; the anchor is `<kind>-<id>`.
        number: of the row among those of its kind, from 1.
        style: further classes, such as the kind of quotation.
        label: what it says when it is pointed at.
        entity_id: the entity that is meant, for a link; empty where there is none.
    """

    start: int
    end: int
    kind: LayerKind
    id: str
    number: int
    style: str = ""
    label: str = ""
    entity_id: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text with the same layers over all of it.

    Attributes:
        start: first code point.
        text: of the piece.
        layers: over it, in the order of their starts.
        opened: of these, those of which no piece came before: their anchors stand before this piece.
        closed: of these, those that end here for good.
    """

    start: int
    text: str
    layers: tuple[Layer, ...]
    opened: tuple[Layer, ...]
    closed: tuple[Layer, ...]

    @property
    def classes(self) -> str:
        """Its classes: by kind, style and number."""
        names = dict.fromkeys(
            name
            for layer in self.layers
            for name in (layer.kind, *layer.style.split(), f"{layer.kind}{layer.number}")
        )
        return " ".join(names)

    @property
    def anchors(self) -> str:
        """The anchors of the rows that it belongs to."""
        return " ".join(dict.fromkeys(f"{layer.kind}-{layer.id}" for layer in self.layers))

    @property
    def label(self) -> str:
        """What it says when it is pointed at."""
        return "\n".join(dict.fromkeys(layer.label for layer in self.layers if layer.label))

    @property
    def entity_id(self) -> str:
        """The entity of the shortest mention over it; empty where there is none."""
        named = [layer for layer in self.layers if layer.entity_id]
        return min(named, key=lambda layer: layer.end - layer.start).entity_id if named else ""


def pieces(text: str, layers: Iterable[Layer]) -> Iterator[Piece]:
    """Yield the text in pieces, whole and in order.

    Args:
        text: of the article.
        layers: in any order, nested or overlapping; of a row there may be several spans.
    """
    ordered = sorted(layers, key=lambda layer: (layer.start, -layer.end, layer.kind, layer.number))
    inside = [layer for layer in ordered if 0 <= layer.start < layer.end <= len(text)]
    cuts = sorted({0, len(text), *(at for layer in inside for at in (layer.start, layer.end))})
    lasts: dict[tuple[str, str], int] = {}
    for layer in inside:
        key = (layer.kind, layer.id)
        lasts[key] = max(lasts.get(key, 0), layer.end)
    over: list[Layer] = []
    opened: set[tuple[str, str]] = set()
    coming = iter([*inside, None])
    upcoming = next(coming)
    for start, end in itertools.pairwise(cuts):
        over = [layer for layer in over if layer.end > start]
        while upcoming is not None and upcoming.start == start:
            over.append(upcoming)
            upcoming = next(coming)
        new = [layer for layer in over if (layer.kind, layer.id) not in opened]
        opened.update((layer.kind, layer.id) for layer in new)
        closed = [layer for layer in over if layer.end == end == lasts[layer.kind, layer.id]]
        yield Piece(start, text[start:end], tuple(over), tuple(new), tuple(closed))


def article_layers(
    quotes: Sequence[Mapping[str, Any]],
    claims: Sequence[Mapping[str, Any]],
    mentions: Sequence[Mapping[str, Any]],
) -> list[Layer]:
    """Return the layers of an article.

    Args:
        quotes: rows of the article with `content_spans`, `cue_spans`, `speaker_spans`, `kind`, `quote_id`,
            `number` and `label`.
        claims: rows with `claim_id`, `start_char`, `end_char`, `voice`, `number` and `label`.
        mentions: rows with `mention_id`, `start_char`, `end_char`, `kind`, `entity_id` and `label`.
    """
    found = []
    for quote in quotes:
        parts: tuple[tuple[str, LayerKind, str, str], ...] = (
            ("content_spans", "quote", quote["kind"], quote["label"]),
            ("cue_spans", "cue", "", ""),
            ("speaker_spans", "speaker", "", ""),
        )
        for column, kind, style, label in parts:
            for span in quote[column] or ():
                found.append(
                    Layer(
                        start=span["start_char"],
                        end=span["end_char"],
                        kind=kind,
                        id=quote["quote_id"],
                        number=quote["number"],
                        style=style,
                        label=label,
                    )
                )
    for claim in claims:
        found.append(
            Layer(
                start=claim["start_char"],
                end=claim["end_char"],
                kind="claim",
                id=claim["claim_id"],
                number=claim["number"],
                style=claim["voice"],
                label=claim["label"],
            )
        )
    for number, mention in enumerate(mentions, 1):
        found.append(
            Layer(
                start=mention["start_char"],
                end=mention["end_char"],
                kind="mention",
                id=mention["mention_id"],
                number=number,
                style=mention["kind"],
                label=mention["label"],
                entity_id=mention["entity_id"] or "",
            )
        )
    return found
