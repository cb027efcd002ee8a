"""What of the reported is a quotation: it needs a cue of saying or thinking, a source, a content.

The network has learnt attribution in the widest sense (PolNeAR): there "gave permission", "agreed a package",
"was cleared to land" attribute something too. These are deeds, and who counts what people say does not want
them. Nor is a quotation what was not said ("declined to say"), what may be said one day, what nobody is said
to think ("seems to"), what the text itself says ("we have learned") and what its readers do ("you know").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.components.doc.tags import FINITE_TAGS, NOUN_TAGS, VERB_TAGS
from pipeline.components.quotes.candidates import LAYOUTS, QuoteCandidate
from pipeline.components.quotes.content_form import SUBJECTS, ContentForm, form_of
from pipeline.components.quotes.cues import Cue, read_cues
from pipeline.components.quotes.inflection import with_s
from pipeline.components.quotes.parsed import MARKS, Parse, Range, tokens_of
from pipeline.components.quotes.phrases import head_of, noun_of_relative
from pipeline.components.quotes.witnessed import (
    is_asked_of_speaker,
    is_deed_of_thing,
    is_said_of_subject,
    is_witnessed,
)
from pipeline.lexicons import Lexicon

_MOSTLY = 0.6
"""Share of a content's words in marks from which on marks alone show that it was said."""
_NEAR = 4
"""Tokens of a content from which on it does more than point at something."""
_SPEAKING = frozenset(("PERSON", "ORG", "GPE", "NORP"))
_PLACES = frozenset(("GPE", "LOC"))
_NO_SPEAKERS = _PLACES | {"DATE", "TIME", "ORDINAL", "CARDINAL"}
_SURE = 0.65
"""Score of the network from which on a judgement ("condemned the attack") counts as a quotation."""
_RELATIVE_TAGS = frozenset(("WDT", "WP"))
_SAID_OF = frozenset(("oprd", "acomp", "ccomp", "xcomp"))
"""Labels of what a verb says of its object."""


class ReportingWord(NamedTuple):
    """The word of a cue that reports: its token, what the lexicon knows of it, its part of speech."""

    at: int
    cue: Cue
    sort: str


class _Verbs:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.content_objects = lexicon.words("content_objects")
        self.knowing = lexicon.words("quotes.knowing_verbs")
        self.wishing = lexicon.words("quotes.wishing_verbs")
        self.wishing_adjectives = lexicon.words("quotes.wishing_adjectives")
        self.deeds = lexicon.words("quotes.verbs_of_deeds")
        self.deed_nouns = lexicon.words("quotes.nouns_of_deeds")
        self.modals = lexicon.words("quotes.modals_of_the_unsaid")
        self.unsaid = lexicon.words("quotes.governors_of_the_unsaid")
        self.going_on = lexicon.words("quotes.verbs_that_go_on")
        self.blaming = lexicon.words("quotes.verbs_without_source")
        self.readers = lexicon.words("quotes.readers")
        self.authors = lexicon.words("quotes.first_person")
        self.judging = lexicon.words("quotes.judging_verbs")
        self.anonymity = lexicon.words("quotes.anonymity")
        self.speaking = _speaking(lexicon)
        self.rejecting = lexicon.words("quotes.verbs_that_reject")
        self.asking = {
            verb: frozenset(behind.split()) for verb, behind in lexicon.entries("quotes.asking_verbs").items()
        }
        self.phrasal = lexicon.entries("quotes.phrasal_cues")
        self.negations = lexicon.words("quotes.negations")
        self.evidence = lexicon.words("evidence_nouns") - lexicon.words("quotes.pictures")
        self.of_matches = lexicon.words("quotes.verbs_of_matches")
        self.won_in_matches = lexicon.words("quotes.nouns_of_matches")
        self.drawing = lexicon.words("quotes.verbs_of_targets")
        self.interrogating = lexicon.words("quotes.interrogating_verbs")
        self.persons = lexicon.entries("entities.nouns_of_persons").keys() | lexicon.entries("roles").keys()
        self.withholding = lexicon.words("quotes.verbs_that_withhold")
        self.withheld = lexicon.words("quotes.withheld")
        self.nobody = self.negations | lexicon.words("quotes.anybody")


