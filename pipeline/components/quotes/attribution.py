"""Rules that find who said what in a parsed document: content, cue and speaker, from words and dependencies.

One pass over the tokens looks up the words that attribute (`cues.py`) and reads content and speaker off the
dependency tree, each kind of cue by a rule of its own (`verb_cues.py`, `other_cues.py`); headlines,
transcripts and block quotations show in their layout (`layouts.py`); then what stands in quotation marks is
joined with it (`marked.py`). What comes out knows nothing of entities: see `speakers.py`.

After the observations on PolNeAR (Newell et al. 2018) and those of Krestel et al. (2008) on reported speech
in news.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.components.doc.tags import NOUN_TAGS, VERB_TAGS
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.cues import Cues, read_cues
from pipeline.components.quotes.debris import outside_debris
from pipeline.components.quotes.interviews import from_interviews
from pipeline.components.quotes.labels import read_labels, unlabelled
from pipeline.components.quotes.layouts import from_blocks, from_colons
from pipeline.components.quotes.marked import with_regions
from pipeline.components.quotes.other_cues import from_adjective, from_noun, from_source
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.components.quotes.region import Region
from pipeline.components.quotes.set_off import from_set_off
from pipeline.components.quotes.turns import from_named_posts, from_posts, from_turns
from pipeline.components.quotes.verb_cues import from_verb


def find_attributions(parse: Parse, regions: Sequence[Region]) -> list[QuoteCandidate]:
    """Find the quotations of a document by rules.

    Args:
        parse: of the document; where it has no dependencies, hardly anything can be found.
        regions: of its text, from `find_regions`.

    Returns:
        Candidates in order of their content's start; nested ones included.
    """
    speakers = read_labels(parse)
    without = unlabelled(parse, speakers)
    layouts = [
        *from_turns(parse, speakers, without=without),
        *from_interviews(parse, speakers, within=without),
        *from_posts(parse),
        *from_named_posts(parse),
    ]
    labels = {t for candidate in layouts for t in candidate.cue}
    colons = [candidate for candidate in from_colons(parse) if candidate.cue[-1] not in labels]
    unmarked = [*_from_cues(parse), *colons, *from_blocks(parse)]
    marked = outside_debris(parse, [*with_regions(parse, regions, unmarked), *layouts])
    candidates = _without_doubles(marked)
    return sorted(candidates, key=lambda c: (c.content[0][0], -c.content[-1][1]))


def _from_cues(parse: Parse) -> Iterator[QuoteCandidate]:
    cues = parse.lexicon.made(read_cues)
    for i, word in enumerate(parse.words):
        if word in cues.reporting:
            candidate = _from_cue(parse, i, cues)
            if candidate is not None:
                yield candidate


def _from_cue(parse: Parse, i: int, cues: Cues) -> QuoteCandidate | None:
    """Return what a word attributes, read as what its tag says that it is."""
    word, tag = parse.words[i], parse.tags[i]
    if word in cues.verbs and tag in VERB_TAGS:
        return from_verb(parse, i, cues.verbs[word]) or from_set_off(parse, i, cues.verbs[word])
    if word in cues.nouns and tag in NOUN_TAGS:
        return from_noun(parse, i, cues.nouns[word])
    if word in cues.sources:
        return from_source(parse, i, cues.sources[word])
    if word in cues.adjectives:
        return from_adjective(parse, i, cues.adjectives[word])
    return None


def _without_doubles(candidates: Iterable[QuoteCandidate]) -> list[QuoteCandidate]:
    """Keep the first of two candidates with the same content."""
    kept: dict[tuple[Range, ...], QuoteCandidate] = {}
    for candidate in candidates:
        kept.setdefault(tuple(candidate.content), candidate)
    return list(kept.values())
