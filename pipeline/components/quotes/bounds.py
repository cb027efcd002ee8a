"""Where content, cue and speaker begin and end, by the rulings of tests/gold/README.md.

The network and the rules hand on what they have learnt: contents with "that", cues with auxiliaries and
adverbs, speakers with an apposition behind them. And the parse lets a content run on: what stands in no marks
ends with the sentence of its cue, and what stands in marks in a sentence of its own is a quotation of its own
where its cue belongs to other words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.components.doc.tags import FINITE_TAGS, VERB_TAGS
from pipeline.components.quotes.candidates import LAYOUTS, QuoteCandidate
from pipeline.components.quotes.content_form import ContentForm, form_of
from pipeline.components.quotes.cues import read_cues
from pipeline.components.quotes.parsed import MARKS, Parse, Range, join_ranges, tokens_of
from pipeline.components.quotes.phrases import head_of, noun_of_relative, noun_phrase

_ENDS_NAME = frozenset((",", "(", "-", "--", "–", "—", ";", ":"))
"""What an apposition or a relative clause behind a name begins with."""
_GREATER_PART = 0.5
"""Share of what stands in marks from which on a content is meant to hold all of it."""
_LONGEST = 400
"""Words to either side in which the bounds of a sentence are looked for: longer ones are no sentences."""
_MOST_ABOVE = 4
"""Heads from a relative pronoun up to its clause."""
_THEMES = frozenset(("nsubjpass", "expl"))
_OF_VERB = frozenset(("prep", "npadvmod", "advmod"))
"""Labels of what tells when or where a verb takes place."""
_LEAST_BEFORE_HYPHEN = 2
"""Tokens in front of the second half of a word with a hyphen: its first half and the hyphen."""
_LONGEST_PARTICIPLE = 2
"""Tokens of a cue that is a participle and its preposition."""
_OF_ACTIVE = frozenset(("dobj", "aux", "auxpass", "nsubj", "nsubjpass", "ccomp"))
"""Labels of what a participle that modifies a noun does not have."""
_IN_PHRASES = ("NN", "JJ", "DT", "POS", "PRP$")
"""Tags of what stands in front of a noun and belongs to it, by their first letters."""
_TITLES_IN_A_ROW = frozenset(("and", "&"))


def in_its_sentence(parse: Parse, candidate: QuoteCandidate, marked: Sequence[bool]) -> QuoteCandidate | None:
    """Return a candidate whose words outside of marks stand in the sentence of its cue; None without any.

    Args:
        parse: of the document.
        candidate: with a cue.
        marked: for each token, whether it stands in quotation marks.
    """
    if not candidate.cue or candidate.rule in LAYOUTS:
        return candidate
    first, last = _sentence_around(parse, candidate.cue, marked)
    if any(parse.words[start - 1] == ":" for start, _ in candidate.content if start > candidate.cue[0]):
        # What a colon opens goes on to the end of its paragraph.
        last = parse.size
    is_behind_colon = _is_behind_colon(parse, candidate, marked)
    if not is_behind_colon and first <= candidate.content[0][0] and candidate.content[-1][1] <= last:
        return candidate
    told = [t for t in tokens_of(candidate.content) if not parse.is_empty[t] and not marked[t]]
    foreign = {t for t in told if not first <= t < last}
    for t in [*foreign]:
        # "The slogan is “We care.” “I like it,” she said": the slogan goes with its sentence.
        start, end = _sentence_around(parse, [t], marked)
        foreign.update(range(start, min(end, first)))
    if is_behind_colon:
        foreign.update(t for t in told if t < candidate.cue[0])
    content = join_ranges(parse, candidate.content, without=foreign) if foreign else candidate.content
    if not content:
        return None
    return candidate if content == candidate.content else candidate.with_content(content)


def _is_behind_colon(parse: Parse, candidate: QuoteCandidate, marked: Sequence[bool]) -> bool:
    """Return whether what is said stands in marks behind the colon of a cue: "That’s why she said: “...”"."""
    behind = next((start for start, _ in candidate.content if start > candidate.cue[-1]), None)
    if behind is None or not marked[behind]:
        return False
    at = behind - 1
    while at > candidate.cue[-1] and (parse.words[at] in MARKS or parse.words[at].isspace()):
        at -= 1
    return parse.words[at] == ":"


def without_asides(parse: Parse, candidate: QuoteCandidate, marked: Sequence[bool]) -> QuoteCandidate:
    """Return a candidate without what its text adds to a name or a thing that is spoken of.

    "She praised the move, *forcing users to pay*", "blamed the guards of Arden, *a town in the north*": who
    praises or blames names something, and the text goes on about it. In a clause it stays, where it may as
    well be the speaker's. And "according to the navy" behind a relative clause has that for its content.
    """
    if not candidate.cue or candidate.rule in LAYOUTS:
        return candidate
    relative = _relative_before_source(parse, candidate)
    if relative is not None:
        return candidate.with_content([relative])
    start, end = candidate.content[-1]
    if len(candidate.content) > 1 or start < candidate.cue[-1]:
        return candidate
    if form_of(parse, candidate.content) is not ContentForm.PHRASE:
        return candidate
    for t in range(start + 1, end - 1):
        if parse.words[t] != "," or any(marked[t:end]):
            continue  # the words in marks are what was said, whatever they hang on
        if _is_aside(parse, t + 1, end):
            return candidate.with_content([(start, t)])
    return candidate


def _is_aside(parse: Parse, start: int, end: int) -> bool:
    """Return whether an apposition with an article, or a participle, makes up a range to its end."""
    for t in range(start, end):
        first, last = parse.subtree(t)
        if not start <= first <= start + 1 or not end - 1 <= last <= end + 1 or parse.heads[t] >= start:
            continue
        if parse.deps[t] == "appos":
            return any(parse.deps[k] == "det" for k in parse.kids[t])
        return parse.tags[t] == "VBG" and parse.deps[t] in ("advcl", "acl") and t <= start + 1
    return False


def _relative_before_source(parse: Parse, candidate: QuoteCandidate) -> Range | None:
    """Return the relative clause that "according to X" follows in the midst of a sentence, which goes on."""
    source = candidate.cue[0]
    if parse.words[source] not in parse.lexicon.made(read_cues).sources or len(candidate.content) < 2:
        return None
    behind = next((start for start, _ in candidate.content if start > source), None)
    if behind is None or parse.tags[behind] not in FINITE_TAGS:
        return None
    for r in range(source - 1, candidate.content[0][0], -1):
        first, last = parse.subtree(r)
        if parse.deps[r] == "relcl" and last <= source and parse.words[first - 1] == ",":
            end = last
            while end < source and not parse.is_empty[end]:
                end += 1
            return parse.trim((first, end)) if end == source - 1 else None
    return None


def widened(parse: Parse, candidate: QuoteCandidate, quoted: Sequence[Range]) -> QuoteCandidate:
    """Return a candidate that has the whole of the marks of which it has the greater part.

    Args:
        parse: of the document.
        candidate: with a cue outside of the marks that it may be widened to.
        quoted: the ranges in outermost marks, in the order of the text; they do not overlap.
    """
    pieces = [*candidate.content]
    begin, end = min(pieces)[0], max(last for _, last in pieces)
    for first, last in quoted[max(0, bisect_left(quoted, (begin, 0)) - 1) : bisect_left(quoted, (end, 0))]:
        if any(first <= t < last for t in candidate.cue):
            continue
        n_inside = sum(max(0, min(end, last) - max(start, first)) for start, end in candidate.content)
        if last - first > n_inside >= _GREATER_PART * (last - first):
            pieces.append((first, last))
    if len(pieces) == len(candidate.content):
        return candidate
    content = join_ranges(parse, pieces, without=candidate.cue)
    return candidate.with_content(content) if content else candidate


def _sentence_around(parse: Parse, cue: Sequence[int], marked: Sequence[bool]) -> Range:
    """Return the sentence around a cue within its paragraph; a stop ends it where it closes marks, too."""
    start, end = parse.paragraphs[parse.paragraph_of[cue[-1]]]
    start, end = max(start, cue[0] - _LONGEST), min(end, cue[-1] + _LONGEST)
    for t in reversed(parse.stops_in(start, cue[0])):
        if _ends_sentence(parse, t, end, marked):
            start = t + 1
            break
    for t in parse.stops_in(cue[-1] + 1, end):
        if _ends_sentence(parse, t, end, marked):
            return start, t + 1
    return start, end


def _ends_sentence(parse: Parse, t: int, end: int, marked: Sequence[bool]) -> bool:
    """Return whether a sentence ends at a stop, outside of marks or together with them.

    A word with a capital, or a mark, follows it.
    """
    following = t + 1
    while following < end and (parse.words[following].isspace() or parse.words[following] in MARKS):
        if parse.words[following] in MARKS and not marked[t]:
            return True
        following += 1
    if following >= end:
        return True
    if marked[t] and marked[following]:
        return sum(parse.words[u] in MARKS for u in range(t, following)) > 1
    return parse.columns.words[following][:1].isupper() or parse.is_empty[following]


def without_frames(parse: Parse, candidate: QuoteCandidate) -> QuoteCandidate:
    """Return a candidate with its content, cue and speaker as the rulings have them."""
    content = _without_addressee(parse, candidate)
    start, end = content[0]
    if end - start > 1 and _only_opens(parse, start):
        content[0] = (start + 1, end)
    cue = _bare_cue(parse, candidate.cue)
    speaker, named = candidate.speaker, candidate.named
    if speaker is not None and candidate.rule not in LAYOUTS:
        antecedent = _antecedent(parse, speaker)
        if antecedent is not None:
            speaker, named = antecedent, speaker
        speaker = _without_apposition(parse, speaker)
    return replace(candidate, content=content, cue=cue, speaker=speaker, named=named)


def _antecedent(parse: Parse, speaker: Range) -> Range | None:
    """Return the noun phrase that a relative pronoun stands for: "a resolution that called it a hazard"."""
    start, end = speaker
    if end - start > 1 or parse.tags[start] not in ("WDT", "WP"):
        return None
    noun = noun_of_relative(parse, start, reach=_MOST_ABOVE)
    return noun_phrase(parse, noun, before=start) if noun is not None and noun < start else None


def _only_opens(parse: Parse, t: int) -> bool:
    """Return whether a word opens a clause that something is said in: "that it fell", "whether it fell"."""
    return (
        parse.words[t] in parse.lexicon.words("quotes.opening_words")
        and parse.deps[t] in ("mark", "advmod")
        and (
            parse.words[t] in parse.lexicon.words("quotes.complementisers")
            or parse.deps[parse.heads[t]] == "ccomp"
        )
    )


def _without_addressee(parse: Parse, candidate: QuoteCandidate) -> list[Range]:
    """Return the content without whom a passive is about: "passengers were told to expect delays"."""
    content = [*candidate.content]
    if len(content) < 2 or candidate.speaker is not None:
        return content
    for n, (start, end) in enumerate(content):
        heads = [t for t in range(start, end) if not start <= parse.heads[t] < end and not parse.is_empty[t]]
        if heads and all(parse.deps[t] in _THEMES and parse.heads[t] in candidate.cue for t in heads):
            return content[:n] + content[n + 1 :]
    return content


def _bare_cue(parse: Parse, cue: Sequence[int]) -> list[int]:
    """Return a cue without auxiliaries, negations, adverbs and times, as far as a word of meaning is left."""
    kept = [
        t
        for t in cue
        if not (
            parse.deps[t] in ("aux", "auxpass", "neg", "advmod", "npadvmod")
            or parse.tags[t] in ("MD", "TO", "RB")
            or (parse.is_empty[t] and len(cue) > 1)
        )
    ]
    return kept if any(parse.tags[t] in VERB_TAGS for t in kept) or len(kept) == len(cue) else [*cue]


def _without_apposition(parse: Parse, speaker: Range) -> Range:
    """Return a speaker without what follows the name: "Ann Miller, a doctor", "Ann Miller, who is 43"."""
    start, end = speaker
    head = head_of(parse, speaker)
    for t in range(head + 1, end):
        above = parse.heads[t]
        is_of_verb = parse.deps[t] in _OF_VERB and not start <= above < end and parse.tags[above] in VERB_TAGS
        if is_of_verb or _tells_when(parse, t, end) or _opens_relative(parse, head, t):
            end = t  # "Ann Miller on Monday", "Ann Miller who is 43"
            break
    for t in range(start + 1, end):
        if parse.words[t] not in _ENDS_NAME or t < head or _is_inside_a_word(parse, t):
            continue
        if not any(parse.tags[u].startswith(("NN", "PRP")) for u in range(start, t)):
            continue
        rest = range(t + 1, end)
        if parse.words[t] == "," and _goes_on(parse, head, rest):
            continue
        return start, t
    return start, end


def _tells_when(parse: Parse, t: int, end: int) -> bool:
    """Return whether a preposition and a day are all that is left of a range: "the navy on Sunday"."""
    return (
        parse.deps[t] == "prep"
        and parse.tags[parse.heads[t]] not in VERB_TAGS
        and t + 1 < end
        and all(parse.tree.ents[u] == "DATE" for u in range(t + 1, end))
    )


def _opens_relative(parse: Parse, head: int, t: int) -> bool:
    """Return whether a word opens what is said of somebody named, with or without a comma: "who is 43"."""
    return parse.tags[t] == "WP" and parse.tree.ents[head] == "PERSON" and parse.tree.ents[t - 1] == "PERSON"


def _is_inside_a_word(parse: Parse, t: int) -> bool:
    """Return whether a hyphen joins two parts of a word: "Naomi Berg-Vale", "co-author"."""
    spaced = parse.columns.spaced
    return parse.words[t] == "-" and not spaced[t] and not spaced[t - 1]


def _goes_on(parse: Parse, head: int, rest: range) -> bool:
    """Return whether what follows a comma belongs to a speaker: another one, or the name behind a title."""
    first = next((u for u in rest if not parse.is_empty[u]), None)
    if first is None:
        return False
    if any(parse.words[u] in _TITLES_IN_A_ROW for u in rest) and any(
        _is_another(parse, head, u) for u in rest
    ):
        return True
    # "AMA President, Dr Omar Khorshid": the name comes last, and is a person's.
    return parse.tree.ents[head] != "PERSON" and parse.tree.ents[rest[-1]] == "PERSON"


def _is_another(parse: Parse, head: int, t: int) -> bool:
    """Return whether a noun is joined to the head of a speaker, and not to what is said of it, by "and"."""
    if parse.deps[t] != "conj" or not parse.tags[t].startswith("NN"):
        return False
    above = t
    while parse.deps[above] == "conj" and above != head:
        above = parse.heads[above]
    if above == head:
        return True
    while parse.deps[above] not in ("relcl", "acl", "ROOT") and above != head:
        above = parse.heads[above]
    return above == head and parse.tree.ents[t] == "PERSON"


def behind_its_cue(parse: Parse, candidate: QuoteCandidate) -> QuoteCandidate:
    """Return a candidate without the sentence that only a comma or a dash parts from the one of its cue.

    "They want no pier, they are asking for *a road*": nothing parts the cue from what is said behind it.
    """
    content, speaker = candidate.content, candidate.speaker
    if candidate.rule != "clause" or len(content) < 2 or speaker is None or not candidate.cue:
        return candidate
    first = min(speaker[0], candidate.cue[0])
    behind = [piece for piece in content if piece[0] > candidate.cue[-1]]
    if content[0][1] > first or not behind or behind[0][0] != candidate.cue[-1] + 1:
        return candidate
    return candidate.with_content(behind)


def without_patient(parse: Parse, candidate: QuoteCandidate) -> QuoteCandidate:
    """Return a candidate without a speaker of whom or to whom it is said: "a man *accused of* theft".

    The participle belongs to its noun and has no object of its own.
    """
    speaker = candidate.speaker
    if speaker is None or len(candidate.cue) > _LONGEST_PARTICIPLE or candidate.rule in LAYOUTS:
        return candidate
    for verb in candidate.cue:
        if (
            parse.tags[verb] == "VBN"
            and parse.deps[verb] == "acl"
            and speaker[0] <= parse.heads[verb] < speaker[1]
        ):
            kids = {parse.deps[k] for k in parse.kids[verb]}
            return candidate if kids & _OF_ACTIVE else replace(candidate, speaker=None, named=None)
    return candidate


def with_whole_speaker(parse: Parse, candidate: QuoteCandidate) -> QuoteCandidate:
    """Return a candidate whose speaker has all of a word with a hyphen, and what belongs to it.

    The parser tears "the Norvik co-founder" in two.
    """
    speaker = candidate.speaker
    if speaker is None or speaker[0] < _LEAST_BEFORE_HYPHEN or not _is_inside_a_word(parse, speaker[0] - 1):
        return candidate
    start = speaker[0] - _LEAST_BEFORE_HYPHEN
    while start > 0 and parse.tags[start] != "DT" and parse.tags[start - 1].startswith(_IN_PHRASES):
        start -= 1
    if any(start <= t < speaker[0] for t in candidate.cue):
        return candidate
    content = join_ranges(parse, candidate.content, without={*range(start, speaker[0])})
    whole = replace(candidate, speaker=(start, speaker[1]))
    return whole.with_content(content) if content else candidate


def apart(parse: Parse, candidate: QuoteCandidate, marked: Sequence[bool]) -> Iterator[QuoteCandidate]:
    """Yield a candidate, and those of its parts that are quotations of their own.

    "It would stand, she said. “Nobody needs a new one.”" are two, while "“It will stand,” she said. “Nobody
    needs a new one.”" is one; in a new paragraph it is another one.
    """
    cue = candidate.cue
    if not cue or candidate.rule in LAYOUTS:
        yield candidate
        return
    first, last = _sentence_around(parse, cue, marked)
    if first <= candidate.content[0][0] and candidate.content[-1][1] <= last:
        yield candidate
        return
    pieces = list(_pieces(parse, candidate.content, marked))
    paragraph = parse.paragraph_of[cue[-1]]
    home = [piece for piece in pieces if first <= piece[0] < last]
    is_told = any(not _is_marked(parse, piece, marked) for piece in home)
    floating: list[list[Range]] = []
    beside: list[Range] = []
    before: Range | None = None
    for piece in pieces:
        is_apart = (
            bool(home)
            and piece not in home
            and _is_marked(parse, piece, marked)
            and (is_told or parse.paragraph_of[piece[0]] != paragraph)
            and (is_told or piece[0] > cue[-1])
        )
        if not is_apart:
            beside.append(piece)
        elif floating and before is not None and _continues(parse, before, piece[0]):
            floating[-1].append(piece)
        else:
            floating.append([piece])
        before = piece
    if not floating or not beside:
        yield candidate
        return
    yield candidate.with_content(join_ranges(parse, beside))
    for pieces in floating:
        yield replace(candidate, content=join_ranges(parse, pieces), cue=[], kind="speech")


def _pieces(parse: Parse, content: Sequence[Range], marked: Sequence[bool]) -> Iterator[Range]:
    """Yield the parts of a content between which a sentence ends and marks open or close."""
    for start, end in content:
        at = start
        for t in parse.stops_in(start, end - 1):
            following = next((u for u in range(t + 1, end) if not parse.is_empty[u]), None)
            if (
                following is not None
                and marked[t] != marked[following]
                and _ends_sentence(parse, t, parse.size, marked)
            ):
                yield at, t + 1
                at = t + 1
        trimmed = parse.trim((at, end))
        if trimmed is not None:
            yield trimmed


def _is_marked(parse: Parse, span: Range, marked: Sequence[bool]) -> bool:
    return all(marked[t] or parse.is_empty[t] for t in range(*span))


def _continues(parse: Parse, before: Range, start: int) -> bool:
    """Return whether nothing but marks and blanks stands between a range and a token."""
    return all(parse.is_empty[t] for t in range(before[1], start))
