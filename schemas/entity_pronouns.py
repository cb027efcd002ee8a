"""The derived table of the pronouns that persons go by."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from schemas.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPronouns(Row):
    """One row per person whom the articles of all days call he or she: how often each.

    It counts words that were printed, and says no more: not who somebody is. Pronouns that were given to a
    person by their given name are left out, since they would only say what the name is taken for, and so are
    those whose person is unsure (a score below 0.6). Whoever has no row is called neither: show them as
    unknown, beside the others.
    """

    table_name: ClassVar[str] = "entity_pronouns"
    key: ClassVar[tuple[str, ...]] = ("entity_id",)
    is_derived: ClassVar[bool] = True

    entity_id: Annotated[str, "as in entity_index"]
    pronoun: Annotated[
        Literal["he", "she"] | None, "the one of at least nine in ten; null where both are used"
    ] = None
    n_he: Annotated[int, "he, him, his, himself; with those of entities merged into it"]
    n_she: Annotated[int, "she, her, hers, herself; with those of entities merged into it"]
