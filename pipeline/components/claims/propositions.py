"""Who does what to whom: the propositions of a document, one a clause.

A proposition is a predicate with its subject, object and further arguments, read off the dependency parse by
rules (the clause types of Quirk et al., A Comprehensive Grammar of the English Language, 1985; the labels are
those of spaCy's English models). Clauses that share a subject with another clause get it: coordinated verbs,
relative clauses (their antecedent), participles. Infinitives that complete a verb ("began to fall", "is
expected to rise") belong to its predicate.

Positions are token indices of the document, ranges half-open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipeline.components.doc.tags import FINITE_TAGS, NOUN_TAGS, PREDICATE_TAGS
from pipeline.components.doc.tree import Tree

Range = tuple[int, int]
ClauseKind = Literal["main", "conjunct", "relative", "participle", "adverbial", "complement", "apposition"]

_DESCRIBES = frozenset({"det", "poss", "prep", "relcl", "acl"})
_SUBJECT = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
_KINDS: dict[str, ClauseKind] = {
    "ROOT": "main",
    "parataxis": "main",
    "dep": "main",
    "relcl": "relative",
    "acl": "participle",
    "advcl": "adverbial",
    "ccomp": "complement",
    "pcomp": "complement",
    "csubj": "complement",
    "csubjpass": "complement",
    "xcomp": "complement",
}
_RELATIVE = frozenset({"WDT", "WP", "WRB", "WP$"})
# What hangs on a noun but is a statement of its own, or no part of its name.
_CUT = frozenset({"relcl", "appos", "parataxis", "acl"})
_YEAR = re.compile(r"(?:1[5-9]|20)\d\ds?$")


@dataclass(slots=True)
class Proposition:
    """One clause taken apart.

    Attributes:
        head: the predicate's head (the apposed noun in an apposition).
        kind: how the clause hangs in its sentence.
        parent: head of the clause, or the noun, that it depends on; None for a main clause.
        mark: the subordinating word ("because", "that"), if any.
        subject, subject_head: the subject and its head; shared or implied subjects included.
        predicate: auxiliaries, negation, verb, particle and completing infinitives, in text order.
        object, object_head: direct object, complement or, where the verb goes with a preposition, its object.
        arguments: (role, range) of everything else.
        negation: the negating word.
        is_passive: its verb is passive.
        is_verbless: a form of "be" is understood: in appositions and before participles.
    """

    head: int
    kind: ClauseKind
    parent: int | None = None
    mark: int | None = None
    subject: Range | None = None
    subject_head: int | None = None
    predicate: list[int] = field(default_factory=list)
    object: Range | None = None
    object_head: int | None = None
    arguments: list[tuple[str, Range]] = field(default_factory=list)
    negation: int | None = None
    is_passive: bool = False
    is_verbless: bool = False


def find_propositions(tree: Tree) -> Iterator[Proposition]:
    """Yield the propositions of a document in the order of their heads."""
    found: dict[int, Proposition] = {}
    for i, (tag, dep) in enumerate(zip(tree.tags, tree.deps, strict=True)):
        if dep == "appos":
            if (apposition := _apposition(tree, i)) is not None:
                yield apposition
        elif tag in PREDICATE_TAGS and (kind := _kind(tree, i, dep, found)) is not None:
            proposition = _read_clause(tree, i, kind)
            found[i] = proposition
    for proposition in found.values():
        if proposition.subject is None:
            _share_subject(tree, proposition, found)
        elif tree.deps[proposition.head] == "relcl" and proposition.object is None:
            _share_object(tree, proposition)
        yield proposition


def _kind(tree: Tree, i: int, dep: str, found: dict[int, Proposition]) -> ClauseKind | None:
    if dep == "ccomp" and _stands_apart(tree, i, tree.heads[i]):
        return "main"
    if dep == "conj":
        # A coordinated verb is a clause where its first conjunct is one.
        head = tree.heads[i]
        while tree.deps[head] == "conj":
            head = tree.heads[head]
        if tree.tags[head] not in PREDICATE_TAGS and tree.child(i, "nsubj", "nsubjpass") is None:
            return None
        return "conjunct"
    if dep == "xcomp" and tree.tags[tree.heads[i]] in PREDICATE_TAGS:
        return None
    if dep == "acl":
        if tree.words[tree.heads[i]] in tree.lexicon.words("claims.purpose_nouns"):  # "in order to"
            return None
        if tree.child(i, "nsubj", "nsubjpass", "expl") is not None:
            # "The claim that they knew" has content; "Spoiler alert: they knew" has a label.
            return "main" if tree.child(i, "mark") is None else "complement"
        if lone_root(tree, i) is not None:
            return "main"
    return _KINDS.get(dep)


def lone_root(tree: Tree, i: int) -> int | None:
    """Return the noun that a sentence is taken to be where its verb is taken for a modifier; None otherwise.

    "Strikes aimed at depots killed twelve" has a finite verb, whose subject is the noun that stands alone.
    """
    if tree.tags[i] not in FINITE_TAGS or tree.deps[i] != "acl":
        return None
    root = i
    while tree.heads[root] != root:
        root = tree.heads[root]
        if tree.tags[root] in PREDICATE_TAGS and tree.deps[root] != "acl":
            return None
    return root if tree.tags[root] in NOUN_TAGS and root < i else None


def _read_clause(tree: Tree, i: int, kind: ClauseKind) -> Proposition:
    """Sort the dependants of a verb into the parts of its proposition."""
    clause = Proposition(head=i, kind=kind, parent=tree.heads[i] if tree.heads[i] != i else None)
    verb: int | None = i
    loose: list[tuple[str, int]] = []
    while verb is not None:
        clause.predicate.append(verb)
        completion = None
        for c in tree.children[verb]:
            dep = tree.deps[c]
            if dep in _SUBJECT:
                if verb == i and not (kind == "relative" and tree.tags[c] in _RELATIVE):
                    clause.subject_head = c
                    clause.subject = subject_range(tree, c) if dep.startswith("n") else _whole(tree, c)
            elif dep in {"aux", "prt", "neg"}:
                clause.predicate.append(c)
                if dep == "neg":
                    clause.negation = c
            elif dep == "auxpass":
                clause.predicate.append(c)
                clause.is_passive = True
            elif dep == "expl":
                clause.predicate.append(c)
            elif dep == "mark":
                if verb == i:
                    clause.mark = c
            elif dep in {"dobj", "attr", "acomp", "oprd"}:
                if tree.tags[c] in _RELATIVE:
                    continue
                if clause.object_head is None:
                    clause.object_head = c
                    clause.object = noun_range(tree, c)
                else:
                    loose.append(("complement", c))
            elif dep == "xcomp":
                if tree.tags[c] in PREDICATE_TAGS and clause.object_head is None and completion is None:
                    completion = c
                elif clause.object_head is None and tree.tags[c] not in PREDICATE_TAGS:
                    clause.object_head = c
                    clause.object = _whole(tree, c)
                else:
                    loose.append(("complement", c))
            elif dep == "ccomp":
                if not _stands_apart(tree, c, verb):
                    loose.append(("content", c))
            elif dep in {"prep", "agent", "dative", "npadvmod", "advmod", "advcl"}:
                loose.append((dep, c))
        verb = completion
    clause.predicate.sort()
    clause.is_verbless = tree.tags[i] in {"VBG", "VBN"} and not any(
        tree.deps[c] in {"aux", "auxpass"} for c in clause.predicate
    )
    clause.is_passive = clause.is_passive or (clause.is_verbless and tree.tags[i] == "VBN")
    _attach(tree, clause, loose)
    if clause.subject is None and (tree.child(i, "expl") is not None or _is_inverted(tree, clause)):
        # "There is no evidence", "At stake is the harbour": what there is, is what the clause is about.
        clause.subject, clause.subject_head = clause.object, clause.object_head
        clause.object = clause.object_head = None
    return clause


def _is_inverted(tree: Tree, clause: Proposition) -> bool:
    """Whether a form of "be" has where something is in front, and behind it what is there, as a predicate."""
    i, noun = clause.head, clause.object_head
    return (
        noun is not None
        and noun > i
        and tree.deps[noun] == "attr"
        and tree.tags[i] in FINITE_TAGS
        and clause.kind in ("main", "complement", "conjunct")
        and any(c < i and tree.deps[c] == "prep" for c in tree.children[i])
        and tree.deps[tree.first[i]] not in ("csubj", "cc")
        and tree.child(i, "csubj") is None
    )


def _stands_apart(tree: Tree, complement: int, verb: int) -> bool:
    """Whether a clause before the verb is joined to it only by a semicolon or a dash, or is no content of it.

    "They filed a motion, however, the witness agreed to talk": the verb has its complement behind it.
    """
    if complement > verb:
        return False
    if any(tree.deps[c] in {"xcomp", "ccomp"} and c > verb for c in tree.children[verb]):
        return True
    end = tree.last[complement] + 1
    return any(tree.words[i] in {";", "--", "–", "—", ":"} for i in (end - 1, end) if i < verb)


def _attach(tree: Tree, clause: Proposition, loose: list[tuple[str, int]]) -> None:
    """Give what is neither subject nor object its role."""
    adverb_endings = tree.lexicon.ordered("claims.adverb_endings")
    infinitive = tree.lexicon.words("claims.infinitive")
    for dep, c in loose:
        if dep == "content":
            if clause.object_head is None:
                clause.object_head, clause.object = c, _whole(tree, c)
            else:
                clause.arguments.append(("content", _whole(tree, c)))
        elif dep == "prep":
            role = _prepositional_role(tree, c)
            pobj = tree.child(c, "pobj")
            if clause.object_head is None and pobj is not None and role == "other" and c > clause.head:
                clause.predicate.append(c)
                clause.object_head, clause.object = pobj, noun_range(tree, pobj)
            else:
                clause.arguments.append((role, (tree.first[c], _noun_end(tree, c))))
        elif dep == "agent":
            clause.arguments.append(("agent", (tree.first[c], _noun_end(tree, c))))
        elif dep == "dative":
            clause.arguments.append(("recipient", _whole(tree, c)))
        elif dep == "npadvmod":
            role = "time" if tree.ents[c] in {"DATE", "TIME"} else "extent"
            clause.arguments.append((role, _whole(tree, c)))
        elif dep == "advmod":
            if tree.tags[c] == "WRB":
                continue
            is_lone = tree.first[c] == tree.last[c] == c
            if is_lone and tree.words[c].endswith(adverb_endings) and _inside(clause, c):
                clause.predicate.append(c)
            else:
                role = "time" if tree.ents[c] in {"DATE", "TIME"} else "manner"
                clause.arguments.append((role, _whole(tree, c)))
        elif dep == "advcl":
            mark = tree.child(c, "mark", "aux")
            if mark is not None and tree.words[mark] in infinitive:
                clause.arguments.append(("purpose", _whole(tree, c)))
        else:
            clause.arguments.append((dep, _whole(tree, c)))
    clause.predicate.sort()


def _inside(clause: Proposition, i: int) -> bool:
    """Whether a word stands between the first and the last word of the predicate."""
    return clause.predicate[0] < i < clause.predicate[-1]


def _prepositional_role(tree: Tree, prep: int) -> str:
    """Return the role that a prepositional phrase plays, "other" where the verb itself asks for it."""
    lexicon, word = tree.lexicon, tree.words[prep]
    pobj = tree.child(prep, "pobj", "pcomp")
    if pobj is not None:
        entity = tree.ents[pobj]
        if entity in {"DATE", "TIME"} or (tree.tags[pobj] == "CD" and _YEAR.match(tree.words[pobj])):
            return "time"
        if entity in {"GPE", "LOC", "FAC"} and word in lexicon.words("claims.place_prepositions"):
            return "place"
    return lexicon.entries("argument_roles").get(word, "other")


def _share_subject(tree: Tree, clause: Proposition, found: dict[int, Proposition]) -> None:
    """Find the subject of a clause that has none of its own."""
    i, dep = clause.head, tree.deps[clause.head]
    head = tree.heads[i]
    if dep == "conj":
        first = found.get(head)
        if first is not None and first.subject is not None:
            clause.subject, clause.subject_head = first.subject, first.subject_head
            if clause.kind == "conjunct" and first.kind in {"relative", "participle", "adverbial"}:
                clause.kind = first.kind
    elif (root := lone_root(tree, i)) is not None:
        clause.subject, clause.subject_head, clause.parent = (
            (tree.first[root], clause.predicate[0]),
            root,
            None,
        )
    elif clause.kind == "main" and tree.tags[clause.predicate[0]] in FINITE_TAGS:
        # The parser takes "washing hands" for an adverbial clause in "Washing hands helps".
        for c in tree.children[i]:
            if c < i and tree.deps[c] == "advcl" and tree.tags[c] == "VBG" and tree.child(c, "mark") is None:
                clause.subject, clause.subject_head = _whole(tree, c), c
                break
    elif dep in {"acl", "relcl"}:
        clause.subject, clause.subject_head = noun_range(tree, head), head
    elif dep in {"advcl", "xcomp"}:
        matrix = found.get(head)
        if matrix is not None:
            clause.subject, clause.subject_head = matrix.subject, matrix.subject_head


def _share_object(tree: Tree, clause: Proposition) -> None:
    """Make the antecedent the object: "the house that he bought", "the man (whom) they met"."""
    adverbial = any(tree.tags[c] == "WRB" for c in tree.children[clause.head])
    if not adverbial and not any(role in {"place", "time"} for role, _ in clause.arguments):
        antecedent = tree.heads[clause.head]
        clause.object, clause.object_head = noun_range(tree, antecedent), antecedent


def _apposition(tree: Tree, i: int) -> Proposition | None:
    """Return a noun phrase beside another that says what it is, if it has a determiner or complement."""
    head = tree.heads[i]
    if tree.tags[i] not in NOUN_TAGS or tree.tags[head] not in NOUN_TAGS:
        return None
    if not any(tree.deps[c] in _DESCRIBES for c in tree.children[i]):
        return None
    return Proposition(
        head=i,
        kind="apposition",
        parent=head,
        subject=noun_range(tree, head),
        subject_head=head,
        object=noun_range(tree, i),
        object_head=i,
        is_verbless=True,
    )


def noun_range(tree: Tree, head: int) -> Range:
    """Return the noun phrase of a head without the statements in it: relative clauses, appositions."""
    return tree.first[head], _noun_end(tree, head)


def subject_range(tree: Tree, head: int) -> Range:
    """Return the noun phrase of a subject, with what tells which one is meant.

    Only what a comma or a dash sets off is left out: "the weapons used there, *which* ...".
    """
    return tree.first[head], _noun_end(tree, head, is_subject=True)


def _noun_end(tree: Tree, head: int, *, is_subject: bool = False) -> int:
    """Return the token after a phrase, which is cut before what stands apart in it."""
    end = tree.last[head] + 1
    for c in tree.children[head]:
        if c > head and tree.deps[c] in _CUT and (not is_subject or _stands_off(tree, c)):
            end = min(end, tree.first[c])
            break
    while (
        end - 1 > head
        and tree.deps[end - 1] in {"punct", "cc"}
        and tree.words[end - 1] not in {")", '"', "”", "%"}
    ):
        end -= 1
    return end


def _stands_off(tree: Tree, i: int) -> bool:
    """Whether a modifier is set off from its noun, or is a description and no name: "Novak, the mayor"."""
    before = tree.words[tree.first[i] - 1]
    if before == "(":
        return False
    is_apart = before in {",", "-", "--", "–", "—", ":"}
    if tree.deps[i] != "appos":
        return is_apart
    return is_apart and any(tree.deps[c] in _DESCRIBES for c in tree.children[i])


def _whole(tree: Tree, head: int) -> Range:
    """Return the whole subtree of a head without punctuation at its end."""
    end = tree.last[head] + 1
    while end - 1 > head and tree.words[end - 1] in {",", ".", ";", ":", "-", "--", "–", "—"}:
        end -= 1
    return tree.first[head], end