def _speaking(lexicon: Lexicon) -> frozenset[str]:
    """Return the nouns of those who can speak, singular and plural."""
    nouns = {
        *lexicon.entries("roles"),
        *lexicon.entries("kinds_of_bodies"),
        *lexicon.words("source_nouns"),
        *lexicon.words("quotes.people"),
        *lexicon.words("quotes.documents"),
        *(noun for noun, kind in lexicon.entries("kinds").items() if kind.startswith("org")),
    }
    return frozenset((*nouns, *(with_s(noun) for noun in nouns)))


def is_reported(parse: Parse, candidate: QuoteCandidate, marked: Sequence[bool], *, is_inside: bool) -> bool:
    """Return whether a candidate is a quotation by the rulings of tests/gold/README.md.

    Args:
        parse: of the document.
        candidate: with its cue and speaker.
        marked: for each token, whether it stands in quotation marks.
        is_inside: whether the cue stands within another quotation, whose speaker is its "I".
    """
    if candidate.rule in LAYOUTS:
        return candidate.rule != "question"  # what an interview asks is the outlet's
    tokens = [t for start, end in candidate.content for t in range(start, end) if not parse.is_empty[t]]
    share = sum([marked[t] for t in tokens]) / max(1, len(tokens))
    if is_inside and parse.words[max(0, candidate.content[0][0] - 1)] not in MARKS:
        share = 0.0  # these are the marks around the quotation that it stands in
    if not candidate.cue:
        return share >= _MOSTLY
    words = parse.lexicon.made(_Verbs)
    if not is_inside and _is_the_texts_own(parse, words, candidate):
        return False
    if all(parse.is_empty[t] for t in candidate.cue):
        return _may_stand_before_colon(parse, words, candidate, share)
    found = reporting_word(parse, candidate.cue)
    if found is None:
        is_told = share >= _MOSTLY or _opens_with_complementiser(parse, candidate.content)
        return is_told and candidate.speaker is not None
    if len(tokens) == 1 and parse.tags[tokens[0]] in _RELATIVE_TAGS:
        return False  # what it stands for is not known here: "the charge, which the port denies"
    if found.sort == "source":
        return candidate.speaker is not None
    if _is_unsaid(parse, words, found, candidate.content, share):
        return False
    if _is_target(parse, words, found, candidate.speaker) or _is_not_told(parse, found, candidate):
        return False
    if candidate.speaker is None and parse.words[found.at] in parse.lexicon.made(read_cues).naming_verbs:
        return False
    if share >= _MOSTLY and found.cue.kind == "speech":
        return True
    if candidate.speaker is None and not _is_said_by_somebody(parse, words, found, candidate.content, share):
        return False
    form = form_of(parse, candidate.content)
    if form is not ContentForm.CLAUSE and _is_formula(parse, words, candidate.content):
        return False
    is_unsure = form is ContentForm.PHRASE and not share and candidate.score < _SURE
    if is_unsure and not _can_speak(parse, words, candidate.speaker):
        return False
    if form is ContentForm.PHRASE and found.sort == "verb" and _says_why(parse, found, candidate.content):
        return True
    if form is ContentForm.PHRASE and not share and _is_no_content(parse, words, found, candidate.content):
        return False
    if form is ContentForm.PHRASE and _is_withheld(parse, words, found, candidate.content):
        return False
    if form is ContentForm.PHRASE and found.cue.lemma in words.judging and candidate.score >= _SURE:
        return True
    if (
        form is ContentForm.PHRASE
        and found.sort == "verb"
        and _is_said_of(parse, words, found, candidate.content)
    ):
        return True
    if form is ContentForm.PHRASE and (
        _is_shown(parse, words, found, candidate) or _is_seen_as(parse, found, candidate)
    ):
        return True
    return _has_content(words, found, form, share)


def _is_not_told(parse: Parse, found: ReportingWord, candidate: QuoteCandidate) -> bool:
    """Return whether a source tells nothing: it saw something happen, is talked about, or is a thing."""
    return (
        is_witnessed(parse, found.at, found.cue.lemma, candidate.content)
        or is_said_of_subject(parse, found.at, candidate.speaker, candidate.content)
        or is_asked_of_speaker(parse, found.at, found.cue.lemma, candidate.speaker)
        or is_deed_of_thing(parse, candidate.cue, candidate.speaker)
    )


