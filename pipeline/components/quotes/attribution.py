"""Rules that find who said what in a parsed document: content, cue and speaker, from words and dependencies.

One pass over the tokens looks up reporting verbs, nouns, adjectives and "according to" (`cues.py`), and reads
content and speaker off the dependency tree; headlines, transcripts and block quotations are told by their
layout; then what stands in quotation marks is joined with it (`marked.py`). What comes out knows nothing of
entities: see `speakers.py`.

After the observations on PolNeAR (Newell et al. 2018) and those of Krestel et al. (2008) on reported speech
in news.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from pipeline.components.quotes import cues
from pipeline.components.quotes.candidates import Candidate, clean_candidate
from pipeline.components.quotes.marked import with_regions
from pipeline.components.quotes.parsed import (
    MARKS,
    NOUN_TAGS,
    VERB_TAGS,
    Parse,
    Range,
    kid,
    noun_phrase,
    subject_of,
)
from pipeline.components.quotes.regions import Region
from pipeline.lexicons import words

__all__ = ["Candidate", "Parse", "Range", "find_attributions"]

_FINITE_TAGS = frozenset(("VBD", "VBP", "VBZ", "VBN"))
_COPULAS = words("copulas")
_OBJECT_PREPOSITIONS = frozenset(
    ("as", "of", "for", "to", "with", "against", "on", "about", "over", "from", "by", "at", "in", "than")
)
_JUDGEMENT_PREPOSITIONS = frozenset(("as", "for", "of", "over"))
_NOUN_PREPOSITIONS = frozenset(("of", "for", "about", "on", "against", "to"))
_NO_SPEAKER = frozenset(["it", "there", "this", "that", "which", "what"])
_TIMES = frozenset(("DATE", "TIME"))


def find_attributions(parse: Parse, regions: Sequence[Region]) -> list[Candidate]:
    """Find the quotations of a document by rules.

    Args:
        parse: of the document; where it has no dependencies, hardly anything can be found.
        regions: of its text, from `find_regions`.

    Returns:
        Candidates in order of their content's start; nested ones included.
    """
    found = [*_from_cues(parse), *_from_colons(parse), *_from_blocks(parse)]
    found = with_regions(parse, regions, found)
    found = _without_doubles(found)
    found.sort(key=lambda c: (c.content[0][0], -c.content[-1][1]))
    return found


@cache
def _cue_words() -> frozenset[str]:
    return frozenset((*cues.verbs(), *cues.nouns(), *cues.adjectives(), "according"))


def _from_cues(parse: Parse) -> Iterator[Candidate]:
    verbs, nouns, adjectives = cues.verbs(), cues.nouns(), cues.adjectives()
    tags, known = parse.tags, _cue_words()
    for i, word in enumerate(parse.words):
        if word not in known:
            continue
        if word in verbs and tags[i] in VERB_TAGS:
            candidate = _from_verb(parse, i, verbs[word])
        elif word in nouns and tags[i] in NOUN_TAGS:
            candidate = _from_noun(parse, i, nouns[word])
        elif word == "according":
            candidate = _from_according(parse, i)
        elif word in adjectives:
            candidate = _from_adjective(parse, i, adjectives[word])
        else:
            continue
        if candidate is not None:
            yield candidate


def _from_verb(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    kids, deps, tags = parse.kids[i], parse.deps, parse.tags
    frames = cue.frames
    passive = any(deps[k] == "auxpass" for k in kids) or (tags[i] == "VBN" and deps[i] in ("acl", "advcl"))
    content: list[Range] = []
    cue_words = [i, *(k for k in kids if deps[k] in ("aux", "auxpass", "neg", "prt") and abs(k - i) < 4)]
    rule = ""
    has_object = any(deps[k] == "dobj" for k in kids)
    for k in kids:
        dep = deps[k]
        if dep == "ccomp" and frames & {"c", "x"}:
            content.append(parse.subtree(k))
            rule = "clause"
        elif dep == "xcomp" and (
            "i" in frames
            or (tags[k] == "VBG" and frames & {"c", "o"})
            or ("x" in frames and (has_object or passive))
        ):
            content.append(parse.subtree(k))
            rule = rule or "infinitive"
        elif dep == "xcomp" and "e" in frames:
            content.append(parse.subtree(k))
            rule = rule or "seem"
        elif (dep == "dobj" and frames & {"o", "x"} and "a" not in frames and not passive) or (
            dep == "oprd" and "x" in frames
        ):
            content.append(parse.subtree(k))
            rule = rule or "object"
        elif dep == "prep" and parse.words[k] in cue.prepositions and len(parse.kids[k]):
            content.append((k + 1, parse.subtree(k)[1]))
            cue_words.append(k)
            rule = rule or "preposition"
    if rule == "object":
        wanted = _OBJECT_PREPOSITIONS if "x" in frames else _JUDGEMENT_PREPOSITIONS
        content += [
            parse.subtree(k)
            for k in kids
            if k > i and deps[k] == "prep" and parse.words[k] in wanted and not _is_when(parse, k)
        ]
    subject = subject_of(parse, i)
    is_misread = "c" in frames and subject is not None and subject[1] <= i
    inverted = _inverted(parse, i) if is_misread else None
    if inverted is not None:
        content, subject, rule = _beside_inverted(parse, i, inverted), inverted, "parenthetical"
    elif not content and "c" in frames and deps[i] == "parataxis" and subject:
        content, rule = _around(parse, i), "parenthetical"
    if passive:
        theme = kid(parse, i, "nsubjpass")
        if (
            frames & {"o", "x"}
            and theme is not None
            and parse.words[theme] not in _NO_SPEAKER
            and rule != "clause"
        ):
            content.insert(0, parse.subtree(theme))
            rule = "passive"
        subject = _agent(parse, i)
    elif rule == "seem":
        theme = kid(parse, i, "nsubj")
        if theme is not None:
            content.insert(0, parse.subtree(theme))
        subject = None
    return clean_candidate(parse, content, cue_words, subject, cue.kind, rule, at=i)


def _is_when(parse: Parse, k: int) -> bool:
    """Tell whether a preposition brings a time: it belongs to the saying, not to what is said."""
    pobj = kid(parse, k, "pobj")
    return pobj is not None and parse.tree.ents[pobj] in _TIMES


def _around(parse: Parse, i: int) -> list[Range]:
    """The content of a reporting clause set into another: "Sales, he said, were great"."""
    start, end = parse.subtree(parse.heads[i])
    inner_start, inner_end = parse.subtree(i)
    return [(start, inner_start), (inner_end, end)]


def _inverted(parse: Parse, i: int) -> Range | None:
    """The speaker of ", said Miller," where the parse takes the words before the comma for the subject."""
    if i == 0 or parse.words[i - 1] != "," or parse.tags[i] not in ("VBD", "VBZ"):
        return None
    end = i + 1
    while end < parse.size and (parse.tags[end].startswith("NNP") or parse.tags[end] == "PRP"):
        end += 1
    return (i + 1, end) if i + 1 < end < parse.size and parse.words[end] == "," else None


def _beside_inverted(parse: Parse, i: int, speaker: Range) -> list[Range]:
    """The sentence on both sides of ", said Miller,"."""
    start, end = parse.tree.sentences[parse.tree.sentence_of[i]]
    return [(start, i - 1), (speaker[1] + 1, end)]


def _agent(parse: Parse, i: int) -> Range | None:
    agent = kid(parse, i, "agent")
    pobj = kid(parse, agent, "pobj") if agent is not None else None
    return noun_phrase(parse, pobj) if pobj is not None else None


def _from_noun(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    deps, tags = parse.deps, parse.tags
    content: list[Range] = []
    cue_words = [i]
    speaker: Range | None = None
    for k in parse.kids[i]:
        dep = deps[k]
        if dep == "poss":
            speaker = parse.trim(parse.subtree(k))
        elif k < i:
            continue
        elif (
            dep == "ccomp"
            or (
                dep == "acl"
                and tags[k] != "VBN"
                and any(deps[j] == "mark" or tags[j] == "TO" for j in parse.kids[k])
            )
            or (dep == "relcl" and any(deps[j] == "mark" and parse.words[j] == "that" for j in parse.kids[k]))
        ):
            content.append(parse.subtree(k))
        elif dep == "prep" and parse.words[k] in ("by", "from"):
            pobj = kid(parse, k, "pobj")
            speaker = noun_phrase(parse, pobj) if pobj is not None else speaker
    if speaker is not None and not content:
        for k in parse.kids[i]:
            if k > i and deps[k] == "prep" and parse.words[k] in _NOUN_PREPOSITIONS:
                content.append((k + 1, parse.subtree(k)[1]))
                cue_words.append(k)
                break
    if not content:
        return None
    verb = parse.heads[i]
    if speaker is None and deps[i] == "dobj" and tags[verb] in VERB_TAGS:
        speaker = subject_of(parse, verb)
        cue_words.append(verb)
    return clean_candidate(parse, content, cue_words, speaker, cue.kind, "noun", at=i)


def _from_according(parse: Parse, i: int) -> Candidate | None:
    """ "According to" and the clause that it belongs to."""
    to = i + 1
    if to >= parse.size or parse.words[to] != "to":
        return None
    pobj = kid(parse, to, "pobj")
    if pobj is None:
        pobj = kid(parse, i, "pobj")
    if pobj is None or pobj < i:
        return None
    end = parse.subtree(pobj)[1]
    head = parse.heads[i]
    while parse.tags[head] not in VERB_TAGS and parse.heads[head] != head:
        head = parse.heads[head]
    first, last = parse.subtree(head)
    pieces = [(first, i)] if head < i else [(first, i), (end, last)]
    found = clean_candidate(parse, pieces, [i, to], noun_phrase(parse, pobj), "speech", "according", at=i)
    return found


def _from_adjective(parse: Parse, i: int, cue: cues.Cue) -> Candidate | None:
    verb = parse.heads[i]
    if parse.deps[i] != "acomp" or parse.words[verb] not in _COPULAS:
        return None
    kids = sorted({*parse.kids[i], *parse.kids[verb]})
    content = [parse.subtree(k) for k in kids if k > i and parse.deps[k] in ("ccomp", "xcomp")]
    subject = subject_of(parse, verb)
    if subject is None or parse.words[subject[0]] in _NO_SPEAKER:
        return None
    return clean_candidate(parse, content, [verb, i], subject, cue.kind, "adjective", at=i)


def _from_colons(parse: Parse) -> Iterator[Candidate]:
    """Headlines and transcripts: "Mayor: We will rebuild the bridge"."""
    sources = cues.sources()
    for number, (start, end) in enumerate(parse.paragraphs):
        colon = next((t for t in range(start, min(end, start + 9)) if parse.words[t] == ":"), None)
        if colon is None or colon == start or colon + 2 > end:
            continue
        name = range(start, colon)
        if any(parse.is_empty[t] and parse.words[t] not in ("-", "(", ")", ".") for t in name):
            continue
        is_named = any(parse.tree.ents[t] in ("PERSON", "ORG") for t in name)
        is_shouted = all(parse.doc[t].text.isupper() or parse.is_empty[t] for t in name)
        last = parse.words[colon - 1]
        if not (is_shouted and number and is_named) and not (number == 0 and (is_named or last in sources)):
            continue
        if any(parse.tags[t] in _FINITE_TAGS for t in name):
            continue
        content = parse.trim((colon + 1, end))
        speaker = parse.trim((start, colon))
        if content is not None and speaker is not None and content[1] - content[0] > 1:
            yield Candidate([content], [colon], speaker, "speech", "colon")


def _from_blocks(parse: Parse) -> Iterator[Candidate]:
    """Block quotations: paragraphs without marks after "the ministry wrote:"."""
    verbs = cues.verbs()
    for number, (start, end) in enumerate(parse.paragraphs[:-1]):
        first, last = parse.paragraphs[number + 1]
        colon = end - 1
        if parse.words[colon] != ":" or parse.words[first] in MARKS or last - first < 8:
            continue
        for t in range(colon - 1, max(start, colon - 4) - 1, -1):
            cue = verbs.get(parse.words[t])
            if (
                cue is None
                or cue.kind != "speech"
                or not cue.frames & {"c", "q"}
                or parse.tags[t] not in VERB_TAGS
                or parse.deps[t] in ("relcl", "amod")
            ):
                continue
            # Its paragraphs are parted by line ends, the text around it by blank lines.
            at = number + 2
            while at < len(parse.paragraphs) and parse.line_ends(at) == 1 < parse.line_ends(number + 1):
                last = parse.paragraphs[at][1]
                at += 1
            subject = subject_of(parse, t)
            content = parse.trim((first, last))
            if subject is not None and content is not None:
                yield Candidate([content], [t], subject, cue.kind, "block")
            break


def _without_doubles(found: list[Candidate]) -> list[Candidate]:
    """Of two candidates with the same content keep the first."""
    seen: set[tuple[Range, ...]] = set()
    kept = []
    for candidate in found:
        key = tuple(candidate.content)
        if key not in seen:
            seen.add(key)
            kept.append(candidate)
    return kept
