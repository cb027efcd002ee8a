"""What the quote tagger sees of documents: arrays of small integers, one row a word.

Training (`training/quotes.py`) and inference (`quote_tagger.py`) share this one function, so that they
cannot drift apart. Many documents are read as one long one: several times as fast as one by one. Nothing here
stores a word: lower-case forms and suffixes are hashed into a fixed number of buckets (Weinberger et al.
2009, feature hashing), word vectors are rows of the model's own table, and proper nouns and numbers have
neither, so that no person or place is learnt by heart. What the rules of `attribution.py` find goes in too:
it carries over to other kinds of news where learnt words do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from spacy import attrs
from spacy.strings import StringStore
from spacy.tokens import Doc

from pipeline.components.doc.columns import read_columns
from pipeline.components.quotes.attribution import Candidate, Parse, find_attributions
from pipeline.components.quotes.regions import find_regions

Ints = NDArray[np.int32]

# The labels of the model, in an order of our own: their numbers are rows of the trained tables.
_TAGS = """
$ '' , -LRB- -RRB- . : ADD AFX CC CD DT EX FW HYPH IN JJ JJR JJS LS MD NFP NN NNP NNPS NNS PDT POS PRP PRP$
RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB XX ``
"""
_DEPS = """
ROOT acl acomp advcl advmod agent amod appos attr aux auxpass case cc ccomp compound conj csubj csubjpass
dative dep det dobj expl intj mark meta neg nmod npadvmod nsubj nsubjpass nummod oprd parataxis pcomp pobj
poss preconj predet prep prt punct quantmod relcl xcomp
"""
_ENTS = """
CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME
WORK_OF_ART
"""
# Relations whose dependent heads a clause, and relations that a word is told of its dependents.
_CLAUSAL = "ROOT acl advcl ccomp csubj csubjpass parataxis pcomp relcl xcomp"
_SHOWN = """
nsubj nsubjpass csubj ccomp xcomp dobj prep agent mark aux auxpass neg prt advcl relcl acl conj parataxis
appos poss attr acomp dative advmod punct
"""
TAGS, DEPS, ENTS = _TAGS.split(), _DEPS.split(), _ENTS.split()
_CLAUSES, _CHILDREN = _CLAUSAL.split(), _SHOWN.split()

WORD_BUCKETS = 4096
SUFFIX_BUCKETS = 1024
SHAPE_BUCKETS = 128
RULE_BUCKETS = 32

# Name and number of values of each categorical column, in the order of `QuoteFeatures.columns`.
COLUMNS = {
    "word_a": WORD_BUCKETS + 1,  # 0: masked
    "word_b": WORD_BUCKETS + 1,
    "suffix": SUFFIX_BUCKETS + 1,
    "shape": SHAPE_BUCKETS,
    "tag": len(TAGS) + 1,
    "dep": len(DEPS) + 1,
    "head_distance": 15,
    "head_tag": len(TAGS) + 1,
    "head_dep": len(DEPS) + 1,
    "entity": 2 * len(ENTS) + 2,
    "clause_dep": len(DEPS) + 1,
    "clause_tag": len(TAGS) + 1,
    "clause_distance": 15,
    "governor_tag": len(TAGS) + 1,
    "governor_distance": 15,
    "mark": 8,
    "region_length": 8,
    "region_start": 10,
    "region_end": 10,
    "paragraph_start": 10,
    "paragraph_end": 10,
    "paragraph_kind": 24,
    "sentence_start": 10,
    "sentence_end": 10,
    # Last, so that training can drop them together: see RULE_COLUMNS.
    "rule_role": 7,
    "rule_kind": 4,
    "rule_nested_role": 7,
    "rule_nested_kind": 4,
    "rule_name": RULE_BUCKETS + 1,
}
RULE_COLUMNS = 5
COLUMN_OFFSETS = np.concatenate([[0], np.cumsum(list(COLUMNS.values()))]).astype(np.int32)
FLAGS = (*(f"child:{dep}" for dep in _CHILDREN), "in_sentence_with_mark", "in_paragraph_with_mark")

# values of the column "mark"
OUTSIDE, OPENING, INSIDE, CLOSING = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class QuoteFeatures:
    """The arrays of documents of n words (tokens that are not white space), document after document.

    Attributes:
        documents: (n) ordinal of the document.
        tokens: (n) index of each word in its `Doc`.
        columns: (n, len(COLUMNS)) rows of one table: each value with the offset of its column added.
        flags: (n, len(FLAGS)) 0 or 1.
        vector_rows: (n) row of the model's vector table, -1 where there is none or it is masked.
        heads: (n) word index of the syntactic head, its own for a root.
        tags, deps, entities: (n) label numbers: index in TAGS, DEPS, ENTS plus 1, 0 for none.
        sentences, paragraphs: (n) ordinal of the sentence and of the paragraph; neither reaches over the
            end of a document.
        marks: (n) OUTSIDE, OPENING, INSIDE or CLOSING with regard to quotation marks.
        rule_cues: (n) for a word in a content found by rule the first word of its cue, -1 where it has none,
            -2 for all other words.
        rule_sources: (n) for a word in a cue found by rule the last word of its source; -1 and -2 alike.
    """

    documents: Ints
    tokens: Ints
    columns: Ints
    flags: NDArray[np.uint8]
    vector_rows: Ints
    heads: Ints
    tags: Ints
    deps: Ints
    entities: Ints
    sentences: Ints
    paragraphs: Ints
    marks: Ints
    rule_cues: Ints
    rule_sources: Ints

    def __len__(self) -> int:
        return len(self.tokens)


class _Labels:
    """Numbers labels by their id in spaCy: index + 1, 0 for all others."""

    def __init__(self, labels: list[str]) -> None:
        store = StringStore()
        hashes = np.array([store.add(label) for label in labels], dtype=np.uint64)
        self.order = np.argsort(hashes)
        self.sorted = hashes[self.order]

    def number(self, column: NDArray[np.uint64]) -> Ints:
        where = np.minimum(np.searchsorted(self.sorted, column), len(self.sorted) - 1)
        return np.where(self.sorted[where] == column, self.order[where] + 1, 0).astype(np.int32)


_TAG_NUMBERS, _DEP_NUMBERS, _ENT_NUMBERS = _Labels(TAGS), _Labels(DEPS), _Labels(ENTS)
_IS_CLAUSE = np.array([False] + [dep in _CLAUSES for dep in DEPS])
_CHILD_FLAG = np.array([-1] + [_CHILDREN.index(dep) if dep in _CHILDREN else -1 for dep in DEPS])
_NAMES = [TAGS.index(tag) + 1 for tag in ("NNP", "NNPS", "CD")]
_IS_MASKED = np.isin(np.arange(len(TAGS) + 1), _NAMES)

_ATTRS = [
    attrs.ORTH,
    attrs.LOWER,
    attrs.SUFFIX,
    attrs.SHAPE,
    attrs.TAG,
    attrs.DEP,
    attrs.HEAD,
    attrs.ENT_TYPE,
    attrs.ENT_IOB,
    attrs.SENT_START,
    attrs.LENGTH,
    attrs.SPACY,
    attrs.IS_SPACE,
]
_MARKS = re.compile(r"[“”„«»\"\n]|``|''|(?<!\w)['‘](?=\w)|(?<=[\w.,!?…])['’](?!\w)")

_PARAGRAPH_ENDS = {**dict.fromkeys(".!?…", 1), **dict.fromkeys("\"”'’»", 2)}
_PARAGRAPH_OPENINGS = frozenset("\"“„«'‘`")

_STEPS = np.array([1, 2, 3, 5, 8, 14, 28, 56, 112])  # lower bounds of distance buckets 1..9
_SIGNED_STEPS = np.array([1, 2, 3, 5, 9, 17, 40])


def _bucket(distance: NDArray[Any]) -> Ints:
    return np.searchsorted(_STEPS, distance, side="right").astype(np.int32)


def signed_bucket(distance: NDArray[Any]) -> Ints:
    """Bucket of a signed distance: 0 for 0, 1..7 to the right, 8..14 to the left."""
    size = np.searchsorted(_SIGNED_STEPS, np.abs(distance), side="right").astype(np.int32)
    return size + 7 * (distance < 0)


def quote_features(
    docs: Sequence[Doc],
    candidates: Sequence[Sequence[Candidate]] | None = None,
    *,
    texts: Sequence[str] | None = None,
) -> QuoteFeatures:
    """Return the features of documents that have tags, heads, labels, sentences and entities.

    Args:
        docs: the documents, all of one vocabulary.
        candidates: what the rules found in each (`find_attributions`); they are run where None.
        texts: of the documents, where they are at hand: `Doc.text` joins the words anew at every call.
    """
    if texts is None:
        texts = [doc.text for doc in docs]
    if candidates is None:
        candidates = [
            find_attributions(Parse(read_columns(doc)), find_regions(text))
            for doc, text in zip(docs, texts, strict=True)
        ]
    raw = np.concatenate([doc.to_array(_ATTRS).reshape(-1, len(_ATTRS)) for doc in docs])
    sizes = np.array([len(doc) for doc in docs])
    offsets = np.cumsum(sizes) - sizes  # of the first token of each document
    # As one text, with a line break between documents: neither paragraph nor marks reach over it.
    text = "\n".join(texts)
    lengths, spaces = raw[:, 10].astype(np.int64), raw[:, 11].astype(np.int64)
    document_of = np.repeat(np.arange(len(docs)), sizes)
    starts_all = np.cumsum(lengths + spaces) - lengths - spaces + document_of
    is_word = raw[:, 12] == 0
    word_tokens = np.flatnonzero(is_word)
    n = len(word_tokens)
    raw, starts, lengths, documents = (
        raw[is_word],
        starts_all[is_word],
        lengths[is_word],
        document_of[is_word],
    )

    # White space has no row: its dependents (none in practice) become their own heads.
    word_of = np.cumsum(is_word) - 1
    head_tokens = word_tokens + raw[:, 6].astype(np.int64)
    heads = np.where(is_word[head_tokens], word_of[head_tokens], np.arange(n)).astype(np.int32)

    tags, deps = _TAG_NUMBERS.number(raw[:, 4]), _DEP_NUMBERS.number(raw[:, 5])
    entities = _ENT_NUMBERS.number(raw[:, 7])
    begins = raw[:, 8].astype(np.int64) == 3
    masked = _IS_MASKED[tags]
    lower = raw[:, 1]

    is_start = raw[:, 9].astype(np.int64) == 1
    is_start |= np.diff(documents, prepend=-1) > 0
    sentences = (np.cumsum(is_start) - 1).astype(np.int32)
    paragraphs, marks, regions = _scan_marks(text, starts, n)
    new_paragraph = np.diff(paragraphs, prepend=-1) > 0
    sentences_and_paragraphs = np.cumsum(is_start | new_paragraph) - 1
    sentence_first, sentence_last = _edges(sentences_and_paragraphs)
    paragraph_first, paragraph_last = _edges(paragraphs)
    position = np.arange(n)

    clause = np.where(_IS_CLAUSE[deps], position, heads)
    for _ in range(6):
        clause = clause[clause]
    governor = heads[clause]

    roles, rule_cues, rule_sources = _rules(candidates, offsets.tolist(), word_of, is_word, n)
    has_mark = marks != OUTSIDE
    region_length, region_start, region_end = regions
    columns = np.empty((n, len(COLUMNS)), dtype=np.int32)
    values = (
        np.where(masked, 0, (lower % WORD_BUCKETS).astype(np.int32) + 1),
        np.where(masked, 0, ((lower >> np.uint64(24)) % WORD_BUCKETS).astype(np.int32) + 1),
        np.where(masked, 0, (raw[:, 2] % SUFFIX_BUCKETS).astype(np.int32) + 1),
        (raw[:, 3] % SHAPE_BUCKETS).astype(np.int32),
        tags,
        deps,
        signed_bucket(heads - position),
        tags[heads],
        deps[heads],
        np.where(entities > 0, 2 * entities + begins, 0),
        deps[clause],
        tags[clause],
        signed_bucket(clause - position),
        tags[governor],
        signed_bucket(governor - clause),
        marks,
        region_length,
        region_start,
        region_end,
        _bucket(position - paragraph_first),
        _bucket(paragraph_last - position),
        _paragraph_kinds(text, starts, lengths, new_paragraph, documents),
        _bucket(position - sentence_first),
        _bucket(sentence_last - position),
        *roles,
    )
    for column, value in enumerate(values):
        columns[:, column] = value
    columns += COLUMN_OFFSETS[:-1]

    flags = np.zeros((n, len(FLAGS)), dtype=np.uint8)
    child = _CHILD_FLAG[deps]
    shown = (child >= 0) & (heads != position)
    flags[heads[shown], child[shown]] = 1
    flags[:, -2] = _any_in(has_mark, sentences_and_paragraphs)
    flags[:, -1] = _any_in(has_mark, paragraphs)

    row_of = docs[0].vocab.vectors.key2row
    vector_rows = np.array(
        [
            -1 if hidden else row_of[orth] if orth in row_of else row_of.get(low, -1)
            for orth, low, hidden in zip(raw[:, 0].tolist(), lower.tolist(), masked.tolist(), strict=True)
        ],
        dtype=np.int32,
    )
    return QuoteFeatures(
        documents=documents.astype(np.int32),
        tokens=(word_tokens - offsets[documents]).astype(np.int32),
        columns=columns,
        flags=flags,
        vector_rows=vector_rows,
        heads=heads,
        tags=tags,
        deps=deps,
        entities=entities,
        sentences=sentences,
        paragraphs=paragraphs,
        marks=marks,
        rule_cues=rule_cues,
        rule_sources=rule_sources,
    )


_KINDS = {"speech": 1, "thought": 2, "show": 3}


def _rules(
    candidates: Sequence[Sequence[Candidate]],
    offsets: Sequence[int],
    word_of: NDArray[Any],
    is_word: NDArray[np.bool_],
    n: int,
) -> tuple[Sequence[Ints], Ints, Ints]:
    """The rule columns, `rule_cues` and `rule_sources`. A candidate within another's content is nested.

    `offsets` are the first tokens of the documents that the lists of candidates belong to.
    """
    # Plain lists: most ranges hold a few words, for which a slice of an array costs more than it saves.
    role, kind, nested_role, nested_kind, name = columns = [[0] * n for _ in range(RULE_COLUMNS)]
    cue_of, source_of = [-2] * n, [-2] * n
    # The word that a token is, or the next one: word_of counts white space to the word before it.
    word_at = (word_of + ~is_word).tolist()
    word_at.append(n)

    for offset, found in zip(offsets, candidates, strict=True):

        def words(ranges: Iterable[tuple[int, int]], offset: int = offset) -> list[tuple[int, int]]:
            spans = ((word_at[offset + start], word_at[offset + end]) for start, end in ranges)
            return [span for span in spans if span[1] > span[0]]

        for candidate in sorted(found, key=lambda c: sum(start - end for start, end in c.content)):
            content = words(candidate.content)
            if not content:
                continue
            cue = words([(token, token + 1) for token in candidate.cue])
            source = words([candidate.speaker]) if candidate.speaker is not None else []
            number = _KINDS.get(candidate.kind, 0)
            is_nested = all(value in (1, 2) for a, b in content for value in role[a:b])
            roles, kinds = (nested_role, nested_kind) if is_nested else (role, kind)
            for spans, value in ((content, 1), (source, 5), (cue, 3)):
                for k, (a, b) in enumerate(spans):
                    roles[a:b] = [value + 1] * (b - a)
                    # the words of a cue come one by one: only a gap begins it anew
                    if value != 3 or k == 0 or spans[k - 1][1] != a:
                        roles[a] = value
                    if value != 5:
                        kinds[a:b] = [number] * (b - a)
            if not is_nested:
                rule = crc32(candidate.rule.encode()) % RULE_BUCKETS + 1
                for a, b in [*content, *cue]:
                    name[a:b] = [rule] * (b - a)
                for a, b in content:
                    cue_of[a:b] = [cue[0][0] if cue else -1] * (b - a)
            for a, b in cue:
                source_of[a:b] = [source[0][1] - 1 if source else -1] * (b - a)
    return (
        [np.array(column, dtype=np.int32) for column in columns],
        np.array(cue_of, dtype=np.int32),
        np.array(source_of, dtype=np.int32),
    )


def _edges(group: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """First and last index of the run of equal numbers that each element stands in."""
    if not len(group):
        return group, group
    first = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    sizes = np.diff(first, append=len(group))
    return np.repeat(first, sizes), np.repeat(first + sizes - 1, sizes)


def _any_in(flag: NDArray[np.bool_], group: NDArray[Any]) -> NDArray[np.bool_]:
    if not len(group):
        return flag
    found: NDArray[np.bool_] = np.bincount(group, weights=flag)[group] > 0
    return found


def _scan_marks(text: str, starts: NDArray[np.int64], n: int) -> tuple[Ints, Ints, tuple[Ints, Ints, Ints]]:
    """Paragraph and quotation-mark state of each word.

    Marks pair within a paragraph; straight marks open or close, whichever is due; an opening mark that is
    not closed runs to the end of its paragraph. Single marks count outside double ones only.
    """
    breaks: list[int] = []
    regions: list[tuple[int, int]] = []
    opened, closing = -1, ""
    for match in _MARKS.finditer(text):
        mark, at = match.group(), match.start()
        if mark == "\n":
            if opened >= 0 and closing != "single":
                regions.append((opened, at))
            opened = -1
            breaks.append(at)
        elif mark in ("'", "‘", "’"):
            if opened < 0 and mark != "’" and (at == 0 or not text[at - 1].isalnum()):
                opened, closing = at, "single"
            elif opened >= 0 and closing == "single" and mark != "‘" and at - opened > 2:
                if at - opened <= 200:
                    regions.append((opened, at + 1))
                opened = -1
        elif opened >= 0 and closing != "single":
            if mark not in ("“", "„", "«", "``"):
                regions.append((opened, match.end()))
                opened = -1
        elif mark not in ("”", "»"):
            opened, closing = at, "double"
    if opened >= 0 and closing != "single":
        regions.append((opened, len(text)))

    marks = np.zeros(n, dtype=np.int32)
    length, since, until = (np.zeros(n, dtype=np.int32) for _ in range(3))
    # Line breaks in a row are one paragraph break: number the words' break counts densely.
    before = np.searchsorted(np.array(breaks, dtype=np.int64), starts)
    paragraphs = (np.cumsum(np.diff(before, prepend=before[:1]) > 0)).astype(np.int32)
    if regions:
        bounds = np.array(regions, dtype=np.int64)
        first = np.searchsorted(starts, bounds[:, 0])
        last = np.searchsorted(starts, bounds[:, 1]) - 1
        wide = last > first
        first, last = first[wide], last[wide]
        sizes = last - first + 1
        since_one = np.arange(1, sizes.sum() + 1) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        word = np.repeat(first - 1, sizes) + since_one
        marks[word] = INSIDE
        marks[first], marks[last] = OPENING, CLOSING
        length[word] = np.repeat(sizes - 2, sizes)
        since[word] = since_one
        until[word] = np.repeat(sizes + 1, sizes) - since_one
    return (
        paragraphs,
        marks,
        (np.minimum(_bucket(length), 7), np.minimum(_bucket(since), 9), np.minimum(_bucket(until), 9)),
    )


def _paragraph_kinds(
    text: str,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    begins: NDArray[np.bool_],
    documents: NDArray[np.int64],
) -> Ints:
    """Place of the paragraph (first, second, later, last) by how it ends and whether it opens with a mark.

    `begins` tells the first word of each paragraph.
    """
    first = np.flatnonzero(begins)
    if not len(first):
        return np.zeros(0, dtype=np.int32)
    sizes = np.diff(first, append=len(starts))
    last = first + sizes - 1
    home = documents[first]
    number = np.arange(len(first)) - np.searchsorted(home, home)
    place = np.where(np.diff(home, append=-1) != 0, 3, np.minimum(number, 2))
    look = []
    for opening, final in zip(
        starts[first].tolist(), (starts[last] + lengths[last] - 1).tolist(), strict=True
    ):
        end = _PARAGRAPH_ENDS.get(text[final], 0)
        look.append(2 * end + (text[opening] in _PARAGRAPH_OPENINGS))
    kinds = place * 6 + np.array(look)
    return np.repeat(kinds, sizes).astype(np.int32)