def reporting_word(parse: Parse, cue: Sequence[int]) -> ReportingWord | None:
    """Return the word of a cue that reports: the last verb of saying, else the last of another kind."""
    cues = parse.lexicon.made(read_cues)
    words, tags = parse.words, parse.tags
    phrasal = parse.lexicon.made(_Verbs).phrasal
    found: list[ReportingWord] = []
    for n, t in enumerate(cue):
        word = words[t]
        if word in cues.sources:
            return ReportingWord(t, Cue(word, "speech"), "source")
        if tags[t] in VERB_TAGS and word in phrasal and words[t + 1 : t + 2] == [phrasal[word]]:
            frames = frozenset("cqo" if phrasal[word] == "out" else "cq")
            found.append(ReportingWord(t, Cue(word, "speech", frames), "verb"))
        elif word in cues.verbs and (tags[t] in VERB_TAGS or n == len(cue) - 1):
            found.append(ReportingWord(t, cues.verbs[word], "verb"))
        elif tags[t] in NOUN_TAGS and word in cues.nouns:
            found.append(ReportingWord(t, cues.nouns[word], "noun"))
        elif word in cues.adjectives:
            found.append(ReportingWord(t, cues.adjectives[word], "adjective"))
        elif word in cues.idiom_verbs and words[t + 1 : t + 2] and words[t + 1] in cues.idiom_objects:
            found.append(ReportingWord(t, Cue(word, "speech", frozenset("q")), "verb"))
    for sort in ("verb", "noun", "adjective"):
        of_sort = [one for one in found if one.sort == sort]
        said = [one for one in of_sort if one.cue.kind == "speech"]
        if said or of_sort:
            return (said or of_sort)[-1]
    return None


def _opens_with_complementiser(parse: Parse, content: Sequence[Range]) -> bool:
    """Return whether a content is a clause with "that": it is told by whatever word stands before it."""
    first = content[0][0]
    return (
        parse.words[first] in parse.lexicon.words("quotes.complementisers")
        and parse.deps[first] == "mark"
        and parse.deps[parse.heads[first]] == "ccomp"
    )


def _says_why(parse: Parse, found: ReportingWord, content: Sequence[Range]) -> bool:
    """Return whether a content tells what is said of what: "criticised her for the delay", "a claim that"."""
    inside = tokens_of(content)
    if found.cue.kind != "speech":
        return False
    judging = parse.lexicon.words("quotes.judging_prepositions")
    nouns = parse.lexicon.made(read_cues).nouns
    for t in inside:
        is_of_verb = parse.heads[t] == found.at
        if is_of_verb and parse.deps[t] == "prep" and "x" in found.cue.frames and parse.words[t] in judging:
            return True
        if parse.words[t] in nouns and (is_of_verb or parse.heads[t] not in inside):
            clauses = [k for k in parse.kids[t] if k in inside and parse.deps[k] in ("acl", "ccomp", "relcl")]
            if any(parse.deps[j] == "mark" for k in clauses for j in parse.kids[k]):
                return True
    return False


def _is_said_of(parse: Parse, words: _Verbs, found: ReportingWord, content: Sequence[Range]) -> bool:
    """Return whether a phrase tells what is asked for or said of its object, whatever the parse makes of it.

    "called for a ban", "called the ban a mistake", "says experts doubt it".
    """
    inside = tokens_of(content)
    if found.cue.kind == "speech":
        behind = parse.words[found.at + 1 : found.at + 2]
        is_phrasal = [words.phrasal.get(parse.words[found.at])] == behind
        if is_phrasal and "o" in found.cue.frames:
            return True  # "ruled out a ban", "pointed out the delay"
        if behind and behind[0] in words.asking.get(found.cue.lemma, ()) and found.at < content[0][0]:
            return True
        of_verb = {parse.deps[k] for k in parse.kids[found.at] if k in inside}
        if "x" in found.cue.frames and found.cue.lemma not in words.judging and of_verb & _SAID_OF:
            # A name is no verdict: "the guild called the Lamp".
            return len(of_verb) > 1 or "ccomp" in of_verb
    return "c" in found.cue.frames and any(
        parse.tags[t] in FINITE_TAGS
        and parse.deps[t] not in ("relcl", "advcl", "acl", "aux", "auxpass")
        and any(k in inside and k < t and parse.deps[k] in SUBJECTS for k in parse.kids[t])
        for t in inside
    )


def _is_the_texts_own(parse: Parse, words: _Verbs, candidate: QuoteCandidate) -> bool:
    """Return whether the source is the author ("we found", "I think") or the reader ("as you know")."""
    if candidate.speaker is None:
        return False
    start, end = candidate.speaker
    if end - start > 1:
        return False
    word = parse.columns.words[start]
    # "US" is a country, "us" is the outlet.
    return word.lower() in words.readers or (
        word.lower() in words.authors and not word.isupper() | (word == "I")
    )


