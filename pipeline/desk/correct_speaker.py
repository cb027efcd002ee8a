"""A person says who speaks in a quotation: noted for good, and obeyed at once by all who read quotations."""

from __future__ import annotations

from pipeline.curation.decisions_now import decide
from pipeline.errors import ConfigError
from pipeline.load import load_arrow
from pipeline.settings import Settings
from pipeline.store import Store


def correct_speaker(settings: Settings, quote_id: str, *, speaker: str | None, reason: str) -> str:
    """Note who speaks in a quotation, and return the path of the note.

    Args:
        settings: where the tables lie, and the file of decisions.
        quote_id: of a published quotation.
        speaker: an entity of its article, by the id that tables or views give it, or by its name; None for
            nobody among them.
        reason: why; kept with the decision.

    Raises:
        ConfigError: nothing of that id is published, or its article names no such entity, or several.
        InputError: it is no decision: there is no reason. Nothing is noted.
    """
    store = Store(settings.data_dir)
    found = load_arrow(
        "quotes",
        columns=["day", "article_id", "quote_id"],
        where={"quote_id": quote_id},
        latest=True,
        as_indexed=False,
        data_dir=settings.data_dir,
    ).to_pylist()
    [quote] = found  # one that is not there was an error
    decision = {
        "action": "wrong-speaker",
        "quote_id": quote_id,
        "article_id": quote["article_id"],
        "speaker_id": None if speaker is None else _entity(settings, quote, speaker),
        "reason": reason,
    }
    return decide(store, decision, settings.decisions_file)


def _entity(settings: Settings, quote: dict[str, object], speaker: str) -> str:
    """Return the id that the quotation's article has for an entity."""
    entities = load_arrow(
        "article_entities",
        days=quote["day"],  # type: ignore[arg-type]
        columns=["id_in_article", "entity_id", "name", "n_mentions"],
        where={"article_id": quote["article_id"]},
        data_dir=settings.data_dir,
    ).to_pylist()
    for key in ("id_in_article", "entity_id", "name"):
        meant = [entity for entity in entities if entity[key] == speaker]
        if len(meant) == 1 or (meant and key != "name"):
            return str(meant[0]["id_in_article"])
        if meant:
            ids = ", ".join(entity["id_in_article"] for entity in meant)
            raise ConfigError(f"article {quote['article_id']} names several {speaker!r}: say which ({ids})")
    ranked = sorted(entities, key=lambda entity: (-entity["n_mentions"], entity["name"]))
    there = ", ".join(f"{entity['name']} ({entity['id_in_article']})" for entity in ranked[:12])
    raise ConfigError(f"article {quote['article_id']} has no entity {speaker!r}; it has {there or 'none'}")
