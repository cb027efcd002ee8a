"""The forms of English verbs and nouns, from their base form.

These are rules of spelling, not words: a second language brings a module of its own, or lists every form in
`cue_irregular_pasts.txt`.
"""

from __future__ import annotations

from itertools import pairwise

from pipeline.lexicons import Lexicon

_VOWELS = "aeiou"


def inflected(lexicon: Lexicon, verb: str) -> tuple[str, ...]:
    """Return the forms of a verb: base, -s, -ing, past and participle.

    Args:
        lexicon: whose list of irregular pasts goes before the rules.
        verb: base form, lower case.
    """
    irregular = lexicon.entries("cue_irregular_pasts").get(verb)
    doubles = doubles_consonant(verb, lexicon.ordered("quotes.doubling_endings"))
    pasts = tuple(irregular.split()) if irregular is not None else _regular_pasts(verb, doubles)
    return tuple(dict.fromkeys((verb, with_s(verb), *_participles(verb, doubles), *pasts)))


def with_s(word: str) -> str:
    """Return the plural of a noun, which is also the third person of a verb."""
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def doubles_consonant(verb: str, endings: tuple[str, ...]) -> bool:
    """Return whether a verb doubles its last consonant before -ed and -ing (nod, admit).

    Args:
        verb: base form, lower case.
        endings: of the verbs of more than one syllable that do.
    """
    if len(verb) < 3 or verb[-1] in _VOWELS + "wxyh" or verb[-2] not in _VOWELS or verb[-3] in _VOWELS:
        return False
    syllables = sum(a in _VOWELS and b not in _VOWELS for a, b in pairwise(verb))
    return syllables == 1 or verb.endswith(endings)


def _participles(verb: str, doubles: bool) -> tuple[str, ...]:
    if verb.endswith("ie"):
        return (verb[:-2] + "ying",)
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return (verb[:-1] + "ing",)
    if verb.endswith("el"):
        return (verb + "ing", verb + "ling")
    return (verb + verb[-1] + "ing",) if doubles else (verb + "ing",)


def _regular_pasts(verb: str, doubles: bool) -> tuple[str, ...]:
    if verb.endswith("e"):
        return (verb + "d",)
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return (verb[:-1] + "ied",)
    if verb.endswith("el"):
        return (verb + "ed", verb + "led")
    return (verb + verb[-1] + "ed",) if doubles else (verb + "ed",)