def _is_unsaid(
    parse: Parse, words: _Verbs, found: ReportingWord, content: Sequence[Range], share: float
) -> bool:
    """Return whether the cue does not report that something was said, but that it was not, or may be."""
    at = found.at
    verb = parse.heads[at] if found.sort == "adjective" else at
    lemma = found.cue.lemma
    for k in parse.kids[verb]:
        if k > at:
            continue
        if parse.deps[k] == "neg" or parse.words[k] in words.negations:
            # Who does not deny it says nothing; who does not think it, thinks that it is not so.
            if found.cue.kind == "thought":
                return form_of(parse, content) is not ContentForm.CLAUSE
            return share < _MOSTLY and lemma not in words.rejecting
        if parse.tags[k] == "MD" and parse.words[k] in words.modals:
            return share < _MOSTLY
        if parse.deps[k] in SUBJECTS and any(parse.words[j] in words.nobody for j in (k, *parse.kids[k])):
            return True
    head = parse.heads[verb]
    if parse.words[head] in words.going_on and parse.words[verb - 1 : verb] == ["to"]:
        return False  # "went on to say"
    if head != verb and share < _MOSTLY and parse.deps[verb] in ("advcl", "acl", "relcl"):
        # What somebody does it for: "posted pictures to support its claim".
        return parse.tags[verb] == "VB" and any(parse.tags[k] == "TO" for k in parse.kids[verb])
    if head != verb and parse.deps[verb] in ("xcomp", "pcomp", "ccomp", "advcl", "acl"):
        has_to = any(parse.tags[k] == "TO" for k in parse.kids[verb])
        return has_to and parse.words[head] in words.unsaid
    return False


def _is_shown(parse: Parse, words: _Verbs, found: ReportingWord, candidate: QuoteCandidate) -> bool:
    """Return whether evidence shows something: "the poll showed a lead", not "he showed her the way"."""
    if found.cue.kind != "show" or "e" in found.cue.frames or candidate.speaker is None:
        return False
    is_before = found.at <= candidate.content[0][0]
    return is_before and parse.words[head_of(parse, candidate.speaker)] in words.evidence


def _is_seen_as(parse: Parse, found: ReportingWord, candidate: QuoteCandidate) -> bool:
    """Return whether somebody takes something for something: "sees the plan as a mistake"."""
    if found.cue.kind != "thought" or found.sort != "verb" or candidate.speaker is None:
        return False
    if not candidate.speaker[0] < found.at < candidate.content[0][0]:
        return False
    return any(
        parse.words[t] == "as" and parse.heads[t] == found.at
        for start, end in candidate.content
        for t in range(start, end)
    )


def _is_target(parse: Parse, words: _Verbs, found: ReportingWord, speaker: Range | None) -> bool:
    """Return whether a source only gets what others say: "the mayor drew praise for the plan"."""
    if found.sort != "noun" or speaker is None:
        return False
    verb = parse.heads[found.at]
    while parse.deps[verb] == "conj" and parse.tags[verb] in NOUN_TAGS:
        verb = parse.heads[verb]
    return parse.words[verb] in words.drawing and any(
        speaker[0] <= k < speaker[1] and parse.deps[k] in ("nsubj", "relcl") for k in parse.kids[verb]
    )


def _is_no_content(parse: Parse, words: _Verbs, found: ReportingWord, content: Sequence[Range]) -> bool:
    """Return whether a phrase tells nothing that is said, whatever the verb.

    It points back, is what a match was about ("conceded a penalty"), or who was asked
    ("questioned a suspect").
    """
    if _points_back(parse, content):
        return True
    inside = tokens_of(content)
    heads = [t for t in inside if parse.heads[t] not in inside and not parse.is_empty[t]]
    if found.cue.lemma in words.of_matches:
        return any(parse.words[t] in words.won_in_matches for t in heads)
    return found.cue.lemma in words.interrogating and any(
        parse.tree.ents[t] == "PERSON" or parse.words[t] in words.persons for t in heads
    )


def _points_back(parse: Parse, content: Sequence[Range]) -> bool:
    """Return whether a content only points at what was said: "rejects the accusation", "denies this"."""
    tokens = [t for start, end in content for t in range(start, end) if not parse.is_empty[t]]
    if len(tokens) == 1:
        return parse.tags[tokens[0]] in ("DT", "PRP")
    nouns = parse.lexicon.made(read_cues).nouns
    return len(tokens) < _NEAR and parse.words[tokens[-1]] in nouns and parse.tags[tokens[0]] == "DT"


