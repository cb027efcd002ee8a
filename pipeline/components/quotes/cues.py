"""The words that attribute: reporting verbs, nouns and adjectives, by every form of theirs.

The parse stage runs no lemmatizer, so the forms of each verb are made here, once, from the lexicon of verbs
and that of irregular pasts. All keys are lower-cased forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.components.quotes.inflection import inflected, with_s
from pipeline.lexicons import Lexicon

CueKind = Literal["speech", "thought", "show"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting word.

    Attributes:
        lemma: as the lexicon has it.
        kind: speech (said or written), thought (with felt and wanted), show (evidence, not a speaker).
        frames: letters, see the head of `lexicons/en/cue_verbs.txt`.
        prepositions: those whose object is content.
    """

    lemma: str
    kind: CueKind
    frames: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cues:
    """The reporting words of a language; ask for them with `lexicon.made(read_cues)`.

    Attributes:
        verbs: every form of every reporting verb.
        nouns: the reporting nouns, singular and plural.
        adjectives: those that take a content ("aware that").
        sources: the first word of a preposition that names a source, with its second ("according", "to").
        reporting: all of these together.
        naming_verbs: every form of the verbs that give a name ("a print called “Boats at Dawn”").
        work_verbs: every form of the verbs whose object in quotation marks is a title ("sang “Summer Rain”").
        idiom_verbs, idiom_objects: "put" and "it" of "as she put it".
    """

    verbs: Mapping[str, Cue]
    nouns: Mapping[str, Cue]
    adjectives: Mapping[str, Cue]
    sources: Mapping[str, str]
    reporting: frozenset[str]
    naming_verbs: frozenset[str]
    work_verbs: frozenset[str]
    idiom_verbs: frozenset[str]
    idiom_objects: frozenset[str]


def read_cues(lexicon: Lexicon) -> Cues:
    """Return the reporting words of a language.

    Raises:
        ValueError: a list names a kind of cue that there is not.
    """
    verbs, nouns = _read_verbs(lexicon), _read_nouns(lexicon)
    adjectives = {word: Cue(word, cue_kind(kind)) for word, kind in lexicon.entries("cue_adjectives").items()}
    sources = lexicon.entries("quotes.source_prepositions")
    return Cues(
        verbs=verbs,
        nouns=nouns,
        adjectives=adjectives,
        sources=sources,
        reporting=frozenset((*verbs, *nouns, *adjectives, *sources)),
        naming_verbs=frozenset(
            form for verb in lexicon.words("naming_verbs") for form in inflected(lexicon, verb)
        ),
        work_verbs=frozenset(
            form for verb in lexicon.words("work_verbs") for form in inflected(lexicon, verb)
        ),
        idiom_verbs=lexicon.words("quotes.idiom_verbs"),
        idiom_objects=lexicon.words("quotes.idiom_objects"),
    )


def cue_kind(word: str) -> CueKind:
    """Return a word of a lexicon as the kind of cue that it names.

    Raises:
        ValueError: it names none.
    """
    if word == "speech":
        return "speech"
    if word == "thought":
        return "thought"
    if word == "show":
        return "show"
    raise ValueError(f"unknown kind of cue in a lexicon: {word!r}")


def _read_verbs(lexicon: Lexicon) -> dict[str, Cue]:
    table: dict[str, Cue] = {}
    for lemma, value in lexicon.entries("cue_verbs").items():
        kind, *frames = value.split()
        cue = Cue(
            lemma,
            cue_kind(kind),
            frozenset(frame for frame in frames if ":" not in frame),
            frozenset(frame.partition(":")[2] for frame in frames if ":" in frame),
        )
        for form in inflected(lexicon, lemma):
            table.setdefault(form, cue)
    return table


def _read_nouns(lexicon: Lexicon) -> dict[str, Cue]:
    table = {}
    for noun, kind in lexicon.entries("cue_nouns").items():
        table[noun] = table[with_s(noun)] = Cue(noun, cue_kind(kind))
    return table