def _is_withheld(parse: Parse, words: _Verbs, found: ReportingWord, content: Sequence[Range]) -> bool:
    """Return whether a content is what somebody was not given: "denied him entry", "denied the motion"."""
    return found.cue.lemma in words.withholding and any(
        parse.words[t] in words.withheld and (parse.heads[t] == t or not start <= parse.heads[t] < end)
        for start, end in content
        for t in range(start, end)
    )


def _is_formula(parse: Parse, words: _Verbs, content: Sequence[Range]) -> bool:
    """Return whether a content is what somebody asks for who speaks without a name."""
    return any(
        parse.words[t] in words.anonymity for start, end in content for t in range(start, min(end, start + 8))
    )


def _can_speak(parse: Parse, words: _Verbs, speaker: Range | None) -> bool:
    """Return whether a source can say or want something: a person, a body, a document, known or not."""
    if speaker is None:
        return True
    start, end = speaker
    for t in range(start, end):
        if parse.tree.ents[t] in _SPEAKING or parse.tags[t] == "PRP" or parse.words[t] in words.speaking:
            return True
    if parse.tags[start] in ("WDT", "WP"):
        noun = noun_of_relative(parse, parse.heads[start], reach=2)
        can_speak = noun is not None and _can_speak(parse, words, (noun, noun + 1))
        return can_speak or parse.words[start] == "who"
    return any(parse.tags[t].startswith("NNP") for t in range(start, end))


def _may_stand_before_colon(parse: Parse, words: _Verbs, candidate: QuoteCandidate, share: float) -> bool:
    """Return whether what stands before a colon is a speaker, and no ordinal, heading, dateline or list."""
    if candidate.speaker is None:
        return True
    start, end = candidate.speaker
    if parse.words[candidate.cue[0]] != ":" or candidate.cue[0] < start:
        return True
    is_first = all(parse.is_empty[t] for t in range(parse.paragraphs[parse.paragraph_of[start]][0], start))
    if any(parse.words[t] in words.speaking or parse.tags[t] == "PRP" for t in range(start, end)):
        return True
    if is_first and share >= _MOSTLY:  # a headline, of which a tabloid's is all in capitals
        return not all(parse.tree.ents[t] in _NO_SPEAKERS for t in range(start, end))
    if is_first:
        is_place = all(parse.tree.ents[t] in _PLACES for t in range(start, end))
        is_in_capitals = all(word.isupper() for word in parse.columns.words[start:end])
        told = (t for first, last in candidate.content for t in range(first, last))
        if is_place or is_in_capitals or not any(parse.tags[t] in FINITE_TAGS for t in told):
            return False
    return any(parse.tree.ents[t] in _SPEAKING for t in range(start, end))


def _is_said_by_somebody(
    parse: Parse, words: _Verbs, found: ReportingWord, content: Sequence[Range], share: float
) -> bool:
    """Return whether a cue without a source tells that somebody said it: "was told that", "is accused of"."""
    if found.cue.kind != "speech" or found.sort == "adjective":
        return False
    if share >= _MOSTLY or found.cue.lemma in words.blaming:
        return True
    return form_of(parse, content) in (ContentForm.CLAUSE, ContentForm.INFINITIVE)


def _has_content(words: _Verbs, found: ReportingWord, form: ContentForm, share: float) -> bool:
    """Return whether what a cue governs tells what is said or thought."""
    lemma, kind = found.cue.lemma, found.cue.kind
    if found.sort == "noun":
        if lemma in words.deed_nouns:
            return False
        return form is not ContentForm.PHRASE or lemma in words.content_objects or share > 0
    if found.sort == "adjective":
        return form is ContentForm.CLAUSE or (
            form is ContentForm.INFINITIVE and lemma in words.wishing_adjectives
        )
    if "e" in found.cue.frames:
        return False
    if kind == "show":
        return form is ContentForm.CLAUSE
    if form is ContentForm.PHRASE:
        return lemma in words.content_objects or (kind == "speech" and share > 0)
    if kind == "thought":
        return lemma in words.wishing if form is not ContentForm.CLAUSE else lemma not in words.knowing
    return form is ContentForm.CLAUSE or lemma not in words.deeds
